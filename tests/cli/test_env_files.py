"""What `--local` takes from the environment and the env file, and what it does not look at."""

import os
from pathlib import Path

import pytest

from cognito_gate import SettingsError
from cognito_gate.cli.env_files import (
    POOL,
    env_file_without_pool,
    names_a_pool,
    read_kept_settings,
)
from cognito_gate.settings.env_file import load_env_file

REPLACED = [*POOL, "AWS_REGION", "AWS_ENDPOINT_URL"]
WRONG = "\x7f no one takes this"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("AWS_", "COGNITO_GATE_"))]:
        monkeypatch.delenv(name)


def env_file(folder: Path, *lines: str) -> str:
    file = folder / ".env"
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-16")
    return str(file)


@pytest.mark.parametrize("place", ["file", "environment"])
@pytest.mark.parametrize("name", REPLACED)
def test_what_local_replaces_may_be_wrong(
    name: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place == "environment":
        monkeypatch.setenv(name, WRONG)
    file = env_file(tmp_path, "COGNITO_GATE_PREFIX=/a", *([f"{name}={WRONG}"] * (place == "file")))
    assert read_kept_settings(file, addresses=False).prefix == "/a"


@pytest.mark.parametrize("url", ["http://app.example.com/a/b", "ftp://x/a/b", "//x/a/b", "/a/b"])
def test_of_a_url_whose_host_is_not_used_the_path_counts(url: str, tmp_path: Path) -> None:
    file = env_file(tmp_path, f"AWS_COGNITO_REDIRECT_URL={url}")
    found = read_kept_settings(file, addresses=False)
    assert (found.redirect_url, found.logout_url) == ("http://localhost/a/b", "")


@pytest.mark.parametrize("url", ["app.example.com", "http://[x/a", "https://app.example.com"])
def test_a_url_without_a_path_is_as_none(url: str, tmp_path: Path) -> None:
    file = env_file(tmp_path, f"AWS_COGNITO_LOGOUT_URL={url}")
    assert read_kept_settings(file, addresses=False).logout_url == ""


def test_a_url_that_is_used_is_checked(tmp_path: Path) -> None:
    file = env_file(tmp_path, "AWS_COGNITO_REDIRECT_URL=http://app.example.com/a/b")
    with pytest.raises(SettingsError, match="AWS_COGNITO_REDIRECT_URL"):
        read_kept_settings(file, addresses=True)


def test_everything_else_is_checked(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        read_kept_settings(env_file(tmp_path, "COGNITO_GATE_PREFIX=a b"), addresses=False)
    assert error.value.problems.keys() == {"COGNITO_GATE_PREFIX"}


def test_the_copy_has_all_but_what_local_replaces(tmp_path: Path) -> None:
    file = env_file(tmp_path, *(f"export {name}='x'" for name in REPLACED), "SECRET_KEY=käse")
    assert names_a_pool(file)
    with env_file_without_pool(file) as copy:
        assert copy is not None
        assert load_env_file(copy).values == {"SECRET_KEY": "käse"}
        assert not names_a_pool(copy)
    assert not Path(copy).exists()


def test_without_a_file_there_is_nothing_to_copy(tmp_path: Path) -> None:
    with env_file_without_pool(str(tmp_path / ".env")) as copy:
        assert copy == str(tmp_path / ".env")
    with env_file_without_pool(None) as copy:
        assert copy is None
