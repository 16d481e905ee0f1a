"""The facts that pass between the gate and its edges."""

from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from cognito_gate._gate.effects import HttpAnswer, HttpCall
from cognito_gate._gate.messages import Incoming, Pass, Respond

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
    with pytest.raises(FrozenInstanceError):
        setattr(message, name, "other")


def test_a_request_comes_from_nowhere_with_nothing_unless_said() -> None:
    assert (INCOMING.mount, INCOMING.client, INCOMING.body) == ("", "", b"")


def test_no_body_is_shown() -> None:
    assert "secret" not in repr(replace(INCOMING, body=b"secret"))
    assert "secret" not in repr(HttpCall("POST", "https://x.example/", body=b"secret"))
    assert "secret" not in repr(HttpAnswer(200, body=b"secret"))


def test_no_credentials_of_a_call_are_shown() -> None:
    ask = HttpCall("POST", "https://x.example/", (("authorization", "Basic c2VjcmV0"),))
    assert "c2VjcmV0" not in repr(ask)
