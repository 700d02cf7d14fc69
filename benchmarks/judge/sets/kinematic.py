"""Kinematic patterns by three programs."""

from judge.physics import Physics
from judge.test_set import TestSet

SETS = tuple(
    TestSet(
        f"{short}-kinematic-{program.lower()}{suffix}",
        Physics(program, crystal, 0.0, precession),
        standard=program == "keras_stem" and precession > 0,
    )
    for program, short, crystal, precession, suffix in (
        ("keras_stem", "oxide", "layered_oxide", 0.6, ""),
        ("keras_stem", "oxide", "layered_oxide", 0.0, "-still"),
        ("keras_stem", "copper", "copper", 0.6, ""),
        ("py4DSTEM", "oxide", "layered_oxide", 0.0, "-still"),
        ("quantem", "oxide", "layered_oxide", 0.6, ""),
        ("quantem", "gan", "gallium_nitride", 0.6, ""),
    )
)
