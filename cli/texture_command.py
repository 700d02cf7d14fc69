"""``kstem texture``."""

import importlib

import click

from keras_stem.cli.common import FINITE
from keras_stem.cli.map_options import MAP, folder_for, map_options, out_option


class _Notation(click.ParamType):
    """Click type for text that a function of `keras_stem.analysis` parses."""

    def __init__(self, name: str, module: str, function: str):
        self.name = name
        self._source = module, function

    def convert(self, value, param, ctx):
        from keras_stem.errors import KerasStemError

        module, function = self._source
        try:
            return getattr(importlib.import_module(module), function)(value)
        except KerasStemError as error:
            self.fail(str(error), param, ctx)


@click.command("texture")
@MAP
@map_options
@out_option("texture")
@click.option(
    "--direction",
    "directions",
    multiple=True,
    type=_Notation("x|y|z|n,n,n", "keras_stem.analysis.notation", "parse_direction"),
    help="Sample direction of an inverse pole figure; may be repeated.  [default: x, y and z]",
)
@click.option(
    "--plane",
    "planes",
    multiple=True,
    type=_Notation("hkl", "keras_stem.analysis.notation", "parse_indices"),
    help="Plane of a pole figure, such as 111 or 10-10; may be repeated.  [default: by crystal system]",
)
@click.option(
    "--half-width",
    type=FINITE,
    default=10.0,
    show_default=True,
    help="Half-width of the de la Vallée Poussin kernel of the densities (degrees).",
)
@click.option(
    "--component",
    "components",
    multiple=True,
    type=_Notation("name:ideal", "keras_stem.analysis.texture", "parse_component"),
    help="Texture component whose volume fraction is measured: NAME:phi1,Phi,phi2 (degrees) or "
    "'NAME:{hkl}<uvw>'; may be repeated.",
)
@click.option(
    "--tolerance",
    type=FINITE,
    default=15.0,
    show_default=True,
    help="Largest disorientation from a component (degrees).",
)
def command(map_, frame, phases, min_q, out, directions, planes, half_width, components, tolerance) -> None:
    """Measure the texture of MAP: orientation density, pole figures, inverse pole figures, components."""
    from keras_stem.workflow.prepare import prepare_map
    from keras_stem.workflow.texture import TextureSettings, analyse_texture

    chosen = {"directions": directions} if directions else {}
    settings = TextureSettings(
        planes=planes, half_width=half_width, components=components, tolerance=tolerance, **chosen
    )
    folder = folder_for(out, map_, "texture")
    prepared = prepare_map(map_, frame, phases, min_q)
    click.echo(f"{prepared.counted}.")
    summary = analyse_texture(prepared, folder, settings)
    for name, phase in summary["phases"].items():
        angles = ", ".join(f"{angle:.1f}°" for angle in phase["maximum"]["euler_angles"])
        click.echo(f"{name}: {phase['fraction']:.1%} of {summary['points']} points")
        click.echo(f"  texture index  {phase['texture_index']:.2f}")
        click.echo(f"  maximum        {phase['maximum']['density']:.1f} mrd at {angles}")
        for component, share in phase["components"].items():
            click.echo(f"  {component:<13}  {share:.1%} within {tolerance:g}°")
    click.echo(f"Wrote the texture of {map_} to {folder}.")
