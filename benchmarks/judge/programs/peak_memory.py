"""Peak memory of a process, from the kernel."""

import resource
from pathlib import Path


def peak_memory() -> float:
    """Return the peak memory (MiB) of this process, or of the largest one that it started and waited for.

    ``ru_maxrss`` of the process itself would include that of the program which started it.
    """
    status = Path("/proc/self/status")
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    if not status.exists():
        return max(children, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    lines = status.read_text().splitlines()
    own = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return max(children, own / 1024)
