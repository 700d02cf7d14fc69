"""Standard streams and terminating signals of the process."""

import atexit
import contextlib
import os
import signal
import stat
import sys
import threading
from collections.abc import Iterator
from typing import NoReturn

_TERMINATING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
_STREAMS = {"stdin": 0, "stdout": 1, "stderr": 2}


def prepare_streams() -> None:
    """Configure the standard streams for any encoding, and for processes without a terminal."""
    for name, number in _STREAMS.items():
        try:
            os.fstat(number)
        except OSError:  # closed: the next file to be opened would take its place, and get what is printed
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "r" if name == "stdin" else "w", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # not every terminal has a sign for every character


def discard_output(only_terminals: bool = False) -> None:
    """Discard pending and future output."""
    null = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        if not only_terminals or stat.S_ISCHR(os.fstat(number).st_mode):
            os.dup2(null, number)
    os.close(null)


def flush_output() -> None:
    """Flush the output, discarding what cannot be written, about which Python would complain on exit."""
    try:
        sys.stdout.flush()
    except OSError:
        discard_output()


def end_process(status: int) -> NoReturn:
    """End threads, call the exit functions and end the process, without taking the interpreter down.

    Threads of TensorFlow may still call Python then, and wait for it forever. It would also take seconds. As
    in Python's own end, pools of processes are told to stop before the exit functions wait for them.
    """
    with contextlib.suppress(KeyboardInterrupt):
        threading._shutdown()
        atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


@contextlib.contextmanager
def ended_like_ctrl_c() -> Iterator[list[int]]:
    """Raise `KeyboardInterrupt` on SIGTERM and SIGHUP, which schedulers and closed terminals send.

    Yields
    ------
    list of int
        Number of the first received signal; empty if there is none. Ignored signals, as under
        nohup, remain ignored.
    """
    received: list[int] = []

    def receive(number, frame):
        if received:
            return  # it is being done
        received.append(number)
        if number != signal.SIGTERM:
            discard_output(only_terminals=True)  # the terminal is gone, and printing would fail
        raise KeyboardInterrupt

    watched = [number for number in _TERMINATING if signal.getsignal(number) == signal.SIG_DFL]
    for number in watched:
        signal.signal(number, receive)
    try:
        yield received
    finally:
        for number in watched:
            signal.signal(number, signal.SIG_DFL)
