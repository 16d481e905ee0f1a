"""The gate's own routes: which flow answers which address, and where a visitor is sent to sign in.

Knows addresses and flows. Must not know how errors become responses, nor what is protected.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from ..errors import CookiesLost, MethodRefused, StaleCallback
from ..settings import Settings
from . import gate_pages
from .effects import Flow
from .exchange import Exchange
from .flows import bearer, callback, error_responses, login, logout, operations, session, who
from .flows.client_script import client_script, signed_in
from .messages import Headers, Pass, Respond
from .protocol import fetch_metadata

log = logging.getLogger("cognito_gate")

Route: TypeAlias = Callable[[Exchange], Flow[Respond]]


def routes(settings: Settings, scrape: operations.Scrape | None) -> dict[str, Route]:
    """The routes of every gate. `scrape` gives the metrics, where there are any."""
    table: dict[str, Route] = {
        settings.callback_path: _callback,
        f"{settings.prefix}/login": _login,
        f"{settings.prefix}/logout": logout.logout,
        f"{settings.prefix}/me": _me,
        f"{settings.prefix}/sessions": _sessions,
        f"{settings.prefix}/signed-out": _signed_out,
        f"{settings.prefix}/signed-in": signed_in,
        f"{settings.prefix}/client.js": client_script,
    }
    table |= operations.routes(settings, scrape)
    if settings.revoke_key:
        from .flows.revoke import revoke  # noqa: PLC0415 - few gates have such a key

        table[f"{settings.prefix}/revoke"] = revoke
    return table


def identify(exchange: Exchange) -> Flow[Pass]:
    """Who asks: by the bearer token where one counts, else by the session."""
    if exchange.settings.bearer and bearer.presented(exchange.incoming):
        return (yield from bearer.bearer(exchange))
    return (yield from session.session(exchange))


def to_login(exchange: Exchange, headers: Headers) -> Respond:
    """Send a browser to sign in, with these further headers; a program gets a 401."""
    if not fetch_metadata.is_navigation(exchange.incoming):
        return error_responses.login_required(exchange, headers)
    callback.check_not_astray(exchange)
    if exchange.incoming.forwarded:
        return login.to_login_route(exchange, headers)
    return_to = login.return_address(exchange)
    if exchange.settings.keep_fragment and exchange.settings.login == "hosted":
        way = login.login_url(exchange.context, return_to)
        return gate_pages.to_login(exchange, way, headers)
    started = login.begin(exchange, return_to)
    return replace(started, headers=(*started.headers, *headers))


def _login(exchange: Exchange) -> Flow[Respond]:
    yield from ()
    return login.login(exchange)


def _callback(exchange: Exchange) -> Flow[Respond]:
    try:
        return (yield from callback.callback(exchange))
    except StaleCallback as stale:
        log.info("a callback came too late: %s", stale)
        visitor = yield from session.session(exchange)
        spent = error_responses.forget_attempt(exchange)
        if visitor.identity is not None:
            return Respond(303, (("location", stale.return_to), *visitor.headers, *spent))
        if stale.again or not fetch_metadata.is_navigation(exchange.incoming):
            raise CookiesLost(
                "the cookie of the sign-in is gone: blocked, or the sign-in took too long"
            ) from stale
        attempt = callback.attempt_of(exchange)
        state = attempt.state if attempt else ""
        return login.begin(exchange, stale.return_to, again=True, spent=state)


def _me(exchange: Exchange) -> Flow[Respond]:
    if exchange.incoming.method not in ("GET", "HEAD"):
        raise MethodRefused("GET, HEAD")
    visitor = yield from identify(exchange)
    if visitor.identity is None:
        return error_responses.login_required(exchange, visitor.headers)
    return who.show(visitor.identity, visitor.headers)


def _sessions(exchange: Exchange) -> Flow[Respond]:
    from .flows import own_sessions  # noqa: PLC0415 - few people look there

    own_sessions.check(exchange)
    visitor = yield from identify(exchange)
    if visitor.identity is None and exchange.incoming.method != "POST":
        return to_login(exchange, visitor.headers)
    return (yield from own_sessions.sessions(exchange, visitor))


def _signed_out(exchange: Exchange) -> Flow[Respond]:
    yield from ()
    if exchange.incoming.method not in ("GET", "HEAD"):
        raise MethodRefused("GET, HEAD")
    return login.again(exchange) or gate_pages.signed_out(
        exchange, login.login_url(exchange.context)
    )
