"""The first step of COGNITO_GATE_SIGN_IN_FLOW=choice, where nobody has proved anything yet.

Every name gets the same pages, cookies and numbers of calls: which ways an account has, or whether
there is one, is not told. A passkey's page cannot be made up, so that this one way is told.
"""

import json
import logging
from dataclasses import replace

from .._gate.effects import Flow, call
from .._gate.flows import token_trust
from .._gate.messages import Respond
from .._gate.records import ChallengeRecord
from ..errors import ApiRefused, FormRefused
from . import challenge_cookie, cognito_api, error_messages, next_page, rate_limits
from .cognito_api import Challenge, Outcome
from .context import SignInContext, SignInExchange

log = logging.getLogger("cognito_gate")

_TELLING = frozenset(
    {
        *("CodeMismatchException", "ExpiredCodeException", "InvalidParameterException"),
        *("NotAuthorizedException", "UserNotConfirmedException", "UserNotFoundException"),
    }
)


def ask(exchange: SignInExchange, username: str, return_to: str) -> Respond:
    """Ask for the way to sign in, before Cognito is asked anything."""
    ways = exchange.settings.sign_in_ways
    facts = {"available": json.dumps(ways), challenge_cookie.UNPROVED: "yes"}
    if len(ways) == 1 and ways[0] in next_page.PASSWORDS:  # nothing to choose
        facts["choice"] = ways[0]
    step = challenge_cookie.new(
        exchange, "SELECT_CHALLENGE", username=username, return_to=return_to, facts=facts
    )
    return next_page.onward(exchange, "/mfa", step)


def begin(exchange: SignInExchange, step: ChallengeRecord, way: str) -> Flow[Respond]:
    """Begin with a code or a passkey; a code's page is shown to everybody.

    Raises:
        FormRefused: there is no passkey. TooManyTries: there were too many messages.
        ApiRefused, CognitoUnavailable: a refusal that tells nothing of accounts; or no answer.
    """
    if way in next_page.CODES:
        rate_limits.check_message(exchange, step.typed, "sign-in")
    else:
        rate_limits.check_address(exchange)
    outcome = yield from _begun(exchange, step, way)
    found = outcome if isinstance(outcome, Challenge) and outcome.name == way else None
    if way in next_page.CODES:
        return next_page.onward(exchange, "/mfa", _waiting(exchange.context, step, way, found))
    if found is None:
        raise FormRefused({"choice": ("error.field.way", {})})
    return (
        yield from next_page.advance(
            exchange,
            found,
            username=step.username,
            typed=step.typed,
            return_to=step.return_to,
        )
    )


def _begun(exchange: SignInExchange, step: ChallengeRecord, way: str) -> Flow[Outcome | None]:
    answer = yield from call(
        cognito_api.initiate_choice(
            exchange.settings, step.username, exchange.incoming.client, PREFERRED_CHALLENGE=way
        )
    )
    try:
        outcome = cognito_api.read_outcome("InitiateAuth", answer)
    except ApiRefused as error:
        if error_messages.say(error)[0].id != "error.wrong_password":
            raise
        log.info("%s; the page does not tell", error)
        return None
    if isinstance(outcome, Challenge) and outcome.parameters.get("USER_ID_FOR_SRP"):
        rate_limits.learn(exchange.context, step.typed, outcome.parameters["USER_ID_FOR_SRP"])
    return outcome


def _waiting(
    context: SignInContext, step: ChallengeRecord, way: str, found: Challenge | None
) -> ChallengeRecord:
    """The step that waits for a code, whether one was sent or not."""
    session = found.session if found else context.token()
    username = found.parameters.get("USER_ID_FOR_SRP", step.username) if found else "nobody"
    return replace(
        step, step=way, session=session, username=username, facts={challenge_cookie.UNPROVED: "yes"}
    )


def answer(exchange: SignInExchange, step: ChallengeRecord, said: dict[str, str]) -> Flow[Respond]:
    """Take a code. Any that does not hold is refused in the same words, for whatever reason.

    Raises as `begin` does.
    """
    # Keys first: what is proved for tokens that nobody can verify is lost.
    yield from token_trust.ready(exchange.context, exchange.now)
    answer = yield from call(
        cognito_api.respond(
            exchange.settings,
            step.step,
            step.username,
            step.session,
            said,
            exchange.incoming.client,
        )
    )
    try:
        outcome = cognito_api.read_outcome("RespondToAuthChallenge", answer)
    except ApiRefused as error:
        if error.exception not in _TELLING or error_messages.say(error)[1] == "operator":
            raise
        log.info("%s; the page does not tell", error)
        raise FormRefused({"code": ("error.code_wrong_or_expired", {})}) from error
    return (
        yield from next_page.advance(
            exchange,
            outcome,
            username=step.username,
            typed=step.typed,
            return_to=step.return_to,
        )
    )
