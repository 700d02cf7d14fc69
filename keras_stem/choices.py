"""Names that options offer, kept apart so that ``kstem --help`` imports nothing heavy."""

ARCHITECTURES = ("cnn",)
SPLITS = ("random", "grain", "block")
SCHEDULES = ("exponential", "constant")
DECAY_UNITS = ("step", "epoch")
