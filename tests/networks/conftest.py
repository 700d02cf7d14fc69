"""The Swin transformer of timm."""

import importlib.util
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def reference():
    spec = importlib.util.spec_from_file_location("reference", Path(__file__).with_name("reference.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules["reference"] = module
    spec.loader.exec_module(module)
    return module
