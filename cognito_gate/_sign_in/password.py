"""Proves a password to Cognito, by the flow in the settings. Keeps it for this call only.

Knows the flows of InitiateAuth; must not know what follows (next_page.py).
"""

import hashlib
from dataclasses import dataclass, field
from functools import partial

from .._gate.effects import Flow, call, compute
from .._gate.flows import token_trust
from .._gate.records import Tokens
from ..errors import ApiRefused, CognitoUnavailable
from . import cognito_api, rate_limits, srp
from .cognito_api import Challenge, Outcome
from .context import SignInContext, SignInExchange
from .records import ChallengeRecord


@dataclass(frozen=True, slots=True)
class _Key:
    """SRP's `a` and `A` of one sign-in."""

    secret: int = field(repr=False)
    public: str


def sign_in(exchange: SignInExchange, username: str, password: str) -> Flow[Outcome]:
    """Begin a sign-in as COGNITO_GATE_SIGN_IN_FLOW says.

    Raises:
        ApiRefused: Cognito refuses. CognitoUnavailable: its response is not usable.
    """
    # Fetch the signing keys first: without them the tokens of a sign-in could not be verified.
    yield from token_trust.ready(exchange.context, exchange.now)
    settings, client = exchange.settings, exchange.incoming.client
    if settings.sign_in_flow == "choice":
        method = next(
            (method for method in settings.sign_in_ways if method == "PASSWORD"), "PASSWORD_SRP"
        )
        return (yield from _initiate_with_method(exchange, username, username, method, password))
    if settings.sign_in_flow == "srp":
        key = yield from _key(exchange.context)
        answer = yield from call(cognito_api.initiate_srp(settings, username, key.public, client))
        outcome = cognito_api.read_outcome("InitiateAuth", answer)
        return (yield from _answer_srp(exchange, username, username, password, outcome, key))
    answer = yield from call(cognito_api.initiate_password(settings, username, password, client))
    return cognito_api.read_outcome("InitiateAuth", answer)


def prove(exchange: SignInExchange, username: str, password: str) -> Flow[None]:
    """Check the password of a signed-in user by a new sign-in, whose tokens are revoked.

    Raises as `sign_in` does.
    """
    outcome = yield from sign_in(exchange, username, password)
    if isinstance(outcome, Tokens) and outcome.refresh:
        yield from call(cognito_api.revoke(exchange.settings, outcome.refresh))


def answer_password(
    exchange: SignInExchange, record: ChallengeRecord, method: str, password: str
) -> Flow[Outcome]:
    """Respond with the password, which Cognito asked for or which is the chosen `method` (PASSWORD
    or PASSWORD_SRP). Raises as `sign_in` does."""
    # Fetch the signing keys first: without them the tokens of a sign-in could not be verified.
    yield from token_trust.ready(exchange.context, exchange.now)
    name = record.username
    if record.step == "SELECT_CHALLENGE":
        # Start again: the choice's session can be used only once, and passwords are mistyped.
        return (yield from _initiate_with_method(exchange, record.typed, name, method, password))
    responses, key = yield from _password_parameters(exchange.context, method, password)
    answer = yield from call(
        cognito_api.respond(
            exchange.settings,
            record.step,
            name,
            record.session,
            responses,
            exchange.incoming.client,
        )
    )
    outcome = cognito_api.read_outcome("RespondToAuthChallenge", answer)
    if key is None:
        return outcome
    return (yield from _answer_srp(exchange, record.typed, name, password, outcome, key))


def _initiate_with_method(
    exchange: SignInExchange, typed: str, username: str, method: str, password: str
) -> Flow[Outcome]:
    """USER_AUTH with the password as the preferred method. Cognito responds with a choice for an
    account without a password; that must look like a wrong password."""
    parameters, key = yield from _password_parameters(exchange.context, method, password)
    answer = yield from call(
        cognito_api.initiate_choice(
            exchange.settings,
            username,
            exchange.incoming.client,
            PREFERRED_CHALLENGE=method,
            **parameters,
        )
    )
    outcome = cognito_api.read_outcome("InitiateAuth", answer)
    name = outcome.name if isinstance(outcome, Challenge) else ""
    if name in ("SELECT_CHALLENGE", "WEB_AUTHN") or (key and name != "PASSWORD_VERIFIER"):
        raise ApiRefused("InitiateAuth", "NotAuthorizedException", "no password to sign in with")
    if key is None:
        return outcome
    return (yield from _answer_srp(exchange, typed, username, password, outcome, key))


def _password_parameters(
    context: SignInContext, method: str, password: str
) -> Flow[tuple[dict[str, str], _Key | None]]:
    """The parameters of a password method, and for SRP the key of its second half."""
    if method == "PASSWORD":
        return {"PASSWORD": password}, None
    key = yield from _key(context)
    return {"SRP_A": key.public}, key


def _answer_srp(
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
    settings, parameters = exchange.settings, first.parameters
    person = parameters.get("USER_ID_FOR_SRP") or username
    yield from rate_limits.check_account(exchange, typed, person, "password")
    pool, now = settings.user_pool_id, exchange.now
    responses = yield from compute(
        partial(srp.answer, key.secret, key.public, person, password, pool, parameters, now)
    )
    answer = yield from call(
        cognito_api.respond(
            settings,
            "PASSWORD_VERIFIER",
            person,
            first.session,
            responses,
            exchange.incoming.client,
        )
    )
    return cognito_api.read_outcome("RespondToAuthChallenge", answer)


def _key(context: SignInContext) -> Flow[_Key]:
    # 256 bits, as RFC 5054 section 3.1 asks for; more would only cost time.
    secret = int.from_bytes(hashlib.sha256(context.token().encode()).digest())
    public = yield from compute(partial(srp.begin, secret))
    return _Key(secret, public)
