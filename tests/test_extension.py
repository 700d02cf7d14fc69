"""A network, a head, a map format and a figure of another package work without a change here."""

import os
import subprocess
import sys

import numpy as np
import pytest
from orix.quaternion import Rotation
from phases import LINIO2

from keras_stem.crystal.disorientation import disorientation
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.scan.scan import Scan
from keras_stem.tracking.resolve import load_model

NETWORK = '''
from dataclasses import dataclass
from keras_stem.networks.declaration import NetworkConfig, option


@dataclass(frozen=True)
class MLPConfig(NetworkConfig):
    """Options of a multi-layer perceptron."""

    arch = "mlp"
    title = "Perceptron"
    summary = "two fully connected layers"
    builder = "kstem_extension.builder:build"

    hidden: int = option(16, "Units of the hidden layer.", 1)
    gated: bool = option(False, "Multiply the hidden units by gates.")
    widths: tuple[int, ...] = option((8,), "Units of the layers before the last.", 1)
'''

BUILDER = """
import keras


@keras.saving.register_keras_serializable(package="kstem_extension")
class Gates(keras.layers.Layer):
    def call(self, x):
        return x * keras.ops.sigmoid(x)


def build(input_shape, outputs, config):
    patterns = keras.Input(input_shape)
    x = keras.layers.Dense(config.hidden)(keras.layers.Flatten()(patterns))
    x = Gates()(x) if config.gated else keras.layers.ReLU()(x)
    return keras.Model(patterns, keras.layers.Dense(outputs, name="head")(x), name="mlp")
"""

HEAD = """
import keras
import numpy as np
from keras import ops
from scipy.spatial.transform import Rotation

from keras_stem.crystal.rotation_ops import bunge
from keras_stem.heads.head import Decoder, Head


@keras.saving.register_keras_serializable(package="kstem_extension")
class QuaternionDecoder(Decoder):
    def call(self, outputs):
        return {"euler": bunge(self.candidates(outputs)[0][:, 0])}

    def candidates(self, outputs):
        q = ops.cast(outputs, "float32")
        x, y, z, w = ops.unstack(q / (ops.norm(q, axis=-1, keepdims=True) + 1e-6), axis=-1)
        rows = (
            (1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)),
            (2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)),
            (2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)),
        )
        matrices = ops.stack([ops.stack(row, axis=-1) for row in rows], axis=-2)[:, None]
        return matrices, ops.ones_like(matrices[..., 0, 0])


class QuaternionHead(Head):
    name = target = "quaternion"
    size = 4

    def encode(self, matrices, phases=None):
        return Rotation.from_matrix(matrices).as_quat(canonical=True)

    def decoder(self):
        return QuaternionDecoder(name="decoder")

    def loss(self):
        return keras.losses.MeanSquaredError()
"""

FORMAT = """
import json

import numpy as np
from orix.quaternion import Rotation

from keras_stem.crystal.frames import Frame
from keras_stem.errors import KerasStemError
from keras_stem.io.foreign_map import ForeignMap
from keras_stem.io.map_format import MapFormat
from keras_stem.io.writing import map_text


def read(path):
    told = json.loads(path.read_text())
    points = np.array(told["points"])
    return ForeignMap(
        Rotation.from_euler(points[:, 2:5]), points[:, 5].astype(int), {}, points[:, 0], points[:, 1], "um",
        {"Q": points[:, 6]},
    )


def write(path, crystal_map, origin):
    text = map_text(crystal_map, origin)
    euler = crystal_map.rotations.to_euler()
    rows = np.column_stack([text.x, text.y, euler, crystal_map.phase_id, text.q])
    path.write_text(json.dumps({"by": text.origin, "points": rows.tolist()}))


UPSIDE = Frame("x left, y down", 2)
FORMAT = MapFormat(
    ".jsonmap", "the extension", read, write, frames={"upside": UPSIDE}, lists_phases=False
)
"""

FIGURE = """
from matplotlib.figure import Figure


def agreement(context):
    figure = Figure()
    axes = figure.subplots()
    for name, errors in context.errors.items():
        axes.plot(context.labels.prop["Q"][context.visible], errors.disorientation[context.visible], ".")
    axes.set_title("Errors of " + ", ".join(context.maps))
    return figure


def nothing(context):
    context.notes.append("The figure nothing is left out: it shows nothing.")
"""

ENTRY_POINTS = """[keras_stem.figures]
error_against_q = kstem_extension.figure:agreement
nothing = kstem_extension.figure:nothing
gone = kstem_extension.figure:gone

[keras_stem.map_formats]
jsonmap = kstem_extension.map_format:FORMAT

[keras_stem.networks]
mlp = kstem_extension.network:MLPConfig

[keras_stem.heads]
quaternion = kstem_extension.head:QuaternionHead
"""

