"""A page about all points of a predicted map of the tiny scan, written once, and its data."""

import json
import re

import numpy as np
import pytest
from page_data import unpacked

from keras_stem.io.map_grid import crystal_map
from keras_stem.scan.scan import Scan
from keras_stem.workflow.report_map import report_map

OTHER = np.deg2rad([20.0, 50.0, 30.0])


@pytest.fixture(scope="session")
def map_path(scan_path, tmp_path_factory):
    """An orix map that names its scan: the truth, with the uncertainty that a model would state."""
    from orix.quaternion import Rotation

    from keras_stem.io.export import write_map

    with Scan(scan_path) as scan:
        labels, info = scan.labels, scan.info
        rotations = Rotation.from_euler(labels.prop["truth_euler"])
        known = {"Q": labels.prop["Q"], "uncertainty": np.linspace(0.5, 9, len(scan)), **_candidates(labels)}
        predicted = crystal_map(rotations, scan.phase, info.shape, info.steps, info.unit, known)
    path = tmp_path_factory.mktemp("report") / "map.h5"
    write_map(path, predicted, {"scan": str(scan_path), "model": "models:/LiNiO2/<7>"})
    return path


def _candidates(labels):
    """The truth, and an orientation that the pattern alone prefers."""
    truth = np.asarray(labels.prop["truth_euler"])
    absent = np.full(truth.shape, np.nan)
    other = np.tile(OTHER, (len(truth), 1))
    shares = np.ones((len(truth), 1), np.float32)
    return {
        "probability": np.full(len(truth), 0.97),
        "candidate_angles": np.stack([truth, other, absent], axis=1).astype(np.float32),
        "candidate_phases": np.tile([0, 0, -1], (len(truth), 1)).astype(np.int8),
        "candidate_before": shares * np.float32([0.25, 0.75, 0]),
        "candidate_after": shares * np.float32([0.97, 0.03, 0]),
    }


@pytest.fixture(scope="session")
def written(map_path):
    return report_map(map_path, map_path.with_name("page.html"), min_q=0)


@pytest.fixture(scope="module")
def html(written) -> str:
    return written.page.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def shown(html) -> dict:
    found = re.search(r'<script type="application/json" id="explorer-data">(.*?)</script>', html, re.DOTALL)
    return json.loads(found[1])


@pytest.fixture(scope="module")
def values(shown) -> dict[str, np.ndarray]:
    return {value["name"]: unpacked(value) for value in shown["values"]}
