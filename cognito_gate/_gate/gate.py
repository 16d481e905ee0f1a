"""What becomes of each request: the route table, and the one place where errors are caught.

Reads as the journey of a request. Knows flows and decisions; no ASGI, no WSGI, no sockets.
"""

import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeAlias

from ..errors import (
    CognitoUnavailable,
    CookiesLost,
    CookiesTooLarge,
    CrossSiteRefused,
    GateError,
    MethodRefused,
    StaleCallback,
)
from ..settings import ASGI_SESSION_BYTES, Settings, web_origin
from . import custom_login
from .context import Context
from .effects import Flow
from .flows import bearer, callback, error_responses, login, logout, session
from .messages import Decision, Headers, Incoming, Pass, Respond
from .protocol import cookies, fetch_metadata, pages, paths

log = logging.getLogger("cognito_gate")

_Route: TypeAlias = Callable[[Incoming], Flow[Respond]]


def new_token() -> str:
    """256 random bits as text: for state, nonce and the PKCE verifier."""
    return secrets.token_urlsafe(32)


class Gate:
    """Decides, for any edge. `token` makes the unguessable texts (replaceable in tests);
    `session_bytes` is how much a session may put into cookies at this edge, unless it is set."""

    def __init__(
        self,
        settings: Settings,
        token: Callable[[], str] = new_token,
        session_bytes: int = ASGI_SESSION_BYTES,
    ) -> None:
        pages: dict[str, _Route] = {}
        if settings.login == "custom":
            context, pages = custom_login.prepare(settings, token, session_bytes)
        else:
            context = Context.of(settings, token, session_bytes)
        self._context = context
        self._bearer = settings.bearer
        self._preflight = settings.passes_preflight
        self._public = paths.PublicPaths(settings.public_paths, settings.logout_path)
        self._routes: dict[str, _Route] = {
            settings.callback_path: self._callback,
            f"{settings.prefix}/login": self._login,
            f"{settings.prefix}/logout": self._logout,
            f"{settings.prefix}/me": self._me,
            f"{settings.prefix}/signed-out": self._signed_out,
        }
        self._forms = frozenset(pages)
        self._routes |= pages
        self._origins = {settings.app_origin, *map(web_origin, settings.websocket_origins)}
        names = context.names
        self._session_names = tuple(
            name.encode() for name in (names.access, names.id, names.refresh)
        )
        self._refresh = settings.refresh_flow_enabled
        self._ended = context.ended.any
        bearer_header = {b"authorization"} if settings.bearer else set()
        self._looked_at = frozenset({b"cookie", b"upgrade"} | bearer_header)
        for warning in settings.warnings():
            log.warning("%s", warning)

    # The journey

    def cached(self, path: str, headers: Iterable[tuple[bytes, bytes]], now: float) -> Pass | None:
        """The short cut for HTTP: the decision for a session verified moments ago, without a flow.

        None means only that `decide` has to say. What is found here was decided there.
        """
        if path in self._routes:
            return None
        line = b""
        for name, value in headers:
            if name in self._looked_at:
                if name != b"cookie":
                    return None  # a WebSocket's origin counts, and a bearer token
                line = line + b"; " + value if line else value  # HTTP/2 may send several
        values = cookies.glance(line, self._session_names)
        if values is None:
            return None
        access, id_, refresh = values
        found = self._context.session_cache.get(
            (access, id_, refresh if self._refresh else b""), now
        )
        if found is not None and self._ended() and self.signed_out(found, now):
            return None
        return found

    def signed_out(self, decision: Pass, now: float) -> bool:
        """True when the session of an earlier decision has been signed out in this process: its
        cookies must no longer reach the browser, and its WebSockets end."""
        return self._context.is_over(decision.sessions, now)

    def later(self, incoming: Incoming, decision: Pass, now: float) -> Incoming:
        """The request of an open WebSocket once more, with the cookies of the last decision."""
        line = cookies.carried(incoming.values(b"cookie"), cookies.MARK, decision.headers)
        others = [pair for pair in incoming.headers if pair[0] != b"cookie"]
        return replace(
            incoming, headers=[*others, (b"cookie", line)], now=now, opened=True, once={}
        )

    def takes_form(self, incoming: Incoming) -> bool:
        """True when the gate itself reads the body: for the forms of our own pages only."""
        return incoming.method == "POST" and incoming.path in self._forms

    def decide(self, incoming: Incoming) -> Flow[Decision]:
        """Decide on a request: let it pass, or respond in the app's place. Raises nothing."""
        try:
            self._check_origin(incoming)
            cookies.check_size(incoming.values(b"cookie"))
            route = self._routes.get(incoming.path) if incoming.kind == "http" else None
            if route is not None:
                return self._finished(incoming, (yield from route(incoming)))
            if self._preflight and fetch_metadata.is_preflight(incoming):
                return Pass(None)  # the app says what other origins may ask
            return self._finished(incoming, (yield from self._guard(incoming)))
        except CookiesTooLarge as error:
            return self._overfull(incoming, error)
        except GateError as error:
            return self._finished(
                incoming,
                error_responses.refuse(
                    self._context, incoming, error, form=self.takes_form(incoming)
                ),
            )
        except Exception:
            # Fail closed: whatever happened, the app is not called.
            log.exception("an unexpected error in the gate")
            return self._finished(incoming, error_responses.broken())

    def _guard(self, incoming: Incoming) -> Flow[Decision]:
        """Everything that is not a route of ours."""
        public = self._public.match(incoming.path, incoming.mount, incoming.method)
        try:
            visitor = yield from self._visitor(incoming)
        except GateError as error:
            if not public:
                raise
            log.info("%s: %s; the path is public", error.code, error)
            return Pass(None, error.headers if isinstance(error, CognitoUnavailable) else ())
        if visitor.identity is not None:
            return visitor
        if public:
            return Pass(None)  # without what clears: a sign-in may have replaced it by then
        if fetch_metadata.is_navigation(incoming):
            callback.check_not_astray(self._context, incoming)
            started = login.begin(
                self._context, incoming, login.return_address(self._context, incoming)
            )
            return _with(started, visitor.headers)
        return error_responses.login_required(self._context, incoming, visitor.headers)

    def _visitor(self, incoming: Incoming) -> Flow[Pass]:
        if self._bearer and bearer.presented(incoming):
            return (yield from bearer.bearer(self._context, incoming))
        return (yield from session.session(self._context, incoming))

    def _check_origin(self, incoming: Incoming) -> None:
        """A WebSocket has no same-origin policy but the one we keep (RFC 6455 section 10.2)."""
        if fetch_metadata.opens_websocket(incoming):
            origin = incoming.value(b"origin").decode("latin-1")
            if origin and origin not in self._origins:
                raise CrossSiteRefused("A WebSocket of another site.")

    # The routes

    def _login(self, incoming: Incoming) -> Flow[Respond]:
        yield from ()
        return login.login(self._context, incoming)

    def _callback(self, incoming: Incoming) -> Flow[Respond]:
        try:
            return (yield from callback.callback(self._context, incoming))
        except StaleCallback as stale:
            log.info("a callback came too late: %s", stale)
            visitor = yield from session.session(self._context, incoming)
            spent = error_responses.forget_attempt(self._context, incoming)
            if visitor.identity is not None:
                return Respond(303, (("location", stale.return_to), *visitor.headers, *spent))
            if stale.again or not fetch_metadata.is_navigation(incoming):
                raise CookiesLost(
                    "Your browser does not give our cookies back, or the sign-in took too long. "
                    "Allow cookies for this site, then try again."
                ) from stale
            attempt = callback.attempt_of(self._context, incoming)
            state = attempt.state if attempt else ""
            return login.begin(self._context, incoming, stale.return_to, again=True, spent=state)

    def _logout(self, incoming: Incoming) -> Flow[Respond]:
        return (yield from logout.logout(self._context, incoming))

    def _me(self, incoming: Incoming) -> Flow[Respond]:
        if incoming.method not in ("GET", "HEAD"):
            raise MethodRefused("GET, HEAD")
        visitor = yield from self._visitor(incoming)
        if visitor.identity is None:
            return error_responses.login_required(self._context, incoming, visitor.headers)
        who = visitor.identity
        content = {
            "sub": who.sub,
            "username": who.username,
            "email": who.email,
            "groups": who.groups,
            "scopes": who.scopes,
            "expires_at": who.expires_at,
            "access_claims": who.access_claims,
            "id_claims": who.id_claims,
        }
        return pages.show_json(200, content, visitor.headers)

    def _signed_out(self, incoming: Incoming) -> Flow[Respond]:
        yield from ()
        if incoming.method not in ("GET", "HEAD"):
            raise MethodRefused("GET, HEAD")
        return pages.signed_out(login.login_url(self._context))

    def _overfull(self, incoming: Incoming, error: CookiesTooLarge) -> Decision:
        """Answer without a look at the cookies."""
        public = self._public.match(incoming.path, incoming.mount, incoming.method)
        if public and incoming.path not in self._routes:
            log.info("%s: %s; the path is public", error.code, error)
            return Pass(None)
        return self._finished(incoming, error_responses.too_many_cookies(error))

    def _finished(self, incoming: Incoming, decision: Decision) -> Decision:
        """Complete a response: a type, a length, never cached, no body for HEAD."""
        if isinstance(decision, Pass):
            return decision
        headers = self._kept_back(incoming, decision.headers)
        if pages.NO_STORE not in headers:  # a redirect; PEP 3333's checker wants a type there, too
            headers = (*headers, pages.NO_STORE, ("content-type", "text/plain; charset=utf-8"))
        headers = (*headers, ("content-length", str(len(decision.body))))
        body = b"" if incoming.method == "HEAD" else decision.body
        return Respond(decision.status, headers, body)

    def _kept_back(self, incoming: Incoming, headers: Headers) -> Headers:
        """Without the cookies of a session that was signed out while the response was made."""
        sessions: tuple[str, ...] = incoming.once.get("sessions", ())
        if not self._context.is_over(sessions, incoming.now):
            return headers
        names = tuple(name.decode() for name in self._session_names)
        return tuple(
            (name, line)
            for name, line in headers
            if name != "set-cookie" or not line.startswith(names) or "Max-Age=0;" in line
        )


def _with(answer: Respond, headers: Headers) -> Respond:
    return Respond(answer.status, (*answer.headers, *headers), answer.body) if headers else answer
