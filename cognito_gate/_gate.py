"""What becomes of each request: the route table, and the one place where errors become responses.

Reads as the journey of a request. Knows flows and decisions; no ASGI, no WSGI, no sockets.
"""

import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeAlias

from ._flows import attempts, bearer, callback, login, logout, own_pages, session
from ._flows.context import Context
from ._flows.own import Own
from ._messages import Decision, Flow, Headers, Incoming, Pass, Respond
from ._parts import cookies, intent, pages, paths
from .errors import (
    CognitoUnavailable,
    CookiesLost,
    CrossSiteRefused,
    GateError,
    LoginRequired,
    MethodRefused,
    SessionTooLarge,
    StaleCallback,
    TokenRefused,
)
from .settings import Settings, web_origin

log = logging.getLogger("cognito_gate")
RETRY_AFTER = "5"

_Route: TypeAlias = Callable[[Incoming], Flow[Respond]]

_TITLES = {
    400: "Sign-in did not work",
    401: "Sign-in needed",
    403: "Not from here",
    405: "Not this way",
    408: "Request timed out",
    413: "That is too much",
    431: "Your session is too large",
    503: "Sign-in is not reachable",
}


def new_token() -> str:
    """256 random bits as text: for state, nonce and the PKCE verifier."""
    return secrets.token_urlsafe(32)


