"""A page of HTML that holds all that it shows."""

from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from keras_stem.errors import KerasStemError
from keras_stem.files import complete_file
from keras_stem.report.images import aspect_ratio, file_uri
from keras_stem.report.tables import Table
from keras_stem.version import __version__

_WIDE = 1.9
"""Pictures with a larger ratio of width and height would be too small side by side."""


@dataclass(frozen=True)
class Picture:
    """A picture of a page.

    Parameters
    ----------
    uri
        Data URI.
    title, alt
        Below it, and in its place for those who cannot see it.
    wide
        Whether it takes the whole width of the page.
    """

    uri: str
    title: str
    alt: str
    wide: bool = False


def read_picture(path: Path, title: str, alt: str) -> Picture:
    """Return a PNG file as a picture of a page."""
    return Picture(file_uri(path), title, alt, aspect_ratio(path) > _WIDE)


@dataclass(frozen=True)
class Section:
    """A part of a page.

    Parameters
    ----------
    title
        Above it.
    pictures, tables
        What it shows, in this order.
    """

    title: str
    pictures: list[Picture] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """What a page says.

    Parameters
    ----------
    title, subtitle
        On top.
    sections
        From top to bottom.
    explorer
        What `keras_stem.report.interactive.explorer_data` returns, for the interactive map; None without one.
    note
        Why something is missing that might be expected; "" if nothing is.
    """

    title: str
    subtitle: str
    sections: list[Section]
    explorer: dict[str, Any] | None = None
    note: str = ""


def write_page(path: str | Path, page: Page) -> None:
    """Write a page as one HTML file that loads nothing from anywhere.

    Parameters
    ----------
    path
        The file, which appears when it is complete.
    page
        What it says. Texts may hold any characters.

    Raises
    ------
    KerasStemError
        If the file cannot be written.
    """
    environment = Environment(
        loader=PackageLoader("keras_stem.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    written = f"{datetime.now():%Y-%m-%d %H:%M} by keras_stem {__version__}"
    html = environment.get_template("page.html").render(
        page=page, written=written, css=_shipped("style.css"), script=_shipped("map.js")
    )
    with complete_file(path) as partial:
        partial.write_text(html, encoding="utf-8")


def _shipped(name: str) -> Markup:
    """Return one of our own files, which goes into the page as it is."""
    return Markup((files("keras_stem.report") / "templates" / name).read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Written:
    """Where a page and its figures are.

    Parameters
    ----------
    page, figures
        The file and the folder.
    note
        What the page says of what is missing; "" if nothing is.
    counted
        How many points of a map count and why.
    """

    page: Path
    figures: Path
    note: str
    counted: str = ""


def figure_folder(page: Path) -> Path:
    """Return the folder for the figures of a page: its name without the suffix.

    Raises
    ------
    KerasStemError
        If the page has another suffix than ``.html``.
    """
    if page.suffix.lower() not in (".html", ".htm"):
        raise KerasStemError(f"Expected a page that ends in .html, found {page.name}.")
    return page.with_suffix("")
