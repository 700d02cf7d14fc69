"""Work on the blocks of a vendor's file, in this process or by the workers of a cluster."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_stem.workflow.conversion import Conversion
from keras_stem.workflow.source_blocks import RowBlock, SourcePatterns, open_source

if TYPE_CHECKING:
    from distributed import Client

Step = Callable[[RowBlock, np.ndarray], Any]
"""Step on a block and its patterns (rows, columns, H, W); picklable, so that it can be sent to workers."""


@dataclass(frozen=True)
class SourceTask:
    """Step on the blocks of a vendor's file.

    Parameters
    ----------
    path
        Path of the file, as the workers see it.
    conversion
        Settings of the conversion.
    step
        The step.
    """

    path: str
    conversion: Conversion
    step: Step

    def ready(self) -> Callable[[RowBlock], Any]:
        """Return the function of a block, which opens the file each time, so that it is never kept open."""
        return self._result

    def _result(self, block: RowBlock) -> Any:
        _, source = open_source(self.path, self.conversion, scheduler="synchronous")
        [patterns] = source.read([block])
        return self.step(block, patterns)


class SourceWork:
    """A vendor's file whose blocks are worked on, in their order.

    Parameters
    ----------
    path
        Path of the file.
    conversion
        Settings of the conversion.
    source
        Opened patterns of the file.
    client
        Client of a Dask cluster, whose workers open the file themselves; None for this process.
    """

    def __init__(
        self,
        path: str | Path,
        conversion: Conversion,
        source: SourcePatterns,
        client: "Client | None" = None,
    ):
        self._path, self._conversion, self._source = Path(path), conversion, source
        self.client = client

    def results(self, step: Step, blocks: Sequence[RowBlock]) -> Iterator[Any]:
        """Yield the result of a step for each block.

        Raises
        ------
        KerasStemError
            If the file cannot be read, here or by a worker, or a value is not finite.
        """
        if self.client is None:
            patterns = self._source.read(blocks)
            yield from (step(block, read) for block, read in zip(blocks, patterns, strict=True))
            return
        from keras_stem.cluster.blocks import results_of

        task = SourceTask(str(self._path.resolve()), self._conversion, step)
        yield from results_of(self.client, task, blocks)
