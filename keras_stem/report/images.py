"""Pictures as data URIs, which a page holds itself."""

import base64
import io
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

_RUN_LENGTHS = 3
"""zlib's strategy that looks for nothing but runs."""


def png_uri(image: np.ndarray, noisy: bool = False) -> str:
    """Return an image as the URI of a PNG.

    Parameters
    ----------
    image
        Shape (rows, columns), grey, or (rows, columns, 3), RGB; uint8, or from 0 to 1.
    noisy
        Whether it is mostly noise: then nothing but runs is looked for, which takes an eighth of the time and
        a little less room.
    """
    if image.dtype != np.uint8:
        image = np.rint(255 * np.clip(image, 0, 1)).astype(np.uint8)
    with io.BytesIO() as file:
        Image.fromarray(image).save(file, "PNG", **({"compress_type": _RUN_LENGTHS} if noisy else {}))
        return _uri(file.getvalue())


def file_uri(path: Path) -> str:
    """Return a PNG file as a URI."""
    return _uri(path.read_bytes())


def aspect_ratio(path: Path) -> float:
    """Return width over height of an image file."""
    with Image.open(path) as image:
        return image.width / image.height


def figure_uri(figure: Figure, dpi: int) -> str:
    """Return a figure of matplotlib, as large as it says, as a URI."""
    with io.BytesIO() as file:
        figure.savefig(file, format="png", dpi=dpi, bbox_inches=figure.bbox_inches)
        return _uri(file.getvalue())


def _uri(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
