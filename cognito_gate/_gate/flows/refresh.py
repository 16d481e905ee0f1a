"""A new session from a refresh token; the old one goes on while it lives and that does not work.

Knows what each answer of Cognito's means for a session. Must not know when a refresh is due.
"""

import logging
from dataclasses import dataclass, field, replace

from ...errors import CognitoUnavailable, GateError, GrantRefused, SessionTooLarge, TokenRefused
from ...events import Refreshed, RefreshFailed
from ...identity import NO_CLAIMS, Claims, Identity, freeze
from ..context import Context
from ..effects import Flow, HttpAnswer, call, share_key
from ..exchange import Exchange
from ..messages import Headers, Pass, SessionMarks
from ..protocol import jwt
from ..records import RefreshRecord, Tokens
from . import session_end, token_trust, verified_session
from .verified_session import Verified

PAUSE_SECONDS = 5  # for which a live session is left alone after a refresh that did not work
SETTLED_SECONDS = 10  # after which no other process can be about to replace a refused token
REFUSED_SECONDS = 600
MAX_STEPS = 300  # of one refresh: remembered answers that have ended lead on to the next
log = logging.getLogger("cognito_gate")


@dataclass(frozen=True, slots=True)
class Due:
    """A session that is due: the request it came with, its refresh record and the stored value of
    that, and what of the session still lives."""

    exchange: Exchange
    record: RefreshRecord
    value: str = field(repr=False)
    live: Verified | None

    @property
    def context(self) -> Context:
        return self.exchange.context

    @property
    def now(self) -> float:
        return self.exchange.now


def refresh(due: Due) -> Flow[Pass]:
    """The refreshed session, with the cookies that keep it; nobody when it is over.

    Raises:
        CognitoUnavailable: it can be neither used nor refreshed right now; nothing is lost.
    """
    if due.live is not None:
        due.exchange.identify(due.live.identity, due.record.name)
    mark = share_key("refused", due.record.token)
    refused_at = due.context.refused.get(mark, due.now)
    if refused_at is not None:
        return (yield from _refused(due, refused_at))
    try:
        # Keys first: what is spent for tokens that nobody can verify is lost.
        yield from token_trust.ready(due.context, due.now)
        return (yield from _from_answers(due))
    except TokenRefused as error:
        _failed(due, error, f"Cognito sent tokens that are not valid: {error}")
        if due.live is None:
            return Pass(None, (yield from due.context.sessions.drop(due.exchange.cookies)))
    except GrantRefused as error:
        if error.error == "invalid_grant":
            due.context.refused.put(mark, due.now, until=due.now + REFUSED_SECONDS)
            return (yield from _refused(due, due.now))
        _failed(due, error, str(error))
        if due.live is None:
            raise CognitoUnavailable("the session cannot be refreshed right now") from error
    except (CognitoUnavailable, SessionTooLarge) as error:
        _failed(due, error, str(error))
        if due.live is None:
            raise
        if isinstance(error, CognitoUnavailable) and error.headers:
            return _alive(due.live, due.record, error.headers)
    return _left_alone(due, due.live)


def _failed(due: Due, error: GateError, reason: str) -> None:
    sub = due.record.sub or ""
    goes_on = due.live is not None
    due.exchange.record(
        RefreshFailed(due.exchange.facts, sub, due.record.name, error.code, reason, goes_on)
    )


def _refused(due: Due, since: float) -> Flow[Pass]:
    """Cognito takes the refresh token no longer.

    Where tokens rotate, another process may have spent it a moment ago, and its cookies may be on
    their way: nothing is cleared until that is settled, and what lives goes on.
    """
    if due.live is not None:
        return _left_alone(due, due.live)
    sub = due.record.sub or ""
    session_end.record(due.exchange, "refused", due.value, sub, due.record.name)
    if due.now - since < SETTLED_SECONDS:
        return Pass(None)
    return Pass(None, (yield from due.context.sessions.drop(due.exchange.cookies)))


def _left_alone(due: Due, live: Verified) -> Pass:
    visitor = _alive(live, due.record)
    values = due.context.sessions.values(due.exchange.cookies, *live.values, due.value)
    until = min(due.now + PAUSE_SECONDS, live.ends_at)
    due.context.session_cache.put(values, visitor, now=due.now, until=until)
    return visitor


def _alive(live: Verified, record: RefreshRecord, headers: Headers = ()) -> Pass:
    return Pass(live.identity, headers, live.ends_at, verified_session.marks(live, record))


