"""One HTML page about a map or a training, which needs no network to open."""
