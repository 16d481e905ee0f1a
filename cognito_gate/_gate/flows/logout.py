"""Revoke, clear, send the browser to Cognito's /logout.

All three, or the visitor is signed straight back in by Cognito's own session.
"""

import logging
from dataclasses import replace

from ...errors import CognitoUnavailable, CrossSiteRefused, MethodRefused
from ...events import SignedOut
from ...settings import Settings
from ..context import Context
from ..effects import Flow, call
from ..exchange import Exchange
from ..messages import Respond
from ..protocol import fetch_metadata, oauth
from ..records import RefreshRecord
from ..sessions.interface import Stored
from . import login_cookies, refresh_record, return_cookie, verified_session
from .verified_session import Verified

log = logging.getLogger("cognito_gate")


def logout(exchange: Exchange) -> Flow[Respond]:
    """The route `{prefix}/logout?next=/path`; with `next`, the sign-out leads to a new sign-in.

    Raises:
        MethodRefused: neither GET nor POST.
        CrossSiteRefused: another site, or a background request, asks.
    """
    _check_own(exchange)
    context, jar = exchange.context, exchange.jar
    stored = yield from context.sessions.load(exchange.cookies, exchange.now)
    record = refresh_record.find(context, stored.refresh, None).record
    live = yield from _end(exchange, stored, record)
    sub = live.identity.sub if live else (record.sub if record else None)
    name = record.name if record else (live.name if live else "")
    if live is not None:
        exchange.identify(live.identity, name)
    revoked = False
    try:
        revoked = record is not None and (yield from _revoke(context, record))
    finally:  # also where the request is cancelled meanwhile: the session is over already
        exchange.record(SignedOut(exchange.facts, sub or "", name, revoked))
    cleared = yield from context.sessions.drop(jar, unseen=True)
    # Of sign-in pages of our own, and of a sign-in that was to be a newer one.
    names = (context.names.pending, context.names.step_up)
    waiting = [line for name in names for line in context.login.clear(name, jar)]
    ended = (
        *return_cookie.keep(exchange),
        *login_cookies.forget_all(exchange),
        *(("set-cookie", line) for line in waiting),
    )
    return Respond(303, (("location", _onward(exchange.settings)), *cleared, *ended))


def _revoke(context: Context, record: RefreshRecord) -> Flow[bool]:
    """Have Cognito end the refresh token. Best effort: no visitor's sign-out hangs on it."""
    request = context.token_calls.revoke(context.settings, record.token)
    answer = yield from call(replace(request, ends=record.name))
    why = context.token_calls.read_revoked(answer)
    if why:
        log.warning("the refresh token could not be revoked: %s", why)
    return not why


def _end(exchange: Exchange, stored: Stored, record: RefreshRecord | None) -> Flow[Verified | None]:
    """Remember that this session is over, until all of its tokens are: whatever still comes with
    them, from a slow response or a copied cookie, opens nothing here any more."""
    context, now = exchange.context, exchange.now
    lasting = exchange.settings.refresh_cookie_age_seconds
    if record is not None:
        for name in (record.name, replace(record, session="").name):
            context.ended.put(name, True, until=record.ends_at(lasting))
    try:
        read = yield from verified_session.read(context, Stored(access=stored.access), now)
    except CognitoUnavailable as error:
        log.warning("%s; a copy of the access cookie stays valid until its token expires", error)
        return None
    live = read.session
    if live is not None and live.name:
        # Refresh cookies of this session, and the token as a bearer's, may last longer than it.
        end = live.token_end + context.expected.leeway
        context.ended.put(live.name, True, until=max(end, now + lasting))
    return live


def _onward(settings: Settings) -> str:
    """Through Cognito's own sign-out, where there is a login domain that may hold a session."""
    return oauth.logout_url(settings) if settings.domain else settings.logout_url


def _check_own(exchange: Exchange) -> None:
    """A sign-out is asked for by this site: by a link or an address typed in, or by a POST."""
    if exchange.incoming.method not in ("GET", "POST"):
        raise MethodRefused("GET, POST")
    if not fetch_metadata.of_this_site(exchange.incoming, exchange.settings.app_origin):
        raise CrossSiteRefused("another site asked for the sign-out")
    background = exchange.incoming.value(b"sec-fetch-mode") not in (b"", b"navigate")
    if exchange.incoming.method == "GET" and (
        background or fetch_metadata.is_prefetch(exchange.incoming)
    ):
        raise CrossSiteRefused("a sign-out is a page to go to, not a background request")
