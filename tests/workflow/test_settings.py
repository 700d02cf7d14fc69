"""All settings of one crystal give the same crystal directions, by template matching and by a network."""

import json

import numpy as np
import pytest
from crystals import SAME_CRYSTAL, cif, write_cif

from keras_stem.crystal.axes import relation
from keras_stem.crystal.disorientation import BEAM_TWOFOLD, disorientation
from keras_stem.crystal.phase import cell_of
from keras_stem.crystal.rotations import random_rotations
from keras_stem.crystal.structure_files import CrystalFile, load_phase
from keras_stem.crystal.symmetry import proper_point_group
from keras_stem.errors import KerasStemError
from keras_stem.indexing.settings import Matching
from keras_stem.io.map_grid import crystal_map
from keras_stem.scan.scan import Scan
from keras_stem.scan.writing import append_labels
from keras_stem.simulate.microstructure import Polycrystal
from keras_stem.simulate.simulation import Camera, Simulation, simulate_scan
from keras_stem.tracking.resolve import load_model
from keras_stem.workflow.match import match_scan


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    """Simulated scans of LiNiO2, spinel, silicon and zirconia, by the names of their files."""
    folder, made = tmp_path_factory.mktemp("settings"), {}
    for names in SAME_CRYSTAL:
        made[names] = folder / f"{names[0]}.h5"
        grains = Polycrystal((4, 6), 4, vacuum=0, overlap=0)
        crystal = CrystalFile(str(cif(names[0])))
        simulate_scan(made[names], Simulation(grains, camera=Camera(pixels=64), crystal=crystal))
    return made


def along_lab(phase, rotations):
    """Miller indices [uvw], shape (n, 3, 3), of x, y and z of the lab."""
    return np.swapaxes(rotations.to_matrix(), -1, -2) @ np.linalg.inv(cell_of(phase).base)


def degrees_apart(first, second, phase):
    """Angles between directions [uvw] of one cell, the nearest equivalents of x, y and z together."""
    base, symmetry = cell_of(phase).base, proper_point_group(phase)
    vectors = [one @ base / np.linalg.norm(one @ base, axis=-1, keepdims=True) for one in (first, second)]
    every = np.einsum("sij,nkj->snki", symmetry.to_matrix().reshape(-1, 3, 3), vectors[0])
    cosines = np.einsum("snki,nki->snk", every, vectors[1]).min(axis=-1)
    return np.rad2deg(np.arccos(np.clip(cosines.max(axis=0), -1, 1)))


@pytest.mark.parametrize("names", SAME_CRYSTAL, ids=lambda names: names[0])
def test_matching_gives_one_crystal_its_directions_whatever_the_setting(scans, names):
    settings = Matching(resolution=5, keep=1.0)
    with Scan(scans[names]) as scan:
        phases = [load_phase(cif(name)) for name in names]
        found = [match_scan(scan, [phase], settings)[0] for phase in phases]
    reference = along_lab(phases[0], found[0].rotations)
    for phase, labels in zip(phases[1:], found[1:], strict=True):
        apart = degrees_apart(along_lab(phase, labels.rotations), reference, phases[0])
        assert np.median(apart) < 0.01
        assert np.max(apart) < 0.1


def test_matching_in_a_kept_cell(scans):
    """Its templates stand elsewhere, so that the answers agree within their distance."""
    names = SAME_CRYSTAL[2]
    settings = Matching(resolution=2, keep=1.0)
    with Scan(scans[names]) as scan:
        standard, kept = load_phase(cif(names[0])), load_phase(cif(names[1]), keep_cell=True)
        found = [match_scan(scan, [phase], settings)[0].rotations for phase in (standard, kept)]
    # By hand: a_h = a - b, b_h = b - c, c_h = a + b + c; vectors of the rhombohedral cell in hexagonal terms.
    by_hand = np.linalg.inv([[1, -1, 0], [0, 1, -1], [1, 1, 1]])
    apart = [
        degrees_apart(along_lab(kept, ways) @ by_hand, along_lab(standard, found[0]), standard)
        for ways in (found[1], found[1] * BEAM_TWOFOLD)
    ]
    assert np.median(np.minimum(*apart)) < 2


@pytest.mark.backend
def test_a_network_maps_in_the_axes_of_another_setting(trained, scan, tmp_path):
    from keras_stem.inference.scan_map import predict_map

    model = load_model(trained.model_uri)
    kept = load_phase(cif("linio2_rhombohedral"), keep_cell=True)
    own, other = predict_map(model, scan), predict_map(model, scan, phase=kept)
    by_hand = np.linalg.inv([[1, -1, 0], [0, 1, -1], [1, 1, 1]])
    hexagonal = along_lab(kept, other.crystal_map.rotations) @ by_hand
    reference = along_lab(scan.phase, own.crystal_map.rotations)
    assert degrees_apart(hexagonal, reference, scan.phase).max() < 0.05
    np.testing.assert_allclose(other.disorientation, own.disorientation, atol=0.01)
    with pytest.raises(KerasStemError, match=r"Expected one crystal, found two: LiNiO2 .* and spinel"):
        predict_map(model, scan, phase=load_phase(cif("spinel_origin2")))


