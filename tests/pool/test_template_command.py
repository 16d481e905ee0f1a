"""`cognito-gate pool template`: options to a template, and wrong options to one clear refusal."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from collections.abc import Iterable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cognito_gate.cli import main
from cognito_gate.pool._flags import PoolCommand, pool_options
from cognito_gate.pool.commands import template as command
from cognito_gate.pool.identity_providers import IdentityProvider
from cognito_gate.pool.options import DEFAULTS, FLAGS, PoolOptions
from cognito_gate.pool.template import template
from tests.pool.variants import CERTIFICATE, VARIANTS, pool

OPTIONS = f"  {'--help':30}  Show this message and exit.\n"


def options_file(folder: Path, providers: Iterable[IdentityProvider]) -> Path:
    """A file that holds these providers."""
    lines = []
    for provider in providers:
        lines += ["[[identity_providers]]"]
        for key in IdentityProvider.__slots__:
            if value := getattr(provider, key):
                pairs = ", ".join(f"{a!r} = {b!r}" for a, b in provider.attributes)
                lines += [f"{key} = " + (f"{{ {pairs} }}" if key == "attributes" else toml(value))]
    file = folder / "pool.toml"
    file.write_text("\n".join(lines))
    return file


def toml(value: object) -> str:
    return str(list(value)) if isinstance(value, tuple) else repr(value)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["pool", "template", *words])


def words_for(name: str, folder: Path) -> list[str]:
    """The words that a person would type for a variant."""
    words: list[str] = []
    for option, value in VARIANTS[name].items():
        flag = FLAGS[option]
        if option == "identity_providers":
            words += ["--options", str(options_file(folder, value))]
            continue
        if isinstance(value, bool):
            words += [flag if value else f"--no-{flag[2:]}"]
        elif isinstance(value, tuple):
            words += [word for item in value or ("none",) for word in (flag, item)]
        else:
            words += [flag, str(value)]
    return words


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_can_be_typed(name: str, tmp_path: Path) -> None:
    result = run(*words_for(name, tmp_path))
    assert result.exit_code == 0, result.output
    assert result.stdout == template(pool(name))
    assert result.stderr == ""


def test_the_help_is_by_sections_and_tells_each_option_once() -> None:
    result = CliRunner().invoke(main, ["pool", "template", "--help"], terminal_width=100)
    assert result.exit_code == 0
    titles = [line for line in result.output.splitlines() if line[:1] != " " and line[-1:] == ":"]
    assert titles == [
        "Who gets in:",
        "How people sign in:",
        "Passwords and verification:",
        "Messages ({app} stands for the app's address):",
        "The app:",
        "Tokens:",
        "Login pages:",
        "Sessions on a server:",
        "Functions of yours:",
        "The pool itself:",
        "Options:",
    ]
    told = [line.split()[0] for line in result.output.splitlines() if line[:4] == "  --"]
    shown = {f"--no-{flag[2:]}" if DEFAULTS[name] is True else flag for name, flag in FLAGS.items()}
    shown -= {"identity_providers"}
    assert sorted(flag for flag in told if flag not in ("--help", "--options")) == sorted(shown)
    assert max(map(len, result.output.splitlines())) <= 100


def test_the_help_tells_defaults_and_choices() -> None:
    text = " ".join(run("--help").output.split())
    for told in (
        "[email|username|both|phone|email-or-phone]",
        "[default: openid, email, profile]",
        "[default: http://localhost:8000/auth/callback]",
        "[default: cognito-gate]",
        "[default: 12]",
        "{##Confirm my address##}",
    ):
        assert told in text
    assert "[default: ]" not in text
    assert "INTEGER" not in text


def test_other_commands_take_the_same_options_and_their_own() -> None:
    seen: list[tuple[PoolOptions, str]] = []

    @click.command(cls=PoolCommand)
    @click.argument("stack")
    @click.option("--yes", is_flag=True, help="Do not ask.")
    @pool_options
    def other(options: PoolOptions, stack: str, yes: bool) -> None:
        """Do something else."""
        seen.append((options, stack))

    result = CliRunner().invoke(other, ["--mfa", "on", "s"])
    assert result.exit_code == 0, result.output
    assert seen == [(PoolOptions(mfa="on"), "s")]
    text = CliRunner().invoke(other, ["--help"]).output
    assert text.index("The pool itself:") < text.index("Options:") < text.index("--yes")
    assert "STACK" not in text.partition("\n")[2]
    assert (other.name, other.help) == ("other", "Do something else.")


def test_a_command_without_them_has_a_plain_help() -> None:
    bare = PoolCommand("bare", help="Do little.", params=[click.Option(["--secret"], hidden=True)])
    result = CliRunner().invoke(bare, ["--help"])
    assert result.output.split("\n\n")[1:] == ["  Do little.", "Options:\n" + OPTIONS]


def test_all_that_is_wrong_is_told_at_once() -> None:
    result = run(
        *("--callback-url", "http://app.example.com/cb", "--mfa", "on", "--tier", "lite"),
        *("--required", "name", "--certificate-arn", CERTIFICATE),
    )
    assert result.exit_code == 2
    assert result.stdout == ""
    told = [line.split()[0] for line in result.stderr.splitlines() if line.startswith("  --")]
    assert told == ["--required", "--callback-url", "--rotation", "--login", "--certificate-arn"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--mfa", "always"], "'always' is not one of 'off', 'optional', 'on'"),
        (["--password-length", "twelve"], "'twelve' is not a valid integer"),
        (["--required", "email", "--required", "none"], "--required is 'none'; it takes email"),
        (["--grace", "1"], "No such option"),
    ],
)
def test_what_click_refuses(words: list[str], told: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert told in result.stderr


def test_as_people_run_it(tmp_path: Path) -> None:
    script = Path(sysconfig.get_path("scripts")) / "cognito-gate"
    done = subprocess.run(
        [str(script), "pool", "template", "--group", "\u00e4rzte"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        check=True,
    )
    expected = template(PoolOptions(groups=("\u00e4rzte",)))
    assert done.stdout.decode().replace(os.linesep, "\n") == expected
    assert done.stderr == b""


def test_the_command_says_what_is_final() -> None:
    assert "Final" in (command.help or "")
