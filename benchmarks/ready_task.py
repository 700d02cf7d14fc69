"""Task whose workers answer at once, to measure what client and scheduler take."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Ready:
    """Answer of a size (bytes per position)."""

    size: int

    def ready(self) -> Callable[[np.ndarray], dict[str, np.ndarray]]:
        """Return the function of a block of positions."""
        return lambda positions: {"q": np.zeros((len(positions), self.size), np.uint8)}
