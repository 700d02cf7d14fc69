"""Names that options offer, kept apart so that ``kstem --help`` imports nothing heavy."""

RECIPES = ("default", "paper")
PRECISIONS = ("float32", "bfloat16", "float16")
DISTANCES = ("geodesic", "chordal")
AMBIGUITIES = ("none", "pattern")
SPLITS = ("random", "grain", "block")
SCHEDULES = ("cosine", "exponential", "constant")
REFINEMENTS = ("quick", "thorough")
DECAY_UNITS = ("step", "epoch")
MODEL_URIS = ("models:/", "runs:/")
"""How references to tracked models of ours begin; other weights are files or names."""
FRAMES = ("orix", "edax1", "edax2", "edax3", "edax4", "astar", "oxford")
SMALL_GRAINS = ("absorb", "drop")
SPECIAL_BOUNDARIES = ("sigma3", "sigma5", "sigma7", "sigma9", "hcp-10-12", "hcp-10-11", "oxide-60")
HALF_TURN = "half-turn"
"""Name of the variants that differ by half a turn about the beam."""
