"""Token -> verified claims, fetching keys when needed.

The only flow that other flows call for trust. It asks for keys only after every check that needs
none, so that a hostile token causes no call.
"""

import logging
from typing import Any

from joserfc.jwk import RSAKey

from .._messages import Flow
from .._parts import keys, oauth, tokens
from .._parts.tokens import Expected, Use
from ..errors import CognitoUnavailable, TokenRefused
from .context import Context

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
        TokenRefused: the token is not to be trusted.
        CognitoUnavailable: the keys could not be fetched, so nobody can say.
    """
    parsed = tokens.parse(token, use)
    tokens.check_claims(parsed, expected, now)
    if context.keys.may_fetch(parsed.kid, now, trusted=trusted):
        yield from _refreshed(context, parsed.kid, now, trusted=trusted)
    tokens.check_signature(parsed, _key(context, parsed.kid))
    return parsed.claims


def ready(context: Context, now: float) -> Flow[None]:
    """Have keys. A callback asks for this before it spends its code: without keys it would be
    lost."""
    if context.keys.cold:
        yield from _fetch(context, "", now, trusted=True)


def _refreshed(context: Context, kid: str, now: float, *, trusted: bool) -> Flow[None]:
    try:
        yield from _fetch(context, kid, now, trusted=trusted)
    except CognitoUnavailable as error:
        log.warning("%s; the keys held stay in use", error)


def _key(context: Context, kid: str) -> RSAKey:
    key = context.keys.get(kid)
    if key is None and (context.keys.failed or context.keys.cold):
        raise CognitoUnavailable("Cognito's signing keys cannot be fetched right now")
    if key is None:
        raise TokenRefused("the token names a key that the pool does not have")
    return key


def _fetch(context: Context, kid: str, now: float, *, trusted: bool) -> Flow[None]:
    answer = yield oauth.jwks_ask(context.settings)
    try:
        found = keys.read_jwks(oauth.read_keys(answer))
    except CognitoUnavailable:
        context.keys.missed(now, trusted=trusted)
        raise
    context.keys.learn(found, kid, now, trusted=trusted)
