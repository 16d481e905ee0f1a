"""`run` in a process of its own: workers, reloading, WSGI, and an end without remains."""

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

WSGI = """
def app(environ, start_response):
    start_response("200 OK", [])
    return [f"{environ['REMOTE_USER']} by WSGI".encode()]
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


# Ctrl-C ends the commands of all other tests.
def test_it_ends_with_a_signal_and_so_does_its_cognito(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(ASGI)
    with running(tmp_path, "--factory", "app:make") as (command, ada):
        assert ada.sign_in().text.startswith("ada ")
        assert command.end(signal.SIGTERM) == 0
        assert gone(str(ada.app.base_url))
        assert gone(str(ada.cognito.base_url))
        assert "Traceback" not in command.output


def test_workers_share_a_sign_in_and_a_store(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(ASGI)
    (tmp_path / ".env").write_text("AWS_COGNITO_REFRESH_FLOW_ENABLED=true")
    with running(tmp_path, "--workers", "2", "app:app") as (command, ada):
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
        assert command.end() == 0
        assert not store.parent.exists()
        assert not any(alive(pid) for pid in pids)


def test_a_changed_file_is_served_anew_and_the_session_goes_on(tmp_path: Path) -> None:
    app = tmp_path / "src" / "app.py"
    app.parent.mkdir()
    app.write_text(ASGI)
    with running(tmp_path, "--reload", "--app-dir", "src", "app:app") as (command, ada):
        assert ada.sign_in().text.endswith("first")
        app.write_text(ASGI.replace("first", "second, longer"))
        command.wait_for(
            r"(?s)Reloading\.\.\..*startup complete|Reloading\.\.\..*Finished.*Started"
        )
        until(lambda: ada.go("/").text.startswith("ada") and "second" in ada.go("/").text)
        app.write_text("this is no Python")
        command.wait_for(r"Cannot import app: SyntaxError: .*\n +File \".*app\.py\", line 1")
        app.write_text(ASGI.replace("first", "third, and longer"))
        until(lambda: "third" in ada.go("/").text)
        assert command.end() == 0
        assert gone(str(ada.cognito.base_url))
        assert "Traceback" not in command.output


def test_a_wsgi_app_is_found_out_and_served(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(WSGI)
    with running(tmp_path, "app:app") as (command, ada):
        assert ada.sign_in(username="bob").text == "bob by WSGI"
        assert command.end() == 0
        assert "Traceback" not in command.output


def test_wsgi_with_workers(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(WSGI)
    with running(tmp_path, "--workers", "2", "--interface", "wsgi", "app:app") as (command, ada):
        assert ada.sign_in().text == "ada by WSGI"
        assert command.end() == 0
