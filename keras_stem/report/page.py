"""Self-contained HTML pages."""

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
"""Aspect ratio (width to height) above which a picture takes the whole width of the page."""


@dataclass(frozen=True)
class Picture:
    """Picture on a page.

    Parameters
    ----------
    uri
        Data URI of the image.
    title, alt
        Caption, and alternative text for screen readers.
    wide
        Whether the picture takes the whole width of the page.
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
    """Section of a page.

    Parameters
    ----------
    title
        Heading of the section.
    pictures, tables
        Contents of the section, in this order.
    """

    title: str
    pictures: list[Picture] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """Contents of a page.

    Parameters
    ----------
    title, subtitle
        Title and subtitle of the page.
    sections
        Sections from top to bottom.
    explorer
        Data of the interactive map from `keras_stem.report.interactive.explorer_data`; None without a map.
    note
        Explanation of missing contents; "" if nothing is missing.
    """

    title: str
    subtitle: str
    sections: list[Section]
    explorer: dict[str, Any] | None = None
    note: str = ""


def write_page(path: str | Path, page: Page) -> None:
    """Write a page as a single HTML file without external resources.

    Parameters
    ----------
    path
        Path of the file, which is created only once it is complete.
    page
        Contents of the page. Texts are escaped and may contain any characters.

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
    """Return a shipped template file, which is inserted into the page without escaping."""
    return Markup((files("keras_stem.report") / "templates" / name).read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Written:
    """Paths and notes of a written page.

    Parameters
    ----------
    page, figures
        Path of the page, and folder of its figures.
    note
        Note on the page about missing contents; "" if nothing is missing.
    counted
        Number of points of a map that are analysed, with the criterion.
    """

    page: Path
    figures: Path
    note: str
    counted: str = ""


def figure_folder(page: Path) -> Path:
    """Return the folder for the figures of a page: the path of the page without its suffix.

    Raises
    ------
    KerasStemError
        If the suffix of the page is not ``.html`` or ``.htm``.
    """
    if page.suffix.lower() not in (".html", ".htm"):
        raise KerasStemError(f"Expected a page that ends in .html, found {page.name}.")
    return page.with_suffix("")
