"""A .env file that is there: brought up to date by `--update`, or emptied by the shell."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cognito_gate.pool.environment import Variable
from cognito_gate.pool.output import Output
from tests.pool.command import run
from tests.pool.test_any_pool import WORDS, account


def test_a_file_is_brought_up_to_date(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    assert run(account(), "env", *WORDS, "--output", str(file), "--update").code == 0
    [key] = [line for line in file.read_text().splitlines() if line.startswith("SECRET_KEY=")]
    file.write_text(f"DEBUG=1\n{file.read_text()}# mine\n")
    aws = account(client={"CallbackURLs": ["https://b.example.com/cb"], "LogoutURLs": []})
    for _ in range(2):
        ran = run(aws, "env", *WORDS, "--output", str(file), "--update")
        assert ran.code == 0
        assert "Its SECRET_KEY is kept.\n" in ran.told
    lines = file.read_text().splitlines()
    assert lines[0] == "DEBUG=1"
    assert "# mine" in lines
    assert lines.count(key) == 1
    assert lines.count("AWS_COGNITO_REDIRECT_URL=https://b.example.com/cb") == 1
    assert sum(line.startswith("# Not among the sign-out URLs") for line in lines) == 1
    assert not any("shop.example.com/oauth" in line for line in lines)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_without_a_key_gets_one(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("DEBUG=1\nSECRET_KEY=\n")
    ran = run(account(), "env", *WORDS, "--output", str(file), "--update")
    assert "kept" not in ran.told
    assert file.read_text().count("SECRET_KEY=") == 1


def test_a_file_that_cannot_be_brought_up_to_date(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"\xff\xfe\xff")
    ran = run(account(), "env", *WORDS, "--output", str(file), "--update")
    assert ran.code == 1
    assert "cannot be read" in ran.told
    assert file.read_bytes() == b"\xff\xfe\xff"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--update",), "--update needs --output"),
        (("--update", "--output=x", "--force"), "and --force does not"),
        (("--update", "--output=x", "--format=json"), "a file of --format env or docker"),
    ],
)
def test_updating_needs_a_file_with_lines(words: tuple[str, ...], told: str) -> None:
    ran = run(account(), "env", *WORDS, *words)
    assert (ran.code, told in ran.told) == (2, True)


def test_nothing_is_deployed_whose_environment_has_no_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Minutes later, the pool would be there and its environment lost."""
    aws = account()
    ran = run(aws, "deploy", "shop", "--yes", "--output", str(tmp_path / "nowhere" / ".env"))
    assert (ran.code, "there is no directory" in ran.told) == (2, True)
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write everywhere
    ran = run(aws, "deploy", "shop", "--yes", "--output", str(tmp_path / ".env"))
    assert (ran.code, "may not write into" in ran.told) == (2, True)
    assert aws.calls == []


@pytest.mark.parametrize(("name", "warned"), [(".env", 1), ("other", 0)])
def test_a_file_that_the_shell_has_emptied(
    name: str,
    warned: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").touch()
    for variable in ("SECRET_KEY", "AWS_REGION"):
        with open(name, "w") as stream:
            monkeypatch.setattr(sys, "stdout", stream)
            Output("env", None, False).write([Variable(variable, "x")])
        monkeypatch.undo()
        monkeypatch.chdir(tmp_path)
    told = capsys.readouterr().err
    assert told.count("the shell has emptied it") == warned
    assert told.count("--output .env --update") == warned
    assert Path(name).read_text() == "AWS_REGION=x\n"
