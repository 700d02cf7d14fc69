"""Packages of the distribution; what it requires is in keras_stem/requirements.txt, all else in setup.cfg.

The folder ``cli`` is installed as ``keras_stem.cli``, so that no top-level package called
``cli`` lands in anybody's environment.
"""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["keras_stem", "keras_stem.*"]), "keras_stem.cli"],
    package_dir={"keras_stem.cli": "cli"},
)
