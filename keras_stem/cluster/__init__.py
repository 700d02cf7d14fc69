"""Work on the blocks of a scan by the workers of a Dask cluster.

A task is made ready once by each worker, which opens files and loads models itself, and is then called with
one block after the other. Results come back in the order of the blocks.
"""
