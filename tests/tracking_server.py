"""Tracking servers on loopback: a real one of MLflow, and ones that fail."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def mlflow_server(folder):
    """Run ``mlflow server`` with the SQLite store of a folder; yield its port."""
    port = free_port()
    store = ("--backend-store-uri", f"sqlite:///{folder}/mlflow.db")
    places = ("--artifacts-destination", str(folder / "artifacts"))
    address = ("--host", "127.0.0.1", "--port", str(port), "--workers", "1")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW")}
    program = subprocess.Popen(
        [sys.executable, "-m", "mlflow", "server", *store, *places, *address],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 300
        while not _answers(port):
            assert program.poll() is None and time.monotonic() < deadline
            time.sleep(0.2)
        yield port
    finally:
        os.killpg(program.pid, signal.SIGKILL)
        program.wait(30)


def _answers(port: int) -> bool:
    address = f"http://127.0.0.1:{port}/health"
    with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
        return answer.status == 200
    return False


class Address:
    """Address of a server that can be made absent and present at once, which a server itself cannot."""

    def __init__(self, port: int):
        self._server, self._listening, self._open = port, None, set()
        self.port = free_port()
        self.uri = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self.port))
        Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def stop(self) -> None:
        if self._listening:
            self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            self._listening = None
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def _accept(self, listening) -> None:
        with contextlib.suppress(OSError):
            while True:
                ours, _ = listening.accept()
                theirs = socket.create_connection(("127.0.0.1", self._server))
                self._open |= {ours, theirs}
                for ends in ((ours, theirs), (theirs, ours)):
                    Thread(target=self._forward, args=ends, daemon=True).start()

    @staticmethod
    def _forward(source, target) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def failing_server(status: int):
    """Yield the URI of a server that answers each request with an error."""

    class Fail(BaseHTTPRequestHandler):
        def answer(self):
            self.send_error(status)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        def log_message(self, *text):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Fail)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def hanging_server():
    """Yield the URI of a server that takes connections and says nothing."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        yield f"http://127.0.0.1:{silent.getsockname()[1]}"
