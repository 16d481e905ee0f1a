"""What is stored of a session -> a verified session, or why there is none.

Knows which tokens make a session and how long it holds. Must not know about refreshing.
"""

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

from ...errors import CognitoUnavailable, TokenRefused
from ...identity import NO_CLAIMS, Claims, Identity, freeze
from ..context import Context
from ..effects import Flow
from ..messages import Pass, SessionMarks
from ..protocol import jwt
from ..protocol.session_cache import Values
from ..records import RefreshRecord
from ..sessions.interface import Stored
from . import token_trust

_TOO_OLD = "the session's cookie is older than AWS_COGNITO_COOKIE_AGE_SECONDS"
log = logging.getLogger("cognito_gate")


class Verified(NamedTuple):
    """A session whose tokens hold.

    It holds until `ends_at`; its first token ends at `token_end`, without any leeway (Unix time).
    `name` is what a sign-out ends. `values` are the stored ones it was read from (empty where it
    was not). `complete` is False where the ID token that belongs to it is not there.
    """

    identity: Identity
    token_end: float
    ends_at: float
    name: str
    values: tuple[str, str] = ("", "")
    complete: bool = True

    def __repr__(self) -> str:
        return f"Verified(identity={self.identity!r}, ends_at={self.ends_at!r})"


class Read(NamedTuple):
    """The session that was found, and what was wrong with the values that were passed over."""

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


def read(context: Context, stored: Stored, now: float) -> Flow[Read]:
    """The first access token that holds, with the first ID token that holds and belongs to it.

    Raises:
        CognitoUnavailable: nobody can say right now.
    """
    refusals: list[TokenRefused] = []
    access = yield from _first(context, stored.access, None, now, refusals)
    if access is None:
        return Read(None, refusals)
    identity = yield from _first(context, stored.id, access.claims, now, refusals)
    if identity is None:
        complete = not stored.id and not needs_id(context, access.claims)
        who = Identity(freeze(access.claims), NO_CLAIMS, access.text)
        values = access.value, ""
    else:
        complete = True
        who = Identity(freeze(access.claims), freeze(identity.claims), access.text, identity.text)
        values = access.value, identity.value
    return Read(of_identity(context, who, access.ends_at, values, complete=complete), refusals)


def of_identity(
    context: Context,
    who: Identity,
    stored_until: float,
    values: tuple[str, str] = ("", ""),
    *,
    complete: bool = True,
) -> Verified:
    """The session of verified claims, whose stored value ends at `stored_until` (Unix time)."""
    access = who.access_claims
    token_end = jwt.end_of(access)
    if who.id_claims:
        token_end = min(token_end, jwt.end_of(who.id_claims))
    end = min(token_end + context.expected.leeway, stored_until, _age_end(context, access))
    return Verified(who, token_end, end, jwt.session_of(access), values, complete)


def _age_end(context: Context, access: Claims) -> float:
    return float(access["iat"] + context.settings.cookie_age_seconds)


def marks(live: Verified | None, record: RefreshRecord | None) -> SessionMarks:
    """By what this session may have been ended. A refresh record says when it began; without one,
    it has the tokens of its sign-in."""
    names = (live.name if live else "", record.name if record else "")
    sub, began = record.sub if record else None, float("inf")
    if live is not None:
        sub, began = live.identity.sub, live.identity.access_claims["iat"]
    if record is not None:
        began = record.signed_in_at
    return SessionMarks.of(names, sub, began)


def remember(
    context: Context, values: Values, live: Verified, record: RefreshRecord | None, now: float
) -> Pass:
    """The decision for a session, which the next requests with these cookie values get at once,
    until it is due to be refreshed."""
    end = until = live.ends_at
    if record is not None:
        end = min(end, record.ends_at(context.settings.refresh_cookie_age_seconds))
        until = min(end, refresh_at(context, live, record))
    visitor = Pass(live.identity, until=end, marks=marks(live, record))
    context.session_cache.put(values, visitor, now=now, until=until)
    return visitor


def refresh_at(context: Context, live: Verified, record: RefreshRecord) -> float:
    """When a session is due to be refreshed (Unix time)."""
    issued_at = live.identity.access_claims["iat"]
    before = context.settings.refresh_before_seconds
    return record.refresh_at(issued_at, live.token_end, before)


def needs_id(context: Context, access: dict[str, Any]) -> bool:
    """True when an ID token came with this access token: a session without it would lack claims.

    Tokens of the JSON API have one always, and a scope that says nothing of it.
    """
    by_api = context.settings.login == "custom" and access.get("scope") == jwt.API_SCOPE
    return by_api or jwt.grants_openid(access)


def _first(
    context: Context,
    values: Sequence[str],
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
            log.debug("a session cookie was ignored: %s", error)
            refusals.append(error)
        except CognitoUnavailable as error:
            unavailable = error  # nobody can say of this one; another may hold
    if unavailable is not None:
        raise unavailable
    return None


def _one(context: Context, value: str, access: dict[str, Any] | None, now: float) -> Flow[_Token]:
    expected = context.expected
    if access is not None:
        text = context.sessions.open_id(value)
        claims = yield from token_trust.verify(context, text, "id", expected, now)
        jwt.check_pair(access, claims)
        return _Token(value, text, claims, float("inf"))
    text, sealed_end = context.sessions.open_access(value)
    claims = yield from token_trust.verify(context, text, "access", expected, now)
    if sealed_end <= now:
        raise TokenRefused(_TOO_OLD, cause="expired")
    check_age(context, claims, now)
    return _Token(value, text, claims, sealed_end)


def check_age(context: Context, access: Claims, now: float) -> None:
    """What a browser keeps ends by Max-Age; what somebody copied, or a process remembered, ends
    here. Raises TokenRefused."""
    if _age_end(context, access) <= now:
        raise TokenRefused(_TOO_OLD, cause="expired")
