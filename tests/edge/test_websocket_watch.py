"""How an ASGI gate looks after a WebSocket: what it sees at each look, and what ends it."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.types import Message

from cognito_gate import asgi
from cognito_gate._gate.messages import Incoming, Pass, SessionMarks
from cognito_gate._websocket import SESSION_ENDED, EndableWebSocket
from cognito_gate.cli.stored_sessions import opened
from cognito_gate.identity import Identity
from tests.edge.test_endable_websocket import nothing_comes
from tests.world.pool import Pool
from tests.world.site import ASGISite

VISITOR = Pass(Identity({"sub": "a-sub", "exp": 1}), until=float("inf"))


@pytest.fixture
def site(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Iterator[ASGISite]:
    monkeypatch.setattr(asgi, "LOOK_SECONDS", 0.0)
    site = ASGISite(pool.settings(), pool)
    yield site
    site.close()


def watched(site: ASGISite, visitor: Pass = VISITOR) -> list[int]:
    """The codes that a WebSocket was closed with, once nobody looks after it any more."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    facts = Incoming("websocket", "GET", "/ws", b"/ws", b"", [], time.time())
    assert site.gate._gate is not None
    socket = EndableWebSocket(nothing_comes, send)
    site.runner.run(asyncio.wait_for(site.gate._watch(site.gate._gate, socket, facts, visitor), 30))
    return [message["code"] for message in sent]


def test_a_look_that_finds_nothing_changes_nothing(
    site: ASGISite, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = iter([False, False, True])
    monkeypatch.setattr(site.gate._gate, "signed_out", lambda *_: next(found))
    assert watched(site) == [SESSION_ENDED]
    assert list(found) == []


def test_an_unexpected_error_ends_it(
    site: ASGISite, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody can say whether the session still holds."""

    def broken(*_: object) -> bool:
        raise RuntimeError("broken")

    monkeypatch.setattr(site.gate._gate, "signed_out", broken)
    assert watched(site) == [SESSION_ENDED]
    assert "an unexpected error; the WebSocket is closed" in caplog.text


def test_what_another_process_ended_is_read_where_no_request_comes(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(asgi, "LOOK_SECONDS", 0.0)
    settings = pool.settings(store=f"sqlite:///{tmp_path}/store.db", store_for="refresh")
    with opened(settings) as other:
        other.end_all("a-sub")
    site = ASGISite(settings, pool)
    visitor = replace(VISITOR, marks=SessionMarks.of((), "a-sub", 0.0))
    assert watched(site, visitor) == [SESSION_ENDED]
    site.close()
