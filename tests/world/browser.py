"""A browser small enough to see through: one cookie jar, navigations and fetches.

Knows cookies and what browsers send by themselves; nothing of the gate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeAlias

from cognito_gate.identity import Identity

ORIGIN = "https://app.example"
NAVIGATION = {
    "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
    "sec-fetch-site": "none",
    "user-agent": "Mozilla/5.0",
}
FETCH = {
    "accept": "*/*",
    "sec-fetch-mode": "cors",
    "sec-fetch-dest": "empty",
    "sec-fetch-site": "same-origin",
    "user-agent": "Mozilla/5.0",
}

Raw: TypeAlias = list[tuple[bytes, bytes]]
Extra: TypeAlias = Mapping[str, str | None]


@dataclass(frozen=True)
class Request:
    """One request as it is on the wire. `target` is path and query; `client` sent it."""

    method: str
    target: str
    headers: Raw
    body: bytes = field(default=b"", repr=False)
    client: str = "192.0.2.1"


@dataclass(frozen=True)
class Seen:
    """What the inner app saw: the identity, and all of its scope or environ."""

    identity: Identity | None
    facts: dict[str, Any]


@dataclass(frozen=True)
class SetCookie:
    """One Set-Cookie line, taken apart. Attribute names are in lower case."""

    name: str
    value: str
    attributes: dict[str, str]

    @classmethod
    def of(cls, line: str) -> "SetCookie":
        pair, *rest = line.split("; ")
        name, _, value = pair.partition("=")
        facts = (item.partition("=") for item in rest)
        return cls(name, value, {key.lower(): found for key, _, found in facts})

    @property
    def clears(self) -> bool:
        return self.attributes.get("max-age") == "0"


@dataclass(frozen=True)
class Reply:
    """What came back, and what the inner app saw; `app` is None when it was not called."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""
    app: Seen | None = None

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]

    def value(self, name: str) -> str:
        found = self.values(name)
        assert len(found) <= 1, f"{name} is there {len(found)} times"
        return found[0] if found else ""

    @property
    def steady(self) -> list[tuple[str, str]]:
        """All headers but the one that is another one in each response."""
        return [pair for pair in self.headers if pair[0].lower() != "x-request-id"]

    @property
    def location(self) -> str:
        return self.value("location")

    @property
    def cookies(self) -> dict[str, SetCookie]:
        """The cookies set or cleared, by name; none twice."""
        found = [SetCookie.of(line) for line in self.values("set-cookie")]
        named = {cookie.name: cookie for cookie in found}
        assert len(named) == len(found), "a cookie is set twice in one response"
        return named

    @property
    def stored(self) -> list[str]:
        """The names of the cookies that are set, not cleared."""
        return [name for name, cookie in self.cookies.items() if not cookie.clears]

    @property
    def cleared(self) -> list[str]:
        return [name for name, cookie in self.cookies.items() if cookie.clears]

    @property
    def identity(self) -> Identity:
        """The identity the app saw; it was called, and with one."""
        assert self.app is not None, f"the app was not called: {self.status} {self.body[:200]!r}"
        assert self.app.identity is not None, "the app saw nobody"
        return self.app.identity


class Handler(Protocol):
    """Something that answers requests: an edge, or the core played by hand."""

    def handle(self, request: Request) -> Reply: ...


class Accounts(Protocol):
    """Something that signs in, as Cognito's login page does."""

    def sign_in(self, location: str) -> str: ...


@dataclass
class Browser:
    """Keeps cookies as browsers do. `raw` replaces its Cookie headers."""

    site: Handler
    jar: dict[str, str] = field(default_factory=dict)
    raw: list[bytes] | None = None
    keeps: bool = True

    def go(self, target: str, *, method: str = "GET", headers: Extra | None = None) -> Reply:
        """Navigate: a link, an address typed in, a form."""
        return self.send(method, target, {**NAVIGATION, **(headers or {})})

    def fetch(self, target: str, *, method: str = "GET", headers: Extra | None = None) -> Reply:
        """What a script's fetch() sends."""
        return self.send(method, target, {**FETCH, **(headers or {})})

    def send(self, method: str, target: str, headers: Extra) -> Reply:
        reply = self.site.handle(self.request(method, target, headers))
        self.keep(reply)
        return reply

    def request(self, method: str, target: str, headers: Extra) -> Request:
        """The request as this browser would send it now. A header that is None is left out."""
        target = target.removeprefix(ORIGIN)
        lines = [
            (name.encode(), value.encode("latin-1"))
            for name, value in headers.items()
            if value is not None
        ]
        return Request(method, target, [*lines, *self._cookies()])

    def send_form(self, target: str, body: bytes, headers: Extra) -> Reply:
        """Post what a form of this site sends."""
        form = {"content-type": "application/x-www-form-urlencoded", **headers}
        reply = self.site.handle(replace(self.request("POST", target, form), body=body))
        self.keep(reply)
        return reply

    def sign_in(self, pool: Accounts, target: str = "/") -> Reply:
        """Go to a page, sign in at Cognito, come back: the callback's reply."""
        return self.go(pool.sign_in(self.go(target).location), headers={"sec-fetch-site": None})

    def keep(self, reply: Reply) -> None:
        """Take the cookies of a reply, by the rules of browsers."""
        for name, cookie in reply.cookies.items():
            _check_rules(name, cookie)
            if cookie.clears:
                self.jar.pop(name, None)
            elif self.keeps:
                self.jar[name] = cookie.value

    def _cookies(self) -> Raw:
        if self.raw is not None:
            return [(b"cookie", line) for line in self.raw]
        line = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        return [(b"cookie", line.encode("latin-1"))] if line else []


def _check_rules(name: str, cookie: SetCookie) -> None:
    """A browser would drop what breaks these (RFC 6265bis section 5)."""
    assert len(name) + len(cookie.value) <= 4096
    assert cookie.attributes["path"] == "/"
    assert "httponly" in cookie.attributes
    assert cookie.attributes["samesite"] in ("Lax", "Strict", "None")
    if name.startswith("__Host-"):
        assert "secure" in cookie.attributes
        assert "domain" not in cookie.attributes
