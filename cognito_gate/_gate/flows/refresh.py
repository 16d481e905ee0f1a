"""A new session from a refresh token; the old one goes on while it lives and that does not work.

Knows what each answer of Cognito's means for a session. Must not know when a refresh is due.
"""

import logging
from dataclasses import dataclass, field, replace

from ...errors import CognitoUnavailable, GrantRefused, SessionTooLarge, TokenRefused
from ...identity import NO_CLAIMS, Claims, Identity, freeze
from ..context import Context
from ..effects import Flow, HttpAnswer, call, share_key
from ..messages import Headers, Incoming, Pass
from ..protocol import cookies, jwt
from ..records import RefreshRecord, Tokens
from . import session_cookies, token_trust, verified_session
from .verified_session import Verified

BREATHER = 5  # seconds a live session is left alone after a refresh that did not work
SETTLED = 10  # seconds after which no other process can be about to replace a refused token
REFUSED_SECONDS = 600
MAX_STEPS = 300  # of one refresh: remembered answers that have ended lead on to the next
log = logging.getLogger("cognito_gate")


@dataclass(frozen=True, slots=True)
class Due:
    """A session that is due: its cookies, its refresh cookie's record and value, and what of it
    still lives."""

    incoming: Incoming
    jar: cookies.Jar = field(repr=False)
    record: RefreshRecord
    sealed: str = field(repr=False)
    live: Verified | None

    @property
    def now(self) -> float:
        return self.incoming.now


def refresh(context: Context, due: Due) -> Flow[Pass]:
    """The refreshed session, with the cookies that keep it; nobody when it is over.

    Raises:
        CognitoUnavailable: it can be neither used nor refreshed right now; nothing is lost.
    """
    mark = share_key("refused", due.record.token)
    refused_at = context.refused.get(mark, due.now)
    if refused_at is not None:
        return _refused(context, due, refused_at)
    try:
        # Keys first: what is spent for tokens that nobody can verify is lost.
        yield from token_trust.ready(context, due.now)
        return (yield from _from_answers(context, due))
    except TokenRefused as error:
        log.error("a refresh brought tokens that do not hold: %s", error)
        if due.live is None:
            return Pass(None, session_cookies.clear(context, due.jar))
    except GrantRefused as error:
        if error.error == "invalid_grant":
            context.refused.put(mark, due.now, until=due.now + REFUSED_SECONDS)
            return _refused(context, due, due.now)
        log.error("%s", error)
        if due.live is None:
            raise CognitoUnavailable("the session cannot be renewed right now") from error
    except (CognitoUnavailable, SessionTooLarge) as error:
        if due.live is None:
            raise
        log.warning("%s; the session goes on until its access token ends", error)
        if isinstance(error, CognitoUnavailable) and error.headers:
            return _alive(due.live, due.record, error.headers)
    return _left_alone(context, due, due.live)


def _refused(context: Context, due: Due, since: float) -> Pass:
    """Cognito takes the refresh token no longer.

    Where tokens rotate, another process may have spent it a moment ago, and its cookies may be on
    their way: nothing is cleared until that is settled, and what lives goes on.
    """
    if due.live is not None:
        return _left_alone(context, due, due.live)
    log.info("a session ended: its refresh token is no longer good")
    settled = due.now - since >= SETTLED
    return Pass(None, session_cookies.clear(context, due.jar) if settled else ())


def _left_alone(context: Context, due: Due, live: Verified) -> Pass:
    result = _alive(live, due.record)
    values = session_cookies.cache_key(*live.values, due.sealed)
    until = min(due.now + BREATHER, live.ends_at)
    context.session_cache.put(values, result, now=due.now, until=until)
    return result


def _alive(live: Verified, record: RefreshRecord, headers: Headers = ()) -> Pass:
    return Pass(live.identity, headers, live.ends_at, (live.name, record.name))


