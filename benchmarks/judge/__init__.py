"""The judge: patterns by other programs, what is possible on them, and the answers of all methods."""

import logging

logging.getLogger("hyperspy").setLevel(logging.ERROR)
