"""Revoke, clear, send the browser to Cognito's /logout.

All three, or the visitor is signed straight back in by Cognito's own session.
"""

import logging

from .._messages import Flow, Incoming, Respond
from .._parts import intent, oauth
from ..errors import CrossSiteRefused, MethodRefused
from ..settings import Settings
from . import attempts, pending, stored
from .context import Context

log = logging.getLogger("cognito_gate")


def logout(context: Context, incoming: Incoming) -> Flow[Respond]:
    """The route `{prefix}/logout`.

    Raises:
        MethodRefused: neither GET nor POST.
        CrossSiteRefused: another site, or a background request, asks.
    """
    _check_own(context, incoming)
    jar = stored.held(incoming)
    _, _, refresh = stored.candidates(context, jar)
    renewal, _ = stored.renewal(context, refresh, None)
    if renewal is not None:
        answer = yield context.token_calls.revoke(context.settings, renewal.token)
        why = context.token_calls.read_revoked(answer)
        if why:  # best effort: the visitor's sign-out must not hang on it
            log.warning("the refresh token could not be revoked: %s", why)
    cleared = stored.clear(context, jar, always=True)
    ended = (*attempts.forget_all(context, incoming), *pending.forget(context, incoming))
    return Respond(303, (("location", _onward(context.settings)), *cleared, *ended))


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
