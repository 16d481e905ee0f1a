"""Tokens from a sign-in on our own pages -> a session, as a callback opens one.

Verifies both tokens in full: what came over the JSON API is trusted no more than other tokens.
"""

from typing import Any

from .._messages import Answer, Flow, Headers, Incoming, Respond
from .._parts import paths
from .._records import Tokens
from ..errors import CallbackRefused, TokenRefused
from . import attempts, pending, stored, trust
from .own import Own


def opened(context: Own, incoming: Incoming, got: Tokens, return_to: str) -> Flow[Respond]:
    """The session's cookies, and on to where the visitor wanted to go.

    Raises:
        CallbackRefused: the tokens do not hold. SessionTooLarge: they do not fit into cookies.
        CognitoUnavailable: the keys could not be fetched.
    """
    stored.check_size(context, {"access": len(got.access), "ID": len(got.id)})
    access = yield from _verified(context, got, incoming.now)
    renewal = stored.new_renewal(context, got, access, incoming.now)
    kept = stored.store(context, stored.held(incoming), got, renewal, incoming.now)
    ended = (
        *pending.forget(context, incoming),
        *attempts.forget_all(context, incoming),
        # A token of the time before the sign-in is good for nothing after it.
        ("set-cookie", context.login.line(context.names.form, context.token(), 604_800)),
    )
    headers: Headers = (*kept, *ended)
    return Respond(303, (("location", paths.safe_return(return_to, context.routes)), *headers))


def _verified(context: Own, got: Tokens, now: float) -> Flow[dict[str, Any]]:
    try:
        access, identity = yield from trust.verify_pair(context, got, now)
        if identity is None:
            raise TokenRefused("Cognito sent no ID token")
    except TokenRefused as error:
        trust.check_clock(Answer(200), now, error)
        raise CallbackRefused(f"The sign-in could not be verified: {error}.") from error
    return access
