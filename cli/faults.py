"""Words for faults of the machine that come up in libraries."""

import sys

_STORE = {
    "database or disk is full": "The disk of the store of runs is full",
    "disk I/O error": "The disk does not take what is written to the store of runs",
    "attempt to write a readonly database": "The store of runs can only be read",
    "unable to open database file": "The store of runs cannot be opened",
    "database is locked": "Another program keeps the store of runs locked",
}
"""What SQLite says, which libraries pass on with the statement that failed."""

_NO_CACHE = ("cannot cache function", "requires access to a writable cache directory")
"""What Numba and Matplotlib say."""


def explained(error: Exception) -> str:
    """Return in one line what happened, or what Python says of an error that nobody expected."""
    from keras_stem.tracking.store import tracking_uri

    text = str(error)
    for reason, meaning in _STORE.items():
        if reason in text:
            return f"{meaning}: {tracking_uri()}."
    if any(words in text for words in _NO_CACHE):
        return (
            "Libraries need a folder for their caches; neither the home nor the folder of temporary files "
            "can be written. Set HOME or TMPDIR to a folder that can."
        )
    if isinstance(error, UnicodeEncodeError) and "surrogates not allowed" in text:
        encoding = sys.getfilesystemencoding()
        return (
            f"A path is not in {encoding}, as Python expects of paths here; set PYTHONUTF8=1, or rename it."
        )
    more = "(kstem --debug shows where)"
    if isinstance(error, OSError) and error.strerror:
        place = error.filename or "in printing, or in the folder of temporary files"
        return f"{error.strerror}: {place} {more}"
    return f"{type(error).__name__}: {text[:300]} {more}"