PROGRAM = "from keras_stem.cli.main import entry_point; entry_point()"
TRAINING = ("--arch", "mlp", "--max-epochs", "1", "--score-every", "1", "--no-augment")


@pytest.fixture(scope="module")
def extension(tmp_path_factory):
    """Install a package with one of each, as pip would, into a folder of its own."""
    folder = tmp_path_factory.mktemp("site")
    package, metadata = folder / "kstem_extension", folder / "kstem_extension-1.0.dist-info"
    package.mkdir()
    metadata.mkdir()
    for name, text in (
        ("__init__", ""),
        ("network", NETWORK),
        ("builder", BUILDER),
        ("head", HEAD),
        ("map_format", FORMAT),
        ("figure", FIGURE),
    ):
        (package / f"{name}.py").write_text(text)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: kstem_extension\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    return folder


@pytest.fixture
def kstem(extension, tmp_path):
    """Return a function that runs kstem where the package is installed, and returns what it printed."""
    path = os.pathsep.join([str(extension), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path, "MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path}/mlflow.db"}

    def run(*arguments, code=0):
        command = [sys.executable, "-c", PROGRAM, *map(str, arguments)]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    return run


def test_options_and_help_of_another_packages_network(kstem):
    told = kstem("fit", "--arch", "mlp", "--help")
    assert "Perceptron: units of the hidden layer.  [16]" in " ".join(told.split()).replace(" [16]", "  [16]")
    assert "--gated / --no-gated" in told
    assert "--kernel-size" not in told
    assert "quaternion" in told
    for command in ("map", "evaluate"):
        assert "mlp" in kstem(command, "--help")
    assert "mlp" in kstem("fit", "--kernel-size", "3", "--arch", "mlp", "x.h5", code=1)


@pytest.mark.slow
def test_a_map_format_and_frame_of_another_package(kstem, own_scan, tmp_path):
    kstem("export", own_scan, "map.jsonmap")
    with Scan(own_scan) as scan:
        before = scan.labels
    (tmp_path / "x.cif").write_text(LINIO2)
    given = ("--cif", "x.cif", "--ignore-step")
    assert "give --cif" in kstem("label", "import", own_scan, "map.jsonmap", "--frame", "orix", code=1)
    kstem("label", "import", own_scan, "map.jsonmap", "--frame", "orix", *given)
    with Scan(own_scan) as scan:
        same = scan.labels
    symmetry = proper_point_group(before.phases[0])
    assert disorientation(same.rotations, before.rotations, symmetry).max() < 1e-5
    np.testing.assert_allclose(same.prop["Q"], before.prop["Q"])
    kstem("label", "import", own_scan, "map.jsonmap", "--frame", "upside", *given)
    with Scan(own_scan) as scan:
        turned = scan.labels.rotations * Rotation([0, 0, 0, 1])
    assert disorientation(turned, before.rotations, symmetry).max() < 1e-5
    assert ".jsonmap (the extension)" in kstem(
        "label", "import", own_scan, "x.cif", "--frame", "orix", code=1
    )


@pytest.mark.slow
def test_a_figure_of_another_package(kstem, trained, scan_path, tmp_path):
    load_model(trained.model_uri).save(tmp_path / "model.keras")
    assert "error_against_q" in kstem("figures", "--help")
    asked = ("figures", scan_path, "--model", tmp_path / "model.keras", "--out", tmp_path / "figures")
    told = kstem(*asked, "--figure", "error_against_q", "--figure", "nothing")
    assert "The figure nothing is left out" in told
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {
        "error_against_q.png",
        "error_against_q.svg",
    }
    assert "Errors of CNN" in (tmp_path / "figures" / "error_against_q.svg").read_text(encoding="utf-8")
    assert "Cannot import the figure gone" in kstem(*asked, "--figure", "gone", code=1)


@pytest.mark.slow
def test_a_network_and_a_head_of_another_package_in_all_commands(kstem, scan_path, tmp_path):
    (tmp_path / "grid.toml").write_text(
        'title = "Two"\n[base]\narch = "mlp"\nmax-epochs = 1\nscore-every = 1\n[grid]\nhidden = [4, 8]\n'
    )
    told = kstem("fit", scan_path, *TRAINING, "--gated", "--target", "quaternion")
    assert "Registered as models:/LiNiO2/1" in told
    kstem("map", scan_path, "--arch", "mlp", "--out", tmp_path / "map")
    assert (tmp_path / "map" / "ipf_z.png").is_file()
    kstem("study", tmp_path / "grid.toml", scan_path)
    compared = kstem("compare")
    assert all(cell in compared for cell in ("hidden 4", "hidden 8"))
    assert "DS_Q" in kstem("evaluate", scan_path, "--arch", "mlp")
    kstem("figures", scan_path, "--paper", "--out", tmp_path / "figures")
    assert (tmp_path / "figures").is_dir()
