"""Read the session cookies; refresh when due.

Knows when a session holds, when it is renewed, and when it is over. Must not know what the visitor
asked for.
"""

import logging
from dataclasses import dataclass, field
from typing import Any

from .._messages import Flow, Incoming, Pass
from .._parts import cookies, tokens
from .._parts.known import Values
from .._records import Renewal, Tokens
from ..errors import CognitoUnavailable, GrantRefused, SessionTooLarge, TokenRefused
from ..identity import NO_CLAIMS, Claims, Identity, freeze
from . import stored, trust
from .context import Context

BREATHER = 5  # seconds a live session is left alone after a refresh that did not work
log = logging.getLogger("cognito_gate")


@dataclass(frozen=True, slots=True)
class _Held:
    """A verified session: its identity, its cookie values, and when its first token ends."""

    identity: Identity
    values: tuple[str, str] = field(repr=False)
    ends_at: float
    complete: bool = True


def session(context: Context, incoming: Incoming) -> Flow[Pass]:
    """The visitor behind the session cookies; with no (valid) session, nobody.

    The headers of the result store a renewed session or clear a dead one.

    Raises:
        CognitoUnavailable: the session can be neither used nor renewed right now; nothing is lost.
    """
    jar, now = stored.held(incoming), incoming.now
    access, id_, refresh = stored.candidates(context, jar)
    if not access and not refresh:
        return Pass(None, stored.clear(context, jar) if jar else ())
    known = context.known.get(_first_values(access, id_, refresh), now)
    if known is not None:
        return known
    held = yield from _verified(context, access, id_, now)
    renewal, sealed = stored.renewal(context, refresh, held.identity.sub if held else None)
    if refresh and renewal is None and held is None:
        return _over(context, jar, "its refresh cookie does not open")
    if renewal is not None:
        if stored.ends_at(context, renewal) <= now:
            return _over(context, jar, "its absolute life is over")
        # Not every server passes on what a WebSocket's acceptance carries: while the session holds,
        # its renewal waits for a request that surely can.
        waits = incoming.kind == "websocket" and held is not None and held.complete
        if _due(context, held, now) and not waits:
            return (yield from _renewed(context, jar, renewal, sealed, held, now))
    if held is None or not held.complete:
        return _over(context, jar, "its tokens do not hold")
    if refresh and renewal is None:
        stale = context.session.clear(context.names.refresh, jar)
        return Pass(held.identity, tuple(("set-cookie", line) for line in stale), held.ends_at)
    return _remembered(context, held, renewal, sealed, now)


def _over(context: Context, jar: cookies.Jar, reason: str) -> Pass:
    log.info("a session ended: %s", reason)
    return Pass(None, stored.clear(context, jar))


def _due(context: Context, held: _Held | None, now: float) -> bool:
    if held is None or not held.complete:
        return True
    return held.ends_at - now <= context.settings.refresh_before_seconds


def _verified(
    context: Context, access: list[str], id_: list[str], now: float
) -> Flow[_Held | None]:
    """The first access token that holds, with the first ID token that holds and goes with it."""
    found = yield from _first(context, access, "access", now)
    if found is None:
        return None
    value, token, claims = found
    if not id_:
        return _Held(Identity(freeze(claims), NO_CLAIMS, token), (value, ""), tokens.end_of(claims))
    other = yield from _first(context, id_, "id", now)
    if other is None or other[2]["sub"] != claims["sub"]:
        identity = Identity(freeze(claims), NO_CLAIMS, token)
        return _Held(identity, (value, ""), tokens.end_of(claims), complete=False)
    identity = Identity(freeze(claims), freeze(other[2]), token, other[1])
    return _Held(identity, (value, other[0]), min(tokens.end_of(claims), tokens.end_of(other[2])))


def _first(
    context: Context, values: list[str], use: tokens.Use, now: float
) -> Flow[tuple[str, str, dict[str, Any]] | None]:
    seal = context.seals.access if use == "access" else context.seals.id
    unavailable: CognitoUnavailable | None = None
    for value in values:
        try:
            token = seal.open(value)
            claims = yield from trust.verify(context, token, use, context.expected, now)
        except TokenRefused as error:
            log.debug("an %s cookie was passed over: %s", use, error)
        except CognitoUnavailable as error:
            unavailable = error  # nobody can say of this one; another may hold
        else:
            return value, token, claims
    if unavailable is not None:
        raise unavailable
    return None


