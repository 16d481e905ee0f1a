"""Questions at a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from cognito_gate.pool.talk import CommandContext, agrees, confirms_by_typing
from tests.pool.fake_aws import FakeAws

pty = pytest.importorskip("pty", reason="no terminals of this kind on this system")


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """What is written there is what a person types."""
    ours, theirs = pty.openpty()
    with open(theirs, encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        yield ours
    os.close(ours)


def scene(*, yes: bool = False) -> CommandContext:
    aws = FakeAws()
    return CommandContext(aws, aws.wait, str, yes)


def test_a_question_at_a_terminal(keyboard: int, capsys: pytest.CaptureFixture[str]) -> None:
    os.write(keyboard, b"y\n shop \nother\n")
    assert agrees(scene(), "Continue?")
    assert confirms_by_typing(scene(), "Its name:", "shop")
    assert not confirms_by_typing(scene(), "Its name:", "shop")
    # The terminal itself shows what is typed, line ends included.
    assert capsys.readouterr() == ("", "Continue? [y/N] Its name: Its name: ")


def test_yes_is_no_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert agrees(scene(yes=True), "Continue?")
    assert confirms_by_typing(scene(yes=True), "Its name:", "shop")
    assert capsys.readouterr() == ("", "")
