"""What is known of each grain of a map."""

from dataclasses import dataclass

import numpy as np
from orix.quaternion import Rotation
from orix.quaternion.symmetry import Symmetry

from keras_stem.analysis.grid import Grid
from keras_stem.crystal.disorientation import disorientation, quaternion_product
from keras_stem.crystal.euler import reduce_euler
from keras_stem.crystal.grains import OUTSIDE, neighbour_pairs
from keras_stem.crystal.symmetry import proper_point_group

_PIXEL_MOMENT = 1 / 12
"""Second moment of a square of side 1 about its middle: a grain of one point has a shape, too."""


@dataclass(frozen=True)
class Grains:
    """The grains of a map; each array has one entry for each of g grains, in the order of their numbers.

    Parameters
    ----------
    phase
        Number of the phase.
    points
        Number of points.
    area, diameter
        In the map's unit squared, and that of a circle of this area in the map's unit.
    x, y
        Centroid, in the map's unit, from the first point to the right and downward.
    aspect
        Ratio of the axes of the ellipse with the same second moments, at least 1.
    orientation
        Mean of the orientations, shape (g,), lab to crystal: that of the smallest sum of squared chords.
    spread
        Grain orientation spread (GOS), deg: mean disorientation of the points from the mean orientation.
        Absorbed points count neither here nor there.
    edge
        Whether it touches the edge of the map, so that its size is a lower bound.
    deviation
        Disorientation of each point of the map from the mean of its grain, shape (n,), deg; NaN outside, and
        of absorbed points.
    """

    phase: np.ndarray
    points: np.ndarray
    area: np.ndarray
    diameter: np.ndarray
    x: np.ndarray
    y: np.ndarray
    aspect: np.ndarray
    orientation: Rotation
    spread: np.ndarray
    edge: np.ndarray
    deviation: np.ndarray

    def __len__(self) -> int:
        return len(self.points)


def measure_grains(grid: Grid, numbers: np.ndarray, absorbed: np.ndarray | None = None) -> Grains:
    """Return the properties of the grains of a map.

    Parameters
    ----------
    grid
        The map.
    numbers
        Of the grain of each point, shape (n,), from 0, -1 outside; every number up to the largest occurs.
    absorbed
        Shape (n,), bool: points that belong to a grain but have another orientation. None for none.
    """
    inside = np.flatnonzero(numbers != OUTSIDE)
    group = numbers[inside]
    points = np.bincount(group)
    own = inside if absorbed is None else inside[~absorbed[inside]]
    first = np.empty(len(points), int)
    first[numbers[own[::-1]]] = own[::-1]
    phase = grid.phase[first]
    along_y, along_x = grid.steps
    area = points * along_y * along_x
    mean, deviation = _means(grid, own, numbers[own], phase, first)
    away = np.full(len(numbers), np.nan)
    away[own] = np.rad2deg(deviation)
    x, y, aspect = _shapes(grid, inside, group, points)
    return Grains(
        phase=phase,
        points=points,
        area=area,
        diameter=2 * np.sqrt(area / np.pi),
        x=x,
        y=y,
        aspect=aspect,
        orientation=Rotation(mean),
        spread=np.bincount(numbers[own], away[own]) / np.bincount(numbers[own]),
        edge=np.bincount(group, _on_edge(grid.shape)[inside]) > 0,
        deviation=away,
    )


