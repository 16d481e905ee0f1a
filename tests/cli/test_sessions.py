"""`cognito-gate sessions`, on an account that is made up and against the local Cognito."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cognito_gate.cli.sessions_command import Outside, sessions
from cognito_gate.local import LocalCognito
from cognito_gate.pool.aws import UNKNOWN, AwsError, HttpAnswer, connect

POOL = "eu-west-1_AbCdEfGhI"
AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ONE = {
    "SessionId": "tkn1",
    "SessionType": "TOKEN",
    "CreateDate": AT,
    "LastActiveDate": AT,
    "DeviceType": "Fire\x1bfox",
}


@dataclass
class Account:
    """Answers as told; keeps what it was asked."""

    answers: dict[str, list[HttpAnswer | AwsError]]
    region: str = "eu-west-1"
    asked: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def call(self, service: str, operation: str, **parameters: object) -> HttpAnswer:
        assert service == "cognito-idp"
        self.asked.append((operation, parameters))
        answer = self.answers[operation].pop(0)
        if isinstance(answer, AwsError):
            raise answer
        return answer

    def emulator(self, service: str) -> str:
        return ""


def run(account: Any, *words: str) -> tuple[Result, list[tuple[str | None, ...]]]:
    where: list[tuple[str | None, ...]] = []

    def connected(region: str | None, profile: str | None, endpoint: str | None) -> Any:
        where.append((region, profile, endpoint))
        return account

    return CliRunner().invoke(sessions, words, obj=Outside(connected)), where


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_REGION", "AWS_COGNITO_USER_POOL_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", raising=False)
    monkeypatch.chdir(tmp_path)


def test_a_list_of_several_pages() -> None:
    pages: list[HttpAnswer | AwsError] = [{"Sessions": [ONE], "NextToken": "n"}, {"Sessions": [{}]}]
    account = Account({"admin_list_user_sessions": pages})
    result, where = run(account, "list", "ada", "--user-pool-id", POOL)
    assert result.output.splitlines() == [
        "ID    TYPE   SINCE                      LAST ACTIVE                DEVICE",
        "tkn1  TOKEN  2026-11-21T12:00:00+00:00  2026-11-21T12:00:00+00:00  Fire?fox",
        "-     -      -                          -                          -",
    ]
    assert where == [("eu-west-1", None, None)]
    asked = {"UserPoolId": POOL, "Username": "ada"}
    assert [parameters for _, parameters in account.asked] == [asked, {**asked, "NextToken": "n"}]


def test_a_pool_that_keeps_no_list_says_so() -> None:
    device = {"DeviceKey": "k", "DeviceAttributes": [{"Name": "device_name", "Value": "Phone"}]}
    account = Account(
        {
            "admin_list_user_sessions": [AwsError("no", UNKNOWN)],
            "admin_list_devices": [{"Devices": [device]}],
        }
    )
    result, _ = run(account, "list", "ada", "--json", "--user-pool-id", POOL)
    shown = json.loads(result.stdout)
    assert [one["device"] for one in shown["sessions"]] == ["Phone"]
    assert "keeps no list of sessions" in shown["problem"]


def test_nor_one_of_devices() -> None:
    account = Account(
        {
            "admin_list_user_sessions": [AwsError("no", "OperationNotEnabledException")],
            "admin_list_devices": [AwsError("no", "InvalidUserPoolConfigurationException")],
        }
    )
    result, _ = run(account, "list", "ada", "--user-pool-id", POOL)
    assert "keeps no list of sessions (OperationNotEnabledException)" in result.stderr
    assert (result.stdout, result.exit_code) == ("No remembered devices.\n", 0)


def test_nobody_is_signed_in() -> None:
    account = Account({"admin_list_user_sessions": [{"Sessions": []}]})
    assert run(account, "list", "ada", "--user-pool-id", POOL)[0].stdout == "No sessions.\n"


@pytest.mark.parametrize("words", [("list", "ada"), ("end", "ada")])
def test_errors_are_a_line(words: tuple[str, str]) -> None:
    refused = AwsError("AWS refuses it.", "UserNotFoundException")
    account = Account(
        {"admin_list_user_sessions": [refused], "admin_user_global_sign_out": [refused]}
    )
    result, _ = run(account, *words, "--user-pool-id", POOL)
    assert (result.exit_code, result.stderr) == (1, "Error: AWS refuses it.\n")


def test_an_error_of_the_devices_is_told() -> None:
    account = Account(
        {
            "admin_list_user_sessions": [AwsError("no", UNKNOWN)],
            "admin_list_devices": [AwsError("AWS is away.")],
        }
    )
    assert run(account, "list", "ada", "--user-pool-id", POOL)[0].stderr == "Error: AWS is away.\n"


def test_which_pool_is_said_or_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result, where = run(Account({}), "end", "ada")
    assert (result.exit_code, where) == (2, [])
    assert "Pass --user-pool-id" in result.stderr
    (tmp_path / ".env").write_text(
        f"AWS_COGNITO_USER_POOL_ID={POOL}\nAWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER=http://a:1\n"
    )
    account = Account({"admin_user_global_sign_out": [{}]})
    result, where = run(account, "end", "ada", "--region", "eu-north-1", "--profile", "work")
    assert (result.exit_code, where) == (0, [("eu-north-1", "work", "http://a:1")])
    assert account.asked == [
        ("admin_user_global_sign_out", {"UserPoolId": POOL, "Username": "ada"})
    ]


@pytest.fixture
def cognito(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[LocalCognito]:
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, f"{tmp_path}/none")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "an-example")
    running = LocalCognito()
    with running.serve():
        yield running


def test_against_the_local_cognito(cognito: LocalCognito) -> None:
    """boto3 itself, by the address that is passed."""
    words = ("--user-pool-id", cognito.pool_id, "--endpoint-url", cognito.origin)
    cli = CliRunner()
    ended = cli.invoke(sessions, ("end", "ada", *words), obj=Outside(connect))
    assert (ended.exit_code, ended.stdout) == (0, "All sessions of ada have ended at Cognito.\n")
    assert cognito.calls["AdminUserGlobalSignOut"] == 1
    unknown = cli.invoke(sessions, ("end", "nobody", *words))
    assert unknown.exit_code == 1
    assert "UserNotFoundException" in unknown.stderr
    listed = cli.invoke(sessions, ("list", "ada", *words))
    assert listed.exit_code == 0
    assert "keeps no list of sessions" in listed.stderr


TKN = "tkn" + "a1" * 12 + "b"


def test_one_session_ends_alone() -> None:
    account = Account({"admin_revoke_user_session": [{}]})
    result, _ = run(account, "end", "ada", "--session", TKN, "--user-pool-id", POOL)
    assert result.output == f"The session {TKN} of ada has ended at Cognito.\n"
    asked = {"UserPoolId": POOL, "Username": "ada", "SessionId": TKN}
    linked = {"RevokeAssociatedSessions": "LINKED"}
    assert account.asked == [("admin_revoke_user_session", {**asked, **linked})]


@pytest.mark.parametrize(
    ("code", "text"), [("OperationNotEnabledException", "keeps no list of sessions"), ("X", "no")]
)
def test_one_session_that_does_not_end_is_told(code: str, text: str) -> None:
    account = Account({"admin_revoke_user_session": [AwsError("no", code)]})
    result, _ = run(account, "end", "ada", "--session", TKN, "--user-pool-id", POOL)
    assert (result.exit_code, text in result.output) == (1, True)


def test_the_id_of_a_device_is_none_of_a_session() -> None:
    account = Account({})
    result, _ = run(account, "end", "ada", "--session", "k\x1b", "--user-pool-id", POOL)
    assert (result.exit_code, account.asked) == (2, [])
    assert "'k?' is no session's id" in result.output
