"""Tables of a page about a map."""

from dataclasses import dataclass

import numpy as np

from keras_stem.analysis.boundary_classes import HIGH_ANGLE, boundary_shares
from keras_stem.analysis.grains import mean_angles
from keras_stem.metrics.scores import disorientations
from keras_stem.metrics.vocabulary import DISORIENTATION, explained
from keras_stem.report.map_analysis import MapAnalysis
from keras_stem.units import length_text, steps_text

_LARGEST_GRAINS = 12


@dataclass(frozen=True)
class Table:
    """Table of text cells.

    Parameters
    ----------
    title
        Title above the table.
    head
        Column names; empty for a table of names and values.
    rows
        Cells of each row; the first cell is the name of the row.
    note
        Note below the table.
    """

    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]
    note: str = ""


def map_tables(analysis: MapAnalysis) -> list[Table]:
    """Return the tables of a map: its points, grains, boundaries, confidence and comparison with labels."""
    tables = [_map_table(analysis), _grain_table(analysis), _boundary_table(analysis)]
    return tables + [table for table in (_confidence_table(analysis), _label_table(analysis)) if table.rows]


def _map_table(analysis: MapAnalysis) -> Table:
    grid, unit = analysis.grid, analysis.grid.unit
    rows, columns = grid.shape
    indexed = np.asarray(analysis.crystal_map.phase_id) >= 0
    found = [
        ("Points", f"{rows} × {columns}"),
        ("Step", steps_text(grid.steps, grid.unit)),
        ("Size", f"{length_text(rows * grid.steps[0], unit)} × {length_text(columns * grid.steps[1], unit)}"),
    ]
    for number, phase in grid.phases.items():
        found.append((grid.names[number], f"{np.mean(grid.phase == number):.1%} ({phase.point_group.name})"))
    left_out = (("Not indexed", ~indexed), ("Below the smallest Q", indexed & ~grid.shown))
    found += [(name, f"{np.mean(where):.1%}") for name, where in left_out if where.any()]
    return Table("Map", (), found)


def _grain_table(analysis: MapAnalysis) -> Table:
    grains, unit = analysis.grains, analysis.grid.unit
    weighted = np.average(grains.diameter, weights=grains.area)
    rows = [
        ("Grains", f"{len(grains)}"),
        ("Not at the edge", f"{np.sum(~grains.edge)}"),
        ("Mean diameter", length_text(grains.diameter.mean(), unit)),
        ("Median diameter", length_text(np.median(grains.diameter), unit)),
        ("Area-weighted diameter", length_text(weighted, unit)),
        ("Mean orientation spread", f"{grains.gos.mean():.2f}°"),
    ]
    note = "Neighbours with a disorientation up to 5° belong to one grain; small grains are included."
    return Table("Grains", (), rows, note)


def _boundary_table(analysis: MapAnalysis) -> Table:
    boundaries = analysis.boundaries
    shares = boundary_shares(analysis.grid, boundaries)
    rows = [("Length", length_text(boundaries.length, boundaries.unit))]
    if len(boundaries.pairs):
        rows += [
            (f"Below {HIGH_ANGLE:g}°", f"{shares.low_angle:.1%}"),
            (f"From {HIGH_ANGLE:g}°", f"{shares.high_angle:.1%}"),
        ]
        if len(analysis.grid.phases) > 1:
            rows.append(("Between phases", f"{shares.between_phases:.1%}"))
    return Table("Boundaries", (), rows, "Boundaries lie between neighbours with a disorientation above 5°.")


def _confidence_table(analysis: MapAnalysis) -> Table:
    forms = (
        ("uncertainty", "Median uncertainty (68 %)", np.median, "{:.2f}°"),
        ("uncertainty_95", "Median uncertainty (95 %)", np.median, "{:.2f}°"),
        ("reliability", "Median reliability", np.median, "{:.0f}"),
        ("agreement", "Median agreement", np.median, "{:.1f}"),
        ("out_of_distribution", "Out of distribution", np.mean, "{:.1%}"),
    )
    values = {name: analysis.property(name) for name, *_ in forms}
    return Table(
        "Confidence",
        (),
        [
            (title, form.format(reduced(values[name][analysis.grid.shown])))
            for name, title, reduced, form in forms
            if values[name] is not None
        ],
        "The error is below the uncertainty with a probability of 68 or 95 %.",
    )


def _label_table(analysis: MapAnalysis) -> Table:
    if analysis.label_disorientation is None:
        return Table("Against the labels", (), [])
    away = analysis.label_disorientation[np.isfinite(analysis.label_disorientation)]
    found = disorientations(away)
    rows = [
        (quantity.title, quantity.text_with_unit(getattr(found, quantity.name)))
        for quantity in DISORIENTATION
    ]
    return Table(
        "Against the labels", (), [("Points compared", f"{len(away)}"), *rows], explained(DISORIENTATION)
    )


def largest_grains(analysis: MapAnalysis) -> Table:
    """Return the table of the largest grains."""
    grains, unit = analysis.grains, analysis.unit
    order = np.argsort(-grains.points, kind="stable")[:_LARGEST_GRAINS]
    euler = mean_angles(analysis.grid, grains)
    head = ("Grain", "Phase", "Points", f"Diameter ({unit})", "Aspect ratio", "φ₁, Φ, φ₂ (°)", "Spread (°)")
    rows = [
        (
            str(number),
            analysis.grid.names[int(grains.phase[number])],
            str(grains.points[number]),
            f"{grains.diameter[number] * analysis.to_unit:,.4g}",
            f"{grains.aspect[number]:.2f}",
            ", ".join(f"{angle:.1f}" for angle in euler[number]),
            f"{grains.gos[number]:.2f}",
        )
        for number in order
    ]
    note = f"The {len(rows)} largest of {len(grains)}, numbered as in the interactive map."
    return Table("Largest grains", head, rows, note)
