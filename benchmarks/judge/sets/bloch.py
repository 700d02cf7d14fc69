"""Dynamical patterns by the Bloch waves of two programs."""

from judge.physics import Physics
from judge.test_set import TestSet

SHORT = {
    "oxide": "layered_oxide",
    "copper": "copper",
    "silicon": "silicon",
    "gan": "gallium_nitride",
}
OTHERS = ("copper", "silicon", "gan")


def _set(short: str, thickness: float, precession: float, program: str = "quantem", **more) -> TestSet:
    still = "" if precession else "-still"
    other = "" if program == "quantem" else f"-{program.lower()}"
    told = "".join(
        f"-{more[name]:g}{unit}" for name, unit in (("pixels", "px"), ("dose", "e")) if name in more
    )
    name = f"{short}-bloch-{thickness:g}nm{still}{told}{other}"
    return TestSet(name, Physics(program, SHORT[short], thickness, precession), **more)


SETS = (
    *(_set("oxide", thickness, 0.6, standard=thickness in (20, 50)) for thickness in (5, 20, 50, 100)),
    *(_set("oxide", thickness, 0.0, standard=thickness == 50) for thickness in (5, 20, 50, 100)),
    _set("oxide", 50, 0.0, "py4DSTEM", most=1000),
    *(_set("oxide", 50, 0.6, dose=dose) for dose in (1e3, 1e4)),
    *(_set("oxide", 50, 0.6, pixels=pixels) for pixels in (48, 128)),
    *(_set(short, 50, 0.6, standard=True) for short in OTHERS),
    *(_set(short, thickness, 0.6) for short in OTHERS for thickness in (20, 100)),
    *(_set(short, thickness, 0.0) for short in OTHERS for thickness in (20, 50, 100)),
)
