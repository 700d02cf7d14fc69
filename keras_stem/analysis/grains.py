"""Properties of the grains of an orientation map."""

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
"""Second moment of a unit square about its centre, which gives a grain of one point a finite shape."""


@dataclass(frozen=True)
class Grains:
    """Properties of the g grains of a map; arrays have one entry per grain, in the order of the numbers.

    Parameters
    ----------
    phase
        Phase number of each grain.
    points
        Number of points of each grain.
    area, diameter
        Area in the map's unit squared, and diameter of the circle of equal area in the map's unit.
    x, y
        Centroid relative to the first point, to the right and downward, in the map's unit.
    aspect
        Aspect ratio of the ellipse with the same second moments, at least 1.
    orientation
        Mean orientation, shape (g,), lab to crystal. It minimises the sum of squared chordal distances.
    gos
        Grain orientation spread (GOS, degrees): mean disorientation of the points from the mean orientation.
        Absorbed points contribute neither to the mean orientation nor to the spread.
    edge
        Whether the grain touches the edge of the map, so that its size is a lower bound.
    deviation
        Disorientation of each point of the map from the mean orientation of its grain, shape (n,), in
        degrees; NaN outside grains and for absorbed points.
    """

    phase: np.ndarray
    points: np.ndarray
    area: np.ndarray
    diameter: np.ndarray
    x: np.ndarray
    y: np.ndarray
    aspect: np.ndarray
    orientation: Rotation
    gos: np.ndarray
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
        Grain number of each point, shape (n,), -1 outside grains; numbers are consecutive from 0.
    absorbed
        Mask of the points that belong to a grain but have a different orientation, shape (n,), bool; None
        for no such points.
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
        gos=np.bincount(numbers[own], away[own]) / np.bincount(numbers[own]),
        edge=np.bincount(group, _on_edge(grid.shape)[inside]) > 0,
        deviation=away,
    )


def _means(
    grid: Grid, points: np.ndarray, group: np.ndarray, phase: np.ndarray, first: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of each grain, quaternions (g, 4), and each point's angle from it, in radians."""
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

    The symmetrical equivalents nearest to an initial estimate are averaged, and then the equivalents nearest
    to that average.

    Parameters
    ----------
    rotations
        Quaternions, shape (n, 4).
    group
        Group index of each rotation, shape (n,), from 0 to g - 1.
    near
        Initial estimate for each group, quaternions, shape (g, 4).
    symmetry
        Proper point group.

    Returns
    -------
    numpy.ndarray
        Quaternions, shape (g, 4); the initial estimate for an empty group.
    """
    found, empty = near, np.bincount(group, minlength=len(near)) == 0
    for _ in range(2):
        average = _averages(_nearest(rotations, found[group], symmetry.data), group, len(near))
        found = np.where(empty[:, None], near, average)
    return found


def _nearest(rotations: np.ndarray, references: np.ndarray, operators: np.ndarray) -> np.ndarray:
    """Return the symmetrical equivalents, quaternions (n, 4), nearest to the references."""
    inverse = rotations * np.array([1.0, -1.0, -1.0, -1.0])
    # <S * R, reference> = <S, reference * ~R>
    best = np.abs(quaternion_product(references, inverse) @ operators.T).argmax(axis=1)
    return quaternion_product(operators[best], rotations)


def _averages(rotations: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Return the mean quaternion of each group, shape (groups, 4).

    The mean is the eigenvector of the largest eigenvalue of the scatter matrix.

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
    """Return the mean Bunge Euler angles in the fundamental region, shape (g, 3), in degrees."""
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
        Grain number of each point, shape (n,), -1 outside grains.
    neighbours
        Number of neighbours of a point, 4 or 8.
    absorbed
        Absorbed points, as in `measure_grains`. They have no KAM and do not count as neighbours.

    Returns
    -------
    numpy.ndarray
        Mean disorientation from the neighbours in the same grain, shape (n,), in degrees; NaN without such a
        neighbour.
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