def _from_answers(context: Context, due: Due) -> Flow[Pass]:
    """The session that Cognito's answer makes.

    The answer may be one to an earlier call, whose tokens have ended meanwhile. That ends nothing:
    its refresh token is asked next, or where there is none, Cognito itself.
    """
    record, fresh = due.record, False
    for _ in range(MAX_STEPS):
        ask = replace(
            context.token_calls.refresh(context.settings, record.token),
            session=record.name,
            fresh=fresh,
            delivers=due.incoming.kind == "http",
        )
        answer = yield from call(ask)
        got = context.token_calls.read(answer)
        try:
            return (yield from _adopted(context, due, record, got, answer))
        except TokenRefused:
            if not answer.remembered:
                raise
        record, fresh = _next(record, got)
    raise CognitoUnavailable("remembered answers lead in a circle")


def _next(record: RefreshRecord, got: Tokens) -> tuple[RefreshRecord, bool]:
    if got.refresh and got.refresh != record.token:
        return replace(record, token=got.refresh), False
    return record, True


def _adopted(
    context: Context, due: Due, record: RefreshRecord, got: Tokens, answer: HttpAnswer
) -> Flow[Pass]:
    """Verify new tokens in full: the same user, and no nonce (Cognito need not repeat it)."""
    if got.refresh and got.refresh != due.record.token:
        record = replace(record, token=got.refresh)
    try:
        # Before they are verified: a token over 16 KiB would be refused there for no such reason.
        session_cookies.check_size(context, {"access": len(got.access), "ID": len(got.id)})
        access, identity = yield from token_trust.verify_pair(context, got, due.now)
    except SessionTooLarge as error:
        return _grown(context, due, record, error)
    except TokenRefused as error:
        if not answer.remembered:
            token_trust.check_clock(got, due.now, error, _kept(context, due, record))
        if error.cause == "unknown_key":  # Cognito has rolled its keys over a moment ago
            raise CognitoUnavailable(str(error), _kept(context, due, record)) from error
        raise
    except CognitoUnavailable as error:
        raise CognitoUnavailable(str(error), _kept(context, due, record)) from error
    sub = record.sub or (due.live.identity.sub if due.live else None)
    if sub not in (None, access["sub"]):
        raise TokenRefused("they are of another user")
    claims: Claims = NO_CLAIMS if identity is None else freeze(identity)
    if identity is None and verified_session.needs_id(context, access):
        got, claims = _with_old_id(due, access, got)
    record = replace(record, sub=access["sub"], session=record.session or jwt.session_of(access))
    return _stored(context, due, record, got, Identity(freeze(access), claims, got.access, got.id))


def _grown(context: Context, due: Due, record: RefreshRecord, error: SessionTooLarge) -> Pass:
    """The session no longer fits into cookies: the old one goes on while it lives."""
    if due.live is None or record.token == due.record.token:
        raise error
    log.warning("%s; the session goes on until its access token ends", error)
    return _alive(due.live, record, _kept(context, due, record))


def _kept(context: Context, due: Due, record: RefreshRecord) -> Headers:
    """A cookie that keeps a new refresh token whose fellows cannot be verified yet: the old one is
    worth nothing from now on."""
    if record.token == due.record.token:
        return ()
    return session_cookies.store_refresh(context, due.jar, record, due.now)


def _with_old_id(due: Due, access: Claims, got: Tokens) -> tuple[Tokens, Claims]:
    """No ID token in the answer: the one there is serves while it lasts."""
    old = due.live.identity if due.live else None
    if old is None or not old.id_claims:
        raise TokenRefused("Cognito sent no ID token")
    jwt.check_pair(access, old.id_claims)
    return replace(got, id=old.id_token), old.id_claims


def _stored(
    context: Context, due: Due, record: RefreshRecord, got: Tokens, identity: Identity
) -> Pass:
    name = jwt.session_of(identity.access_claims)
    names = (name, record.name)
    if context.is_over(names, due.now):
        return Pass(None)  # signed out while Cognito was asked
    try:
        headers = session_cookies.store(context, due.jar, got, record, due.now)
    except SessionTooLarge as error:
        return _grown(context, due, record, error)
    ends = [jwt.end_of(claims) for claims in (identity.access_claims, identity.id_claims) if claims]
    until = min(min(ends) + context.expected.leeway, session_cookies.ends_at(context, record))
    return Pass(identity, headers, until, names)