@pytest.mark.backend
def test_labels_in_another_setting_are_compared_in_the_models(trained, own_scan):
    from keras_stem.inference.scan_map import predict_map

    kept = load_phase(cif("linio2_rhombohedral"), keep_cell=True)
    model = load_model(trained.model_uri)
    with Scan(own_scan) as scan:
        before = predict_map(model, scan).disorientation
        turned = relation(scan.phase, kept) * scan.labels.rotations
        labels = crystal_map(turned, kept, scan.info.shape, scan.info.steps, scan.info.unit, {})
    append_labels(own_scan, labels)
    with Scan(own_scan) as scan:
        assert scan.phase.setting.symbol == "R -3 m:R"
        np.testing.assert_allclose(predict_map(model, scan).disorientation, before, atol=0.01)


@pytest.mark.backend
def test_the_command_takes_the_setting(run, scan_path, trained, tmp_path):
    told = run(
        "map", scan_path, "--model", trained.model_uri, "--out", tmp_path / "out",
        "--cif", cif("linio2_rhombohedral"), "--keep-cell",
    )  # fmt: skip
    assert "R -3 m:R (166)" in told
    told = run("export", tmp_path / "out" / "map.h5", tmp_path / "map.ang", "--axes", "file")
    assert "axes of linio2_rhombohedral.cif" in told
    assert "LatticeConstants 5.013" in " ".join((tmp_path / "map.ang").read_text().split())


def test_two_phases_of_one_name_keep_their_grains(run, tmp_path):
    files = []
    for folder, a in (("one", 3.6), ("two", 4.2)):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "Cu.cif"
        files.append(write_cif(path, "F m -3 m", f"{a} {a} {a} 90 90 90", ["Cu 0 0 0 1 0"]))
    phases = [load_phase(path) for path in files]
    phase_id = np.repeat([0, 1], 18)
    rotations = random_rotations(2, np.random.default_rng(2))[phase_id]
    made = crystal_map(rotations, phases, (6, 6), 1.0, "nm", {}, phase_id)
    from keras_stem.io.export import write_map

    write_map(tmp_path / "map.h5", made, {})
    run("grains", tmp_path / "map.h5", "--out", tmp_path / "grains")
    statistics = json.loads((tmp_path / "grains" / "grains.json").read_text())
    assert {name: one["points"] for name, one in statistics["phases"].items()} == {"Cu-1": 18, "Cu-2": 18}
    run("texture", tmp_path / "map.h5", "--out", tmp_path / "texture")
    assert set(json.loads((tmp_path / "texture" / "texture.json").read_text())["phases"]) == {"Cu-1", "Cu-2"}


def test_a_map_of_another_setting_is_compared_in_the_axes_of_the_first(run, tmp_path):
    from keras_stem.io.export import write_map

    standard, kept = load_phase(cif("zirconia_p21c")), load_phase(cif("zirconia_unique_c"), keep_cell=True)
    rotations = random_rotations(36, np.random.default_rng(2))
    turned = relation(standard, kept) * rotations
    assert np.rad2deg(disorientation(turned, rotations, proper_point_group(standard))).max() > 5
    for name, phase, each in (("a", standard, rotations), ("b", kept, turned)):
        write_map(tmp_path / f"{name}.h5", crystal_map(each, phase, (6, 6), 1.0, "nm", {}), {})
    run("compare-maps", tmp_path / "a.h5", tmp_path / "b.h5", "--out", tmp_path / "difference")
    assert np.load(tmp_path / "difference" / "disorientation.npy").max() < 1e-3


def test_the_command_that_shows_a_crystal(run, tmp_path):
    told = run("phase", cif("zirconia_unique_c"), cif("spinel_origin1"), "--plot", tmp_path / "zones")
    for part in (
        "P 1 21/c 1 (14)", "P 1 1 21/b", "2 along [0 1 0]", "Zr4 O8", "5.81 g/cm³", "4 0 0", "2.0612",
        "B or U of Zr, O is missing", "F d -3 m:2", "Li8 Mn16 O32",
    ):  # fmt: skip
        assert part in told, part
    assert len(list((tmp_path / "zones").glob("*.png"))) == 2
    told = run("phase", tmp_path / "absent.cif", status=1)
    assert "absent.cif" in told
