"""The session cookies -> a verified session, or why there is none.

Knows which tokens make a session and how long it holds. Must not know about refreshing.
"""

import logging
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ...errors import CognitoUnavailable, TokenRefused
from ...identity import NO_CLAIMS, Identity, freeze
from ..context import Context
from ..effects import Flow
from ..protocol import jwt
from . import session_cookies, token_trust

log = logging.getLogger("cognito_gate")


@dataclass(frozen=True, slots=True)
class Verified:
    """A session whose tokens hold: its identity and the cookie values it was read from.

    It holds until `ends_at`; its first token ends at `token_end`, without any leeway (Unix time).
    `name` is what a sign-out ends. `complete` is False where the ID token that belongs to it is
    not there.
    """

    identity: Identity
    values: tuple[str, str] = field(repr=False)
    token_end: float
    ends_at: float
    name: str = field(repr=False)
    complete: bool = True


class Found(NamedTuple):
    """What the cookies hold, and what was wrong with those that were passed over."""

    session: Verified | None
    refusals: list[TokenRefused]

    @property
    def only_late(self) -> bool:
        """True when nothing is wrong but times: such cookies end by themselves."""
        return bool(self.refusals) and all(
            error.cause in ("expired", "early") for error in self.refusals
        )

    @property
    def early(self) -> bool:
        """True when Cognito signed a token that counts only later, by this server's clock."""
        return any(error.cause == "early" for error in self.refusals)


class _Token(NamedTuple):
    """A token that holds, the cookie value it came from, and when that value ends."""

    value: str
    text: str
    claims: dict[str, Any]
    ends_at: float


def read(context: Context, access: list[str], id_: list[str], now: float) -> Flow[Found]:
    """The first access token that holds, with the first ID token that holds and belongs to it.

    Raises:
        CognitoUnavailable: nobody can say right now.
    """
    refusals: list[TokenRefused] = []
    found = yield from _first(context, access, None, now, refusals)
    if found is None:
        return Found(None, refusals)
    other = yield from _first(context, id_, found.claims, now, refusals)
    return Found(_verified(context, found, other, missing=bool(id_)), refusals)


def _verified(
    context: Context, access: _Token, identity: _Token | None, *, missing: bool
) -> Verified:
    """`missing`: there were ID tokens, and none that belongs to this access token."""
    end = jwt.end_of(access.claims)
    name, leeway = jwt.session_of(access.claims), context.expected.leeway
    if identity is None:
        who = Identity(freeze(access.claims), NO_CLAIMS, access.text)
        complete = not missing and not needs_id(context, access.claims)
        return Verified(
            who, (access.value, ""), end, min(end + leeway, access.ends_at), name, complete
        )
    who = Identity(freeze(access.claims), freeze(identity.claims), access.text, identity.text)
    end = min(end, jwt.end_of(identity.claims))
    values = (access.value, identity.value)
    return Verified(who, values, end, min(end + leeway, access.ends_at), name)


def needs_id(context: Context, access: dict[str, Any]) -> bool:
    """True when an ID token came with this access token: a session without it would lack claims.

    Tokens of the JSON API have one always, and a scope that says nothing of it.
    """
    by_api = context.settings.login == "custom" and access.get("scope") == jwt.API_SCOPE
    return by_api or jwt.grants_openid(access)


def _first(
    context: Context,
    values: list[str],
    access: dict[str, Any] | None,
    now: float,
    refusals: list[TokenRefused],
) -> Flow[_Token | None]:
    """The first value that holds: an access token, or the ID token that belongs to `access`."""
    unavailable: CognitoUnavailable | None = None
    for value in values:
        try:
            return (yield from _one(context, value, access, now))
        except TokenRefused as error:
            log.debug("a session cookie was passed over: %s", error)
            refusals.append(error)
        except CognitoUnavailable as error:
            unavailable = error  # nobody can say of this one; another may hold
    if unavailable is not None:
        raise unavailable
    return None


def _one(context: Context, value: str, access: dict[str, Any] | None, now: float) -> Flow[_Token]:
    expected = context.expected
    if access is not None:
        text = context.seals.id.open(value)
        claims = yield from token_trust.verify(context, text, "id", expected, now)
        jwt.check_pair(access, claims)
        return _Token(value, text, claims, float("inf"))
    text, sealed_end = session_cookies.open_access(context, value)
    claims = yield from token_trust.verify(context, text, "access", expected, now)
    # What a browser keeps ends by Max-Age; what somebody copied ends here.
    ends_at = min(sealed_end, claims["iat"] + context.settings.cookie_age_seconds)
    if ends_at <= now:
        text = "the session's cookie is older than AWS_COGNITO_COOKIE_AGE_SECONDS"
        raise TokenRefused(text, cause="expired")
    return _Token(value, text, claims, ends_at)
