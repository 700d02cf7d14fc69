import socket
import subprocess
import time
import urllib.request

import pytest


@pytest.mark.slow
def test_the_ui_serves_the_tracked_runs(kstem, trained):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([*kstem, "ui", "--port", str(port)], start_new_session=True)
    try:
        deadline = time.time() + 90
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                    assert answer.status == 200
                    break
            except OSError:
                assert time.time() < deadline, "the UI did not start"
                time.sleep(0.5)
    finally:
        import os
        import signal

        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)
