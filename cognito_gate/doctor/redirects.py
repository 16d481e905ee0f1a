"""Reads where one response of the login domain sends a browser.

Knows the URLs that Cognito redirects to; must not know what a check concludes from them. Reading
any response gives a `Destination` and raises nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias
from urllib.parse import parse_qsl, urljoin, urlsplit

from .._gate.effects import HttpAnswer
from .._gate.protocol.oauth import printable
from .._gate.protocol.strict_json import load
from ..settings import Settings
from ..settings.formats import LOOPBACK, web_origin
from . import reach

Kind: TypeAlias = Literal[
    "callback",  # back to the app
    "error page",  # Cognito's own, where the app never hears of it
    "firewall",
    "login",  # Cognito's sign-in page, by redirect
    "moved",  # the same address on another host
    "odd",  # nothing that Cognito does
    "page",  # a form at once, without a redirect, as emulators show it
    "passing",  # too many requests, or a failing server
    "provider",  # straight to an identity provider
    "refused",  # an error without a redirect, as of a domain that no pool has
    "signed out",  # to the sign-out URL
    "unreachable",
    "unstyled",  # Cognito has no login page for this app client
]
_KINDS_BY_PATH: Mapping[str, Kind] = MappingProxyType({"/error": "error page", "/login": "login"})
SUCCESS: tuple[Kind, ...] = ("login", "page", "provider", "unstyled")
"""The destinations of a sign-in that Cognito accepts."""

UNAVAILABLE = b"login pages unavailable"
"""What managed login says, with HTTP 403, where an app client has no style."""

MAX_CHARS = 8192
_IN_DESCRIPTION = ("invalid_scope", "unauthorized_client")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a response leads: an absolute, printable `location`, and its `parameters`."""

    kind: Kind
    location: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def error(self) -> str:
        """The OAuth error, safe to print. Cognito sometimes puts it into the description."""
        error, description = self.parameters.get("error", ""), self.error_description
        return description if description in _IN_DESCRIPTION else printable(error)

    @property
    def error_description(self) -> str:
        """The `error_description`, safe to print."""
        return printable(self.parameters.get("error_description", ""))

    @property
    def printable_location(self) -> str:
        """The location without its parameters, which may be private."""
        return printable(self.location.partition("?")[0].partition("#")[0])


def read(settings: Settings, answer: HttpAnswer) -> Destination:
    """Read where a response of the login domain leads."""
    if reach.failure(answer):
        return Destination("unreachable")
    if UNAVAILABLE in answer.body.lower():
        return Destination("unstyled")
    if reach.firewalled(answer):
        return Destination("firewall")
    if reach.passing(answer):
        return Destination("passing")
    location = _absolute(settings, answer)
    if location:
        return _read_location(settings, location)
    if answer.status == 200 and _may_show_at_once(settings) and b"<form" in answer.body.lower():
        return Destination("page")
    return _refused(answer) if 400 <= answer.status < 500 else Destination("odd")


def _may_show_at_once(settings: Settings) -> bool:
    """Whether an emulator may be asked: Cognito itself redirects to its login page (Developer
    Guide, "Authorize endpoint")."""
    here = urlsplit(settings.domain_origin).hostname in LOOPBACK
    return here or bool(settings.endpoint_url)


def _refused(answer: HttpAnswer) -> Destination:
    """An error without a redirect. Emulators send in JSON what Cognito shows on its error page."""
    try:
        record = load(answer.body)
    except ValueError:
        record = None
    if not isinstance(record, dict) or not isinstance(record.get("error"), str):
        return Destination("refused")
    parameters = {name: value for name, value in record.items() if isinstance(value, str)}
    if "redirect_uri" in parameters.get("error_description", ""):
        parameters["error"] = "redirect_mismatch"
    return Destination("error page", "", parameters)


def _absolute(settings: Settings, answer: HttpAnswer) -> str:
    """The absolute URL of a redirect; empty when the response is none, or its URL is invalid."""
    location = answer.header("location")
    if not 300 <= answer.status < 400 or not 0 < len(location) <= MAX_CHARS:
        return ""
    printed = printable(location, MAX_CHARS)
    if printed != location or " " in location:
        return ""
    try:
        joined = urljoin(f"{settings.domain_origin}/", location)
        urlsplit(joined)
    except ValueError:
        return ""
    return joined


def _read_location(settings: Settings, location: str) -> Destination:
    parts = urlsplit(location)
    parameters = dict(parse_qsl(parts.query or parts.fragment, errors="replace"))
    return Destination(_kind(settings, location, parameters), location, parameters)


def _kind(settings: Settings, location: str, parameters: Mapping[str, str]) -> Kind:
    without_query = location.partition("?")[0].partition("#")[0]
    if _comparable(location) == _comparable(settings.logout_url):
        return "signed out"
    if without_query == settings.redirect_url:
        return "callback"
    path = urlsplit(location).path
    is_our_client = parameters.get("client_id") == settings.user_pool_client_id
    if web_origin(location) == web_origin(settings.domain_origin):
        return _KINDS_BY_PATH.get(path, "odd")
    if path == "/login" and is_our_client:
        return "login"
    if path == "/oauth2/authorize" and is_our_client:
        return "moved"
    returns_to_cognito = parameters.get("redirect_uri", "").endswith("/oauth2/idpresponse")
    return "provider" if returns_to_cognito or "SAMLRequest" in parameters else "odd"


def _comparable(url: str) -> tuple[str, str, str]:
    """The parts of a URL by which two are compared; an empty path equals `/`."""
    parts = urlsplit(url)
    return web_origin(url), parts.path or "/", parts.query
