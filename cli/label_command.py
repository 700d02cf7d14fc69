"""``kstem label``: labels from other programs, and by template matching."""

import time
from pathlib import Path

import click

from keras_stem.cli.cluster import cluster, cluster_options
from keras_stem.cli.common import (
    BEAM_ENERGY,
    CONSENSUS,
    FINITE,
    SCAN,
    progress_bar,
    show_notes,
    tell_ambiguous,
)
from keras_stem.cli.crystal_options import crystal_options
from keras_stem.io.registry import frame_names, frames


@click.group("label")
def command() -> None:
    """Label a scan by a map of another program or by template matching: orientation, phase, Q and R."""


@command.command("import")
@SCAN
@click.argument("labels", type=click.Path(path_type=Path))
@click.option(
    "--frame",
    type=click.Choice(frame_names()),
    required=True,
    help="Convention of the Euler angles (docs/labels.md).",
)
@crystal_options("Crystal structure in place of a phase of the map")
@click.option("--transpose", is_flag=True, help="Exchange the rows and columns of the map.")
@click.option("--ignore-step", is_flag=True, help="Accept a map whose step differs from that of the scan.")
@click.option(
    "--ignore-symmetry",
    is_flag=True,
    help="Accept a CIF file whose Laue group or lattice differs from that of the map.",
)
def import_(scan, labels, frame, phases, **options) -> None:
    """Import the map LABELS of another program into SCAN.

    LABELS is an .ang or .ctf file, an .h5 of orix, EMsoft or Bruker, or a .csv with the columns x, y, phi1,
    Phi, phi2 (degrees), phase, Q and R.
    """
    from keras_stem.crystal.frames import ORIX_FRAME
    from keras_stem.scan.label_files import ImportOptions, import_labels
    from keras_stem.scan.scan import Scan
    from keras_stem.scan.writing import append_labels

    with Scan(scan) as opened:
        found = import_labels(labels, opened.info, ImportOptions(frame, **options), phases)
    origin = {
        "method": f"imported from {labels.name}",
        "frame": ORIX_FRAME,
        "imported_frame": frames()[frame].description,
    }
    append_labels(scan, found.labels, origin)
    if found.without_reliability:
        click.echo(f"{found.without_reliability} positions have no reliability; their R is set to 0.")
    if found.without_orientation:
        click.echo(f"{found.without_orientation} positions have invalid Euler angles; they are not indexed.")
    _report(scan, False)
    click.echo(f"Labelled {scan} with {labels}.")


@command.command("match")
@SCAN
@crystal_options("Crystal structure of a phase, in place of those of the scan's labels")
@click.option(
    "--resolution",
    type=FINITE,
    default=2.0,
    show_default=True,
    help="Angular step of the template bank (degrees).",
)
@click.option(
    "--radius",
    type=FINITE,
    help="Largest scattering vector of the templates (1/Å).  [default: up to the corners of the detector]",
)
@click.option(
    "--excitation-error",
    type=FINITE,
    default=0.06,
    show_default=True,
    help="Excitation error beyond which reflections are not expected in comparisons (1/Å).",
)
@click.option(
    "--beam-energy", type=BEAM_ENERGY, help="Beam energy (kV).  [default: that of the scan, else 300]"
)
@click.option(
    "--precession-angle", type=FINITE, help="Precession angle (degrees).  [default: that of the scan, else 0]"
)
@click.option(
    "--spot-radius",
    type=FINITE,
    help="Radius of the diffraction disks (1/Å).  [default: from the convergence angle of the scan]",
)
@click.option(
    "--beam-mask",
    type=FINITE,
    help="Radius around the direct beam that is ignored (1/Å).  [default: 1.5 disk radii]",
)
@click.option(
    "--gamma",
    type=FINITE,
    default=0.1,
    show_default=True,
    help="Exponent applied to the intensities of templates in comparisons.",
)
@click.option(
    "--refine",
    type=click.IntRange(0),
    default=12,
    show_default=True,
    help="Number of solutions of the template bank that are refined (at least 2), or 0 for none.",
)
@click.option(
    "--runner-up",
    type=FINITE,
    default=10.0,
    show_default=True,
    help="Smallest disorientation of the second-best orientation, from which R is computed (degrees).",
)
@click.option(
    "--best",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Number of solutions kept for each pattern.",
)
@CONSENSUS
@cluster_options
def match(scan, phases, beam_energy, precession_angle, consensus, scheduler, workers, **options) -> None:
    """Label SCAN by template matching.

    The orientations are written to SCAN. An interrupted matching resumes when the same command is given
    again.
    """
    from keras_stem.indexing.settings import Matching
    from keras_stem.instrument.beam import Beam
    from keras_stem.scan.scan import Scan
    from keras_stem.workflow.match import label_scan, phases_to_match

    with Scan(scan) as opened:
        show_notes(opened)
        phases = phases_to_match(opened, phases)
        size = len(opened)
    settings = Matching(**options, beam=Beam(beam_energy, precession_angle=precession_angle))
    start = time.perf_counter()
    with cluster(scheduler, workers) as client, progress_bar() as bars:
        matching = bars.add_task("Matching", total=size)
        agreeing = bars.add_task("Consensus", total=None, visible=False)
        label_scan(
            scan,
            phases,
            settings,
            lambda patterns: bars.advance(matching, patterns),
            consensus,
            lambda done, total: bars.update(agreeing, completed=done, total=total, visible=True),
            client,
        )
    rate = size / (time.perf_counter() - start)
    click.echo(f"Labelled {scan}: {rate:.0f} patterns/s, including the simulation of the template bank.")
    _report(scan, len(phases) == 1)


def _report(scan, one_phase: bool) -> None:
    import numpy as np

    from keras_stem.crystal.map_phases import phases_of
    from keras_stem.scan.scan import Scan
    from keras_stem.workflow.match import true_errors

    with Scan(scan) as opened:
        labels = opened.labels
        errors = true_errors(labels) if one_phase else None
    names = {number: phase.name for number, phase in phases_of(labels).items()}
    if np.any(labels.phase_id < 0):
        names[-1] = "Not indexed"
    for number, name in names.items():
        click.echo(f"{name}: {np.mean(labels.phase_id == number):.1%} of positions")
    for name in ("Q", "R"):
        if name not in labels.prop:
            continue
        if np.isnan(labels.prop[name]).all():
            click.echo(f"{name}: unknown at all positions")
            continue
        low, middle, high = np.nanpercentile(labels.prop[name], (5, 50, 95))
        click.echo(f"{name}: median {middle:.1f}, 5 to 95 % of positions {low:.1f} to {high:.1f}")
    if "ambiguous" in labels.prop:
        tell_ambiguous(labels.prop)
    if errors:
        click.echo(
            f"Median disorientation from the truth, in the sample: {errors[0]:.2f}°; "
            f"modulo the 180° in-plane ambiguity: {errors[1]:.2f}°"
        )
