"""Messages for system errors, such as a full disk, that libraries raise."""

import sys

_STORE = {
    "database or disk is full": "The disk of the tracking store is full",
    "disk I/O error": "Writing to the tracking store failed with a disk error",
    "attempt to write a readonly database": "The tracking store is read-only",
    "unable to open database file": "The tracking store cannot be opened",
    "database is locked": "The tracking store is locked by another program",
}
"""Messages by those of SQLite, which libraries pass on with the failed statement."""

_NO_CACHE = ("cannot cache function", "requires access to a writable cache directory")
"""Messages of Numba and Matplotlib."""


def explained(error: Exception) -> str:
    """Return the message for a system error, or Python's description of an unexpected error."""
    from keras_stem.tracking.store import tracking_uri

    text = str(error)
    for reason, meaning in _STORE.items():
        if reason in text:
            return f"{meaning}: {tracking_uri()}."
    if any(words in text for words in _NO_CACHE):
        return (
            "Expected a writable folder for the caches of libraries, found neither the home nor the folder "
            "of temporary files writable; set HOME or TMPDIR to a writable folder."
        )
    if isinstance(error, UnicodeEncodeError) and "surrogates not allowed" in text:
        encoding = sys.getfilesystemencoding()
        return f"Expected paths in {encoding}, found one in another encoding; set PYTHONUTF8=1, or rename it."
    more = "(kstem --debug shows where)"
    if isinstance(error, OSError) and error.strerror:
        place = error.filename or "in printing, or in the folder of temporary files"
        return f"{error.strerror}: {place} {more}"
    return f"{type(error).__name__}: {text[:300]} {more}"
