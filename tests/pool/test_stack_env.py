"""`pool env`: the environment of a pool that is deployed."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from cognito_gate.pool.aws import AwsError
from cognito_gate.pool.users import find_client
from tests.pool.command import run
from tests.pool.fake_aws import CLIENT_ID, OUTPUTS, POOL_ID, SECRET, FakeAws, FakeStack


def deployed(**outputs: str) -> FakeAws:
    return FakeAws(FakeStack("shop", outputs={**OUTPUTS, **outputs}))


def values(aws: FakeAws, *words: str) -> dict[str, str]:
    ran = run(aws, "env", "shop", "--format", "json", *words)
    assert ran.code == 0, ran.told
    found: dict[str, str] = json.loads(ran.out)
    return found


def test_it_is_printed() -> None:
    ran = run(deployed(), "env", "shop", "--region", "eu-north-1", "--profile", "work")
    assert (ran.code, ran.told) == (0, "")
    assert f"AWS_COGNITO_USER_POOL_ID={POOL_ID}\n" in ran.out
    assert f"AWS_COGNITO_USER_POOL_CLIENT_SECRET={SECRET}\n" in ran.out
    assert "# A new key each time this is printed. Keep the one in use" in ran.out


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("shell", f"export AWS_COGNITO_USER_POOL_ID={POOL_ID}"),
        ("docker", f"AWS_COGNITO_USER_POOL_ID={POOL_ID}"),
        ("json", f'  "AWS_COGNITO_USER_POOL_ID": "{POOL_ID}",'),
    ],
)
def test_its_forms(form: str, line: str) -> None:
    assert line in run(deployed(), "env", "shop", "--format", form).out.splitlines()


def test_an_object_has_no_notes_so_they_are_told() -> None:
    ran = run(deployed(), "env", "shop", "--format", "json")
    assert ran.told.startswith("SECRET_KEY: A new key each time")
    assert run(deployed(), "env", "shop", "--format", "json", "--no-secret-key").told == ""


def test_the_secret_key_is_another_each_time() -> None:
    first, second = values(deployed()), values(deployed())
    assert first["SECRET_KEY"] != second["SECRET_KEY"]
    assert "SECRET_KEY" not in values(deployed(), "--no-secret-key")


def test_a_public_client_is_not_even_read() -> None:
    aws = deployed(ConfidentialClient="false")
    assert "AWS_COGNITO_USER_POOL_CLIENT_SECRET" not in values(aws)
    assert aws.asked("describe_user_pool_client") == []


def mode_of(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


@pytest.mark.parametrize("command", [("env",), ("deploy", "--yes")])
def test_a_file_is_for_its_owner_only(tmp_path: Path, command: tuple[str, ...]) -> None:
    file = tmp_path / ".env"
    ran = run(deployed(), command[0], "shop", *command[1:], "--output", str(file))
    assert (ran.code, ran.out) == (0, "")
    assert mode_of(file) == 0o600
    assert f"AWS_COGNITO_USER_POOL_CLIENT_SECRET={SECRET}\n" in file.read_text()
    assert f"{file} is written" in ran.told
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("command", [("env",), ("deploy", "--yes")])
def test_a_file_that_is_there_is_kept(tmp_path: Path, command: tuple[str, ...]) -> None:
    file = tmp_path / ".env"
    file.write_text("SECRET_KEY=mine")
    aws = deployed()
    ran = run(aws, command[0], "shop", *command[1:], "--output", str(file))
    assert ran.code != 0
    assert "--force" in ran.told
    assert file.read_text() == "SECRET_KEY=mine"
    assert not aws.calls  # it is said before anything is done


def test_force_replaces_it_and_closes_it_to_others(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SECRET_KEY=mine")
    file.chmod(0o644)
    assert run(deployed(), "env", "shop", "--output", str(file), "--force").code == 0
    assert mode_of(file) == 0o600
    assert "mine" not in file.read_text()
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    for words in ((), ("--force",)):
        ran = run(deployed(), "env", "shop", "--output", str(tmp_path / ("x" * 300)), *words)
        assert ran.code == 1
        assert "cannot be written" in ran.told


@pytest.mark.parametrize(
    "words", [("env", "--force"), ("deploy", "--yes", "--no-env", "--output=x")]
)
def test_options_without_effect_are_errors(words: tuple[str, ...]) -> None:
    aws = deployed()
    assert run(aws, words[0], "shop", *words[1:]).code == 2
    assert not aws.calls


def test_an_emulator() -> None:
    aws = deployed()
    aws.endpoint = "http://127.0.0.1:4566"
    found = values(aws)
    assert found["AWS_COGNITO_DOMAIN"] == "http://127.0.0.1:4566"
    assert found["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"] == "http://127.0.0.1:4566"


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        (OUTPUTS["Domain"], "https://my-app.auth-fips.eu-west-1.amazoncognito.com"),
        ("https://auth.example.com", "https://auth.example.com"),
    ],
)
def test_fips_endpoints(domain: str, expected: str) -> None:
    aws = deployed(Domain=domain)
    aws.fips = "https://cognito-idp-fips.eu-west-1.amazonaws.com"
    found = values(aws)
    assert found["AWS_COGNITO_DOMAIN"] == expected
    assert found["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"] == aws.fips


@pytest.mark.parametrize("confidential", ["true", "false"])
def test_others_of_the_clients_addresses(confidential: str) -> None:
    other = ("https://b.example.com/auth/callback", "https://b.example.com/bye")
    aws = deployed(ConfidentialClient=confidential)
    found = values(aws, "--callback-url", other[0], "--logout-url", other[1])
    assert found["AWS_COGNITO_REDIRECT_URL"] == other[0]
    assert found["AWS_COGNITO_LOGOUT_URL"] == other[1]


@pytest.mark.parametrize("flag", ["--callback-url", "--logout-url"])
def test_an_address_that_the_client_does_not_have(flag: str) -> None:
    url = "https://b.example.com/auth/callback/"
    ran = run(deployed(), "env", "shop", flag, url)
    assert (ran.code, ran.out) == (1, "")
    assert (
        f"Error: {flag} is '{url}', which is not registered at the app client. It has:\n  http"
        in (ran.told)
    )
    assert "\n  https://b.example.com/" in ran.told
    assert f"`cognito-gate pool deploy shop {flag} {url}`" in ran.told


def test_a_secret_that_is_not_told() -> None:
    aws = deployed()
    del aws.client["ClientSecret"]
    ran = run(aws, "env", "shop")
    assert (ran.code, ran.out) == (1, "")
    assert "AWS does not return the secret of the app client" in ran.told


@pytest.mark.parametrize("status", ["", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"])
def test_a_stack_that_is_not_there(status: str) -> None:
    aws = FakeAws(*([FakeStack("shop", status)] if status else []))
    ran = run(aws, "env", "shop")
    assert (ran.code, ran.out) == (1, "")
    assert "There is no stack shop in eu-west-1, or it could not be created." in ran.told


@pytest.mark.parametrize(
    ("outputs", "told"),
    [
        ({"Domain": ""}, "The user pool has no login domain."),
        ({"RedirectUrl": "ftp://x"}, "AWS_COGNITO_REDIRECT_URL"),
        ({"PasswordPolicy": "12\nupper", "SignInPages": "custom"}, "no line of a .env file can"),
    ],
)
def test_outputs_of_no_use(outputs: dict[str, str], told: str) -> None:
    ran = run(deployed(**outputs), "env", "shop")
    assert (ran.code, ran.out) == (1, "")
    assert told in ran.told


def test_a_refusal_of_aws() -> None:
    aws = deployed()
    aws.failures["describe_user_pool_client"] = [AwsError("You may not.")]
    ran = run(aws, "env", "shop")
    assert (ran.code, ran.out, ran.told) == (1, "", "Error: You may not.\n")


def test_the_secret_is_in_no_repr() -> None:
    client = find_client(deployed(), POOL_ID, CLIENT_ID)
    assert client.secret == SECRET
    assert SECRET not in repr(client)
