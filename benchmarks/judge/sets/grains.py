"""A scan of overlapping, slightly bent grains."""

from dataclasses import dataclass

from judge.physics import Physics
from judge.polycrystals import polycrystal_patterns
from judge.test_set import Patterns, TestSet

SHAPE, GRAINS = (25, 40), 24


@dataclass(frozen=True)
class GrainsSet(TestSet):
    """Positions of a scan, each the weighted sum of two grains' patterns; the truth is the dominant one's."""

    @property
    def has_ceiling(self) -> bool:
        """Whether `judge.oracle` knows the physics of single patterns, which are sums here."""
        return False

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the scan."""
        return SHAPE

    def make(self, count: int, seed: int) -> Patterns:
        """Return the first patterns of the scan, row by row."""
        return polycrystal_patterns(self, SHAPE, GRAINS, seed)[0].first(count)


SETS = tuple(
    GrainsSet(
        f"{short}-grains",
        Physics("quantem", crystal, 50.0),
        most=SHAPE[0] * SHAPE[1],
        changed=f"{GRAINS} bent grains of 25 x 40 positions that overlap at their boundaries",
        standard=short == "oxide",
    )
    for short, crystal in (("oxide", "layered_oxide"), ("copper", "copper"))
)
