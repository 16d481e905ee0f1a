"""Settings from the environment: every variable, its default, its good and its bad values."""

import os
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest

from cognito_gate import Settings, SettingsError
from cognito_gate._checks import CHECKS, PARSERS
from cognito_gate.settings import VARIABLES
from tests.parts.made import CLIENT, ENVIRON, settings

KEY = ENVIRON["SECRET_KEY"]
LONG = "k" * 32
REQUIRED = {
    "AWS_COGNITO_DOMAIN",
    "AWS_COGNITO_USER_POOL_ID",
    "AWS_COGNITO_USER_POOL_CLIENT_ID",
    "AWS_COGNITO_REDIRECT_URL",
    "AWS_COGNITO_LOGOUT_URL",
    "SECRET_KEY",
}
DEFAULTS: dict[str, tuple[str, Any]] = {
    "AWS_COGNITO_DISABLED": ("disabled", False),
    "AWS_REGION": ("region", ""),
    "AWS_COGNITO_DOMAIN": ("domain", ""),
    "AWS_COGNITO_USER_POOL_ID": ("user_pool_id", ""),
    "AWS_COGNITO_USER_POOL_CLIENT_ID": ("user_pool_client_id", ""),
    "AWS_COGNITO_USER_POOL_CLIENT_SECRET": ("user_pool_client_secret", ""),
    "AWS_COGNITO_REDIRECT_URL": ("redirect_url", ""),
    "AWS_COGNITO_LOGOUT_URL": ("logout_url", ""),
    "AWS_COGNITO_COOKIE_AGE_SECONDS": ("cookie_age_seconds", 1800),
    "AWS_COGNITO_EXPIRATION_LEEWAY": ("expiration_leeway", 0),
    "AWS_COGNITO_SCOPES": ("scopes", ()),
    "AWS_COGNITO_COOKIE_DOMAIN": ("cookie_domain", ""),
    "AWS_COGNITO_COOKIE_SAMESITE": ("cookie_samesite", "lax"),
    "AWS_COGNITO_REFRESH_FLOW_ENABLED": ("refresh_flow_enabled", False),
    "AWS_COGNITO_REFRESH_COOKIE_ENCRYPTED": ("refresh_cookie_encrypted", True),
    "AWS_COGNITO_REFRESH_COOKIE_AGE_SECONDS": ("refresh_cookie_age_seconds", 86_400),
    "AWS_COGNITO_ISSUER": ("issuer", ""),
    "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": ("endpoint_url", ""),
    "AWS_COGNITO_COOKIE_ENCRYPTED": ("cookie_encrypted", False),
    "SECRET_KEY": ("secret_key", ""),
    "SECRET_KEY_FALLBACKS": ("secret_key_fallbacks", ()),
    "COGNITO_GATE_PREFIX": ("prefix", "/auth"),
    "COGNITO_GATE_PUBLIC_PATHS": ("public_paths", ()),
    "COGNITO_GATE_REFRESH_BEFORE_SECONDS": ("refresh_before_seconds", 60),
    "COGNITO_GATE_LOGIN_SECONDS": ("login_seconds", 900),
    "COGNITO_GATE_HTTP_TIMEOUT_SECONDS": ("http_timeout_seconds", 5.0),
    "COGNITO_GATE_BEARER": ("bearer", False),
    "COGNITO_GATE_BEARER_CLIENT_IDS": ("bearer_client_ids", ()),
    "COGNITO_GATE_SESSION_CACHE": ("session_cache", 4096),
    "COGNITO_GATE_FLASK_COGNITO_LIB_KEY": ("flask_cognito_lib_key", ""),
    "COGNITO_GATE_WEBSOCKET_ORIGINS": ("websocket_origins", ()),
    "COGNITO_GATE_WEBSOCKET_CLOSE": ("websocket_close", True),
}


def problems(**change: str) -> dict[str, str]:
    with pytest.raises(SettingsError) as error:
        settings(**change)
    return error.value.problems


@pytest.mark.parametrize("variable", DEFAULTS)
def test_each_variable_and_its_default(variable: str) -> None:
    name, default = DEFAULTS[variable]
    assert VARIABLES[variable] == name
    if variable not in REQUIRED:
        without = {key: value for key, value in ENVIRON.items() if key != variable}
        assert getattr(Settings.from_env(without, env_file=None), name) == default


def test_no_variable_is_missing_from_the_table_above() -> None:
    assert set(VARIABLES) == set(DEFAULTS)
    assert set(CHECKS) == {item.name for item in fields(Settings)}
    assert {item.metadata["parser"] for item in fields(Settings)} == set(PARSERS)


def test_names_follow_one_rule() -> None:
    for variable, name in VARIABLES.items():
        if variable != "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER":
            short = variable.removeprefix("AWS_COGNITO_").removeprefix("COGNITO_GATE_")
            assert short.removeprefix("AWS_").lower() == name


