"""Patterns of any number type, byte order, compression and chunks give the same results in every step."""

import shutil
from dataclasses import replace

import h5py
import hdf5plugin
import numpy as np
import pytest

from keras_stem.indexing.settings import Matching
from keras_stem.report.sprite_sheets import sprite_sheets
from keras_stem.scan.scan import Scan
from keras_stem.scan.subsets import Thresholds
from keras_stem.scan.virtual import apertures_of, virtual_images
from keras_stem.tracking.resolve import load_model
from keras_stem.workflow.describe import describe
from keras_stem.workflow.fit import fit
from keras_stem.workflow.mapping import map_scan
from keras_stem.workflow.match import match_scan
from keras_stem.workflow.report_map import report_map

TYPES = [order + kind for kind in ("u2", "u4", "i2", "i4", "f2", "f4", "f8") for order in "<>"]
RUNS, ODD = (2, 3, 64, 64), (3, 7, 17, 31)
STORED = {
    **{dtype: (dtype, {}) for dtype in ("u1", *TYPES)},
    "contiguous": (">u2", {"chunks": None}),
    "odd chunks": ("<u2", {"chunks": ODD}),
    "gzip": (">u4", {"compression": "gzip", "chunks": RUNS}),
    "blosc": ("<i4", {**hdf5plugin.Blosc(), "chunks": RUNS}),
    "bitshuffle": (">u2", {**hdf5plugin.Bitshuffle(), "chunks": RUNS}),
    "lz4": ("<u4", {**hdf5plugin.LZ4(), "chunks": RUNS}),
}
QUICK = ("u1", ">u2", ">f2", ">f8", "odd chunks")
"""Those that are looked at in every run, and only by what takes no training."""
TRAINED = (*QUICK, ">i4", "contiguous", "blosc")
"""Those that a network is trained on: one of each kind, since all are read by the same code."""


@pytest.fixture(scope="module")
def base(scan_path, tmp_path_factory):
    """A scan whose values up to 120 every type holds."""
    path = tmp_path_factory.mktemp("types") / "base.h5"
    shutil.copy(scan_path, path)
    with Scan(scan_path) as scan:
        patterns = np.minimum(scan.patterns[()] // 8, 120)
    return _stored(path, patterns, "u2", {})


def _stored(path, patterns, dtype, options):
    with h5py.File(path, "r+") as file:
        [experiment] = file["Experiments"].values()
        del experiment["data"]
        experiment.create_dataset("data", data=patterns.astype(dtype), **options)
    return path


@pytest.fixture
def variant(base, request, tmp_path):
    path = tmp_path / "base.h5"
    shutil.copy(base, path)
    with Scan(base) as scan:
        return _stored(path, scan.patterns[()], *STORED[request.param])


def untrained_results(path):
    """What is found without a network."""
    with Scan(path) as scan:
        apertures = apertures_of(scan.info, None, [], [])
        labels, _ = match_scan(scan, [scan.phase], Matching(resolution=6.0))
        analysis = describe(scan, Thresholds())
        return {
            "info": {name: analysis[name] for name in ("Values", "Positions", "Pixel size", "DS_R")},
            "virtual": np.stack(list(virtual_images(scan, apertures).values())),
            "match": labels.rotations.data,
            "match Q": labels.prop["Q"],
            "sheets": sprite_sheets(scan, 10**7).sheets,
        }


def trained_results(path, recipe, folder):
    """What a network makes of it, from the training to the page about the refined map."""
    result = fit(path, replace(recipe, seed=5))
    with Scan(path) as scan:
        model = load_model(result.model_uri)
        prediction = map_scan(model, scan, folder / "map", refine="quick")
    report_map(folder / "map" / "map.h5", folder / "page.html", scan_path=path)
    page = (folder / "page.html").read_text(encoding="utf-8")
    return {
        "scores": result.scores["val"].median,
        "euler": prediction.euler,
        "agreement": prediction.property("agreement"),
        "sheets in the page": page.count("data:image/png"),
    }


def require_same(found, expected, atol):
    assert set(found) == set(expected)
    for name, value in expected.items():
        if isinstance(value, np.ndarray | float):
            np.testing.assert_allclose(found[name], value, atol=atol, err_msg=name)
        else:
            assert found[name] == value, name


@pytest.fixture(scope="module")
def expected_untrained(base):
    return untrained_results(base)


@pytest.fixture(scope="module")
def expected_trained(base, narrow_recipe, tmp_path_factory):
    """By the chunks of the file, which the order of the training follows."""
    known = {}

    def expected(chunks):
        if chunks not in known:
            folder = tmp_path_factory.mktemp("expected")
            path = shutil.copy(base, folder / "base.h5")
            with Scan(base) as scan:
                _stored(path, scan.patterns[()], "u2", {"chunks": chunks})
            known[chunks] = trained_results(path, narrow_recipe, folder)
        return known[chunks]

    return expected


@pytest.mark.parametrize("variant", QUICK, indirect=True)
def test_some_types_without_training(variant, expected_untrained):
    require_same(untrained_results(variant), expected_untrained, 1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("variant", [name for name in STORED if name not in QUICK], indirect=True)
def test_the_other_types_without_training(variant, expected_untrained):
    require_same(untrained_results(variant), expected_untrained, 1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("variant", "name"), [(name, name) for name in TRAINED], indirect=["variant"])
def test_types_from_training_to_page(variant, name, expected_trained, narrow_recipe, own_store, tmp_path):
    expected = expected_trained(STORED[name][1].get("chunks"))
    require_same(trained_results(variant, narrow_recipe, tmp_path), expected, 1e-4)
