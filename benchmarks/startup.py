"""`kstem --help` and `import keras_stem` against `python -c "import click"`."""

import shutil
import statistics
import subprocess
import sys
import time

GOAL = 3.0
RUNS = 15


def seconds(command: list[str]) -> float:
    """Return how long a command takes."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    kstem = shutil.which("kstem")
    if kstem is None:
        sys.exit("kstem is not installed in this environment.")
    peer = [sys.executable, "-c", "import click"]
    for name, command in (
        ("kstem --help", [kstem, "--help"]),
        ("import keras_stem", [sys.executable, "-c", "import keras_stem"]),
    ):
        ratios = [seconds(command) / seconds(peer) for _ in range(RUNS + 1)][1:]
        print(f"{name}: {statistics.median(ratios):.2f} times the import of click (goal under {GOAL})")


if __name__ == "__main__":
    main()