FLAGS = [variable for variable, (_, default) in DEFAULTS.items() if isinstance(default, bool)]


@pytest.mark.parametrize("variable", FLAGS)
def test_flags(variable: str) -> None:
    name = VARIABLES[variable]
    for text in ("true", "TRUE", "True", "1", "yes", "YES", "on", "On", " true "):
        assert getattr(settings(**{variable: text}), name) is True
    for text in ("false", "FALSE", "False", "0", "no", "NO", "off", "Off"):
        assert getattr(settings(**{variable: text}), name) is False
    for text in ("2", "y", "t", "enabled", "none", "truefalse", "-1", "1.0"):
        assert problems(**{variable: text}) == {
            variable: f"is {text!r}; it takes true or false (also 1/0, yes/no, on/off)"
        }


NUMBERS = {
    "AWS_COGNITO_COOKIE_AGE_SECONDS": (1, 31_536_000),
    "AWS_COGNITO_EXPIRATION_LEEWAY": (0, 600),
    "AWS_COGNITO_REFRESH_COOKIE_AGE_SECONDS": (1, 315_360_000),
    "COGNITO_GATE_REFRESH_BEFORE_SECONDS": (0, 86_400),
    "COGNITO_GATE_LOGIN_SECONDS": (1, 86_400),
    "COGNITO_GATE_SESSION_CACHE": (0, 1_000_000),
}


@pytest.mark.parametrize("variable", NUMBERS)
def test_whole_numbers(variable: str) -> None:
    low, high = NUMBERS[variable]
    for value in (low, high):
        assert getattr(settings(**{variable: str(value)}), VARIABLES[variable]) == value
    for text in ("-1", "1.5", "1e3", "0x10", "1_000", "one", "٣", "²", "1 2", "+1", "9" * 10):
        assert problems(**{variable: text}) == {variable: f"is {text!r}; it takes a whole number"}
    assert "it takes" in problems(**{variable: str(high + 1)})[variable]
    if low:
        assert "it takes 1 to" in problems(**{variable: "0"})[variable]


def test_seconds_with_a_fraction() -> None:
    variable = "COGNITO_GATE_HTTP_TIMEOUT_SECONDS"
    for text, value in (("0.05", 0.05), ("60", 60.0), ("2.5", 2.5)):
        assert settings(**{variable: text}).http_timeout_seconds == value
    for text in ("-1", "nan", "inf", "1e1", ".5", "5.", "five", "1,5"):
        assert "takes a number of seconds" in problems(**{variable: text})[variable]
    for text in ("0", "0.049", "60.1", "999999"):
        assert "0.05 to 60 seconds" in problems(**{variable: text})[variable]


@pytest.mark.parametrize(
    "text", ["a,b,c", "a b c", "a, b,c", " a\tb\nc ", ",a,,b ,c,", "a\r\nb c"], ids=repr
)
def test_lists(text: str) -> None:
    assert settings(AWS_COGNITO_SCOPES=text).scopes == ("a", "b", "c")


GOOD: dict[str, list[str]] = {
    "AWS_REGION": ["eu-west-1", "us-gov-west-1", "ap-southeast-3"],
    "AWS_COGNITO_DOMAIN": ["my-app", "a", "x" * 63, "login.example.com", "http://localhost:9000"],
    "AWS_COGNITO_USER_POOL_ID": ["us-east-1_a", "us-gov-west-1_AbC123", "eu-west-1_" + "a" * 45],
    "AWS_COGNITO_USER_POOL_CLIENT_ID": ["a", "A1b2_+", "x" * 128],
    "AWS_COGNITO_USER_POOL_CLIENT_SECRET": ["s", "a+b/c=", "x" * 256],
    "AWS_COGNITO_REDIRECT_URL": [
        "https://app.example/cb",
        "https://app.example:8443/a/b/cb/",
        "http://localhost/cb",
        "http://localhost:5000/cb",
        "http://127.0.0.1:5000/cb",
        "http://[::1]:5000/cb",
    ],
    "AWS_COGNITO_LOGOUT_URL": [
        "https://app.example",
        "https://app.example/",
        "https://other.example/bye?a=b",
        "http://localhost:5000/bye",
    ],
    "AWS_COGNITO_COOKIE_DOMAIN": ["app.example", ".app.example", "APP.example"],
    "AWS_COGNITO_COOKIE_SAMESITE": ["lax", "Strict", "NONE"],
    "AWS_COGNITO_ISSUER": [
        "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI",
        "http://localhost:9229/local_1",
    ],
    "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": [
        "http://localhost:4566",
        "http://127.0.0.1:9229/",
        "https://vpce-1.cognito-idp.eu-west-1.vpce.amazonaws.com",
    ],
    "AWS_COGNITO_SCOPES": [
        "openid",
        "openid https://api.example/read",
        "aws.cognito.signin.user.admin",
    ],
    "SECRET_KEY": [LONG, "ä" * 32, "k" * 1000],
    "SECRET_KEY_FALLBACKS": [LONG, f"{LONG},{LONG}x"],
    "COGNITO_GATE_PREFIX": ["/auth", "/a/b", "/_gate", "/~x"],
    "COGNITO_GATE_FLASK_COGNITO_LIB_KEY": ["short", "with blanks in it"],
    "COGNITO_GATE_WEBSOCKET_ORIGINS": ["https://a.example", "https://a.example http://localhost:1"],
    "COGNITO_GATE_PUBLIC_PATHS": ["/", "/*", "/health", "/static/*", "/a/b/ /c.d"],
}


