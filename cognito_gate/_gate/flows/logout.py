"""Revoke, clear, send the browser to Cognito's /logout.

All three, or the visitor is signed straight back in by Cognito's own session.
"""

import logging
from dataclasses import replace

from ...errors import CognitoUnavailable, CrossSiteRefused, MethodRefused
from ...settings import Settings
from ..context import Context
from ..effects import Flow, call
from ..messages import Incoming, Respond
from ..protocol import cookies, fetch_metadata, oauth
from ..records import RefreshRecord
from . import login_cookies, session_cookies, verified_session

log = logging.getLogger("cognito_gate")


def logout(context: Context, incoming: Incoming) -> Flow[Respond]:
    """The route `{prefix}/logout`.

    Raises:
        MethodRefused: neither GET nor POST.
        CrossSiteRefused: another site, or a background request, asks.
    """
    _check_own(context, incoming)
    jar, now = cookies.jar(incoming), incoming.now
    access, _, refresh = session_cookies.candidates(context, jar)
    record, _ = session_cookies.refresh_record(context, refresh, None)
    yield from _end(context, access, record, now)
    if record is not None:
        ask = context.token_calls.revoke(context.settings, record.token)
        answer = yield from call(replace(ask, ends=record.name))
        why = context.token_calls.read_revoked(answer)
        if why:  # best effort: the visitor's sign-out must not hang on it
            log.warning("the refresh token could not be revoked: %s", why)
    cleared = session_cookies.clear(context, jar, always=True)
    waiting = context.login.clear(context.names.pending, jar)  # of sign-in pages of our own
    ended = (
        *login_cookies.forget_all(context, incoming),
        *(("set-cookie", line) for line in waiting),
    )
    return Respond(303, (("location", _onward(context.settings)), *cleared, *ended))


def _end(
    context: Context, access: list[str], record: RefreshRecord | None, now: float
) -> Flow[None]:
    """Remember that this session is over, until all of its tokens are: whatever still comes with
    them, from a slow response or a copied cookie, opens nothing here any more."""
    if record is not None:
        for name in (record.name, replace(record, session="").name):
            context.ended.put(name, True, until=session_cookies.ends_at(context, record))
    try:
        found = yield from verified_session.read(context, access, [], now)
    except CognitoUnavailable as error:
        log.warning("%s; a copy of the access cookie holds until its token ends", error)
        return
    live = found.session
    if live is not None and live.name:
        # Refresh cookies of this session, and the token as a bearer's, may last longer than it.
        lasting = context.settings.refresh_cookie_age_seconds
        end = live.token_end + context.expected.leeway
        context.ended.put(live.name, True, until=max(end, now + lasting))


def _onward(settings: Settings) -> str:
    """Through Cognito's own sign-out, where there is a login domain that may hold a session."""
    return oauth.logout_url(settings) if settings.domain else settings.logout_url


def _check_own(context: Context, incoming: Incoming) -> None:
    """A sign-out is asked for by this site: by a link or an address typed in, or by a POST."""
    if incoming.method not in ("GET", "POST"):
        raise MethodRefused("GET, POST")
    if not fetch_metadata.of_this_site(incoming, context.settings.app_origin):
        raise CrossSiteRefused("Only this app itself can sign you out.")
    background = incoming.value(b"sec-fetch-mode") not in (b"", b"navigate")
    if incoming.method == "GET" and (background or fetch_metadata.is_prefetch(incoming)):
        raise CrossSiteRefused("A sign-out is a page to go to, not a background request.")
