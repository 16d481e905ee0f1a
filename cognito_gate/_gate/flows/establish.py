"""The tokens of a completed sign-in -> a session. The only way in, for the callback and for sign-in
pages of our own; what came over the JSON API is trusted no more than other tokens.

Must not know how the tokens were come by, nor where the visitor goes next.
"""

from typing import Any

from ...errors import CallbackRefused, TokenRefused
from ..context import Context
from ..effects import Flow
from ..messages import Headers, Incoming
from ..protocol import cookies, jwt
from ..records import Tokens
from . import session_cookies, token_trust, verified_session

NO_NONCE = ""
"""For tokens of the JSON API, which takes no nonce: the call itself belongs to the visitor."""


def establish(
    context: Context, incoming: Incoming, got: Tokens, nonce: str, *, blind: bool = False
) -> Flow[Headers]:
    """The cookies of the session that the tokens make.

    Args:
        nonce: that of this very sign-in, or NO_NONCE.
        blind: the browser may hold an older session that it did not send.

    Raises:
        CallbackRefused: the tokens do not hold. SessionTooLarge: they do not fit into cookies.
        CognitoUnavailable: nobody can say right now.
    """
    # Before they are verified: a token over 16 KiB would be refused there for no such reason.
    session_cookies.check_size(context, {"access": len(got.access), "ID": len(got.id)})
    access = yield from _verified(context, got, nonce, incoming.now)
    record = session_cookies.new_refresh_record(context, got, access, incoming.now)
    jar = cookies.jar(incoming)
    return session_cookies.store(context, jar, got, record, incoming.now, blind=blind)


def _verified(context: Context, got: Tokens, nonce: str, now: float) -> Flow[dict[str, Any]]:
    """Both tokens, and that they belong together and to this sign-in."""
    try:
        access, identity = yield from token_trust.verify_pair(context, got, now)
        if identity is None and verified_session.needs_id(context, access):
            raise TokenRefused("Cognito granted openid and sent no ID token")
        if identity is not None and nonce != NO_NONCE:
            jwt.check_nonce(identity, nonce)
    except TokenRefused as error:
        token_trust.check_clock(got, now, error)
        raise CallbackRefused(f"The sign-in could not be verified: {error}.") from error
    return access
