"""`run` in processes of its own: workers, reloading, and an end without remains."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from tests.cli.command import PATIENCE, Command, gone, until_answers
from tests.journey.visitor import Visitor

ASGI = """
import os

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})
        return
    who = scope["cognito_gate.identity"].username
    text = f"{who} {os.getpid()} first"
    store = [(b"x-store", os.environ.get("COGNITO_GATE_STORE", "").encode())]
    await send({"type": "http.response.start", "status": 200, "headers": store})
    await send({"type": "http.response.body", "body": text.encode()})

def make():
    return app
"""


@contextmanager
def running(tmp_path: Path, *words: str) -> Iterator[tuple[Command, Visitor]]:
    """`run --local` with those words, once it serves; and a browser."""
    with Command("run", "--local", "--port", "0", *words, cwd=tmp_path) as command:
        pool = command.wait_for(r"local Cognito is on (\S+):")
        app = command.wait_for(r"Open +(\S+)")
        assert until_answers(app)
        with Visitor(app, pool) as visitor:
            yield command, visitor


def until(holds: Callable[[], bool]) -> None:
    """Poll, with a deadline; a server that is just being replaced may drop a connection."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if holds():
                return
        time.sleep(0.05)
    raise AssertionError("it never came to hold")


def alive(pid: int) -> bool:
    """Whether a process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# Ctrl-C ends the commands of all other tests. What differs for a worker of a WSGI app is in
# test_serve.py, and such an app is signed in to in test_examples.py.
def test_workers_share_a_sign_in_and_a_store_and_end_with_a_signal(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(ASGI)
    (tmp_path / ".env").write_text("AWS_COGNITO_REFRESH_FLOW_ENABLED=true")
    with running(tmp_path, "--workers", "2", "--factory", "app:make") as (command, ada):
        command.wait_for(r"Workers +2: one of them refreshes")
        pids = {int(ada.sign_in().text.split()[1])}

        def both() -> bool:
            with Visitor(str(ada.app.base_url), str(ada.cognito.base_url)) as again:
                again.hold(ada.cookies)  # another connection, which the other may take
                pids.add(int(again.go("/").text.split()[1]))
            return len(pids) == 2

        until(both)
        assert command.process.pid not in pids
        store = Path(ada.go("/").headers["x-store"].removeprefix("sqlite:///"))
        assert store.parent.is_dir()
        assert command.end(signal.SIGTERM) == 0
        assert not store.parent.exists()
        assert not any(alive(pid) for pid in pids)
        assert gone(str(ada.app.base_url))
        assert gone(str(ada.cognito.base_url))
        assert "Traceback" not in command.output


def test_a_changed_file_is_served_anew_and_the_session_goes_on(tmp_path: Path) -> None:
    app = tmp_path / "src" / "app.py"
    app.parent.mkdir()
    app.write_text(ASGI)
    with running(tmp_path, "--reload", "--app-dir", "src", "app:app") as (command, ada):
        assert ada.sign_in().text.endswith("first")
        app.write_text("this is no Python")
        command.wait_for(r"Cannot import app: SyntaxError: .*\n +File \".*app\.py\", line 1")
        app.write_text(ASGI.replace("first", "second, and longer"))
        until(lambda: "second" in (page := ada.go("/").text) and page.startswith("ada"))
        assert command.end() == 0
        assert gone(str(ada.cognito.base_url))
        assert "Traceback" not in command.output
