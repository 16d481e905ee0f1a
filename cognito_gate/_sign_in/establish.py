"""Tokens from a sign-in on our own pages -> a session, as a callback opens one.

Verifies both tokens in full: what came over the JSON API is trusted no more than other tokens.
"""

from typing import Any

from .._gate.effects import Flow
from .._gate.flows import login_cookies, session_cookies, token_trust
from .._gate.messages import Headers, Incoming, Respond
from .._gate.protocol import cookies, paths
from .._gate.records import Tokens
from ..errors import CallbackRefused, TokenRefused
from . import challenge_cookie
from .context import SignInContext


def establish(
    context: SignInContext, incoming: Incoming, got: Tokens, return_to: str
) -> Flow[Respond]:
    """The session's cookies, and on to where the visitor wanted to go.

    Raises:
        CallbackRefused: the tokens do not hold. SessionTooLarge: they do not fit into cookies.
        CognitoUnavailable: the keys could not be fetched.
    """
    session_cookies.check_size(context, {"access": len(got.access), "ID": len(got.id)})
    access = yield from _verified(context, got, incoming.now)
    record = session_cookies.new_refresh_record(context, got, access, incoming.now)
    kept = session_cookies.store(context, cookies.jar(incoming), got, record, incoming.now)
    ended = (
        *challenge_cookie.forget(context, incoming),
        *login_cookies.forget_all(context, incoming),
        # A token of the time before the sign-in is good for nothing after it.
        ("set-cookie", context.login.line(context.names.form, context.token(), 604_800)),
    )
    headers: Headers = (*kept, *ended)
    return Respond(303, (("location", paths.safe_return(return_to, context.routes)), *headers))


def _verified(context: SignInContext, got: Tokens, now: float) -> Flow[dict[str, Any]]:
    try:
        access, identity = yield from token_trust.verify_pair(context, got, now)
        if identity is None:
            raise TokenRefused("Cognito sent no ID token")
    except TokenRefused as error:
        token_trust.check_clock(got, now, error)
        raise CallbackRefused(f"The sign-in could not be verified: {error}.") from error
    return access
