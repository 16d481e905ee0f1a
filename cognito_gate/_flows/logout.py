"""Revoke, clear, send the browser to Cognito's /logout.

All three, or the visitor is signed straight back in by Cognito's own session.
"""

import logging

from .._messages import Flow, Incoming, Respond
from .._parts import oauth
from ..errors import CrossSiteRefused, MethodRefused
from . import attempts, stored
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
        answer = yield oauth.revoke_ask(context.settings, renewal.token)
        if answer.status != 200:
            # Best effort: the visitor's sign-out must not hang on it.
            log.warning("the refresh token could not be revoked: %s", oauth.read_revoked(answer))
    cleared = stored.clear(context, jar, always=True)
    location = ("location", oauth.logout_url(context.settings))
    return Respond(303, (location, *cleared, *attempts.forget_all(context, incoming)))


def _check_own(context: Context, incoming: Incoming) -> None:
    """A sign-out is asked for by this site: by a link or an address typed in, or by a POST."""
    if incoming.method not in ("GET", "POST"):
        raise MethodRefused("GET, POST")
    site, origin = incoming.value(b"sec-fetch-site"), incoming.value(b"origin")
    other = origin.decode("latin-1") not in ("", context.settings.app_origin)
    if site == b"cross-site" or (not site and other):
        raise CrossSiteRefused("Only this app itself can sign you out.")
    mode = incoming.value(b"sec-fetch-mode")
    prefetch = b"prefetch" in incoming.value(b"sec-purpose") + incoming.value(b"purpose")
    if incoming.method == "GET" and (mode not in (b"", b"navigate") or prefetch):
        raise CrossSiteRefused("A sign-out is a page to go to, not a background request.")
