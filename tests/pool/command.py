"""`pool deploy`, `env` and `delete`, run in this process on an account that is made up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click
from click.testing import CliRunner, Result

from cognito_gate.pool._command_parts import Outside
from cognito_gate.pool.env_command import env
from cognito_gate.pool.stack_commands import delete, deploy
from tests.pool.fake_aws import SECRET, FakeAws

COMMANDS: dict[str, click.Command] = {"deploy": deploy, "env": env, "delete": delete}


@dataclass(frozen=True)
class Ran:
    """What a command has said, where, and how it ended."""

    out: str
    told: str
    code: int


def run(aws: FakeAws, name: str, *words: str, typed: str = "") -> Ran:
    """Run it; `typed` is what its standard input holds."""
    where: list[tuple[str | None, str | None]] = []

    def connect(region: str | None, profile: str | None) -> FakeAws:
        where.append((region, profile))
        return aws

    outside = Outside(connect, aws.wait)
    result: Result = CliRunner().invoke(COMMANDS[name], words, input=typed, obj=outside)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert SECRET not in result.stderr
    assert "Traceback" not in result.stderr
    assert where in ([], [(None, None)], [("eu-west-1", None)], [("eu-north-1", "work")])
    return Ran(result.stdout, result.stderr, result.exit_code)


def template_file(folder: Path, text: str = "Resources: {}") -> str:
    """A file that holds a template."""
    file = folder / "pool.yaml"
    file.write_text(text, encoding="utf-8")
    return str(file)
