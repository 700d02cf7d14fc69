"""Exceptions with messages for the user."""


class KerasStemError(Exception):
    """Error that the user can correct.

    The message is a single line that states what was expected, what was found, and what to do. Commands print
    it to stderr and exit with status 1; a traceback appears only with ``--debug``.
    """


class StorageError(KerasStemError):
    """Error of writing a file, because the disk is full or the file system failed during writing."""


class TrainingDivergedError(KerasStemError):
    """Error of a training whose loss or predictions are no longer finite."""


def reason_of(error: BaseException) -> str:
    """Return the first line of an exception's message, or the name of its type if the message is empty."""
    return (str(error).splitlines() or [type(error).__name__])[0]
