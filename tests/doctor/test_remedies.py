"""No remedy prints a command that lacks something: all of them, as they stand in the code."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import cognito_gate.doctor
from cognito_gate.doctor.findings import Fix
from cognito_gate.doctor.places import PLACEHOLDERS
from tests.doctor.aws import Cognito, found, page
from tests.doctor.remedies import check_fix, parse, placeholders
from tests.doctor.stage import diagnose

HERE = Path(cognito_gate.doctor.__file__).parent


def _texts(tree: ast.AST) -> Iterator[str]:
    """All strings of a module but its docstrings; `VALUE` stands for what is put in."""
    nodes = list(ast.walk(tree))
    joined = [node for node in nodes if isinstance(node, ast.JoinedStr)]
    hidden = {id(part) for node in joined for part in ast.walk(node) if part is not node}
    hidden |= {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.JoinedStr) and id(node) not in hidden:
            yield "".join(_text(part) for part in node.values)
        elif isinstance(node, ast.Constant) and id(node) not in hidden:
            yield _text(node)


def _text(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else "VALUE"


def quoted_commands() -> set[str]:
    """Every command of cognito-gate that a text of the doctor quotes, or is."""
    texts = [text for file in HERE.glob("*.py") for text in _texts(ast.parse(file.read_text()))]
    quoted = {command for text in texts for command in re.findall(r"`(cognito-gate [^`]+)`", text)}
    return quoted | {text for text in texts if text.startswith("cognito-gate ")}


def test_there_are_commands() -> None:
    assert len(quoted_commands()) >= 6


@pytest.mark.parametrize("command", sorted(quoted_commands()))
def test_every_command_that_is_quoted_can_be_run(command: str) -> None:
    parse(shlex.split(command)[1:])


@pytest.mark.parametrize(
    "words", ["pool deploy", "pool env --output .env", "run --local", "local --port", "nothing"]
)
def test_a_command_that_lacks_something_would_be_noticed(words: str) -> None:
    with pytest.raises((click.UsageError, AssertionError)):
        parse(words.split())


def test_the_beginning_says_what_to_put_in() -> None:
    fix = diagnose({}).finding("begin")["fix"]
    assert fix["command"] == "cognito-gate pool deploy STACK --output .env"
    assert f"STACK is {PLACEHOLDERS['STACK']}" in fix["what"]
    check_fix(Fix(**fix))


def test_a_region_that_is_not_known_is_a_placeholder() -> None:
    fix = found(Cognito(), AWS_COGNITO_USER_POOL_ID=None)["setting:AWS_COGNITO_USER_POOL_ID"].fix
    assert fix is not None
    assert "--region YOUR_REGION" in fix.command
    assert f"YOUR_REGION is {PLACEHOLDERS['YOUR_REGION']}" in fix.what


def test_an_endpoint_of_ones_own_is_asked_there() -> None:
    lines = found(Cognito(discovery=page(404)), AWS_ENDPOINT_URL="http://127.0.0.1:4566",
                  AWS_COGNITO_USER_POOL_CLIENT_ID=None)  # fmt: skip
    fix = lines["setting:AWS_COGNITO_USER_POOL_CLIENT_ID"].fix
    assert fix is not None
    assert "--endpoint-url http://127.0.0.1:4566" in fix.command


def test_placeholders_are_whole_words() -> None:
    assert placeholders("deploy STACK") == {"STACK"}
    assert placeholders("ASTACK STACKED") == set()
