"""Template matching of keras_stem."""

from typing import ClassVar

import numpy as np

from judge import crystals
from judge.method import Answers, Method, Stopwatch, own_sources, scan_path
from judge.test_set import Patterns, TestSet


class Matching(Method):
    """``kstem label match`` at its defaults."""

    name: ClassVar[str] = "keras_stem matching"
    settings: ClassVar[str] = "`kstem label match SCAN --cif FILE`"
    takes_phases: ClassVar[bool] = True
    states_bounds: ClassVar[bool] = True
    consensus: ClassVar[bool] = False
    confidence: ClassVar[str] = "R"

    def sources(self, test_set: TestSet) -> list[bytes]:
        return [*super().sources(test_set), *own_sources()]

    def answer(self, test_set: TestSet, patterns: Patterns) -> Answers:
        from keras_stem.crystal.rotations import first_rotations
        from keras_stem.indexing.settings import Matching as Settings
        from keras_stem.scan.scan import Scan
        from keras_stem.workflow.match import match_scan

        phases = [crystals.phase(name) for name in test_set.crystals]
        for _ in range(2):  # the first call compiles, the second takes as long as the bank of templates
            with Scan(scan_path(test_set, patterns.first(1))) as scan, Stopwatch() as bank:
                match_scan(scan, phases, Settings())
        with Scan(scan_path(test_set, patterns)) as scan, Stopwatch() as whole:
            labels, _ = match_scan(scan, phases, Settings(), consensus=self.consensus)
        rotations = first_rotations(labels)
        return Answers(
            rotations.to_matrix(),
            np.asarray(labels.prop[self.confidence], float),
            np.asarray(labels.prop["uncertainty"], float),
            whole.seconds - bank.seconds,
            np.nan,
            labels.phase_id,
        )


class Agreed(Matching):
    """``kstem label match --consensus``, of scans."""

    name: ClassVar[str] = "keras_stem consensus"
    settings: ClassVar[str] = "`kstem label match SCAN --cif FILE --consensus`"
    consensus: ClassVar[bool] = True
    confidence: ClassVar[str] = "probability"

    def refuses(self, test_set: TestSet) -> str:
        if test_set.shape is None:
            return "needs neighbours"
        return super().refuses(test_set)


METHODS = (Matching(), Agreed())
