"""Settings: secrets and where they may come from, the .env file, what is never shown."""

import os
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from cognito_gate import Settings, SettingsError
from cognito_gate.settings import VARIABLES
from tests.parts.made import ENVIRON, settings

KEY = ENVIRON["SECRET_KEY"]
RETIRED = "once-upon-a-time-it-was-a-secret"
LONG = "only-for-the-tests:32-characters"


def problems(**change: str) -> dict[str, str]:
    with pytest.raises(SettingsError) as error:
        settings(**change)
    return error.value.problems


def test_no_secret_is_shown() -> None:
    found = settings(SECRET_KEY_FALLBACKS=RETIRED, COGNITO_GATE_FLASK_COGNITO_LIB_KEY="an-old-key")
    for shown in (repr(found), str(found)):
        for secret in (KEY, RETIRED, "an-old-key", ENVIRON["AWS_COGNITO_USER_POOL_CLIENT_SECRET"]):
            assert secret not in shown
    assert found.secrets == (KEY, RETIRED)


@pytest.mark.parametrize(
    ("variable", "text", "words"),
    [
        ("SECRET_KEY", "short-secret", "has 12 characters; it takes at least 32"),
        ("SECRET_KEY_FALLBACKS", f"{LONG} short-secret", "under 32 characters"),
        ("AWS_COGNITO_USER_POOL_CLIENT_SECRET", "short-secret with blanks", "spaces"),
        ("AWS_COGNITO_USER_POOL_CLIENT_SECRET", "short-secret" * 30, "client secret"),
    ],
)
def test_no_secret_is_told(variable: str, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as error:
        settings(**{variable: text})
    assert list(error.value.problems) == [variable]
    assert "short-secret" not in str(error.value)


SECRETS = [
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "AWS_COGNITO_USER_POOL_CLIENT_SECRET",
    "COGNITO_GATE_FLASK_COGNITO_LIB_KEY",
]


@pytest.mark.parametrize("variable", SECRETS)
def test_a_secret_from_a_file(variable: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"  {LONG}\n", encoding="utf-8")
    found = settings(**{variable: "", f"{variable}_FILE": str(file)})
    value = getattr(found, VARIABLES[variable])
    assert value == ((LONG,) if variable.endswith("FALLBACKS") else LONG)


@pytest.mark.parametrize("variable", SECRETS)
def test_a_secret_file_that_cannot_be_read(variable: str, tmp_path: Path) -> None:
    missing = tmp_path / "none"
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    for path, kind in (
        (missing, "FileNotFoundError"),
        (tmp_path, "IsADirectoryError"),
        (binary, "UnicodeDecodeError"),
    ):
        found = problems(**{variable: "", f"{variable}_FILE": str(path)})
        assert found == {variable: f"cannot be read from the file {path} ({kind})"}


@pytest.mark.parametrize("variable", SECRETS)
def test_a_secret_given_twice(variable: str, tmp_path: Path) -> None:
    found = problems(**{variable: LONG, f"{variable}_FILE": str(tmp_path / "x")})
    assert found == {variable: f"is set, and so is {variable}_FILE; keep only one of them"}


def test_an_empty_secret_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("\n", encoding="utf-8")
    found = problems(SECRET_KEY="", SECRET_KEY_FILE=str(file))
    assert "is missing" in found["SECRET_KEY"]


def test_other_variables_have_no_file(tmp_path: Path) -> None:
    file = tmp_path / "domain"
    file.write_text("my-app", encoding="utf-8")
    found = problems(AWS_COGNITO_DOMAIN="", AWS_COGNITO_DOMAIN_FILE=str(file))
    assert "is missing" in found["AWS_COGNITO_DOMAIN"]


# The .env file


def env_file(folder: Path, **change: str) -> Path:
    file = folder / ".env"
    lines = [f'{name}="{value}"' for name, value in {**ENVIRON, **change}.items()]
    file.write_text("# comment\n\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_a_file_of_variables(tmp_path: Path) -> None:
    file = env_file(tmp_path, COGNITO_GATE_PREFIX="/from-file")
    assert Settings.from_env({}, file).prefix == "/from-file"
    assert Settings.from_env({}, str(file)).domain == "my-app"


def test_the_environment_comes_first(tmp_path: Path) -> None:
    file = env_file(tmp_path, COGNITO_GATE_PREFIX="/from-file")
    assert Settings.from_env({"COGNITO_GATE_PREFIX": "/from-env"}, file).prefix == "/from-env"


def test_without_a_file(tmp_path: Path) -> None:
    assert Settings.from_env(ENVIRON, tmp_path / "none").domain == "my-app"
    assert Settings.from_env(ENVIRON, tmp_path).domain == "my-app"


def test_by_default_the_process_environment_and_dotenv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in {*VARIABLES, "AWS_ENDPOINT_URL"} & set(os.environ):
        monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError):
        Settings.from_env()
    env_file(tmp_path)
    monkeypatch.setenv("COGNITO_GATE_PREFIX", "/from-env")
    found = Settings.from_env()
    assert (found.domain, found.prefix) == ("my-app", "/from-env")


# Names that are not the gate's


def test_a_misspelled_variable_is_told_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = env_file(tmp_path, AWS_COGNITO_SCOPE="secret-1", RECOGNITION="x")
    Settings.from_env({"COGNITO_GATE_WHATEVER_ELSE": "secret-2", "COGNITO_GATE_RUN": "{}"}, file)
    assert [(record.name, record.getMessage()) for record in caplog.records] == [
        (
            "cognito_gate",
            "AWS_COGNITO_SCOPE is not a variable of the gate; did you mean AWS_COGNITO_SCOPES?",
        ),
        (
            "cognito_gate",
            "COGNITO_GATE_WHATEVER_ELSE is not a variable of the gate, and has no effect",
        ),
    ]


def test_it_is_told_before_the_variable_that_it_stands_for_is_missing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(SettingsError, match="AWS_COGNITO_DOMAIN: is missing"):
        Settings.from_env({**ENVIRON, "AWS_COGNITO_DOMAIN": "", "AWS_COGNITO_DOMIAN": "x"}, None)
    assert "did you mean AWS_COGNITO_DOMAIN?" in caplog.text


def test_settings_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        settings().domain = "other"  # type: ignore[misc]
