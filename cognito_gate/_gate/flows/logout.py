"""Revoke, clear, send the browser to Cognito's /logout.

All three, or the visitor is signed straight back in by Cognito's own session.
"""

import logging
from dataclasses import replace

from ...errors import CognitoUnavailable, CrossSiteRefused, MethodRefused
from ...events import SignedOut
from ...settings import Settings
from ..effects import Flow
from ..exchange import Exchange
from ..messages import Headers, Respond
from ..protocol import fetch_metadata, oauth
from ..records import RefreshRecord
from ..sessions.interface import Stored
from . import login_cookies, refresh_record, return_cookie, token_revocation, verified_session
from .verified_session import Verified

log = logging.getLogger("cognito_gate")


def logout(exchange: Exchange) -> Flow[Respond]:
    """The route `{prefix}/logout?next=/path`; with `next`, the sign-out leads to a new sign-in.

    Raises:
        MethodRefused: neither GET nor POST.
        CrossSiteRefused: another site, or a background request, asks.
    """
    _check_own(exchange)
    headers = yield from sign_out(exchange)
    return Respond(303, (("location", onward(exchange.settings)), *headers))


def sign_out(exchange: Exchange, *, everywhere: bool = False) -> Flow[Headers]:
    """End this browser's session: here, at Cognito, and in its cookies, by the headers that are
    returned. `everywhere`: the user's other sessions were ended as well."""
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
        revoked = record is not None and (yield from token_revocation.revoke(context, record))
    finally:  # also where the request is cancelled meanwhile: the session is over already
        exchange.record(SignedOut(exchange.facts, sub or "", name, revoked, everywhere))
    yield from context.revocations.share(exchange.now)
    cleared = yield from context.sessions.drop(exchange.cookies, unseen=True)
    # Of sign-in pages of our own, and of a sign-in that was to be a newer one.
    names = (context.names.pending, context.names.step_up)
    waiting = [line for name in names for line in context.login.clear(name, jar)]
    return (
        *cleared,
        *return_cookie.keep(exchange),
        *login_cookies.forget_all(exchange),
        *(("set-cookie", line) for line in waiting),
        *(context.idle.clear(jar) if context.idle else ()),
        *(context.kept_forms.clear(jar) if context.kept_forms else ()),
    )


def _end(exchange: Exchange, stored: Stored, record: RefreshRecord | None) -> Flow[Verified | None]:
    """Remember that this session is over, until all of its tokens are: whatever still comes with
    them, from a slow response or a copied cookie, opens nothing here any more."""
    context, now = exchange.context, exchange.now
    lasting = exchange.settings.refresh_cookie_age_seconds
    if record is not None:
        for name in (record.name, replace(record, session="").name):
            context.revocations.end(name, until=record.ends_at(lasting))
    try:
        read = yield from verified_session.read(context, Stored(access=stored.access), now)
    except CognitoUnavailable as error:
        log.warning("%s; a copy of the access cookie stays valid until its token expires", error)
        return None
    live = read.session
    if live is not None and live.name:
        # Refresh cookies of this session, and the token as a bearer's, may last longer than it.
        end = live.token_end + context.expected.leeway
        context.revocations.end(live.name, until=max(end, now + lasting))
    return live


def onward(settings: Settings) -> str:
    """Through Cognito's own sign-out, where there is a login domain that may hold a session."""
    return oauth.logout_url(settings) if settings.domain else settings.logout_url


def check_site(exchange: Exchange) -> None:
    """Raises CrossSiteRefused where another site asks."""
    if not fetch_metadata.of_this_site(exchange.incoming, exchange.settings.app_origin):
        raise CrossSiteRefused("another site asked for the sign-out")


def _check_own(exchange: Exchange) -> None:
    """A sign-out is asked for by this site: by a link or an address typed in, or by a POST."""
    if exchange.incoming.method not in ("GET", "POST"):
        raise MethodRefused("GET, POST")
    check_site(exchange)
    background = exchange.incoming.value(b"sec-fetch-mode") not in (b"", b"navigate")
    if exchange.incoming.method == "GET" and (
        background or fetch_metadata.is_prefetch(exchange.incoming)
    ):
        raise CrossSiteRefused("a sign-out is a page to go to, not a background request")
