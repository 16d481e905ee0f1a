"""`cognito-gate secret`: a fresh key, the two steps of a rotation, and where neither should go."""

from __future__ import annotations

import io
import os
import re
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from cognito_gate import Settings
from cognito_gate.cli import main
from tests.cli.command import here
from tests.parts.made import ENVIRON

OLD = ENVIRON["SECRET_KEY"]
RETIRED = "an-older-key-of-the-tests:32-characters"


def test_a_secret_is_long_and_never_the_same() -> None:
    first, second = (here("secret").output.strip() for _ in range(2))
    assert re.fullmatch(r"[A-Za-z0-9_-]{43,}", first)
    assert first != second
    assert Settings.from_env({**ENVIRON, "SECRET_KEY": first}, env_file=None)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"SECRET_KEY": OLD},
        {"SECRET_KEY": OLD, "SECRET_KEY_FALLBACKS": RETIRED},
        {"SECRET_KEY_FILE": "/run/secrets/key", "SECRET_KEY_FALLBACKS_FILE": "/run/secrets/old"},
    ],
)
def test_a_rotation_has_two_steps_and_shows_no_key_in_use(environ: dict[str, str]) -> None:
    result = here("secret", "--rotate", environ=environ)
    assert result.exit_code == 0
    keys = set(re.findall(r"[A-Za-z0-9_-]{43,}", result.output))
    assert len(keys) == 1
    assert OLD not in result.output
    assert RETIRED not in result.output
    first, second = result.output.index("Step 1"), result.output.index("Step 2")
    suffix = "_FILE" if "SECRET_KEY_FILE" in environ else ""
    assert f"SECRET_KEY_FALLBACKS{suffix}: " in result.output[first:second]
    assert f"SECRET_KEY{suffix}: " in result.output[second:]
    kept = any("FALLBACKS" in name for name in environ)
    assert ("after the existing ones" in result.output) == kept


def test_a_rotation_reads_the_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text(f"SECRET_KEY={OLD}\nSECRET_KEY_FALLBACKS={RETIRED}\n")
    result = here("secret", "--rotate")
    assert "after the existing ones" in result.output
    assert OLD not in result.output


@pytest.mark.parametrize(
    ("mode", "warns", "words"),
    [
        (0o644, True, ("secret",)),
        (0o640, True, ("secret", "--rotate")),
        (0o600, False, ("secret",)),
    ],
)
def test_a_file_that_others_may_read_is_warned_of(
    tmp_path: Path, mode: int, warns: bool, words: tuple[str, ...]
) -> None:
    file = tmp_path / "key"
    file.touch()
    file.chmod(mode)
    told = io.StringIO()
    with file.open("w") as out, redirect_stdout(out), redirect_stderr(told):
        main(words, standalone_mode=False)
    assert re.search(r"[A-Za-z0-9_-]{43,}", file.read_text())
    assert ("others on this machine can read" in told.getvalue()) == warns
    assert file.read_text().strip() not in told.getvalue()


def test_a_pipe_is_nobody_elses() -> None:
    assert here("secret").stderr == ""
    assert os.environ.get("SECRET_KEY") is None
