"""What type checkers of apps see of the public names. `make check` reads this file (mypy): a type
that changes fails there, and is a breaking change. Run, it shows that these names are there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Literal, assert_type

from fastapi import Depends, FastAPI
from starlette.requests import HTTPConnection

import cognito_gate
from cognito_gate import (
    ASGIGate,
    GateError,
    Identity,
    Require,
    Rule,
    Settings,
    SettingsError,
    WSGIGate,
)
from cognito_gate.events import Event, SignedIn
from cognito_gate.integrations import fastapi, flask, starlette
from tests.parts.made import settings

SCOPE = {"type": "http", "cognito_gate.identity": None}


def test_settings_rules_and_errors() -> None:
    made = settings()
    assert_type(made, Settings)
    assert_type(made.login, Literal["hosted", "custom"])
    assert_type(made.public_paths, tuple[str, ...])
    assert_type(made.rules, tuple[Rule, ...])
    assert_type(Rule(("/a",), require=Require(groups=("a",))), Rule)
    error = SettingsError({"SECRET_KEY": "is missing"})
    assert_type(error.problems, dict[str, str])
    assert_type(error.code, str)
    assert_type(error.status, int)
    as_root: GateError = error
    assert as_root is error


def test_an_identity() -> None:
    who = Identity({"sub": "1"}, {"email": "ada@example.com"})
    assert_type(who.sub, str)
    assert_type(who.username, str | None)
    assert_type(who.email, str | None)
    assert_type(who.email_verified, bool)
    assert_type(who.groups, tuple[str, ...])
    assert_type(who.scopes, tuple[str, ...])
    assert_type(who.auth_time, int | None)
    assert_type(who.is_machine, bool)
    assert who.sub == "1"


def test_gates_take_apps_and_tell_events() -> None:
    told: list[Event] = []
    api = FastAPI()
    assert_type(ASGIGate(api, settings(), on_event=told.append), ASGIGate)
    api.add_middleware(ASGIGate, settings=settings())

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        return []

    assert_type(WSGIGate(app, settings(), on_event=told.append), WSGIGate)

    def names(event: Event) -> str | None:
        return event.username if isinstance(event, SignedIn) else None

    told_names = [names(event) for event in told]
    assert assert_type(told_names, list[str | None]) == []


def test_the_integrations() -> None:
    @flask.auth_required
    def page(number: int) -> str:
        return str(number)

    @flask.auth_required(groups=["admin"])
    def admin(number: int) -> str:
        return str(number)

    views: list[Callable[[int], str]] = [page, admin]
    assert len(views) == 2
    assert_type(starlette.maybe_identity(HTTPConnection(SCOPE)), Identity | None)
    needs: Callable[[HTTPConnection, Identity], Awaitable[Identity]] = fastapi.require(["admin"])

    def view(who: Annotated[Identity, Depends(needs)]) -> str:
        return assert_type(who, Identity).sub

    assert view(Identity({"sub": "1"})) == "1"


def test_all_public_names_are_here() -> None:
    used: Mapping[str, object] = globals()
    assert [name for name in cognito_gate.__all__ if name not in used] == []
