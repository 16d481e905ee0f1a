"""The settings: read once, checked once, and then immutable.

Knows the variables' names and types; must not know what the gate does with them.
"""

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from ..errors import SettingsError
from .checks import CHECKS, check_type
from .combined import Combined
from .formats import Problem
from .formats import web_origin as web_origin
from .operator_checks import OPERATOR_CHECKS
from .page_checks import PAGE_CHECKS
from .parsers import PARSERS
from .reading import read_variables, text
from .unknown_variables import UnknownVariable, find_unknown

if TYPE_CHECKING:
    from .rules import Rule

# The default limits of a session's cookies. gunicorn and mod_wsgi refuse a header of over 8,190
# bytes; ASGI servers accept 64 KiB, but usual load balancers only 16 KiB.
ASGI_SESSION_BYTES, WSGI_SESSION_BYTES = 16_000, 8_000
log = logging.getLogger("cognito_gate")


def _setting(
    variable: str,
    default: Any,
    parser: str = "text",
    *,
    hidden: bool = False,
    items: Literal["texts", "rules"] = "texts",
) -> Any:
    """A field read from `variable`; `hidden` keeps it out of `repr` and allows `_FILE`. `items` is
    what a list consists of."""
    meta = {"variable": variable, "parser": parser, "secret": hidden, "items": items}
    return field(default=default, repr=not hidden, metadata=meta)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Combined):
    """All settings of a gate. Field names are the variables' names without their prefix.

    Raises:
        SettingsError: naming every variable that is missing or wrong, at construction.

    Example::

        Settings.from_env()                     # the environment, then .env
        Settings(domain="my-app", user_pool_id="eu-west-1_AbCdEfGhI", ...)
    """

    disabled: bool = _setting("AWS_COGNITO_DISABLED", False, "flag")
    region: str = _setting("AWS_REGION", "")
    domain: str = _setting("AWS_COGNITO_DOMAIN", "")
    user_pool_id: str = _setting("AWS_COGNITO_USER_POOL_ID", "")
    user_pool_client_id: str = _setting("AWS_COGNITO_USER_POOL_CLIENT_ID", "")
    user_pool_client_secret: str = _setting("AWS_COGNITO_USER_POOL_CLIENT_SECRET", "", hidden=True)
    redirect_url: str = _setting("AWS_COGNITO_REDIRECT_URL", "")
    logout_url: str = _setting("AWS_COGNITO_LOGOUT_URL", "")
    cookie_age_seconds: int = _setting("AWS_COGNITO_COOKIE_AGE_SECONDS", 1800, "whole")
    expiration_leeway: int = _setting("AWS_COGNITO_EXPIRATION_LEEWAY", 0, "whole")
    scopes: tuple[str, ...] = _setting("AWS_COGNITO_SCOPES", (), "words")
    cookie_domain: str = _setting("AWS_COGNITO_COOKIE_DOMAIN", "", "cookie_domain")
    cookie_samesite: Literal["lax", "strict", "none"] = _setting(
        "AWS_COGNITO_COOKIE_SAMESITE", "lax", "lower"
    )
    cookie_encrypted: bool = _setting("AWS_COGNITO_COOKIE_ENCRYPTED", False, "flag")
    refresh_flow_enabled: bool = _setting("AWS_COGNITO_REFRESH_FLOW_ENABLED", False, "flag")
    refresh_cookie_encrypted: bool = _setting("AWS_COGNITO_REFRESH_COOKIE_ENCRYPTED", True, "flag")
    refresh_cookie_age_seconds: int = _setting(
        "AWS_COGNITO_REFRESH_COOKIE_AGE_SECONDS", 86_400, "whole"
    )
    issuer: str = _setting("AWS_COGNITO_ISSUER", "")
    endpoint_url: str = _setting("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "", "origin")
    secret_key: str = _setting("SECRET_KEY", "", hidden=True)
    secret_key_fallbacks: tuple[str, ...] = _setting(
        "SECRET_KEY_FALLBACKS", (), "words", hidden=True
    )
    prefix: str = _setting("COGNITO_GATE_PREFIX", "/auth")
    public_paths: tuple[str, ...] = _setting("COGNITO_GATE_PUBLIC_PATHS", (), "words")
    revoke_key: str = _setting("COGNITO_GATE_REVOKE_KEY", "", hidden=True)
    rules: "tuple[Rule, ...]" = _setting(  # noqa: RUF009 - a field, as all others here
        "COGNITO_GATE_RULES_FILE", (), "rules", items="rules"
    )
    require_groups: tuple[str, ...] = _setting("COGNITO_GATE_REQUIRE_GROUPS", (), "words")
    email_domains: tuple[str, ...] = _setting("COGNITO_GATE_EMAIL_DOMAINS", (), "words")
    trusted_proxies: tuple[str, ...] = _setting("COGNITO_GATE_TRUSTED_PROXIES", (), "words")
    headers: tuple[str, ...] = _setting("COGNITO_GATE_HEADERS", (), "words")
    refresh_before_seconds: int = _setting("COGNITO_GATE_REFRESH_BEFORE_SECONDS", 60, "whole")
    idle_seconds: int = _setting("COGNITO_GATE_IDLE_SECONDS", 0, "whole")
    login_seconds: int = _setting("COGNITO_GATE_LOGIN_SECONDS", 900, "whole")
    http_timeout_seconds: float = _setting("COGNITO_GATE_HTTP_TIMEOUT_SECONDS", 5.0, "seconds")
    keep_fragment: bool = _setting("COGNITO_GATE_KEEP_FRAGMENT", False, "flag")
    keep_forms: bool = _setting("COGNITO_GATE_KEEP_FORMS", False, "flag")
    bearer: bool = _setting("COGNITO_GATE_BEARER", False, "flag")
    bearer_client_ids: tuple[str, ...] = _setting("COGNITO_GATE_BEARER_CLIENT_IDS", (), "words")
    cors_preflight: bool | None = _setting("COGNITO_GATE_CORS_PREFLIGHT", None, "flag")
    audiences: tuple[str, ...] = _setting("COGNITO_GATE_AUDIENCES", (), "words")
    flask_cognito_lib_key: str = _setting("COGNITO_GATE_FLASK_COGNITO_LIB_KEY", "", hidden=True)
    websocket_origins: tuple[str, ...] = _setting("COGNITO_GATE_WEBSOCKET_ORIGINS", (), "words")
    websocket_close: bool = _setting("COGNITO_GATE_WEBSOCKET_CLOSE", True, "flag")
    session_bytes: int = _setting("COGNITO_GATE_SESSION_BYTES", 0, "header_budget")
    store: str = _setting("COGNITO_GATE_STORE", "", hidden=True)
    store_for: Literal["sessions", "large", "refresh"] = _setting(
        "COGNITO_GATE_STORE_FOR", "sessions", "lower"
    )
    store_cache_seconds: float = _setting("COGNITO_GATE_STORE_CACHE_SECONDS", 5.0, "seconds")
    store_timeout_seconds: float = _setting("COGNITO_GATE_STORE_TIMEOUT_SECONDS", 1.0, "seconds")
    session_cache: int = _setting("COGNITO_GATE_SESSION_CACHE", 4096, "whole")
    list_sessions: bool = _setting("COGNITO_GATE_LIST_SESSIONS", False, "flag")
    audit_log: str = _setting("COGNITO_GATE_AUDIT_LOG", "")
    wait_for_events: bool | None = _setting("COGNITO_GATE_WAIT_FOR_EVENTS", None, "flag")
    metrics_token: str = _setting("COGNITO_GATE_METRICS_TOKEN", "", hidden=True)
    metrics_addresses: tuple[str, ...] = _setting("COGNITO_GATE_METRICS_ADDRESSES", (), "words")
    request_id_header: str = _setting("COGNITO_GATE_REQUEST_ID_HEADER", "", "lower")
    login: Literal["hosted", "custom"] = _setting("COGNITO_GATE_LOGIN", "hosted", "lower")
    sign_in_flow: Literal["srp", "password", "choice"] = _setting(
        "COGNITO_GATE_SIGN_IN_FLOW", "srp", "lower"
    )
    sign_in_ways: tuple[str, ...] = _setting(
        "COGNITO_GATE_SIGN_IN_WAYS",
        ("PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"),
        "words",
    )
    sign_in: Literal["email", "username", "both"] = _setting(
        "COGNITO_GATE_SIGN_IN", "email", "lower"
    )
    sign_up: bool = _setting("COGNITO_GATE_SIGN_UP", False, "flag")
    sign_up_attributes: tuple[str, ...] = _setting(
        "COGNITO_GATE_SIGN_UP_ATTRIBUTES", ("email",), "words"
    )
    password_policy: str = _setting(
        "COGNITO_GATE_PASSWORD_POLICY", "8 upper lower digits symbols", "lower"
    )
    tries_per_address: int = _setting("COGNITO_GATE_TRIES_PER_ADDRESS", 100, "whole")
    tries_per_account: int = _setting("COGNITO_GATE_TRIES_PER_ACCOUNT", 10, "whole")
    user_context: bool = _setting("COGNITO_GATE_USER_CONTEXT", False, "flag")
    app_name: str = _setting("COGNITO_GATE_APP_NAME", "")
    languages: tuple[str, ...] = _setting("COGNITO_GATE_LANGUAGES", (), "words")
    templates: str = _setting("COGNITO_GATE_TEMPLATES", "")

    def __post_init__(self) -> None:
        problems = _problems(self)
        if problems:
            raise SettingsError(problems)

    @property
    def passes_preflight(self) -> bool:
        """Whether CORS preflights reach the app; by default, if bearer tokens are accepted."""
        return self.bearer if self.cors_preflight is None else self.cors_preflight

    @property
    def lands_on_sign_in(self) -> bool:
        """Whether signing out leads to the app's front page, which requires a sign-in again."""
        return self.logout_path == "/" and not {"/", "/*"} & set(self.open_paths)

    def warnings(self) -> Iterator[str]:
        """Settings that are valid but often a mistake, for the log at start."""
        if self.lands_on_sign_in:
            yield (
                "AWS_COGNITO_LOGOUT_URL leads to /, which needs a sign-in: after signing out, "
                "visitors land on the sign-in page. Register "
                f"{self.app_origin}{self.prefix}/signed-out as the sign-out URL instead, "
                "or list / in COGNITO_GATE_PUBLIC_PATHS"
            )
        if not self.user_pool_id.startswith(self.pool_region):
            # AWS itself sets AWS_REGION in Lambda and ECS; only for a replica is another intended.
            yield (
                f"AWS_REGION is {self.region}, but the pool id says otherwise; tokens must come "
                f"from the issuer {self.issuer_url}"
            )

    @classmethod
    def from_env(
        cls, environ: Mapping[str, str] = os.environ, env_file: str | Path | None = ".env"
    ) -> "Settings":
        """Read the settings from `environ`, then from `env_file` when that exists.

        Logs a warning for each variable that looks like the gate's and is not.

        Args:
            environ: the variables; a variable that is empty counts as absent.
            env_file: a file of `NAME=value` lines, or None for none.

        Raises:
            SettingsError: all wrong variables at once, or all lines of the file that are not clear.

        Example::

            Settings.from_env({"AWS_COGNITO_DOMAIN": "my-app", ...}, env_file=None)
        """
        variables = read_variables(environ, env_file)
        for unknown in unknown_variables(variables):
            log.warning("%s", unknown)
        return cls.from_variables(variables)

    @classmethod
    def from_variables(cls, variables: Mapping[str, str]) -> "Settings":
        """Read the settings from these variables alone, without a file and without warnings.

        Raises:
            SettingsError: all wrong variables at once.
        """
        values: dict[str, Any] = {}
        problems: dict[str, str] = {}
        for item in fields(cls):
            variable = item.metadata["variable"]
            try:
                value = text(variables, variable, secret=item.metadata["secret"])
                if value:
                    values[item.name] = PARSERS[item.metadata["parser"]](value)
            except Problem as problem:
                problems[variable] = str(problem)
        return cls._build(values, problems)

    @classmethod
    def _build(cls, values: dict[str, Any], problems: dict[str, str]) -> "Settings":
        try:
            settings = cls(**values)
        except SettingsError as error:
            # A value that could not be parsed has its default here: its parser's problem counts.
            raise SettingsError({**error.problems, **problems}) from None
        if problems:
            raise SettingsError(problems)
        return settings


VARIABLES: Mapping[str, str] = MappingProxyType(
    {item.metadata["variable"]: item.name for item in fields(Settings)}
)
"""Each variable's name and the field it sets."""

SECRET_VARIABLES = frozenset(
    item.metadata["variable"] for item in fields(Settings) if item.metadata["secret"]
)
_ALSO_KNOWN = {
    *(f"{name}_FILE" for name in SECRET_VARIABLES),
    "AWS_ENDPOINT_URL",
    "COGNITO_GATE_RUN",  # set by `cognito-gate run` for the processes that it starts
}


def unknown_variables(names: Iterable[str]) -> tuple[UnknownVariable, ...]:
    """The names that look like a variable of the gate, and are none."""
    return find_unknown(names, VARIABLES, _ALSO_KNOWN)


_ALL_CHECKS = {**CHECKS, **OPERATOR_CHECKS, **PAGE_CHECKS}


def _problems(settings: Settings) -> dict[str, str]:
    problems: dict[str, str] = {}
    well_typed = True
    for item in fields(settings):
        value = getattr(settings, item.name)
        try:
            check_type(
                value, item.default, secret=item.metadata["secret"], items=item.metadata["items"]
            )
        except Problem as problem:
            well_typed, problems[item.metadata["variable"]] = False, str(problem)
            continue
        try:
            if not (value == "" and _may_be_empty(settings, item.name)):
                _ALL_CHECKS.get(item.name, str)(value)
        except Problem as problem:
            problems[item.metadata["variable"]] = str(problem)
    # The combined checks parse these two as URLs, and rely on the types of all others.
    readable = problems.keys().isdisjoint({"AWS_COGNITO_REDIRECT_URL", "AWS_COGNITO_LOGOUT_URL"})
    if readable and well_typed and not settings.disabled:
        problems = settings.combined_problems() | problems
    return problems


def _may_be_empty(settings: Settings, name: str) -> bool:
    """Whether a setting may be empty: all for a disabled gate, the domain for sign-in pages."""
    return settings.disabled or (name == "domain" and settings.login == "custom")