@pytest.mark.parametrize(
    ("variable", "text"), [(name, text) for name, texts in GOOD.items() for text in texts]
)
def test_a_good_value(variable: str, text: str) -> None:
    assert getattr(settings(**{variable: text}), VARIABLES[variable])


BAD: dict[str, list[str]] = {
    "AWS_REGION": ["Ireland", "eu-west", "eu_west_1", "EU-WEST-1", "eu-west-1a", "eu-west-1.evil"],
    "AWS_COGNITO_DOMAIN": [
        "My-App",
        "-app",
        "app-",
        "my_app",
        "x" * 64,
        "my app",
        "app/x",
        "login.example.com/",
        "login.example.com/path",
        "login.example.com?x",
        "user@login.example.com",
        "http://login.example.com",
        "https://login.example.com/path",
        "https://login.example.com?x=y",
        "https://login.example.com?",
        "https://login.example.com#x",
        "https://login.example.com#",
        "https://user@login.example.com",
        "https://user:secret@login.example.com",
        "https://",
        "https:///path",
        "https://login.example.com:99999",
        "https://login.example.com:0",
        "https://login.example.com:x",
        "https://[::1",
        "https://login.exa\tmple.com",
        "https://login.exämple.com",
        "https://login.example.com\\@evil.example",
        "ftp://login.example.com",
        "javascript://x",
        "//login.example.com",
    ],
    "AWS_COGNITO_USER_POOL_ID": [
        "eu-west-1",
        "eu-west-1_",
        "eu-west-1_a/b",
        "eu-west-1_a_b",
        "eu-west-1-AbC",
        "EU-WEST-1_AbC",
        "eu-west-1_AbC\nx",
        "eu-west-1_é",
        "../eu-west-1_AbC",
        "eu-west-1_AbC?",
        "evil.example/eu-west-1_AbC",
        "eu-west-1_" + "a" * 46,
    ],
    "AWS_COGNITO_USER_POOL_CLIENT_ID": ["a b", "a-b", "a:b", "é", "a&b", "x" * 129, "a\nb"],
    "AWS_COGNITO_USER_POOL_CLIENT_SECRET": ["a b", "a\nb", "é", "x" * 257],
    "AWS_COGNITO_REDIRECT_URL": [
        "https://app.example",
        "https://app.example/",
        "https://app.example//cb",
        "https://app.example/cb//",
        "https://app.example/../cb",
        "https://app.example/a/./cb",
        "https://app.example/cb?x=y",
        "https://app.example/cb?",
        "https://app.example/cb#x",
        "https://app.example/cb#",
        "https://app.example/cb%20x",
        "https://app.example/cb;x",
        "https://app.example/é",
        "https://user@app.example/cb",
        "https://app.example:0/cb",
        "https://app.example:x/cb",
        "https://app.example\\@evil.example/cb",
        "http://app.example/cb",
        "http://localhost.evil.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://192.168.0.1/cb",
        "app.example/cb",
        "/cb",
        "//app.example/cb",
        "https:/cb",
        "ftp://localhost/cb",
    ],
    "AWS_COGNITO_LOGOUT_URL": [
        "/bye",
        "app.example",
        "http://app.example/bye",
        "https://app.example/bye#x",
        "https://user@app.example/bye",
        "https://app.example/b ye",
        "javascript:alert(1)",
        "https://app.example/*",
        "https://app.example/bye/*",
    ],
    "AWS_COGNITO_COOKIE_DOMAIN": [
        "localhost",
        "app.example:443",
        "https://app.example",
        "app.example/",
        "app example",
        "app.example; Path=/x",
        "a.b\r\nc",
        "exämple.com",
        "-a.b",
        "..",
    ],
    "AWS_COGNITO_COOKIE_SAMESITE": ["loose", "lax,strict", "true", "lax; Secure"],
    "AWS_COGNITO_ISSUER": [
        "https://issuer.example/pool/",
        "https://issuer.example/pool?x=y",
        "http://issuer.example/pool",
        "issuer.example",
        "https://issuer.example/pool#x",
    ],
    "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": [
        "http://localstack:4566",
        "http://localhost:4566/path",
        "localhost:4566",
        "file:///etc/passwd",
        "https://x.example?y",
    ],
    "AWS_COGNITO_SCOPES": ['openid "quoted"', "öpenid", "a\\b"],
    "COGNITO_GATE_PREFIX": [
        "auth",
        "/",
        "/auth/",
        "//auth",
        "/a//b",
        "/a/../b",
        "/.",
        "/a b",
        "/a?b",
        "/a%20",
        "/ä",
        "/a;b",
        "/a*",
    ],
    "COGNITO_GATE_PUBLIC_PATHS": [
        "health",
        "/health /a//b",
        "/a/../b",
        "/./a",
        "/a%20",
        "/a;b",
        "/a?b",
        "/ä",
        "/a*",
        "/*.css",
        "/a/*/b",
        "*",
        "//",
        "^/regex$",
    ],
    "COGNITO_GATE_BEARER_CLIENT_IDS": ["a-b", "a,b c:d"],
    "COGNITO_GATE_WEBSOCKET_ORIGINS": ["*", "a.example", "https://a.example/x", "http://a.example"],
}


