"""The first step of COGNITO_GATE_SIGN_IN_FLOW=choice, before the visitor has proved anything.

Every name gets the same pages, cookies and numbers of calls, so that they do not reveal whether an
account exists and which methods it has. Passkeys are the exception: their page needs a challenge
that only Cognito can make.
"""

import json
import logging
from dataclasses import replace

from .._gate.effects import Flow, HttpAnswer, call
from .._gate.flows import token_trust
from .._gate.messages import Respond
from ..errors import ApiRefused, FormRefused
from . import (
    accounting,
    challenge_cookie,
    cognito_api,
    error_messages,
    next_page,
    rate_limits,
    resend,
)
from .cognito_api import Challenge, Outcome
from .context import SignInExchange
from .records import ChallengeRecord

log = logging.getLogger("cognito_gate")

_REVEALING_ERRORS = frozenset(
    {
        *("CodeMismatchException", "ExpiredCodeException", "InvalidParameterException"),
        *("NotAuthorizedException", "UserNotConfirmedException", "UserNotFoundException"),
    }
)


def show_choice(exchange: SignInExchange, username: str, return_to: str) -> Respond:
    """Show the choice of sign-in methods, before any call to Cognito."""
    methods = exchange.settings.sign_in_ways
    facts = {"available": json.dumps(methods), challenge_cookie.UNPROVED: "yes"}
    if len(methods) == 1 and methods[0] in next_page.PASSWORDS:  # nothing to choose
        facts["choice"] = methods[0]
    record = challenge_cookie.new(
        exchange, "SELECT_CHALLENGE", username=username, return_to=return_to, facts=facts
    )
    return next_page.onward(exchange, "/mfa", record)


def begin(
    exchange: SignInExchange, record: ChallengeRecord, method: str, notice: str = ""
) -> Flow[Respond]:
    """Begin with a code or a passkey; a code's page is shown to everybody.

    Raises:
        FormRefused: there is no passkey. TooManyTries: there were too many messages.
        ApiRefused, CognitoUnavailable: a refusal that tells nothing of accounts; or no answer.
    """
    if method in next_page.CODES:
        yield from rate_limits.check_message(exchange, record.typed, "sign-in")
    else:
        yield from rate_limits.check_address(exchange)
    outcome = yield from _initiate(exchange, record, method)
    challenge = outcome if isinstance(outcome, Challenge) and outcome.name == method else None
    if method in next_page.CODES:
        medium = next_page.CODES[method] if challenge else ""
        accounting.code_sent(exchange, record.typed, "sign_in", medium)
        record = _code_record(exchange, record, method, challenge)
        return next_page.onward(exchange, "/mfa", record, notice)
    if challenge is None:
        raise FormRefused({"choice": ("error.field.way", {})})
    return (yield from next_page.advance_record(exchange, record, challenge))


def _initiate(
    exchange: SignInExchange, record: ChallengeRecord, method: str
) -> Flow[Outcome | None]:
    answer = yield from call(
        cognito_api.initiate_choice(
            exchange.settings, record.username, exchange.incoming.client, PREFERRED_CHALLENGE=method
        )
    )
    try:
        outcome = cognito_api.read_outcome("InitiateAuth", answer)
    except ApiRefused as error:
        if error_messages.say(error)[0].id != "error.wrong_password":
            raise
        log.info("%s; the page does not say so", error)
        return None
    if isinstance(outcome, Challenge) and outcome.parameters.get("USER_ID_FOR_SRP"):
        rate_limits.learn(exchange.context, record.typed, outcome.parameters["USER_ID_FOR_SRP"])
    return outcome


def again(exchange: SignInExchange, record: ChallengeRecord) -> Flow[Respond]:
    """Send another code, by beginning once more. Raises as `begin` does."""
    first = replace(record, username=record.typed)
    return (yield from begin(exchange, first, record.step, notice="code_sent_again"))


def _code_record(
    exchange: SignInExchange, record: ChallengeRecord, method: str, challenge: Challenge | None
) -> ChallengeRecord:
    """The record of a code's page, whether a code was sent or not."""
    session = challenge.session if challenge else exchange.context.token()
    username = (
        challenge.parameters.get("USER_ID_FOR_SRP", record.username) if challenge else "nobody"
    )
    return replace(
        record,
        step=method,
        session=session,
        username=username,
        facts={challenge_cookie.UNPROVED: "yes", **resend.sent(exchange)},
    )


def answer(
    exchange: SignInExchange, record: ChallengeRecord, responses: dict[str, str]
) -> Flow[Respond]:
    """Respond with a code. Every refusal has the same text, whatever its reason.

    Raises as `begin` does.
    """
    answer = yield from respond(exchange, record, responses)
    try:
        outcome = cognito_api.read_outcome("RespondToAuthChallenge", answer)
    except ApiRefused as error:
        if error.exception not in _REVEALING_ERRORS or error_messages.say(error)[1] == "operator":
            raise
        log.info("%s; the page does not say so", error)
        raise FormRefused({"code": ("error.code_wrong_or_expired", {})}) from error
    return (yield from next_page.advance_record(exchange, record, outcome))


def respond(
    exchange: SignInExchange,
    record: ChallengeRecord,
    responses: dict[str, str],
    session: str = "",
) -> Flow[HttpAnswer]:
    """What Cognito says to a visitor's responses; with `session` in place of the record's."""
    # Fetch the signing keys first: without them the tokens of a used code could not be verified.
    yield from token_trust.ready(exchange.context, exchange.now)
    return (
        yield from call(
            cognito_api.respond(
                exchange.settings,
                record.step,
                record.username,
                session or record.session,
                responses,
                exchange.incoming.client,
            )
        )
    )