def _means(
    grid: Grid, points: np.ndarray, group: np.ndarray, phase: np.ndarray, first: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of each grain, quaternions (g, 4), and each point's angle from it, radians."""
    data, deviation = grid.rotations.data, np.empty(len(points))
    mean = data[first].copy()
    for number, known in grid.phases.items():
        own, chosen = phase == number, phase[group] == number
        symmetry = proper_point_group(known)
        mine, grain = data[points[chosen]], group[chosen]
        mean[own] = mean_orientations(mine, grain, mean, symmetry)[own]
        deviation[chosen] = disorientation(Rotation(mine), Rotation(mean[grain]), symmetry)
    return mean, deviation


def mean_orientations(
    rotations: np.ndarray, group: np.ndarray, near: np.ndarray, symmetry: Symmetry
) -> np.ndarray:
    """Return the mean orientation of each of g groups.

    The equivalents nearest to a first guess are averaged, then those nearest to that average.

    Parameters
    ----------
    rotations
        Quaternions, shape (n, 4).
    group
        Of each, shape (n,), from 0 to g - 1.
    near
        One orientation of each group, quaternions (g, 4).
    symmetry
        Proper point group.

    Returns
    -------
    numpy.ndarray
        Quaternions, shape (g, 4); of an empty group the first guess.
    """
    found, empty = near, np.bincount(group, minlength=len(near)) == 0
    for _ in range(2):
        average = _averages(_nearest(rotations, found[group], symmetry.data), group, len(near))
        found = np.where(empty[:, None], near, average)
    return found


def _nearest(rotations: np.ndarray, references: np.ndarray, operators: np.ndarray) -> np.ndarray:
    """Return the symmetrical equivalents, quaternions (n, 4), that are nearest to references."""
    inverse = rotations * np.array([1.0, -1.0, -1.0, -1.0])
    # <S * R, reference> = <S, reference * ~R>
    best = np.abs(quaternion_product(references, inverse) @ operators.T).argmax(axis=1)
    return quaternion_product(operators[best], rotations)


def _averages(rotations: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Return the mean quaternion of each group, (groups, 4): the first eigenvector of their scatter matrix.

    References
    ----------
    Markley et al., "Averaging quaternions", J. Guidance, Control and Dynamics 30 (2007) 1193.
    """
    scatter = np.empty((groups, 4, 4))
    for i in range(4):
        for j in range(i, 4):
            products = rotations[:, i] * rotations[:, j]
            scatter[:, i, j] = scatter[:, j, i] = np.bincount(group, products, groups)
    return np.linalg.eigh(scatter)[1][:, :, -1]


def _shapes(
    grid: Grid, points: np.ndarray, group: np.ndarray, sizes: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return x and y of the centroids, in the map's unit, and the aspect ratios."""
    along_y, along_x = grid.steps
    rows, columns = np.divmod(points, grid.shape[1])
    own_x, own_y = columns * along_x, rows * along_y
    x, y = np.bincount(group, own_x) / sizes, np.bincount(group, own_y) / sizes
    dx, dy = own_x - x[group], own_y - y[group]
    xx, yy, xy = (np.bincount(group, product) / sizes for product in (dx * dx, dy * dy, dx * dy))
    xx, yy = xx + _PIXEL_MOMENT * along_x**2, yy + _PIXEL_MOMENT * along_y**2
    middle, half = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    return x, y, np.sqrt((middle + half) / (middle - half))


def _on_edge(shape: tuple[int, int]) -> np.ndarray:
    edge = np.ones(shape, bool)
    edge[1:-1, 1:-1] = False
    return edge.ravel()


def mean_angles(grid: Grid, grains: Grains) -> np.ndarray:
    """Return the mean orientations as Bunge Euler angles, shape (g, 3), deg, in the fundamental region."""
    angles = np.empty((len(grains), 3))
    for number, phase in grid.phases.items():
        own = grains.phase == number
        angles[own] = np.rad2deg(reduce_euler(grains.orientation[own], proper_point_group(phase)))
    return angles


def kernel_average(
    grid: Grid, numbers: np.ndarray, neighbours: int = 4, absorbed: np.ndarray | None = None
) -> np.ndarray:
    """Return the kernel average misorientation (KAM) of each point.

    Parameters
    ----------
    grid
        The map.
    numbers
        Of the grain of each point, shape (n,), -1 outside.
    neighbours
        4 or 8.
    absorbed
        As `measure_grains` takes it; these points have no KAM, and are no neighbours.

    Returns
    -------
    numpy.ndarray
        Shape (n,), deg: mean disorientation from the neighbours of the same grain; NaN without one.
    """
    if absorbed is not None:
        numbers = np.where(absorbed, OUTSIDE, numbers)
    pairs = neighbour_pairs(grid.shape, neighbours)
    same = (numbers[pairs[:, 0]] == numbers[pairs[:, 1]]) & (numbers[pairs[:, 0]] != OUTSIDE)
    pairs = pairs[same]
    angles = np.tile(np.rad2deg(grid.angles(pairs)), 2)
    both, size = pairs.T.ravel(), len(numbers)
    counts, total = np.bincount(both, minlength=size), np.bincount(both, angles, size)
    return np.divide(total, counts, out=np.full(size, np.nan), where=counts > 0)
