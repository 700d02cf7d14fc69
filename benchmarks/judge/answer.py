"""Process of one method: ``python -m judge.answer '[method, set, count, seed, path]'``."""

import json
import os
import resource
import sys
import tempfile

import numpy as np

from judge.registry import methods, test_sets


def main() -> None:
    name, set_name, count, seed, path = json.loads(sys.argv[1])
    test_set = test_sets()[set_name]
    patterns = test_set.make(count, seed)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        found = methods()[name].answer(test_set, patterns)
        os.chdir("/")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    np.savez(
        path,
        matrices=found.matrices,
        confidence=found.confidence,
        bound=found.bound,
        seconds=found.seconds,
        memory=found.memory or own,
        **({} if found.phase is None else {"phase": found.phase}),
    )


if __name__ == "__main__":
    main()
