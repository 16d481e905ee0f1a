"""Prove a password to Cognito, or ask which ways there are. The password lives for this call only.

Knows the flows of InitiateAuth; must not know what follows (next_page.py).
"""

import hashlib
from dataclasses import dataclass, field
from functools import partial

from .._gate.effects import Flow, call, compute
from .._gate.flows import token_trust
from .._gate.records import ChallengeRecord, Tokens
from ..errors import ApiRefused, CognitoUnavailable
from . import cognito_api, rate_limits, srp
from .cognito_api import Challenge, Outcome
from .context import SignInContext, SignInExchange


@dataclass(frozen=True, slots=True)
class _Key:
    """SRP's `a` and `A` of one sign-in."""

    secret: int = field(repr=False)
    public: str


def sign_in(exchange: SignInExchange, username: str, password: str) -> Flow[Outcome]:
    """Begin a sign-in as COGNITO_GATE_SIGN_IN_FLOW says.

    Raises:
        ApiRefused: Cognito says no. CognitoUnavailable: it says nothing usable.
    """
    # Keys first: what is proved for tokens that nobody can verify is lost.
    yield from token_trust.ready(exchange.context, exchange.now)
    settings, client = exchange.settings, exchange.incoming.client
    if settings.sign_in_flow == "choice":
        way = next((way for way in settings.sign_in_ways if way == "PASSWORD"), "PASSWORD_SRP")
        return (yield from _preferred(exchange, username, username, way, password))
    if settings.sign_in_flow == "srp":
        key = yield from _key(exchange.context)
        answer = yield from call(cognito_api.initiate_srp(settings, username, key.public, client))
        outcome = cognito_api.read_outcome("InitiateAuth", answer)
        return (yield from _verified(exchange, username, username, password, outcome, key))
    answer = yield from call(cognito_api.initiate_password(settings, username, password, client))
    return cognito_api.read_outcome("InitiateAuth", answer)


def prove(exchange: SignInExchange, username: str, password: str) -> Flow[None]:
    """Have the password of somebody checked who is signed in: by a new sign-in, which ends here.

    Raises as `sign_in` does.
    """
    outcome = yield from sign_in(exchange, username, password)
    if isinstance(outcome, Tokens) and outcome.refresh:
        yield from call(cognito_api.revoke(exchange.settings, outcome.refresh))


def chosen(
    exchange: SignInExchange, step: ChallengeRecord, way: str, password: str
) -> Flow[Outcome]:
    """The password, where Cognito asked for it or where it was the `way` chosen (PASSWORD or
    PASSWORD_SRP). Raises as `sign_in` does."""
    # Keys first: what is proved for tokens that nobody can verify is lost.
    yield from token_trust.ready(exchange.context, exchange.now)
    name = step.username
    if step.step == "SELECT_CHALLENGE":
        # Begun anew: the choice's session serves once, and passwords are mistyped.
        return (yield from _preferred(exchange, step.typed, name, way, password))
    said, key = yield from _said(exchange.context, way, password)
    answer = yield from call(
        cognito_api.respond(
            exchange.settings, step.step, name, step.session, said, exchange.incoming.client
        )
    )
    outcome = cognito_api.read_outcome("RespondToAuthChallenge", answer)
    if key is None:
        return outcome
    return (yield from _verified(exchange, step.typed, name, password, outcome, key))


def _preferred(
    exchange: SignInExchange, typed: str, username: str, way: str, password: str
) -> Flow[Outcome]:
    """USER_AUTH, with the password as the way that is preferred. Cognito answers with a choice
    where an account has none, which must look as if it were wrong."""
    said, key = yield from _said(exchange.context, way, password)
    answer = yield from call(
        cognito_api.initiate_choice(
            exchange.settings, username, exchange.incoming.client, PREFERRED_CHALLENGE=way, **said
        )
    )
    outcome = cognito_api.read_outcome("InitiateAuth", answer)
    name = outcome.name if isinstance(outcome, Challenge) else ""
    if name in ("SELECT_CHALLENGE", "WEB_AUTHN") or (key and name != "PASSWORD_VERIFIER"):
        raise ApiRefused("InitiateAuth", "NotAuthorizedException", "no password to sign in with")
    if key is None:
        return outcome
    return (yield from _verified(exchange, typed, username, password, outcome, key))


def _said(
    context: SignInContext, way: str, password: str
) -> Flow[tuple[dict[str, str], _Key | None]]:
    """What goes along with the way, and the key that SRP goes on with."""
    if way == "PASSWORD":
        return {"PASSWORD": password}, None
    key = yield from _key(context)
    return {"SRP_A": key.public}, key


def _verified(
    exchange: SignInExchange,
    typed: str,
    username: str,
    password: str,
    first: Outcome,
    key: _Key,
) -> Flow[Outcome]:
    """SRP's second half, at once: Cognito waits for it a few seconds only.

    Raises TooManyTries: only now has Cognito said whose name that is.
    """
    if not isinstance(first, Challenge) or first.name != "PASSWORD_VERIFIER":
        raise CognitoUnavailable("Cognito answered SRP with something else")
    settings, found = exchange.settings, first.parameters
    person = found.get("USER_ID_FOR_SRP") or username
    rate_limits.check_account(exchange, typed, person, "password")
    pool, now = settings.user_pool_id, exchange.now
    said = yield from compute(
        partial(srp.answer, key.secret, key.public, person, password, pool, found, now)
    )
    answer = yield from call(
        cognito_api.respond(
            settings, "PASSWORD_VERIFIER", person, first.session, said, exchange.incoming.client
        )
    )
    return cognito_api.read_outcome("RespondToAuthChallenge", answer)


def _key(context: SignInContext) -> Flow[_Key]:
    # 256 bits, as RFC 5054 section 3.1 asks for; more would only cost time.
    secret = int.from_bytes(hashlib.sha256(context.token().encode()).digest())
    public = yield from compute(partial(srp.begin, secret))
    return _Key(secret, public)
