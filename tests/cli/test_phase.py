"""``kstem phase``."""

from crystals import cif


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
