"""What `run` and `serve` say at their start: what is protected or public, where to sign in.

Knows the settings and the address of the server; must not know how an app is found or served.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..settings import Settings
from ..settings.identity_headers import header_pairs
from .listen import is_loopback

NOT_FOR_PRODUCTION = "for development on this machine, not for production"
_MAX_PATHS = 6


@dataclass(frozen=True, slots=True)
class Served:
    """What is served, and where. `uds` is the path of a UNIX socket instead of host and port."""

    app: str
    interface: str
    host: str
    port: int
    https: bool
    uds: str | None
    root_path: str = ""
    workers: int = 1

    @property
    def address(self) -> str:
        """Where the server itself listens."""
        if self.uds:
            return self.uds
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.https else 'http'}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Beside:
    """The local Cognito that `--local` has started; `users` are lines for its users."""

    origin: str
    users: Sequence[str]
    pool_ignored: bool


def banner(served: Served, settings: Settings, beside: Beside | None) -> Iterator[str]:
    """The lines of the banner."""
    app = f"{served.app} ({served.interface.upper()})"
    if settings.disabled:
        yield f"The gate is off (AWS_COGNITO_DISABLED): everybody reaches {app} without a sign-in."
        yield from ("", f"  Open     {served.address}")
    else:
        yield f"cognito-gate protects {app}."
        yield ""
        yield from _addresses(served, settings)
        yield from _access(settings, beside)
        yield from _workers(served, settings)
    yield from _end(beside)


def banner_alone(served: Served, settings: Settings, beside: Beside | None) -> Iterator[str]:
    """The lines of the banner of `serve`."""
    yield "cognito-gate answers the proxy in front of your apps (nginx, Caddy, Traefik, Envoy)."
    yield ""
    yield f"  Open     {settings.app_origin} (the proxy)"
    yield f"  Verify   {served.address}{settings.prefix}/verify"
    yield f"  Proxies  {', '.join(settings.trusted_proxies)}"
    names = (name for name, _ in header_pairs(settings.headers))
    yield f"  Headers  {', '.join(names) or 'none: set COGNITO_GATE_HEADERS to say who is there'}"
    yield from _access(settings, beside)
    yield from _workers(served, settings)
    yield from _end(beside)


def _workers(served: Served, settings: Settings) -> Iterator[str]:
    """How they refresh a session, where there are several: by the store."""
    if served.workers > 1 and settings.store and settings.refresh_flow_enabled:
        yield f"  Workers  {served.workers}: one of them refreshes a session, for all"


def _access(settings: Settings, beside: Beside | None) -> Iterator[str]:
    """Who signs in where, and what they reach."""
    yield from beside.users if beside else (f"  Sign in  {_sign_in(settings)}",)
    if beside and settings.login == "custom":
        yield f"  Codes    {beside.origin}/_local/outbox"
    restricts = any(not rule.opens for rule in settings.rules)
    yield f"  Public   {_public(settings.open_paths, restricts=restricts)}"
    if settings.rules:
        yield f"  Rules    {len(settings.rules)} (cognito-gate rules explain --table)"


def _end(beside: Beside | None) -> Iterator[str]:
    yield ""
    if beside is None:
        yield "Ctrl-C ends it."
        return
    yield f"A local Cognito is on {beside.origin}: {NOT_FOR_PRODUCTION}."
    yield "Open that address for its users, outbox and switches."
    if beside.pool_ignored:
        yield "With --local, the pool in your environment or .env is not used."
    yield "Ctrl-C ends both."


def port_warning(served: Served, settings: Settings) -> Iterator[str]:
    """A warning when sign-ins return to another port of this machine than the server's."""
    if settings.disabled or served.uds or served.root_path:
        return
    redirect = urlsplit(settings.redirect_url)
    if is_loopback(redirect.hostname or "") and redirect.port not in (None, served.port):
        yield (
            f"Sign-ins return to {settings.app_origin} (AWS_COGNITO_REDIRECT_URL), and this server "
            f"is on port {served.port}"
        )


def _addresses(served: Served, settings: Settings) -> Iterator[str]:
    """The address that visitors open, and the server's where that is not plainly the same."""
    yield f"  Open     {settings.app_origin}{served.root_path}"
    opened = urlsplit(settings.app_origin)
    here = is_loopback(opened.hostname or "") and is_loopback(served.host)
    if served.uds or not here or opened.port != served.port:
        yield f"  Listens  {served.address}"


def _sign_in(settings: Settings) -> str:
    if settings.login == "custom":
        return f"{settings.app_origin}{settings.prefix}/sign-in"
    return f"at Cognito's pages, {settings.domain_origin}"


def _public(paths: Sequence[str], *, restricts: bool) -> str:
    if "/*" in paths and not restricts:
        return "everything: no path needs a sign-in"
    if not paths:
        return "nothing: every path needs a sign-in"
    more = len(paths) - _MAX_PATHS
    return "  ".join((*paths[:_MAX_PATHS], *([f"and {more} more"] if more > 0 else ())))
