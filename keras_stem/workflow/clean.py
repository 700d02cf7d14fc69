"""Clean-up of a map in steps, with the number of points that each step changes."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from orix.crystal_map import CrystalMap

from keras_stem.analysis.cleanup import Cleaned, fuse_variants, replace_odd_points
from keras_stem.analysis.grid import MASKED, Grid, grid_of
from keras_stem.analysis.special_boundaries import SpecialBoundary
from keras_stem.errors import KerasStemError
from keras_stem.files import complete_file
from keras_stem.io.export import require_map_name, write_map
from keras_stem.io.foreign_map import properties_of
from keras_stem.workflow.prepare import PreparedMap


@dataclass(frozen=True)
class Steps:
    """Clean-up steps, which are applied in this order.

    Parameters
    ----------
    variants
        Misorientations whose two variants are merged within a grain; None stands for the 180 degree in-plane
        ambiguity.
    odd
        Whether isolated odd points are assigned the orientation of their neighbours.
    threshold
        Disorientation below which points have the same orientation (degrees).
    """

    variants: tuple[SpecialBoundary | None, ...] = ()
    odd: bool = False
    threshold: float = 5.0

    def __post_init__(self):
        if not self.variants and not self.odd:
            raise KerasStemError("Expected a step of cleaning, such as --odd or --fuse, found none.")
        if not 0 < self.threshold < 180:
            raise KerasStemError(f"Expected a threshold between 0 and 180°, found {self.threshold:g}.")


def clean_map(prepared: PreparedMap, steps: Steps, path: str | Path) -> dict[str, int]:
    """Apply clean-up steps to a map and write it.

    The steps are recorded in the attributes of the written map, and the number of the step that changed a
    point in the property "cleaned".

    Parameters
    ----------
    prepared
        Prepared map.
    steps
        Clean-up steps.
    path
        Output path: ``.h5``, ``.ang`` or ``.ctf``.

    Returns
    -------
    dict
        Number of changed points by step.

    Raises
    ------
    KerasStemError
        If the map cannot be cleaned or written.
    """
    require_map_name(Path(path))
    grid = grid_of(prepared.crystal_map, prepared.visible)
    counts, changed = {}, np.zeros(len(grid.phase), int)
    done: list[tuple[str, Cleaned]] = []
    for variant in steps.variants:
        name = "half turn about the beam" if variant is None else variant.name
        done.append((f"fused, {name}", fuse_variants(grid, variant, steps.threshold)))
        grid = done[-1][1].grid
    if steps.odd:
        done.append(("odd points", replace_odd_points(grid, steps.threshold)))
        grid = done[-1][1].grid
    for number, (name, cleaned) in enumerate(done, start=1):
        counts[name] = int(cleaned.changed.sum())
        changed[cleaned.changed] = number
    origin = {**prepared.origin, "cleaned": ", ".join(f"{name}: {count}" for name, count in counts.items())}
    with complete_file(path) as partial:
        write_map(partial, _as_map(prepared.crystal_map, grid, changed), origin)
    return counts


def _as_map(before: CrystalMap, grid: Grid, changed: np.ndarray) -> CrystalMap:
    """Return the original map with the orientations of the grid; masked points are unchanged."""
    shown = grid.phase != MASKED
    return CrystalMap(
        grid.rotations,
        phase_id=np.where(shown, grid.phase, before.phase_id),
        x=before.x,
        y=before.y,
        phase_list=before.phases,
        prop={**properties_of(before), "cleaned": changed},
        scan_unit=before.scan_unit,
    )
