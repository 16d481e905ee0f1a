"""Where Cognito's pages send a browser: the reading of one answer of the login domain.

Knows the addresses that Cognito redirects to; must not know what follows from them. Whatever an
answer holds, reading it gives a `Goal` and raises nothing.
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
from ..settings.checks import web_origin
from . import reach

Kind: TypeAlias = Literal[
    "callback",  # back to the app
    "error page",  # Cognito's own, where the app never hears of it
    "firewall",
    "login",  # Cognito's sign-in page, by redirect
    "moved",  # the same address on another host
    "odd",  # nothing that Cognito does
    "page",  # a form at once, without a redirect
    "passing",  # too many requests, or a failing server
    "provider",  # straight to an identity provider
    "refused",  # an error without a redirect, as of a domain that no pool has
    "signed out",  # to the sign-out URL
    "unreachable",
    "unstyled",  # Cognito has no login page for this app client
]
_HERE: Mapping[str, Kind] = MappingProxyType({"/error": "error page", "/login": "login"})
GOOD: tuple[Kind, ...] = ("login", "page", "provider", "unstyled")
"""Where a sign-in leads that Cognito has no objection to."""

UNAVAILABLE = b"login pages unavailable"
"""What managed login says, with HTTP 403, where an app client has no style."""

MAX_CHARS = 8192
_IN_DESCRIPTION = ("invalid_scope", "unauthorized_client")


@dataclass(frozen=True, slots=True)
class Goal:
    """Where an answer leads. `location` is absolute and printable; `given` are its parameters."""

    kind: Kind
    location: str = ""
    given: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def error(self) -> str:
        """The OAuth error, fit to be shown. Cognito likes to put it into the description."""
        error, described = self.given.get("error", ""), self.described
        return described if described in _IN_DESCRIPTION else printable(error)

    @property
    def described(self) -> str:
        """The `error_description`, fit to be shown."""
        return printable(self.given.get("error_description", ""))

    @property
    def shown(self) -> str:
        """The location without its parameters, which may be private."""
        return printable(self.location.partition("?")[0].partition("#")[0])


def read(settings: Settings, answer: HttpAnswer) -> Goal:
    """Where an answer of the login domain leads."""
    if reach.failure(answer):
        return Goal("unreachable")
    if UNAVAILABLE in answer.body.lower():
        return Goal("unstyled")
    if reach.firewalled(answer):
        return Goal("firewall")
    if reach.passing(answer):
        return Goal("passing")
    location = _absolute(settings, answer)
    if location:
        return _leads(settings, location)
    if answer.status == 200 and b"<form" in answer.body.lower():
        return Goal("page")
    return _refused(answer) if 400 <= answer.status < 500 else Goal("odd")


def _refused(answer: HttpAnswer) -> Goal:
    """An error without a redirect. Emulators say in JSON what Cognito's error page says."""
    try:
        record = load(answer.body)
    except ValueError:
        record = None
    if not isinstance(record, dict) or not isinstance(record.get("error"), str):
        return Goal("refused")
    given = {name: value for name, value in record.items() if isinstance(value, str)}
    if "redirect_uri" in given.get("error_description", ""):
        given["error"] = "redirect_mismatch"
    return Goal("error page", "", given)


def _absolute(settings: Settings, answer: HttpAnswer) -> str:
    """The address of a redirect; empty when the answer is none, or one that nobody can read."""
    location = answer.header("location")
    if not 300 <= answer.status < 400 or not 0 < len(location) <= MAX_CHARS:
        return ""
    plain = printable(location, MAX_CHARS)
    if plain != location or " " in location:
        return ""
    try:
        joined = urljoin(f"{settings.domain_origin}/", location)
        urlsplit(joined)
    except ValueError:
        return ""
    return joined


def _leads(settings: Settings, location: str) -> Goal:
    parts = urlsplit(location)
    given = dict(parse_qsl(parts.query or parts.fragment, errors="replace"))
    return Goal(_kind(settings, location, given), location, given)


def _kind(settings: Settings, location: str, given: Mapping[str, str]) -> Kind:
    bare = location.partition("?")[0].partition("#")[0]
    if _plain(location) == _plain(settings.logout_url):
        return "signed out"
    if bare == settings.redirect_url:
        return "callback"
    path = urlsplit(location).path
    ours = given.get("client_id") == settings.user_pool_client_id
    if web_origin(location) == web_origin(settings.domain_origin):
        return _HERE.get(path, "odd")
    if path == "/login" and ours:
        return "login"
    if path == "/oauth2/authorize" and ours:
        return "moved"
    back = given.get("redirect_uri", "").endswith("/oauth2/idpresponse")
    return "provider" if back or "SAMLRequest" in given else "odd"


def _plain(url: str) -> tuple[str, str, str]:
    """What makes two URLs the same: an empty path is `/`."""
    parts = urlsplit(url)
    return web_origin(url), parts.path or "/", parts.query
