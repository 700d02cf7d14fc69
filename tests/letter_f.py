"""Maps on which the letter F stands, and how it stands in a picture of them. Not a test itself."""

import numpy as np
from matplotlib.figure import Figure
from orix.crystal_map import Phase
from orix.quaternion import Rotation

from keras_stem.crystal.phase import linio2
from keras_stem.figures.style import style
from keras_stem.io.map_grid import crystal_map

LETTER = np.array(
    [
        [point == "#" for point in row]
        for row in (
            "..........",
            ".#######..",
            ".#######..",
            ".##.......",
            ".##.......",
            ".######...",
            ".######...",
            ".##.......",
            ".##.......",
            ".##.......",
            ".##.......",
            ".##.......",
            "..........",
            "..........",
        )
    ]
)
"""14 rows and 10 columns that no mirror and no turn leaves as they are."""

OUTSIDE, INSIDE = (Rotation.from_euler(np.deg2rad([angles])) for angles in ((20, 10, 5), (80, 65, 50)))
"""Orientations of the background and of the letter: of other colours along x, y and z."""

_PADDING = 0.1
"""Around what is drawn in a file, inches, by matplotlib's default."""


def letter_map(phase: Phase | None = None, bent: float = 0.0, **properties: np.ndarray):
    """Return a map on which the orientations show the letter.

    Every second point of the letter is turned by an angle, deg, about z.
    """
    data = np.where(LETTER.reshape(-1, 1), INSIDE.data, OUTSIDE.data)
    second = LETTER & (np.indices(LETTER.shape).sum(axis=0) % 2 == 1)
    turned = Rotation.from_axes_angles((0, 0, 1), np.deg2rad(bent * second.ravel()))
    return crystal_map(Rotation(data) * turned, phase or linio2(), LETTER.shape, 2.0, "nm", properties)


def letter_values(inside: float, outside: float) -> np.ndarray:
    """Return a number for each point, shape (n,), which shows the letter."""
    return np.where(LETTER, inside, outside).ravel()


def reading(cells: np.ndarray) -> str:
    """Return how the letter stands in the colours of the points, (14, 10) or (14, 10, 3)."""
    cells = np.asarray(cells, float).reshape(*LETTER.shape, -1)
    found = {name: _likeness(cells, letter) for name, letter in _turned_letters().items()}
    best = max(found, key=found.get)
    return best if found[best] > 0.8 else "unreadable"


def _turned_letters() -> dict[str, np.ndarray]:
    names = ("upright", "turned by 90°", "turned by 180°", "turned by 270°")
    turned = {name: np.rot90(LETTER, quarter) for quarter, name in enumerate(names)}
    turned |= {f"{name}, mirrored": letter[:, ::-1] for name, letter in turned.items()}
    return {name: _fitted(letter) for name, letter in turned.items()}


def _fitted(letter: np.ndarray) -> np.ndarray:
    """Return a letter in 14 rows and 10 columns."""
    chosen = [np.arange(size) * of // size for size, of in zip(LETTER.shape, letter.shape, strict=True)]
    return letter[np.ix_(*chosen)]


def _likeness(cells: np.ndarray, letter: np.ndarray) -> float:
    """Return the correlation of a letter with the colours, along the line between their two means."""
    along = cells @ (cells[letter].mean(axis=0) - cells[~letter].mean(axis=0))
    return float(np.corrcoef(along.ravel(), letter.ravel())[0, 1]) if np.ptp(along) > 0 else 0.0


def readings(figure: Figure, pixels: np.ndarray) -> list[str]:
    """Return how the letter stands in each map of a figure, as the pixels of its file show them."""
    with style():
        figure.draw_without_rendering()
        whole = figure.get_tightbbox().padded(_PADDING)
    maps = [axes for axes in figure.axes if any(_is_map(image) for image in axes.images)]
    return [reading(_cells(pixels[..., :3], axes.get_window_extent(), figure.dpi, whole)) for axes in maps]


def _is_map(image) -> bool:
    return image.get_array().shape[:2] == LETTER.shape


def _cells(pixels: np.ndarray, box, dpi: float, whole) -> np.ndarray:
    """Return the median colour of the middle of each point in a box of a figure, which a file shows whole."""
    rows, columns = LETTER.shape
    scale = pixels.shape[0] / whole.height
    left, top = (box.x0 / dpi - whole.x0) * scale, (whole.y1 - box.y1 / dpi) * scale
    wide, high = box.width / dpi * scale / columns, box.height / dpi * scale / rows
    return np.array(
        [
            [_middle(pixels, left + column * wide, top + row * high, wide, high) for column in range(columns)]
            for row in range(rows)
        ]
    )


def _middle(pixels: np.ndarray, left: float, top: float, wide: float, high: float) -> np.ndarray:
    rows = slice(int(top + 0.3 * high), int(top + 0.7 * high) + 1)
    columns = slice(int(left + 0.3 * wide), int(left + 0.7 * wide) + 1)
    return np.median(pixels[rows, columns], axis=(0, 1))
