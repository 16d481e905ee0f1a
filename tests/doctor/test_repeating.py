"""`doctor --watch`: again after each change, until all is well."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from cognito_gate.doctor import command
from cognito_gate.doctor.findings import Check, Finding, Fix
from cognito_gate.doctor.repeating import PAUSE_SECONDS, repeat, wait_for_change
from tests.cli.command import here
from tests.doctor.stage import healthy, pool

LINE = Check("a", "a")
WRONG, RIGHT = LINE.wrong("x", Fix("y")), LINE.ok("z")


def test_it_shows_what_has_changed_and_ends_when_all_is_well() -> None:
    results = [(WRONG,), (WRONG,), (RIGHT,)]
    shown: list[Sequence[Finding]] = []
    waits: list[int] = []
    repeat(
        lambda: results.pop(0),
        shown.append,
        lambda findings: findings == (RIGHT,),
        lambda: waits.append(1),
    )
    assert (shown, len(waits), results) == ([(WRONG,), (RIGHT,)], 2, [])


def test_a_change_of_the_file_ends_the_pause(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            file.write_text("A=1")

    wait_for_change(str(file), sleep)
    assert len(slept) == 3
    wait_for_change(str(file), slept.append)
    assert sum(slept[3:]) == PAUSE_SECONDS


def test_a_fix_in_the_env_file_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pool() as cognito:
        sound = "".join(f"{name}={value}\n" for name, value in healthy(cognito).items())
        file = tmp_path / ".env"
        file.write_text(sound + "AWS_COGNITO_DOMAIN=nowhere.invalid\n")
        monkeypatch.setattr(command, "wait_for_change", lambda path: file.write_text(sound))
        result = here("doctor", "--watch", "--no-aws")
        strict = here("doctor", "--strict", "--no-aws")
    assert result.exit_code == 0
    first, _, second = result.output.partition("clock")
    assert ("✗ login domain" in first, "✗" in second) == (True, False)
    assert strict.exit_code == 0  # what --no-aws leaves out does not count


def test_json_is_for_one_run() -> None:
    assert here("doctor", "--watch", "--json").exit_code == 2
