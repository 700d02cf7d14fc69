"""Template matching of keras_stem."""

from typing import ClassVar

import numpy as np

from judge import crystals
from judge.method import Answers, Method, Stopwatch, scan_path, unknown
from judge.test_set import Patterns, TestSet


class Matching(Method):
    """``kstem label match`` at its defaults."""

    name: ClassVar[str] = "keras_stem matching"
    settings: ClassVar[str] = "`kstem label match SCAN --cif FILE`"

    def answer(self, test_set: TestSet, patterns: Patterns) -> Answers:
        from keras_stem.crystal.rotations import first_rotations
        from keras_stem.indexing.settings import Matching as Settings
        from keras_stem.scan.scan import Scan
        from keras_stem.workflow.match import match_scan

        phase = crystals.phase(test_set.crystal)
        few = Patterns(patterns.counts[:4], patterns.matrices[:4])
        with Scan(scan_path(test_set, few)) as scan:
            match_scan(scan, [phase], Settings())  # compiles
        with Scan(scan_path(test_set, patterns)) as scan, Stopwatch() as whole:
            labels, _ = match_scan(scan, [phase], Settings())
        rotations = first_rotations(labels)
        return Answers(
            rotations.to_matrix(),
            np.asarray(labels.prop["R"], float),
            unknown(len(patterns.counts)),
            whole.seconds,
            0.0,
        )


METHODS = (Matching(),)