class Gate:
    """Decides, for any edge. `token` makes the unguessable texts (replaceable in tests)."""

    def __init__(self, settings: Settings, token: Callable[[], str] = new_token) -> None:
        own = Own.of(settings, token) if settings.login == "custom" else None
        context = self._context = own or Context.of(settings, token)
        self._bearer = settings.bearer
        self._public = paths.PublicPaths(settings.public_paths, settings.logout_path)
        self._routes: dict[str, _Route] = {
            settings.callback_path: self._callback,
            f"{settings.prefix}/login": self._login,
            f"{settings.prefix}/logout": self._logout,
            f"{settings.prefix}/me": self._me,
            f"{settings.prefix}/signed-out": self._signed_out,
        }
        pages = {} if own is None else own_pages.routes(own)
        self._forms = frozenset(pages)
        self._routes |= pages
        self._origins = {settings.app_origin, *map(web_origin, settings.websocket_origins)}
        names = context.names
        self._starts = tuple(
            f"{name}=".encode() for name in (names.access, names.id, names.refresh)
        )
        self._refresh = settings.refresh_flow_enabled
        if not settings.user_pool_id.startswith(settings.pool_region):
            # AWS sets AWS_REGION by itself in Lambda and ECS; only a replica differs by intent.
            log.warning(
                "AWS_REGION is %s, the pool id says otherwise; tokens must be of the issuer %s",
                settings.region,
                settings.issuer_url,
            )

    # The journey

    def known(self, path: str, headers: Iterable[tuple[bytes, bytes]], now: float) -> Pass | None:
        """The short cut for HTTP: the decision for a session verified moments ago, without a flow.

        None means only that `decide` has to say. What is found here was decided there.
        """
        if path in self._routes:
            return None
        line = b""
        for name, value in headers:
            if name == b"cookie":
                line = line + b"; " + value if line else value  # HTTP/2 may send several
            elif name == b"authorization" and self._bearer:
                return None
        access, id_, refresh = cookies.glance(line, self._starts)
        return self._context.known.get((access, id_, refresh if self._refresh else b""), now)

    def takes_form(self, incoming: Incoming) -> bool:
        """True when the gate itself reads the body: for the forms of our own pages only."""
        return incoming.method == "POST" and incoming.path in self._forms

    def decide(self, incoming: Incoming) -> Flow[Decision]:
        """Decide on a request: let it pass, or respond in the app's place. Raises nothing."""
        try:
            self._check_origin(incoming)
            route = self._routes.get(incoming.path) if incoming.kind == "http" else None
            if route is not None:
                return _finished(incoming, (yield from route(incoming)))
            return _finished(incoming, (yield from self._guard(incoming)))
        except GateError as error:
            return _finished(incoming, self._refuse(incoming, error))
        except Exception:
            # Fail closed: whatever happened, the app is not called.
            log.exception("an unexpected error in the gate")
            return _finished(incoming, self._broken())

    def _guard(self, incoming: Incoming) -> Flow[Decision]:
        """Everything that is not a route of ours."""
        public = self._public.match(incoming.path, incoming.mount)
        try:
            visitor = yield from self._visitor(incoming)
        except GateError as error:
            if not public:
                raise
            log.info("%s: %s; the path is public", error.code, error)
            return Pass(None)
        if visitor.identity is not None or public:
            return visitor
        if intent.navigates(incoming):
            callback.check_not_astray(self._context, incoming)
            started = login.begin(
                self._context, incoming, login.return_address(self._context, incoming)
            )
            return _with(started, visitor.headers)
        return self._login_required(incoming, visitor.headers)

    def _visitor(self, incoming: Incoming) -> Flow[Pass]:
        if self._bearer and bearer.presented(incoming):
            return (yield from bearer.bearer(self._context, incoming))
        return (yield from session.session(self._context, incoming))

    def _check_origin(self, incoming: Incoming) -> None:
        """A WebSocket has no same-origin policy but the one we keep (RFC 6455 section 10.2)."""
        if incoming.kind == "websocket":
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
            spent = self._forget(incoming)
            if visitor.identity is not None:
                return Respond(303, (("location", stale.return_to), *visitor.headers, *spent))
            if stale.again or not intent.navigates(incoming):
                raise CookiesLost(
                    "Your browser does not give our cookies back, or the sign-in took too long. "
                    "Allow cookies for this site, then try again."
                ) from stale
            attempt = callback.attempt_of(self._context, incoming)
            state = attempt.state if attempt else ""
            started = login.begin(self._context, incoming, stale.return_to, again=True, spent=state)
            return _with(started, spent)

    def _logout(self, incoming: Incoming) -> Flow[Respond]:
        return (yield from logout.logout(self._context, incoming))

    def _me(self, incoming: Incoming) -> Flow[Respond]:
        if incoming.method not in ("GET", "HEAD"):
            raise MethodRefused("GET, HEAD")
        visitor = yield from self._visitor(incoming)
        if visitor.identity is None:
            return self._login_required(incoming, visitor.headers)
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

    # Errors become responses

    def _login_required(self, incoming: Incoming, headers: Headers = ()) -> Respond:
        content = {"error": LoginRequired.code, "login_url": login.login_url(self._context)}
        status = 403 if incoming.kind == "websocket" else LoginRequired.status
        return pages.show_json(status, content, (("www-authenticate", "Bearer"), *headers))

    def _refuse(self, incoming: Incoming, error: GateError) -> Respond:
        ours = error.status >= 500 or isinstance(error, SessionTooLarge)
        level = logging.WARNING if ours else logging.INFO
        log.log(level, "%s: %s", error.code, error)
        headers = self._refusal_headers(incoming, error)
        if isinstance(error, LoginRequired):
            return self._login_required(incoming)
        if isinstance(error, TokenRefused) or not self._read_by_a_person(incoming):
            return pages.show_json(error.status, {"error": error.code}, headers)
        retry = self._retry(incoming, error)
        page = pages.Page(
            _TITLES.get(error.status, "Sign-in is not working"), _text(error), retry, "Try again"
        )
        return pages.show(error.status, page, headers)

    def _read_by_a_person(self, incoming: Incoming) -> bool:
        """For a page that somebody goes to, and for a form of ours that somebody sends."""
        form = self.takes_form(incoming)
        return intent.navigates(replace(incoming, method="GET") if form else incoming)

    def _refusal_headers(self, incoming: Incoming, error: GateError) -> Headers:
        match error:
            case MethodRefused():
                return (("allow", error.allow),)
            case TokenRefused():
                return (("www-authenticate", 'Bearer error="invalid_token"'),)
            case CognitoUnavailable():
                return (("retry-after", RETRY_AFTER),)
        return self._forget(incoming)

    def _forget(self, incoming: Incoming) -> Headers:
        """End the attempt that this callback spent."""
        if incoming.path != self._context.settings.callback_path:
            return ()
        attempt = callback.attempt_of(self._context, incoming)
        return attempts.forget(self._context, incoming, attempt.state) if attempt else ()

    def _retry(self, incoming: Incoming, error: GateError) -> str:
        """Where "try again" leads: the same address after an outage, else a new sign-in."""
        if isinstance(error, CrossSiteRefused | MethodRefused):
            return ""
        if incoming.path == self._context.settings.callback_path:
            attempt = callback.attempt_of(self._context, incoming)
            return login.login_url(self._context, attempt.return_to if attempt else "/")
        if isinstance(error, CognitoUnavailable):
            return login.return_address(self._context, incoming)
        return login.login_url(self._context)

    def _broken(self) -> Respond:
        page = pages.Page("Something went wrong", "The error has been noted. Please try again.")
        return pages.show(500, page)


def _text(error: GateError) -> str:
    """What a page says. Details of a set-up are for the log."""
    if error.status >= 500:
        return (
            "The sign-in service cannot be used right now. Nothing is lost: "
            "please try again in a moment."
        )
    if error.status == 431:
        return "Your account holds more than fits into a session. Please tell the app's operators."
    return str(error)


def _with(answer: Respond, headers: Headers) -> Respond:
    return Respond(answer.status, (*answer.headers, *headers), answer.body) if headers else answer


def _finished(incoming: Incoming, decision: Decision) -> Decision:
    """Complete a response: a type, a length, never cached, no body for HEAD."""
    if isinstance(decision, Pass):
        return decision
    headers = decision.headers
    if pages.NO_STORE not in headers:  # a redirect; PEP 3333's checker wants a type there, too
        headers = (*headers, pages.NO_STORE, ("content-type", "text/plain; charset=utf-8"))
    headers = (*headers, ("content-length", str(len(decision.body))))
    body = b"" if incoming.method == "HEAD" else decision.body
    return Respond(decision.status, headers, body)
