"""The gain that the noise of simulated counts tells, which is 1, by dose and size of the detector.

Run: python benchmarks/gain.py
"""

import tempfile
from pathlib import Path

from keras_stem.scan.scan import Scan
from keras_stem.simulate.microstructure import Polycrystal
from keras_stem.simulate.simulation import Camera, Simulation, simulate_scan

DOSES = (1e3, 1e4, 1e5, 1e6)
SIDES = (64, 128, 256)


def estimated(dose: float, side: int) -> float:
    """Return the gain of a scan of 64 patterns."""
    polycrystal, camera = Polycrystal(shape=(8, 8), grains=4), Camera(pixels=side, dose=dose)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scan.h5"
        simulate_scan(path, Simulation(polycrystal=polycrystal, camera=camera, seed=1))
        with Scan(path) as scan:
            return scan.values.gain


def main() -> None:
    """Print a row for each dose and a column for each side of the detector."""
    print("Electrons    " + "".join(f"{side:>8} px" for side in SIDES))
    for dose in DOSES:
        print(f"{dose:>9,.0f}    " + "".join(f"{estimated(dose, side):>11.2f}" for side in SIDES))


if __name__ == "__main__":
    main()
