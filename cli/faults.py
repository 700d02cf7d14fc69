"""Words for faults of the machine that come up in libraries."""

_STORE = {
    "database or disk is full": "The disk of the store of runs is full",
    "disk I/O error": "The disk does not take what is written to the store of runs",
    "attempt to write a readonly database": "The store of runs can only be read",
    "unable to open database file": "The store of runs cannot be opened",
    "database is locked": "Another program keeps the store of runs locked",
}
"""What SQLite says, which libraries pass on with the statement that failed."""


def explained(error: Exception) -> str:
    """Return in one line what happened, or what Python says of an error that nobody expected."""
    from keras_stem.tracking.store import tracking_uri

    text = str(error)
    for reason, meaning in _STORE.items():
        if reason in text:
            return f"{meaning}: {tracking_uri()}."
    more = "(kstem --debug shows where)"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename or 'perhaps in the folder of temporary files'} {more}"
    return f"{type(error).__name__}: {text[:300]} {more}"
