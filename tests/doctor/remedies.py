"""What every remedy of the doctor must be: its commands can be run as they are printed.

Knows how commands are quoted; parses those of cognito-gate with click itself.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

import click

from cognito_gate.cli import main
from cognito_gate.doctor.findings import Fix
from cognito_gate.doctor.places import PLACEHOLDERS

# What each operation of the AWS command line needs.
AWS = {
    "create-managed-login-branding": ("--user-pool-id", "--client-id", "--region"),
    "describe-user-pool": ("--user-pool-id", "--region"),
    "describe-user-pool-client": ("--user-pool-id", "--client-id", "--region"),
    "list-user-pool-clients": ("--user-pool-id", "--region"),
    "list-user-pools": ("--max-results", "--region"),
    "list-web-acls": ("--scope", "--region"),
    "update-user-pool-client": ("--cli-input-json", "--region"),
}


def commands(fix: Fix) -> list[str]:
    """The commands that a remedy prints, or quotes in its words."""
    quoted = re.findall(r"`((?:cognito-gate|aws|jq) [^`]+)`", fix.what)
    return [*quoted, *([fix.command] if fix.command else [])]


def check_fix(fix: Fix) -> None:
    """Each command has all that it needs, and each placeholder is explained."""
    for command in commands(fix):
        for words in _single_commands(command):
            _check_command(words)
    for word in placeholders(" ".join([fix.what, fix.command])):
        assert f"{word} is {PLACEHOLDERS[word]}" in fix.what, fix


def placeholders(text: str) -> set[str]:
    return {word for word in PLACEHOLDERS if re.search(rf"(?<![\w:]){word}(?![\w:])", text)}


def _single_commands(line: str) -> list[list[str]]:
    """The words of each command of a line, as a shell would take it apart."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&>")
    lexer.whitespace_split = True
    commands: list[list[str]] = [[]]
    for word in lexer:
        if word in ("|", "&&"):
            commands.append([])
        else:
            commands[-1].append(word)
    return commands


def _check_command(words: list[str]) -> None:
    assert words, "a command without a word"
    assert all(words), words
    if words[0] == "cognito-gate":
        parse(words[1:])
    elif words[0] == "aws":
        for option in AWS[words[2]]:
            assert words[words.index(option) + 1][:2] != "--", words
    else:
        assert words[0] in ("jq", "timedatectl", "chmod"), words


def parse(words: list[str]) -> None:
    """Let click parse a command, which raises for whatever is missing, or not known."""
    command: click.Command = main
    words = [__file__ if word == "USERS_FILE" else word for word in words]
    while isinstance(command, click.Group):
        assert words, f"{command.name} needs a command"
        name, *words = words
        assert name in command.commands, f"there is no command {name}"
        command = command.commands[name]
    command.make_context("cognito-gate", words)


def is_local(told: Mapping[str, str] | None) -> None:
    """A remedy that leads to no console, and to no account of AWS."""
    text = " ".join((told or {}).values())
    assert not re.search(r"Amazon Cognito >|\baws |pool deploy|AWS WAF|CDK|CloudFront", text), text
