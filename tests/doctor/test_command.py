"""The command itself: what it does first, its colours, its exit status, AWS."""

from __future__ import annotations

import os
import pty
import shlex
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from cognito_gate.cli import main
from cognito_gate.doctor import command
from tests.cli.command import OURS, clean_environment, here
from tests.doctor.aws import Cognito, error_page, found
from tests.doctor.servers import Given, Reply, answering
from tests.doctor.stage import (
    CALLBACK,
    CLIENT_SECRET,
    SECRET_KEY,
    SIGNED_OUT,
    diagnose,
    healthy,
    pool,
)

SCRIPT = Path(sysconfig.get_path("scripts")) / "cognito-gate"


def test_an_empty_environment_is_met_with_a_beginning() -> None:
    found = diagnose({})
    assert found.exit_code == 1
    assert list(found.states) == ["begin"]
    for said in ("cognito-gate demo", "run --local", "cognito-gate pool deploy", "settings page"):
        assert said in found.text
    assert "Traceback" not in found.text


def test_a_file_that_is_not_there_is_said() -> None:
    result = here("doctor", "--env-file", "nowhere.env")
    assert result.exit_code == 2
    assert "nowhere.env" in result.output


def in_a_terminal(environ: Mapping[str, str], cwd: Path) -> tuple[str, int]:
    """What it prints where it is connected to a terminal, and its exit code."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [str(SCRIPT), "doctor"], stdout=follower, env={**clean_environment(), **environ}, cwd=cwd
    )
    os.close(follower)
    said = b""
    try:
        while block := os.read(leader, 4096):
            said += block
    except OSError:  # Linux says so when the other end is closed
        pass
    os.close(leader)
    return said.decode(), process.wait()


def test_a_terminal_gets_colours_and_signs(tmp_path: Path) -> None:
    with pool() as cognito:
        environ = {**healthy(cognito, SECRET_KEY="short"), "NO_COLOR": ""}
        said, code = in_a_terminal(environ, tmp_path)
    assert code == 1
    assert "\x1b[" in said
    assert "✗" in said


def test_letters_where_the_encoding_has_no_signs() -> None:
    environ = {name: None for name in os.environ if name.startswith(OURS)}
    result = CliRunner(charset="latin-1").invoke(main, ["doctor"], env=environ)
    assert result.output.startswith("  XX begin")


@pytest.mark.parametrize(
    ("choice", "terminal", "environ", "colored"),
    [
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", True, {"TERM": "dumb"}, False),
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {}, False),
    ],
)
def test_when_there_are_colours(
    choice: str, terminal: bool, environ: dict[str, str], colored: bool
) -> None:
    assert command.has_color(choice, terminal, environ) is colored


def test_colours_that_are_asked_for_reach_a_pipe() -> None:
    assert "\x1b[31m" in here("doctor", "--color", "always").output
    assert "\x1b[" not in here("doctor").output


# AWS


def _aws(given: Given) -> Reply:
    """AWS's API, which knows nothing."""
    return 400, {"content-type": "application/x-amz-json-1.1"}, (
        b'{"__type": "ResourceNotFoundException", "message": "no"}'
    )  # fmt: skip


@pytest.fixture
def emulator() -> Iterator[str]:
    """An address in AWS's place."""
    with answering(_aws) as port:
        yield f"http://127.0.0.1:{port}"


def test_credentials_of_another_account(emulator: str) -> None:
    environ = {
        "AWS_ENDPOINT_URL": emulator,
        "AWS_COGNITO_DOMAIN": emulator,
        "AWS_COGNITO_USER_POOL_ID": "eu-west-1_Other",
        "AWS_COGNITO_USER_POOL_CLIENT_ID": "nobody",
        "AWS_COGNITO_REDIRECT_URL": CALLBACK,
        "AWS_COGNITO_LOGOUT_URL": SIGNED_OUT,
        "SECRET_KEY": SECRET_KEY,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test-secret-of-aws",
    }
    found = diagnose(environ)
    assert "the account that these credentials belong to" in found.finding("aws")["found"]
    assert "test-secret-of-aws" not in found.text
    # A profile that is not there is said, and is no fault of the set-up.
    found = diagnose({**environ, "AWS_PROFILE": "nobodys"})
    assert found.finding("aws")["state"] == "unknown"
    assert "nobodys" in found.finding("aws")["found"]


# Commands that it prints


def test_the_commands_are_words_for_a_shell() -> None:
    url = f"{CALLBACK}/it's"
    fix = found(Cognito(authorize=error_page("redirect_mismatch")),
                AWS_COGNITO_REDIRECT_URL=url)["callback-url"].fix  # fmt: skip
    assert fix is not None
    words = shlex.split(fix.command)
    assert words[words.index("value") + 1] == url
    assert words[:3] == ["aws", "cognito-idp", "describe-user-pool-client"]
    assert words[-2:] == ["--cli-input-json", "file://client.json"]
    assert ".ClientSecret" in words[words.index(url) + 1]


def test_the_secret_of_the_client_is_told_by_nobody() -> None:
    with pool(secret=CLIENT_SECRET[::-1]) as cognito:
        environ = healthy(cognito, AWS_COGNITO_USER_POOL_CLIENT_SECRET=CLIENT_SECRET)
        found = diagnose(environ)
    assert found.codes("wrong") == {"client-secret"}


def test_it_is_a_command_of_its_own() -> None:
    assert command.doctor.name == "doctor"
    result = here("doctor", "--help")
    for said in ("--env-file", "--json", "--no-aws", "changes nothing"):
        assert said in result.output