@pytest.mark.parametrize(
    ("variable", "text"), [(name, text) for name, texts in BAD.items() for text in texts]
)
def test_a_bad_value(variable: str, text: str) -> None:
    more = {"COGNITO_GATE_BEARER": "true"}
    assert list(problems(**more, **{variable: text})) == [variable]


def test_all_problems_at_once() -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_env({"AWS_COGNITO_SCOPES": '"', "COGNITO_GATE_BEARER": "maybe"}, None)
    assert set(error.value.problems) == REQUIRED | {"AWS_COGNITO_SCOPES", "COGNITO_GATE_BEARER"}
    for variable in error.value.problems:
        assert f"\n  {variable}: " in str(error.value)


@pytest.mark.parametrize("variable", sorted(REQUIRED))
@pytest.mark.parametrize("text", ["", "   ", None])
def test_what_is_required(variable: str, text: str | None) -> None:
    environ = {key: value for key, value in ENVIRON.items() if key != variable}
    if text is not None:
        environ[variable] = text
    with pytest.raises(SettingsError) as error:
        Settings.from_env(environ, env_file=None)
    assert list(error.value.problems) == [variable]
    assert error.value.problems[variable].startswith("is missing; it takes ")


def test_empty_is_absent() -> None:
    empty = dict.fromkeys(set(VARIABLES) - REQUIRED, "")
    assert settings(**empty) == settings(AWS_COGNITO_USER_POOL_CLIENT_SECRET="")


def test_white_space_around_a_value_is_dropped() -> None:
    assert settings(AWS_COGNITO_USER_POOL_CLIENT_ID=f" {CLIENT}\n").user_pool_client_id == CLIENT


def test_an_unreadable_value_is_said_once() -> None:
    found = problems(COGNITO_GATE_LOGIN_SECONDS="soon", AWS_COGNITO_DOMAIN="")
    assert set(found) == {"COGNITO_GATE_LOGIN_SECONDS", "AWS_COGNITO_DOMAIN"}
    assert "'soon'" in found["COGNITO_GATE_LOGIN_SECONDS"]


# Disabled


def test_disabled_needs_nothing_else() -> None:
    assert Settings.from_env({"AWS_COGNITO_DISABLED": "true"}, env_file=None).disabled
    assert Settings(disabled=True).disabled


def test_disabled_does_not_hide_what_is_wrong() -> None:
    with pytest.raises(SettingsError, match="AWS_COGNITO_DOMAIN: is 'My App'"):
        Settings(disabled=True, domain="My App")


# Secrets


def test_no_secret_is_shown() -> None:
    found = settings(SECRET_KEY_FALLBACKS="f" * 32, COGNITO_GATE_FLASK_COGNITO_LIB_KEY="an-old-key")
    for shown in (repr(found), str(found)):
        for secret in (KEY, "f" * 32, "an-old-key", ENVIRON["AWS_COGNITO_USER_POOL_CLIENT_SECRET"]):
            assert secret not in shown
    assert found.secrets == (KEY, "f" * 32)


@pytest.mark.parametrize(
    ("variable", "text", "words"),
    [
        ("SECRET_KEY", "short-secret", "has 12 characters; it takes at least 32"),
        ("SECRET_KEY_FALLBACKS", f"{LONG} short-secret", "under 32 characters"),
        ("AWS_COGNITO_USER_POOL_CLIENT_SECRET", "short-secret with blanks", "blanks"),
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
    assert found == {variable: f"is set, and so is {variable}_FILE; keep one of them"}


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


def test_settings_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        settings().domain = "other"  # type: ignore[misc]
