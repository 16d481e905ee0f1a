"""The facts that pass between the gate and its edges."""

from typing import Any

import pytest

from cognito_gate._gate.effects import HttpAnswer, HttpCall
from cognito_gate._gate.flows.verified_session import Verified
from cognito_gate._gate.messages import Incoming, Pass, Respond
from cognito_gate._gate.protocol.session_cache import Entry
from cognito_gate._gate.sessions.interface import Stored
from cognito_gate.identity import Identity

INCOMING = Incoming(
    "http",
    "GET",
    "/a",
    b"/a",
    b"",
    [(b"accept", b" Text/HTML "), (b"cookie", b"A=1"), (b"cookie", b"B=2")],
    1.0,
)


def test_the_values_of_a_header() -> None:
    assert INCOMING.values(b"cookie") == [b"A=1", b"B=2"]
    assert INCOMING.values(b"host") == []


def test_the_first_value_of_a_header_for_comparing() -> None:
    assert INCOMING.value(b"accept") == b"text/html"
    assert INCOMING.value(b"cookie") == b"a=1"
    assert INCOMING.value(b"host") == b""


def test_a_header_of_an_answer() -> None:
    answer = HttpAnswer(200, (("x-a", "1"), ("x-a", "2")))
    assert answer.header("x-a") == "1"
    assert answer.header("x-b") == ""


@pytest.mark.parametrize(
    ("message", "name"),
    [
        (INCOMING, "path"),
        (Pass(None), "identity"),
        (Respond(200), "status"),
        (HttpCall("GET", "https://x.example/"), "url"),
        (HttpAnswer(200), "status"),
    ],
)
def test_messages_do_not_change(message: Any, name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(message, name, "other")


def test_a_request_comes_from_nowhere_with_nothing_unless_said() -> None:
    assert (INCOMING.mount, INCOMING.client, INCOMING.body) == ("", "", b"")


LINES = (("set-cookie", "cognito_access_token=secret"),)
WHO = Identity({"sub": "ada"}, access_token="secret")


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (INCOMING._replace(query=b"code=secret", headers=[(b"cookie", b"secret")]), "/a"),
        (INCOMING._replace(body=b"secret"), "GET"),
        (Pass(WHO, LINES, 5.0, ("secret",)), "ada"),
        (Respond(200, LINES, b"secret"), "200"),
        (Verified(WHO, 1.0, 5.0, "secret", ("secret", "secret")), "ada"),
        (Entry((b"secret",), 1.0, 5.0, "result"), "5.0"),
        (Stored(["secret"], ["secret"], ["secret"]), "Stored"),
        (HttpCall("POST", "https://x.example/", body=b"secret"), "https://x.example/"),
        (HttpAnswer(200, body=b"secret"), "200"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_secret_is_shown(message: object, shown: str) -> None:
    assert "secret" not in repr(message)
    assert shown in repr(message)


def test_no_credentials_of_a_call_are_shown() -> None:
    ask = HttpCall("POST", "https://x.example/", (("authorization", "Basic c2VjcmV0"),))
    assert "c2VjcmV0" not in repr(ask)
