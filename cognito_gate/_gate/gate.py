"""What becomes of each request, and the one place where errors are caught.

Reads as the journey of a request. Knows flows and decisions; no ASGI, no WSGI, no sockets.
"""

import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ..errors import (
    CognitoUnavailable,
    CookiesTooLarge,
    CrossSiteRefused,
    Forbidden,
    GateError,
    LoginRequired,
)
from ..events import Event
from ..settings import ASGI_SESSION_BYTES, Settings, web_origin
from . import custom_login, finishing, routes, store_parts
from .authorization import Authorization
from .cached_decisions import CachedDecisions, Find
from .context import Context
from .effects import Flow
from .exchange import Exchange
from .flows import error_responses, operations
from .flows.unsent_form import UnsentForms
from .messages import METHOD_OVERRIDES, Decision, Incoming, Pass, Respond
from .protocol import cookies, fetch_metadata
from .sessions.interface import Sessions
from .target import Check, Target

if TYPE_CHECKING:
    from .flows.forward_auth import ForwardAuth

log = logging.getLogger("cognito_gate")

_FORMS = ("sessions", "revoke")  # the routes whose forms the gate reads, besides the pages


def new_token() -> str:
    """256 random bits as text: for state, nonce and the PKCE verifier."""
    return secrets.token_urlsafe(32)


