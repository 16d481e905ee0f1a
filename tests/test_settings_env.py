"""Settings from the environment: every variable, its default, and how its text is read."""

from dataclasses import fields
from typing import Any

import pytest

from cognito_gate import Settings, SettingsError
from cognito_gate.settings import VARIABLES
from cognito_gate.settings.checks import CHECKS
from cognito_gate.settings.operator_checks import OPERATOR_CHECKS
from cognito_gate.settings.page_checks import PAGE_CHECKS
from cognito_gate.settings.parsers import PARSERS
from tests.parts.made import CLIENT, ENVIRON, settings

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
    "COGNITO_GATE_RULES_FILE": ("rules", ()),
    "COGNITO_GATE_REQUIRE_GROUPS": ("require_groups", ()),
    "COGNITO_GATE_EMAIL_DOMAINS": ("email_domains", ()),
    "COGNITO_GATE_TRUSTED_PROXIES": ("trusted_proxies", ()),
    "COGNITO_GATE_HEADERS": ("headers", ()),
    "COGNITO_GATE_REFRESH_BEFORE_SECONDS": ("refresh_before_seconds", 60),
    "COGNITO_GATE_IDLE_SECONDS": ("idle_seconds", 0),
    "COGNITO_GATE_LIST_SESSIONS": ("list_sessions", False),
    "COGNITO_GATE_REVOKE_KEY": ("revoke_key", ""),
    "COGNITO_GATE_LOGIN_SECONDS": ("login_seconds", 900),
    "COGNITO_GATE_HTTP_TIMEOUT_SECONDS": ("http_timeout_seconds", 5.0),
    "COGNITO_GATE_BEARER": ("bearer", False),
    "COGNITO_GATE_BEARER_CLIENT_IDS": ("bearer_client_ids", ()),
    "COGNITO_GATE_SESSION_BYTES": ("session_bytes", 0),
    "COGNITO_GATE_KEEP_FORMS": ("keep_forms", False),
    "COGNITO_GATE_KEEP_FRAGMENT": ("keep_fragment", False),
    "COGNITO_GATE_CORS_PREFLIGHT": ("cors_preflight", None),
    "COGNITO_GATE_AUDIENCES": ("audiences", ()),
    "COGNITO_GATE_AUDIT_LOG": ("audit_log", ""),
    "COGNITO_GATE_WAIT_FOR_EVENTS": ("wait_for_events", None),
    "COGNITO_GATE_METRICS_TOKEN": ("metrics_token", ""),
    "COGNITO_GATE_METRICS_ADDRESSES": ("metrics_addresses", ()),
    "COGNITO_GATE_REQUEST_ID_HEADER": ("request_id_header", ""),
    "COGNITO_GATE_STORE": ("store", ""),
    "COGNITO_GATE_STORE_FOR": ("store_for", "sessions"),
    "COGNITO_GATE_STORE_CACHE_SECONDS": ("store_cache_seconds", 5.0),
    "COGNITO_GATE_STORE_TIMEOUT_SECONDS": ("store_timeout_seconds", 1.0),
    "COGNITO_GATE_SESSION_CACHE": ("session_cache", 4096),
    "COGNITO_GATE_LOGIN": ("login", "hosted"),
    "COGNITO_GATE_SIGN_IN_FLOW": ("sign_in_flow", "srp"),
    "COGNITO_GATE_SIGN_IN_WAYS": (
        "sign_in_ways",
        ("PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"),
    ),
    "COGNITO_GATE_SIGN_IN": ("sign_in", "email"),
    "COGNITO_GATE_SIGN_UP": ("sign_up", False),
    "COGNITO_GATE_SIGN_UP_ATTRIBUTES": ("sign_up_attributes", ("email",)),
    "COGNITO_GATE_PASSWORD_POLICY": ("password_policy", "8 upper lower digits symbols"),
    "COGNITO_GATE_TRIES_PER_ADDRESS": ("tries_per_address", 100),
    "COGNITO_GATE_TRIES_PER_ACCOUNT": ("tries_per_account", 10),
    "COGNITO_GATE_USER_CONTEXT": ("user_context", False),
    "COGNITO_GATE_APP_NAME": ("app_name", ""),
    "COGNITO_GATE_LANGUAGES": ("languages", ()),
    "COGNITO_GATE_TEMPLATES": ("templates", ""),
    "COGNITO_GATE_FLASK_COGNITO_LIB_KEY": ("flask_cognito_lib_key", ""),
    "COGNITO_GATE_WEBSOCKET_ORIGINS": ("websocket_origins", ()),
    "COGNITO_GATE_WEBSOCKET_CLOSE": ("websocket_close", True),
}


def problems(**change: str) -> dict[str, str]:
    with pytest.raises(SettingsError) as error:
        settings(**change)
    return error.value.problems


def test_each_variable_and_its_default() -> None:
    for variable, (name, default) in DEFAULTS.items():
        assert VARIABLES[variable] == name
        if variable not in REQUIRED:
            without = {key: value for key, value in ENVIRON.items() if key != variable}
            assert getattr(Settings.from_env(without, env_file=None), name) == default, name


def test_no_variable_is_missing_from_the_table_above() -> None:
    assert set(VARIABLES) == set(DEFAULTS)
    names = [*CHECKS, *OPERATOR_CHECKS, *PAGE_CHECKS]
    assert set(names) <= {item.name for item in fields(Settings)}
    assert len(names) == len(set(names))
    assert {item.metadata["parser"] for item in fields(Settings)} == set(PARSERS)


def test_names_follow_one_rule() -> None:
    """The file of rules is named by its variable, and what it holds by its field."""
    for variable, name in VARIABLES.items():
        if variable != "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER":
            short = variable.removeprefix("AWS_COGNITO_").removeprefix("COGNITO_GATE_")
            assert short.removeprefix("AWS_").removesuffix("_FILE").lower() == name


FLAGS = [
    variable
    for variable, (_, default) in DEFAULTS.items()
    if default is None or isinstance(default, bool)
]


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
    "COGNITO_GATE_TRIES_PER_ADDRESS": (1, 1_000_000),
    "COGNITO_GATE_TRIES_PER_ACCOUNT": (1, 1_000_000),
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
