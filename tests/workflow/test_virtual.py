"""Virtual images in files."""

import hyperspy.api as hs
import numpy as np

from keras_stem.scan.virtual import apertures_of
from keras_stem.workflow.virtual import write_virtual_images


def test_hyperspy_reads_images_with_the_steps_of_the_scan(scan, tmp_path):
    seen = []
    apertures = apertures_of(scan.info, (0, 1000), ((0, 5),), (), True)
    names = write_virtual_images(scan, apertures, tmp_path / "out", seen.append)
    assert names == sorted(path.name for path in (tmp_path / "out").iterdir())
    assert {"bright_field.hspy", "bright_field.png", "labels.png"} <= set(names)
    assert sum(seen) == len(scan)
    image = hs.load(tmp_path / "out" / "bright_field.hspy")
    np.testing.assert_allclose(image.data, scan.patterns[:].sum(axis=(2, 3)), rtol=1e-5)
    axes = image.axes_manager
    assert (axes["y"].scale, axes["x"].scale, axes["x"].units) == (*scan.info.steps, scan.info.unit)