def _from_answers(due: Due) -> Flow[Pass]:
    """The session that Cognito's answer makes.

    The answer may be one to an earlier call, whose tokens have ended meanwhile. That ends nothing:
    its refresh token is asked next, or where there is none, Cognito itself.
    """
    record, fresh = due.record, False
    for _ in range(MAX_STEPS):
        request = replace(
            due.context.token_calls.refresh(due.exchange.settings, record.token),
            session=record.name,
            fresh=fresh,
            urgent=due.live is None,
            delivers=due.exchange.incoming.kind == "http",
        )
        answer = yield from call(request)
        tokens = due.context.token_calls.read(answer)
        try:
            return (yield from _adopted(due, record, tokens, answer))
        except TokenRefused:
            if not answer.remembered:
                raise
        record, fresh = _next(record, tokens)
    raise CognitoUnavailable("remembered answers lead in a circle")


def _next(record: RefreshRecord, tokens: Tokens) -> tuple[RefreshRecord, bool]:
    if tokens.refresh and tokens.refresh != record.token:
        return replace(record, token=tokens.refresh), False
    return record, True


def _adopted(due: Due, record: RefreshRecord, tokens: Tokens, answer: HttpAnswer) -> Flow[Pass]:
    """Verify new tokens in full: the same user, and no nonce (Cognito need not repeat it)."""
    if tokens.refresh and tokens.refresh != due.record.token:
        record = replace(record, token=tokens.refresh)
    try:
        # Before they are verified: a token over 16 KiB would be refused there for no such reason.
        due.context.sessions.check_size(tokens)
        access, identity = yield from token_trust.verify_pair(due.context, tokens, due.now)
        if answer.remembered:
            verified_session.check_age(due.context, access, due.now)
    except SessionTooLarge as error:
        return (yield from _grown(due, record, error))
    except TokenRefused as error:
        if not error.cause:
            raise
        kept = yield from _kept(due, record)
        if not answer.remembered:
            token_trust.check_clock(tokens, due.now, error, kept)
        if error.cause == "unknown_key":  # Cognito has rolled its keys over a moment ago
            raise CognitoUnavailable(str(error), kept) from error
        raise
    except CognitoUnavailable as error:
        kept = yield from _kept(due, record)
        raise CognitoUnavailable(str(error), kept) from error
    sub = record.sub or (due.live.identity.sub if due.live else None)
    if sub not in (None, access["sub"]):
        raise TokenRefused("they are of another user")
    claims: Claims = NO_CLAIMS if identity is None else freeze(identity)
    if identity is None and verified_session.needs_id(due.context, access):
        tokens, claims = _with_old_id(due, access, tokens)
    record = replace(record, sub=access["sub"], session=record.session or jwt.session_of(access))
    who = Identity(freeze(access), claims, tokens.access, tokens.id)
    due.exchange.identify(who, record.name)
    if not (answer.remembered or answer.shared):  # once, however many requests waited for it
        due.exchange.record(Refreshed(due.exchange.facts, who.sub, record.name))
    return (yield from _saved(due, record, tokens, who))


def _grown(due: Due, record: RefreshRecord, error: SessionTooLarge) -> Flow[Pass]:
    """The session no longer fits into cookies: the old one goes on while it lives."""
    if due.live is None or record.token == due.record.token:
        raise error
    _failed(due, error, str(error))
    return _alive(due.live, record, (yield from _kept(due, record)))


def _kept(due: Due, record: RefreshRecord) -> Flow[Headers]:
    """A cookie that keeps a new refresh token whose fellows cannot be verified yet: the old one is
    worth nothing from now on."""
    if record.token == due.record.token:
        return ()
    return (yield from due.context.sessions.save_refresh(due.exchange.cookies, record, due.now))


def _with_old_id(due: Due, access: Claims, tokens: Tokens) -> tuple[Tokens, Claims]:
    """No ID token in the answer: the one there is serves while it lasts."""
    old = due.live.identity if due.live else None
    if old is None or not old.id_claims:
        raise TokenRefused("Cognito sent no ID token")
    jwt.check_pair(access, old.id_claims)
    return replace(tokens, id=old.id_token), old.id_claims


def _saved(due: Due, record: RefreshRecord, tokens: Tokens, who: Identity) -> Flow[Pass]:
    """The new session, remembered as verified for the browser's next request."""
    context = due.context
    names = (jwt.session_of(who.access_claims), record.name)
    if context.is_over(SessionMarks.of(names, who.sub, record.signed_in_at), due.now):
        return Pass(None)  # ended while Cognito was asked
    try:
        saved = yield from context.sessions.save(due.exchange.cookies, tokens, record, due.now)
    except SessionTooLarge as error:
        return (yield from _grown(due, record, error))
    if saved is None:
        return Pass(None)  # as above, by another process
    live = verified_session.of_identity(context, who, saved.ends_at)
    visitor = verified_session.remember(context, saved.values, live, record, due.now)
    return replace(visitor, headers=saved.headers)
