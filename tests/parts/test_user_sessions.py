"""Answers of Cognito about a user's sessions that say nothing."""

import pytest

from cognito_gate._gate.effects import HttpAnswer
from cognito_gate._gate.protocol.user_sessions import read_sessions, read_signed_out


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"x"', b"{"])
def test_a_refusal_that_is_no_json(body: bytes) -> None:
    answer = HttpAnswer(500, (), body)
    assert read_sessions(answer) == read_signed_out(answer) == "unavailable"
