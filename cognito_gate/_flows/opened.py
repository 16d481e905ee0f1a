"""Tokens from a sign-in on our own pages -> a session, as a callback opens one.

Verifies both tokens in full: what came over the JSON API is trusted no more than other tokens.
"""

from .._messages import Flow, Headers, Incoming, Respond
from .._parts import paths, tokens
from .._records import Renewal, Tokens
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
    sub = yield from _verified(context, got, incoming.now)
    renewal = None
    if context.settings.refresh_flow_enabled and got.refresh:
        renewal = Renewal(got.refresh, sub, int(incoming.now))
    kept = stored.store(context, stored.held(incoming), got, renewal, incoming.now)
    ended = (
        *pending.forget(context, incoming),
        *attempts.forget_all(context, incoming),
        # A token of the time before the sign-in is good for nothing after it.
        ("set-cookie", context.login.line(context.names.form, context.token(), 604_800)),
    )
    headers: Headers = (*kept, *ended)
    return Respond(303, (("location", paths.safe_return(return_to, context.routes)), *headers))


def _verified(context: Own, got: Tokens, now: float) -> Flow[str]:
    expected = context.expected
    try:
        access = yield from trust.verify(context, got.access, "access", expected, now, trusted=True)
        if not got.id:
            raise TokenRefused("Cognito sent no ID token")
        identity = yield from trust.verify(context, got.id, "id", expected, now, trusted=True)
        tokens.check_same_user(access, identity)
    except TokenRefused as error:
        raise CallbackRefused(f"The sign-in could not be verified: {error}.") from error
    return str(access["sub"])
