"""Process of one method: ``python -m judge.answer '[method, set, count, asked, seed, path]'``."""

import contextlib
import json
import sys
import tempfile
from pathlib import Path

import numpy as np

from judge.programs.peak_memory import peak_memory
from judge.registry import methods, test_sets


def main() -> None:
    name, set_name, count, asked, seed, path = json.loads(sys.argv[1])
    test_set = test_sets()[set_name]
    patterns = test_set.make(count, seed).first(asked)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        found = methods()[name].answer(test_set, patterns)
    arrays = {"matrices": found.matrices, "confidence": found.confidence, "bound": found.bound}
    if found.phase is not None:
        arrays["phase"] = found.phase
    # The memory of a method of this process, unless another program has stated its own.
    memory = peak_memory() if np.isnan(found.memory) else found.memory
    with Path(path).open("wb") as file:
        np.savez(file, **arrays, seconds=found.seconds, memory=memory)


if __name__ == "__main__":
    main()
