"""Chains of the pages of TIFF files, made by hand."""

import struct

import pytest

from keras_stem.scan.tiff_pages import ends_early


def classic(order, following):
    """A TIFF file (TIFF 6.0, section 2) with two directories of one tag, the second at byte 26."""
    mark = b"II" if order == "<" else b"MM"
    tag = struct.pack(order + "HHLL", 256, 3, 1, 64)
    first = struct.pack(order + "H", 1) + tag + struct.pack(order + "L", 26)
    second = struct.pack(order + "H", 1) + tag + struct.pack(order + "L", following)
    return mark + struct.pack(order + "HL", 42, 8) + first + second


@pytest.mark.parametrize("order", "<>")
def test_a_chain_ends_with_0(order, tmp_path):
    path = tmp_path / "a.tif"
    path.write_bytes(classic(order, 0))
    assert not ends_early(path)
    path.write_bytes(classic(order, 0)[:-1])
    assert ends_early(path)
    path.write_bytes(classic(order, 5000))
    assert ends_early(path)


def test_a_chain_that_leads_to_itself_ends(tmp_path):
    (tmp_path / "a.tif").write_bytes(classic("<", 8))
    assert not ends_early(tmp_path / "a.tif")


def test_the_offsets_of_big_tiff_have_eight_bytes(tmp_path):
    directory = struct.pack("<Q", 1) + struct.pack("<HHQQ", 256, 3, 1, 64) + struct.pack("<Q", 0)
    whole = b"II" + struct.pack("<HHHQ", 43, 8, 0, 16) + directory
    path = tmp_path / "a.tif"
    path.write_bytes(whole)
    assert not ends_early(path)
    path.write_bytes(whole[:-4])
    assert ends_early(path)
