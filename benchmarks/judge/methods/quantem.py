"""Orientations by quantem."""

from typing import ClassVar

from judge.environments import sources
from judge.method import Answers, Method, asked_in_program, given_to_program
from judge.test_set import Patterns, TestSet


class Quantem(Method):
    """quantem, as its documentation recommends: disks, plan, matching, refinement."""

    name: ClassVar[str] = "quantem"
    settings: ClassVar[str] = (
        "version 0.1.10; disks by a synthetic template; plan of 1° (zone axes) and 5° (in plane) without the "
        "precession; matching; refinement of each pattern by itself"
    )
    largest: ClassVar[int] = 400

    def sources(self, test_set: TestSet) -> list[bytes]:
        return sources("quantem", "quantem_match")

    def answer(self, test_set: TestSet, patterns: Patterns) -> Answers:
        return asked_in_program("quantem", "quantem_match", given_to_program(test_set, patterns))


METHODS = (Quantem(),)
