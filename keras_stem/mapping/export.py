"""A map written for other programs."""

from pathlib import Path

import h5py
import numpy as np
import orix.io
from orix.crystal_map import CrystalMap

from keras_stem.models.card import ModelCard


def write_map(crystal_map: CrystalMap, folder: Path, card: ModelCard, model: str, scan: str) -> None:
    """Write a map as orix HDF5 (``map.h5``) and in EDAX's text format (``map.ang``).

    Parameters
    ----------
    crystal_map
        The map.
    folder
        Where the files go.
    card
        Of the model that made the map.
    model, scan
        What made the map from what; both stand with the frame in the attributes of ``/crystal_map`` in
        ``map.h5``. The ``.ang`` format has no place for them, nor for the unit of the step: orix reads it
        back as um whatever it was.
    """
    orix.io.save(folder / "map.h5", crystal_map)
    with h5py.File(folder / "map.h5", "r+") as file:
        file["crystal_map"].attrs.update(
            {"frame": card.frame, "model": model, "scan": scan, "training_fingerprint": card.fingerprint}
        )
    quality = {"image_quality_prop": "Q"} if "Q" in crystal_map.prop else {}
    if "R" in crystal_map.prop:
        # EDAX's confidence index runs from 0 to 1.
        crystal_map.prop["confidence"] = np.asarray(crystal_map.prop["R"]) / 100
        quality["confidence_index_prop"] = "confidence"
    orix.io.save(folder / "map.ang", crystal_map, **quality)
    crystal_map.prop.pop("confidence", None)