def _remembered(
    context: Context, held: _Held, renewal: Renewal | None, sealed: str, now: float
) -> Pass:
    if renewal is None:
        end = held.ends_at + context.settings.expiration_leeway
        return _remember(context, held, sealed, Pass(held.identity, until=end), end, now)
    end = stored.ends_at(context, renewal)
    due = held.ends_at - context.settings.refresh_before_seconds
    result = Pass(held.identity, until=end)
    return _remember(context, held, sealed, result, min(due, end), now)


def _remember(
    context: Context, held: _Held, sealed: str, result: Pass, until: float, now: float
) -> Pass:
    values = _values(*held.values, sealed)
    context.known.put(values, result, now=now, until=until)
    return result


def _first_values(access: list[str], id_: list[str], refresh: list[str]) -> Values:
    return _values(
        access[0] if access else "", id_[0] if id_ else "", refresh[0] if refresh else ""
    )


def _values(access: str, id_: str, refresh: str) -> Values:
    return access.encode("latin-1"), id_.encode("latin-1"), refresh.encode("latin-1")


def _renewed(
    context: Context,
    jar: cookies.Jar,
    renewal: Renewal,
    sealed: str,
    held: _Held | None,
    now: float,
) -> Flow[Pass]:
    """A new session from the refresh token; the old one while it lives and Cognito does not."""
    answer = yield context.token_calls.refresh(context.settings, renewal.token)
    try:
        got = context.token_calls.read(answer)
        return (yield from _adopted(context, jar, renewal, got, held, now))
    except TokenRefused as error:
        log.error(
            "a refresh brought tokens that do not hold (%s); the session is not renewed", error
        )
        if held is None:
            return _over(context, jar, "it could not be renewed")
    except GrantRefused as error:
        if error.error == "invalid_grant":
            return _over(context, jar, "its refresh token is no longer good")
        log.error("%s", error)
        if held is None:
            raise CognitoUnavailable("the session cannot be renewed right now") from error
    except (CognitoUnavailable, SessionTooLarge) as error:
        if held is None:
            raise
        log.warning("%s; the session goes on until its access token ends", error)
    result = Pass(held.identity, until=held.ends_at)
    return _remember(context, held, sealed, result, min(now + BREATHER, held.ends_at), now)


def _adopted(
    context: Context,
    jar: cookies.Jar,
    renewal: Renewal,
    got: Tokens,
    held: _Held | None,
    now: float,
) -> Flow[Pass]:
    """Verify renewed tokens in full: the same user, and no nonce (Cognito need not repeat it)."""
    expected = context.expected
    access = yield from trust.verify(context, got.access, "access", expected, now, trusted=True)
    sub = renewal.sub or (held.identity.sub if held else None)
    if sub not in (None, access["sub"]):
        raise TokenRefused("they are of another user")
    id_claims: Claims = NO_CLAIMS
    if got.id:
        found = yield from trust.verify(context, got.id, "id", expected, now, trusted=True)
        tokens.check_same_user(access, found)
        tokens.check_at_hash(found, got.access)
        id_claims = freeze(found)
    elif held is not None and _outlasts(context, held.identity.id_claims, now):
        # No ID token in the answer: the one we have serves while it lasts.
        id_claims = held.identity.id_claims
        got = Tokens(got.access, held.identity.id_token, got.refresh)
    kept = Renewal(got.refresh or renewal.token, access["sub"], renewal.signed_in_at)
    headers = stored.store(context, jar, got, kept, now)
    identity = Identity(freeze(access), id_claims, got.access, got.id)
    return Pass(identity, headers, stored.ends_at(context, kept))


def _outlasts(context: Context, claims: Claims, now: float) -> bool:
    return bool(claims) and tokens.end_of(claims) - now > context.settings.refresh_before_seconds
