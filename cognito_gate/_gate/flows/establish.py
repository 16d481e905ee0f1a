"""The tokens of a completed sign-in -> a session. The only way in, for the callback and for sign-in
pages of our own; what came over the JSON API is trusted no more than other tokens.

Must not know how the tokens were come by, nor where the visitor goes next.
"""

from typing import Literal, NamedTuple

from ...errors import CallbackRefused, TokenRefused
from ...events import SignedIn
from ...identity import NO_CLAIMS, Claims, Identity, freeze
from ..context import Context
from ..effects import Flow
from ..exchange import Exchange, user_agent
from ..messages import Headers
from ..protocol import jwt
from ..records import RefreshRecord, Tokens
from ..sessions.interface import Beginning
from . import refresh_record, token_trust, verified_session

NO_END = float("inf")
NO_NONCE = ""
"""For tokens of the JSON API, which takes no nonce: the call itself belongs to the visitor."""


class Established(NamedTuple):
    """A session that has just begun: whose it is, and the headers that give it to the browser."""

    identity: Identity
    headers: Headers


def establish(exchange: Exchange, tokens: Tokens, nonce: str, *, unseen: bool) -> Flow[Established]:
    """The session that the tokens make, in place of any older one. The next request finds it
    verified.

    Args:
        nonce: that of this very sign-in, or NO_NONCE.
        unseen: the browser may hold an older session that it did not send.

    Raises:
        CallbackRefused: the tokens do not hold. SessionTooLarge: they have no room in cookies.
        CognitoUnavailable: nobody can say right now.
    """
    context, now = exchange.context, exchange.now
    # Before they are verified: a token over 16 KiB would be refused there for no such reason.
    context.sessions.check_size(tokens)
    who = yield from _verified(context, tokens, nonce, now)
    record = refresh_record.new(context, tokens, who.access_claims, now)
    yield from _check_not_over(context, who, record, now)
    name = record.name if record else jwt.session_of(who.access_claims)
    beginning = Beginning(who.sub, name, exchange.once(user_agent))
    saved = yield from context.sessions.begin(
        exchange.cookies, tokens, record, now, beginning, unseen=unseen
    )
    live = verified_session.of_identity(context, who, saved.ends_at)
    verified_session.remember(context, saved.values, live, record, now)
    exchange.identify(who, name)
    pages: Literal["cognito", "custom"] = "custom" if nonce == NO_NONCE else "cognito"
    exchange.record(SignedIn(exchange.facts, who.sub, who.username or "", name, pages))
    marks = verified_session.marks(live, record)
    idle = context.idle.headers(exchange.jar, marks, now) if context.idle else ()
    forms = context.kept_forms
    kept = forms.begin(exchange.cookies, who.sub, saved.headers, now) if forms else ()
    return Established(who, (*saved.headers, *idle, *kept))


def _check_not_over(
    context: Context, who: Identity, record: RefreshRecord | None, now: float
) -> Flow[None]:
    """Who signs in just after all of their sessions were ended has a new one, though it says so
    in whole seconds only. One that was ended itself would lead to sign-in after sign-in."""
    marks = verified_session.marks(verified_session.of_identity(context, who, NO_END), record)
    if context.is_over(marks, now):
        context.revocations.begin(marks.name, now, until=context.last_use(now))
        yield from context.revocations.share(now)
    if context.is_over(marks, now):
        raise CallbackRefused("the session of this sign-in was ended", cause="not_verified")


def _verified(context: Context, tokens: Tokens, nonce: str, now: float) -> Flow[Identity]:
    """Both tokens, and that they belong together and to this sign-in."""
    try:
        access, identity = yield from token_trust.verify_pair(context, tokens, now)
        if identity is None and verified_session.needs_id(context, access):
            raise TokenRefused("Cognito granted openid and sent no ID token")
        if identity is not None and nonce != NO_NONCE:
            jwt.check_nonce(identity, nonce)
    except TokenRefused as error:
        token_trust.check_clock(tokens, now, error)
        raise CallbackRefused(
            f"the sign-in could not be verified: {error}", cause="not_verified"
        ) from error
    claims: Claims = NO_CLAIMS if identity is None else freeze(identity)
    return Identity(freeze(access), claims, tokens.access, tokens.id)
