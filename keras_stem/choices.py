"""Option values and defaults, in a separate module so that ``kstem --help`` imports no heavy dependencies."""

RECIPES = ("default", "paper")
PRECISIONS = ("float32", "bfloat16", "float16")
DISTANCES = ("geodesic", "chordal")
AMBIGUITIES = ("none", "pattern")
SPLITS = ("random", "grain", "block")
SUBSETS = ("DS_0", "DS_Q", "DS_R")
"""All positions; those with Q at or above its threshold; those with Q and R at or above their thresholds."""
SCHEDULES = ("cosine", "exponential", "constant")
REFINEMENTS = ("quick", "thorough")
DECAY_UNITS = ("step", "epoch")
MODEL_URIS = ("models:/", "runs:/")
"""Prefixes of URIs of tracked models; other weights are specified by files or names."""
FRAMES = ("orix", "edax1", "edax2", "edax3", "edax4", "astar", "oxford")
SMALL_GRAINS = ("absorb", "drop")
SPECIAL_BOUNDARIES = ("sigma3", "sigma5", "sigma7", "sigma9", "hcp-10-12", "hcp-10-11", "oxide-60")
HALF_TURN = "half-turn"
"""Name of the orientation variants that differ by a 180 degree rotation about the beam."""
ROTATION_SIZE = 7
"""Number of network outputs from which the default head decodes a rotation and its expected error."""
