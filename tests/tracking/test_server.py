"""Tracking servers that do not answer, or that refuse."""

import os
import socket
import time

import pytest

from keras_stem.errors import KerasStemError
from keras_stem.tracking.server import require_answer
from keras_stem.tracking.store import connect


@pytest.mark.parametrize("listening", [False, True])
def test_a_server_that_does_not_answer_is_told_soon(listening, monkeypatch):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if listening:  # takes the connection, and says nothing
            silent.listen()
        uri = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        begun, before = time.monotonic(), dict(os.environ)
        with pytest.raises(KerasStemError, match=f"The tracking server {uri} does not answer") as raised:
            connect()
    assert time.monotonic() - begun < 10
    assert "\n" not in str(raised.value)
    assert {name for name in os.environ if "HTTP_REQUEST" in name} == {
        name for name in before if "HTTP_REQUEST" in name
    }


def test_a_server_that_refuses_is_told_with_its_reason(monkeypatch):
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    class Refuse(BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_error(401)

        def log_message(self, *text):
            pass

    server = HTTPServer(("127.0.0.1", 0), Refuse)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        with pytest.raises(KerasStemError, match=r"rejects the request: .*401"):
            require_answer(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
