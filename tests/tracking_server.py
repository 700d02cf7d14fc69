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


class MlflowServer:
    """``mlflow server`` with a SQLite store in a folder, which may be stopped and started again."""

    def __init__(self, folder, database=None):
        self._folder, self._program = folder, None
        self.port = free_port()
        self.uri = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        arguments = ("--backend-store-uri", f"sqlite:///{self._folder}/mlflow.db")
        places = ("--artifacts-destination", str(self._folder / "artifacts"))
        address = ("--host", "127.0.0.1", "--port", str(self.port), "--workers", "1")
        environment = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW")}
        self._program = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", *arguments, *places, *address],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + 60
        while not self._answers():
            assert self._program.poll() is None and time.monotonic() < deadline
            time.sleep(0.2)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.uri}/health", timeout=5) as answer:
            return answer.status == 200
        return False

    def stop(self) -> None:
        if self._program:
            os.killpg(self._program.pid, signal.SIGKILL)
            self._program.wait(30)
            self._program = None


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
