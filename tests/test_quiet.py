"""What libraries say stays out of the terminal unless it is asked for, and is left alone in a notebook."""

import logging
import subprocess
import warnings

import numpy as np
import pytest
from vendor_files import write_merlin

from keras_stem.workflow.convert import Conversion, convert

NEWS = """
import logging, warnings
from keras_stem.cli.main import main
import sys
sys.argv = ["kstem", *{options}, "phase", "--help"]
try:
    main()
finally:
    warnings.simplefilter("always")  # as HyperSpy and NumPy do for their own
    warnings.warn("a warning of a library")
    logging.getLogger("rsciio").setLevel("WARNING")
    logging.getLogger("rsciio").warning("a message of a library")
"""


@pytest.fixture
def merlin(tmp_path, rng):
    """A file without its .hdr file, of which RosettaSciIO warns."""
    write_merlin(tmp_path / "scan.mib", rng.integers(0, 99, (12, 8, 8)).astype(np.uint16), columns=4)
    return tmp_path / "scan.mib"


def test_our_words_replace_those_of_a_library(merlin, kstem):
    command = [*kstem, "convert", merlin, merlin.with_name("out.h5")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "couldn't" not in done.stdout
    assert "has no .hdr file beside it; 3 rows of 4 follow from the times" in done.stdout


def test_debug_shows_what_libraries_say(merlin, kstem):
    command = [*kstem, "--debug", "convert", merlin, merlin.with_name("out.h5")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "file couldn't be found" in done.stdout + done.stderr


@pytest.mark.parametrize("options", [[], ["--debug"]])
def test_libraries_that_set_filters_of_their_own(options, kstem):
    done = subprocess.run([kstem[0], "-c", NEWS.format(options=options)], capture_output=True, text=True)
    assert done.returncode == 0
    for news in ("a warning of a library", "a message of a library"):
        assert (news in done.stdout + done.stderr) == bool(options)


def test_filters_of_a_notebook_are_left_alone(merlin):
    convert(merlin, merlin.with_name("out.h5"), Conversion(centre=True))  # libraries set theirs once
    filters, level = list(warnings.filters), logging.getLogger("rsciio").level
    convert(merlin, merlin.with_name("out.h5"), Conversion(centre=True))
    assert warnings.filters == filters
    assert logging.getLogger("rsciio").level == level
    assert logging.root.manager.disable == logging.NOTSET
