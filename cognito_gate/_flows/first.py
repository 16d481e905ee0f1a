"""The first step of COGNITO_GATE_SIGN_IN_FLOW=choice, where nobody has proved anything yet.

Every name gets the same pages, cookies and numbers of calls: which ways an account has, or whether
there is one, is not told. A passkey's page cannot be made up, so that this one way is told.
"""

import json
import logging
from dataclasses import replace

from .._messages import Flow, Incoming, Respond
from .._parts import idp, wording
from .._parts.idp import Challenge, Outcome
from .._records import Pending
from ..errors import ApiRefused, FormRefused
from . import pending, steps, tries
from .own import Own

log = logging.getLogger("cognito_gate")

_TELLING = frozenset(
    {
        *("CodeMismatchException", "ExpiredCodeException", "InvalidParameterException"),
        *("NotAuthorizedException", "UserNotConfirmedException", "UserNotFoundException"),
    }
)


def ask(context: Own, incoming: Incoming, username: str, return_to: str) -> Respond:
    """Ask for the way to sign in, before Cognito is asked anything."""
    ways = context.settings.sign_in_ways
    facts = {"available": json.dumps(ways), pending.UNPROVED: "yes"}
    if len(ways) == 1 and ways[0] in steps.PASSWORDS:  # nothing to choose
        facts["choice"] = ways[0]
    step = pending.new(
        context, incoming, "SELECT_CHALLENGE", username=username, return_to=return_to, facts=facts
    )
    return steps.onward(context, incoming, "/mfa", step)


def begin(context: Own, incoming: Incoming, step: Pending, way: str) -> Flow[Respond]:
    """Begin with a code or a passkey; a code's page is shown to everybody.

    Raises:
        FormRefused: there is no passkey. TooManyTries: there were too many messages.
        ApiRefused, CognitoUnavailable: a refusal that tells nothing of accounts; or no answer.
    """
    if way in steps.CODES:
        tries.check_message(context, incoming, step.typed, "sign-in")
    else:
        tries.check_address(context, incoming)
    outcome = yield from _begun(context, incoming, step, way)
    found = outcome if isinstance(outcome, Challenge) and outcome.name == way else None
    if way in steps.CODES:
        return steps.onward(context, incoming, "/mfa", _waiting(context, step, way, found))
    if found is None:
        raise FormRefused({"choice": ("error.field.way", {})})
    return (
        yield from steps.advance(
            context,
            incoming,
            found,
            username=step.username,
            typed=step.typed,
            return_to=step.return_to,
        )
    )


def _begun(context: Own, incoming: Incoming, step: Pending, way: str) -> Flow[Outcome | None]:
    answer = yield idp.initiate_choice(
        context.settings, step.username, incoming.client, PREFERRED_CHALLENGE=way
    )
    try:
        outcome = idp.read_outcome("InitiateAuth", answer)
    except ApiRefused as error:
        if wording.say(error)[0].id != "error.wrong_password":
            raise
        log.info("%s; the page does not tell", error)
        return None
    if isinstance(outcome, Challenge) and outcome.parameters.get("USER_ID_FOR_SRP"):
        tries.learn(context, step.typed, outcome.parameters["USER_ID_FOR_SRP"])
    return outcome


def _waiting(context: Own, step: Pending, way: str, found: Challenge | None) -> Pending:
    """The step that waits for a code, whether one was sent or not."""
    session = found.session if found else context.token()
    username = found.parameters.get("USER_ID_FOR_SRP", step.username) if found else "nobody"
    return replace(
        step, step=way, session=session, username=username, facts={pending.UNPROVED: "yes"}
    )


def answer(context: Own, incoming: Incoming, step: Pending, said: dict[str, str]) -> Flow[Respond]:
    """Take a code. Any that does not hold is refused in the same words, for whatever reason.

    Raises as `begin` does.
    """
    answer = yield idp.respond(
        context.settings, step.step, step.username, step.session, said, incoming.client
    )
    try:
        outcome = idp.read_outcome("RespondToAuthChallenge", answer)
    except ApiRefused as error:
        if error.exception not in _TELLING or wording.say(error)[1] == "operator":
            raise
        log.info("%s; the page does not tell", error)
        raise FormRefused({"code": ("error.code_wrong_or_expired", {})}) from error
    return (
        yield from steps.advance(
            context,
            incoming,
            outcome,
            username=step.username,
            typed=step.typed,
            return_to=step.return_to,
        )
    )
