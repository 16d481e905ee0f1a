"""How a test tells an app in another process to go on: it answers a call on a port of its own.

A connection and not a request: a server with a single worker has nobody left to take one.
"""

from __future__ import annotations

import os
import socket

VARIABLE = "TEST_RELEASE_PORT"
PATIENCE = 30.0


def wait_for_release() -> None:
    """In the app: wait until the test has answered, or is gone."""
    with socket.create_connection(("127.0.0.1", int(os.environ[VARIABLE])), PATIENCE) as call:
        call.recv(1)


def release(listener: socket.socket) -> None:
    """In the test: take the app's call and answer it."""
    listener.settimeout(PATIENCE)
    call, _ = listener.accept()
    with call:
        call.sendall(b"!")
