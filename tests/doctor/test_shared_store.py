"""The store that processes share: whether it answers, and who may read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cognito_gate._driver.stores.opening import store_of
from cognito_gate._gate.effects import StoreCall
from cognito_gate.doctor import shared_store
from cognito_gate.doctor.findings import Finding
from cognito_gate.doctor.shared_store import check
from cognito_gate.errors import SettingsError
from cognito_gate.settings.stores import parse_store
from tests.doctor.aws import case
from tests.doctor.remedies import check_fix


def line(address: str, **changes: str) -> Finding:
    [found] = check(case(COGNITO_GATE_STORE=address, **changes))
    return found


def test_no_line_without_a_store_or_with_a_wrong_address() -> None:
    assert list(check(case())) == []
    assert list(check(case(COGNITO_GATE_STORE="mysql://here"))) == []


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    found = line(f"sqlite:///{tmp_path}/sessions.db")
    assert (found.state, list(tmp_path.iterdir())) == ("ok", [])


def test_a_directory_that_nobody_may_write_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write everywhere
    found = line("sqlite:////sessions-of-nobody.db")
    assert found.state == "wrong"
    assert "may not write" in found.found


def test_a_file_and_who_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    address = f"sqlite:///{path}"
    store = store_of(case(COGNITO_GATE_STORE=address).settings)
    assert store is not None
    assert not store.answer(StoreCall("load", "x")).failure
    store.close()
    assert line(address).state == "ok"
    path.chmod(0o644)
    found = line(address)
    assert (found.state, found.fix and found.fix.command) == ("warning", f"chmod 600 {path}")


def test_a_file_that_is_something_else(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a store\n" * 50)
    found = line(f"sqlite:///{tmp_path}/notes.txt")
    assert found.state == "wrong"
    assert "cannot be used" in found.found


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("redis://ada:lovelace@127.0.0.1:1", "127.0.0.1:1 cannot be used"),
        ("dynamodb://sessions?endpoint=http://127.0.0.1:1", "the table sessions cannot be used"),
    ],
)
def test_a_server_that_cannot_be_reached(
    address: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    found = line(address, COGNITO_GATE_STORE_TIMEOUT_SECONDS="0.5")
    assert found.state == "wrong"
    assert said in found.found
    assert found.fix is not None
    check_fix(found.fix)
    assert "@" not in address or "lovelace" in case(COGNITO_GATE_STORE=address).reading.secrets


def test_a_table_that_is_not_there() -> None:
    failure = "ResourceNotFoundException: Requested resource not found"
    fix = shared_store.how_to_fix(parse_store("dynamodb://sessions"), failure)
    assert fix.command == "cognito-gate pool deploy STACK --sessions-table"


def test_an_extra_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(settings: object) -> None:
        raise SettingsError({"COGNITO_GATE_STORE": "needs redis: pip install"})

    monkeypatch.setattr(shared_store, "store_of", lacking)
    assert "needs redis" in line("redis://127.0.0.1:1").found
