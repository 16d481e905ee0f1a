"""Wrong settings stop the server, wherever the gate is constructed."""

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.types import Message, Scope

from cognito_gate import ASGIGate, SettingsError


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("nothing"))
    for name in ("AWS_COGNITO_USER_POOL_ID", "SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)


def sent(app: Starlette, scope: Scope) -> list[Message]:
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        messages.append(message)

    asyncio.run(app(scope, receive, send))
    return messages


def test_a_middleware_that_is_built_at_the_lifespan_fails_the_start() -> None:
    """Raised there, servers would take it for an app without a lifespan, and serve 500s."""
    app = Starlette()
    app.add_middleware(ASGIGate)
    [message] = sent(app, {"type": "lifespan", "asgi": {"version": "3.0"}})
    assert message["type"] == "lifespan.startup.failed"
    assert "AWS_COGNITO_USER_POOL_ID: is missing" in message["message"]
    with pytest.raises(SettingsError):
        sent(app, {"type": "http", "path": "/", "headers": []})


def test_it_is_raised_everywhere_else() -> None:
    with pytest.raises(SettingsError):
        ASGIGate(Starlette())
    app = Starlette()
    app.add_middleware(ASGIGate)
    with pytest.raises(SettingsError):
        sent(app, {"type": "http", "path": "/", "headers": []})