class Gate:
    """Decides, for any edge.

    `token` makes the unguessable texts (replaceable in tests);
    `session_bytes` is how much a session may put into cookies at this edge, unless it is set;
    `checks` come on top of the settings' rules; `sessions` is where sessions live, if not in
    cookies; `scrape` gives the metrics, where there are any.

    `cached` is the short way (see `CachedDecisions.find`), to be asked before `decide`; on it,
    `request_ids` tells the id that a trusted proxy sent. `shared` is there with a store: whoever
    listens to it hands on its messages (`hear`), and says when some may be missing (`missed`).
    """

    def __init__(
        self,
        settings: Settings,
        token: Callable[[], str] = new_token,
        session_bytes: int = ASGI_SESSION_BYTES,
        checks: Iterable[Check] = (),
        sessions: Sessions | None = None,
        scrape: operations.Scrape | None = None,
    ) -> None:
        pages: dict[str, routes.Route] = {}
        context = store_parts.prepare(Context.of(settings, token, session_bytes, sessions))
        if settings.login == "custom":
            context, pages = custom_login.prepare(context)
        self._context, self.shared = context, context.shared
        self.request_ids, self.cached_sessions = context.request_ids, context.cached_sessions
        self._bearer = settings.bearer
        self._preflight = settings.passes_preflight
        self._authorization = Authorization.of(settings, checks)
        self._unsent = UnsentForms(settings)
        self._routes = routes.routes(settings, scrape) | self._unsent.routes | pages
        ours = {f"{settings.prefix}/{name}" for name in _FORMS}
        self._forms = frozenset(pages.keys() | (ours & self._routes.keys()))
        self._origins = {settings.app_origin, *map(web_origin, settings.websocket_origins)}
        self._below = f"{settings.prefix}/verify/" if settings.trusted_proxies else ""
        if self._below:
            from .flows.forward_auth import ForwardAuth  # noqa: PLC0415 - few gates are asked so

            verify = partial(self._verify, ForwardAuth(settings))
            self._routes |= {self._below: verify, self._below.removesuffix("/"): verify}
        found = CachedDecisions(context, self._authorization, self._routes, self._below)
        self.cached: Find = found.find if self.shared is None else found.find_current
        for warning in settings.warnings():
            log.warning("%s", warning)

    # The journey

    def signed_out(self, decision: Pass, now: float) -> bool:
        """True when the session of an earlier decision was ended meanwhile: its cookies must no
        longer reach the browser, and its WebSockets end."""
        return self._context.is_over(decision.marks, now)

    def later(self, incoming: Incoming, decision: Pass, now: float) -> Incoming:
        """The request of an open WebSocket once more, with the cookies of the last decision."""
        line = cookies.carried(incoming.values(b"cookie"), decision.headers)
        others = [pair for pair in incoming.headers if pair[0] != b"cookie"]
        return incoming._replace(headers=[*others, (b"cookie", line)], now=now)

    def takes_form(self, incoming: Incoming) -> bool:
        """True when the gate itself reads the body: for the forms of our own pages only."""
        return incoming.method == "POST" and incoming.path in self._forms

    def decide(self, incoming: Incoming, events: list[Event] | None = None) -> Flow[Decision]:
        """Decide on a request: let it pass, or respond in the app's place. Raises nothing.

        `events` gets those of the decision as they come, for requests that are cancelled.
        """
        exchange = Exchange(self._context, incoming, events=events)
        try:
            yield from self._context.revocations.catch_up(incoming.now)
            decision = yield from self._answered(exchange)
        except Exception:
            # Fail closed: whatever happened, the app is not called.
            log.exception("an unexpected error in the gate")
            decision = error_responses.broken(exchange)
        if isinstance(decision, Respond):
            return finishing.finish(exchange, decision)
        if not exchange.events and not self.request_ids.sent:
            return decision  # which has nothing that would need an id
        return replace(decision, events=(*exchange.events,), request_id=exchange.request_id)

    def _answered(self, exchange: Exchange) -> Flow[Decision]:
        """The one place where errors become responses."""
        try:
            return (yield from self._decided(exchange))
        except CookiesTooLarge as error:
            return self._too_many_cookies(exchange, error)
        except GateError as error:
            form = self.takes_form(exchange.incoming)
            return error_responses.refuse(exchange, error, form=form)

    def _decided(self, exchange: Exchange) -> Flow[Decision]:
        incoming = exchange.incoming
        self._check_origin(incoming)
        cookies.check_size(exchange.cookies.headers)
        route = self._route(incoming)
        if route is not None:
            return (yield from route(exchange))
        if self._preflight and fetch_metadata.is_preflight(incoming):
            # The app says what other origins may ask.
            anybody = self._authorization.lets_anybody(self._target(incoming))
            return Pass(None, preflight=not anybody)
        return (yield from self._guard(exchange))

    def _route(self, incoming: Incoming) -> routes.Route | None:
        if incoming.kind != "http" or incoming.forwarded:
            return None
        if self._below and incoming.path.startswith(self._below):
            return self._routes[self._below]
        return self._routes.get(incoming.path)

    def _guard(self, exchange: Exchange) -> Flow[Decision]:
        """Everything that is not a route of ours."""
        target = self._target(exchange.incoming)
        try:
            visitor = yield from routes.identify(exchange)
        except GateError as error:
            if not self._authorization.is_public(target):
                raise
            log.info("%s: %s; the path is public", error.code, error)
            return Pass(None, error.headers if isinstance(error, CognitoUnavailable) else ())
        try:
            self._authorization.check(target, visitor.identity)
        except LoginRequired:
            if fetch_metadata.sends_form(exchange.incoming):
                return (yield from self._unsent.refuse(exchange, visitor.headers))
            return routes.to_login(exchange, visitor.headers)
        except Forbidden as error:
            from .flows import rule_refusals  # noqa: PLC0415 - without rules nobody is refused

            keep = self._unsent.keep
            return (yield from rule_refusals.refuse(exchange, error, visitor, keep))
        except Exception:
            log.exception("an unexpected error in a rule")
            return error_responses.broken(exchange, visitor.headers)
        if visitor.identity is None:  # on a public path
            return Pass(None)  # without what clears: a sign-in may have replaced it by then
        if not target.socket:
            return self._unsent.sent(exchange, visitor)
        ends = self._authorization.ends_at(target, visitor.identity)
        return replace(visitor, until=min(visitor.until, ends))

    def _check_origin(self, incoming: Incoming) -> None:
        """A WebSocket has no same-origin policy but the one we keep (RFC 6455 section 10.2)."""
        if fetch_metadata.opens_websocket(incoming):
            origin = incoming.value(b"origin").decode("latin-1")
            if origin and origin not in self._origins:
                raise CrossSiteRefused("a WebSocket of another site")

    def _verify(self, forward_auth: "ForwardAuth", exchange: Exchange) -> Flow[Respond]:
        forwarded = forward_auth.read(exchange)
        decision = yield from self._answered(forwarded)
        return forward_auth.respond(exchange, decision)

    def _too_many_cookies(self, exchange: Exchange, error: CookiesTooLarge) -> Decision:
        """Answer without a look at the cookies."""
        target = self._target(exchange.incoming)
        if target.path not in self._routes and self._authorization.is_public(target):
            log.info("%s: %s; the path is public", error.code, error)
            return Pass(None)
        return error_responses.too_many_cookies(exchange, error)

    def _target(self, incoming: Incoming) -> Target:
        overrides = tuple(
            value.decode("latin-1") for name, value in incoming.headers if name in METHOD_OVERRIDES
        )
        path, mount, method = incoming.path, incoming.mount, incoming.method
        socket = incoming.kind == "websocket"
        return Target(path, mount, method, incoming.now, overrides, socket)
