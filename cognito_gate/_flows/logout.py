"""Revoke, clear, send the browser to Cognito's /logout.

All three, or the visitor is signed straight back in by Cognito's own session.
"""

import logging
from dataclasses import replace

from .._messages import Flow, Incoming, Respond
from .._parts import intent, oauth
from .._records import Renewal
from ..errors import CognitoUnavailable, CrossSiteRefused, MethodRefused
from ..settings import Settings
from . import attempts, pending, stored, verified
from .context import Context

log = logging.getLogger("cognito_gate")


def logout(context: Context, incoming: Incoming) -> Flow[Respond]:
    """The route `{prefix}/logout`.

    Raises:
        MethodRefused: neither GET nor POST.
        CrossSiteRefused: another site, or a background request, asks.
    """
    _check_own(context, incoming)
    jar, now = stored.held(incoming), incoming.now
    access, _, refresh = stored.candidates(context, jar)
    renewal, _ = stored.renewal(context, refresh, None)
    yield from _end(context, access, renewal, now)
    if renewal is not None:
        ask = context.token_calls.revoke(context.settings, renewal.token)
        answer = yield replace(ask, ends=renewal.session)
        why = context.token_calls.read_revoked(answer)
        if why:  # best effort: the visitor's sign-out must not hang on it
            log.warning("the refresh token could not be revoked: %s", why)
    cleared = stored.clear(context, jar, always=True)
    ended = (*attempts.forget_all(context, incoming), *pending.forget(context, incoming))
    return Respond(303, (("location", _onward(context.settings)), *cleared, *ended))


def _end(context: Context, access: list[str], renewal: Renewal | None, now: float) -> Flow[None]:
    """Remember that this session is over, until all of its tokens are: whatever still comes with
    them, from a slow response or a copied cookie, opens nothing here any more."""
    if renewal is not None and renewal.session:
        context.ended.put(renewal.session, True, until=stored.ends_at(context, renewal))
    try:
        found = yield from verified.read(context, access, [], now)
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
    if not intent.of_this_site(incoming, context.settings.app_origin):
        raise CrossSiteRefused("Only this app itself can sign you out.")
    background = incoming.value(b"sec-fetch-mode") not in (b"", b"navigate")
    if incoming.method == "GET" and (background or intent.prefetches(incoming)):
        raise CrossSiteRefused("A sign-out is a page to go to, not a background request.")
