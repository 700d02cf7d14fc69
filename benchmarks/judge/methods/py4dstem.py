"""Orientations by py4DSTEM."""

from typing import ClassVar

from judge.environments import sources
from judge.method import Answers, Method, asked_in_program, given_to_program
from judge.test_set import Patterns, TestSet


class Py4DSTEM(Method):
    """ACOM of py4DSTEM, with its own detection of disks."""

    name: ClassVar[str] = "py4DSTEM"
    settings: ClassVar[str] = (
        "version 0.14.18; disks by find_Bragg_disks and a synthetic probe; ACOM with a plan of 1°, coarse "
        "steps of 4°, and the precession; two processes"
    )
    largest: ClassVar[int] = 400

    def sources(self, test_set: TestSet) -> list[bytes]:
        return sources("py4DSTEM", "py4dstem_match")

    def answer(self, test_set: TestSet, patterns: Patterns) -> Answers:
        return asked_in_program("py4DSTEM", "py4dstem_match", given_to_program(test_set, patterns))


METHODS = (Py4DSTEM(),)
