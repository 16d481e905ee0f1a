"""Authorization: Bearer for APIs.

Knows the header and what an API client's access token must say. Cookies do not come in here.
"""

from ...errors import TokenRefused
from ...events import BearerRejected
from ...identity import Identity, freeze
from ..context import Context
from ..effects import Flow
from ..exchange import Exchange
from ..messages import Incoming, Pass, SessionMarks
from ..protocol import jwt
from . import token_trust


def presented(incoming: Incoming) -> bool:
    """True when the request carries a bearer token, well-formed or not."""
    return any(
        value.strip().lower().startswith(b"bearer") for value in incoming.values(b"authorization")
    )


def bearer(exchange: Exchange) -> Flow[Pass]:
    """The caller behind a bearer token: a person, or a machine without a username.

    Raises:
        TokenRefused: it is not a valid access token of an accepted app client.
        CognitoUnavailable: nobody can say right now.
    """
    try:
        return exchange.remember_visitor((yield from _caller(exchange)))
    except TokenRefused as error:
        exchange.record(BearerRejected(exchange.facts, str(error)))
        raise


def _caller(exchange: Exchange) -> Flow[Pass]:
    token, now = _token(exchange.incoming), exchange.now
    values = (token,)
    cached = exchange.context.bearer_cache.get(values, now)
    if cached is not None:
        return _live(exchange.context, cached, now)
    text = token.decode("latin-1")
    expected = exchange.context.expected_bearer
    claims = yield from token_trust.verify(exchange.context, text, "access", expected, now)
    until = jwt.end_of(claims) + expected.leeway
    who = Identity(freeze(claims), access_token=text)
    result = Pass(who, until=until, marks=_marks(who))
    exchange.context.bearer_cache.put(values, result, now=now, until=until)
    return _live(exchange.context, result, now)


def _live(context: Context, caller: Pass, now: float) -> Pass:
    if context.is_over(caller.marks, now):
        raise TokenRefused("the token's session was ended")
    return caller


def _marks(who: Identity) -> SessionMarks:
    """A token of a later refresh belongs to the sign-in that it came from, where it says when that
    was: no refresh makes a session younger."""
    claims = who.access_claims
    times = [claims["iat"], *([who.auth_time] if who.auth_time is not None else [])]
    return SessionMarks.of((jwt.session_of(claims),), who.sub, min(times))


def _token(incoming: Incoming) -> bytes:
    values = incoming.values(b"authorization")
    scheme, _, token = values[0].strip().partition(b" ")
    if len(values) != 1 or scheme.lower() != b"bearer" or not token.strip():
        raise TokenRefused("the Authorization header is not one bearer token")
    return token.strip()
