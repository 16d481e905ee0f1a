"""Token -> verified claims, fetching keys when needed.

The only flow that other flows call for trust. It asks for keys only after every check that needs
none, so that a hostile token causes no call.
"""

import logging
from typing import TYPE_CHECKING, Any

from ...errors import ClockWrong, CognitoUnavailable, TokenRefused
from ..context import Context
from ..effects import Flow, call
from ..messages import Headers
from ..protocol import jwks, jwt, oauth
from ..protocol.jwt import Expected, Use
from ..records import Tokens

if TYPE_CHECKING:
    from ..protocol.public_keys import PublicKey

log = logging.getLogger("cognito_gate")


def verify(
    context: Context,
    token: str,
    use: Use,
    expected: Expected,
    now: float,
    *,
    trusted: bool = False,
) -> Flow[dict[str, Any]]:
    """The claims of a token that is valid for this use.

    `trusted` says that the token came straight from Cognito: an unknown key is then worth a fetch
    even while visitors' unknown keys are not.

    Raises:
        TokenRefused: the token is not to be trusted ("early" only where it is Cognito's).
        CognitoUnavailable: the keys could not be fetched, so nobody can say.
    """
    parsed = jwt.parse(token, use)
    early = _check_claims(parsed, expected, now)
    if context.keys.may_fetch(parsed.kid, now, trusted=trusted):
        yield from _refreshed(context, parsed.kid, now, trusted=trusted)
    jwt.check_signature(parsed, _key(context, parsed.kid))
    if early is not None:
        raise early
    return parsed.claims


def _check_claims(parsed: jwt.Parsed, expected: Expected, now: float) -> TokenRefused | None:
    """Check the claims. What comes from the future is told once its signature has proved that it
    is no forgery: a clock is wrong then."""
    try:
        jwt.check_claims(parsed, expected, now)
    except TokenRefused as error:
        if error.cause != "early":
            raise
        return error
    return None


def verify_pair(
    context: Context, got: Tokens, now: float, *, trusted: bool = True
) -> Flow[tuple[dict[str, Any], dict[str, Any] | None]]:
    """The claims of both tokens that a token endpoint gave, and that they belong together.

    Raises: as `verify`.
    """
    expected = context.expected
    access = yield from verify(context, got.access, "access", expected, now, trusted=trusted)
    if not got.id:
        return access, None
    identity = yield from verify(context, got.id, "id", expected, now, trusted=trusted)
    jwt.check_pair(access, identity)
    jwt.check_at_hash(identity, got.access)
    return access, identity


def check_clock(got: Tokens, now: float, error: TokenRefused, headers: Headers = ()) -> None:
    """Raises ClockWrong where tokens that Cognito has just sent do not hold for their times alone.

    Its `Date` tells by how much the clocks differ; `headers` go into the error.
    """
    if error.cause not in ("expired", "early"):
        return
    ahead = _seconds_ahead(got.date, now)
    if error.cause == "expired" and ahead <= jwt.CLOCK_SKEW:
        return
    text = f"the clock of this server is wrong: {_difference(ahead)} ({error}); set it, by NTP"
    raise ClockWrong(text, headers) from error


def _difference(ahead: float) -> str:
    if not ahead:
        return "Cognito's answer does not say by how much"
    return f"it is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} Cognito's"


def _seconds_ahead(date: str, now: float) -> float:
    """By how many seconds this server's clock is ahead; 0.0 where Cognito does not tell."""
    # Only with an answer of Cognito's, and what makes calls has loaded it by then.
    from email.utils import parsedate_to_datetime  # noqa: PLC0415

    try:
        return now - parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def ready(context: Context, now: float) -> Flow[None]:
    """Have keys, before a code or a refresh token is spent for tokens that nobody could verify.

    Raises:
        CognitoUnavailable: they cannot be fetched; nothing was spent.
    """
    awaited = context.keys.awaited(now)
    if not context.keys.cold and not awaited:
        return
    if awaited and not context.keys.may_fetch(awaited, now, trusted=True):
        raise CognitoUnavailable("the key that Cognito signs with by now is not published yet")
    yield from _fetch(context, awaited, now, trusted=True)
    if context.keys.awaited(now):
        raise CognitoUnavailable("the key that Cognito signs with by now is not published yet")


def _refreshed(context: Context, kid: str, now: float, *, trusted: bool) -> Flow[None]:
    try:
        yield from _fetch(context, kid, now, trusted=trusted)
    except CognitoUnavailable as error:
        log.warning("%s; the keys fetched before stay in use", error)


def _key(context: Context, kid: str) -> "PublicKey":
    key = context.keys.get(kid)
    if key is None and (context.keys.failed or context.keys.cold):
        raise CognitoUnavailable("Cognito's signing keys cannot be fetched right now")
    if key is None:
        raise TokenRefused("the token names a key that the pool does not have", cause="unknown_key")
    return key


def _fetch(context: Context, kid: str, now: float, *, trusted: bool) -> Flow[None]:
    answer = yield from call(oauth.jwks_call(context.settings))
    try:
        found = jwks.read_jwks(oauth.read_keys(answer))
    except CognitoUnavailable:
        context.keys.missed(now, kid, trusted=trusted)
        raise
    context.keys.learn(found, kid, now, trusted=trusted)
