"""The one exception that is meant for the person in front of the program."""


class KerasStemError(Exception):
    """Something the user can mend.

    The message is one line: what was expected, what was found, and what to do. Commands print it on
    stderr and exit with status 1; a traceback appears only with ``--debug``.
    """


class StorageError(KerasStemError):
    """A file could not be written: the disk is full, or the file system failed in the middle of it."""


class TrainingDivergedError(KerasStemError):
    """The loss or the predictions are no longer finite; going on would not help."""


def reason_of(error: BaseException) -> str:
    """Return the first line of an exception's message, or its type's name where it has none."""
    return (str(error).splitlines() or [type(error).__name__])[0]
