"""What follows a response of Cognito: a session, or the next challenge and its page.

Knows the challenges a person can answer; must not know their responses (challenge.py).
"""

import json
import logging
from urllib.parse import urlencode

from .._gate.effects import Flow, call
from .._gate.flows import establish, login_cookies
from .._gate.messages import Headers, Respond
from .._gate.protocol import paths
from .._gate.records import Tokens
from . import accounting, challenge_cookie, cognito_api, devices, forms, rate_limits
from .cognito_api import Challenge, Outcome
from .context import SignInContext, SignInExchange
from .forms import BROWSER_SECONDS
from .records import ChallengeRecord, View

log = logging.getLogger("cognito_gate")

CODES = {
    "SMS_MFA": "sms",
    "SMS_OTP": "sms",
    "EMAIL_OTP": "email",
    "EMAIL_MFA": "email",  # Cognito's texts name it; its API does not
    "SOFTWARE_TOKEN_MFA": "totp",
}
PASSWORDS = ("PASSWORD", "PASSWORD_SRP")
CHOICES = ("SELECT_CHALLENGE", "SELECT_MFA_TYPE")
OFFERED = (*CODES, *PASSWORDS, "WEB_AUTHN")
_KEPT_PARAMETERS = (
    *("CODE_DELIVERY_DESTINATION", "CREDENTIAL_REQUEST_OPTIONS", "requiredAttributes"),
    *("MFAS_CAN_CHOOSE", "MFAS_CAN_SETUP"),
)


def advance(
    exchange: SignInExchange,
    outcome: Outcome,
    *,
    username: str,
    typed: str,
    return_to: str,
) -> Flow[Respond]:
    """Respond to a visitor after Cognito's `outcome`.

    Raises:
        ApiRefused, CognitoUnavailable, CallbackRefused, SessionTooLarge: there is no next step.
    """
    if not isinstance(outcome, Challenge):
        return (yield from _signed_in(exchange, outcome, typed, return_to))
    user_id = outcome.parameters.get("USER_ID_FOR_SRP", "")
    if user_id:
        rate_limits.learn(exchange.context, typed, user_id)
    person = user_id or username
    record = challenge_cookie.new(
        exchange,
        outcome.name,
        username=person,
        typed=typed,
        session=outcome.session,
        return_to=return_to,
        facts=_facts(outcome),
    )
    if outcome.name == "NEW_PASSWORD_REQUIRED":
        return onward(exchange, "/new-password", record)
    if outcome.name == "MFA_SETUP":
        return (yield from _set_up(exchange, record))
    methods = options(record)
    if len(methods) == 1 and methods[0] in PASSWORDS:  # one method only: ask for it at once
        record = challenge_cookie.again(record, record.session, {"choice": methods[0]})
    if CODES.get(outcome.name, "totp") != "totp":
        accounting.code_sent(exchange, typed, "sign_in", CODES[outcome.name])
    if outcome.name in (*CODES, *PASSWORDS, "WEB_AUTHN") or methods:
        return onward(exchange, "/mfa", record)
    log.error(
        "Cognito asks for %r, a challenge that the sign-in pages do not support", outcome.name
    )
    return unsupported(exchange)


def advance_record(
    exchange: SignInExchange, record: ChallengeRecord, outcome: Outcome
) -> Flow[Respond]:
    """Respond to the visitor of a challenge after Cognito's `outcome`. Raises as `advance` does."""
    names = {"username": record.username, "typed": record.typed, "return_to": record.return_to}
    return (yield from advance(exchange, outcome, **names))


def _signed_in(
    exchange: SignInExchange, tokens: Tokens, typed: str, return_to: str
) -> Flow[Respond]:
    context = exchange.context
    session = yield from establish.establish(exchange, tokens, establish.NO_NONCE, unseen=False)
    ended = (
        *challenge_cookie.forget(exchange),
        *login_cookies.forget_all(exchange),
        # Form tokens from before the sign-in become invalid.
        ("set-cookie", context.login.line(context.names.form, context.token(), BROWSER_SECONDS)),
    )
    account = session.identity.username or session.identity.sub
    yield from rate_limits.proved(exchange, typed, account)
    device = devices.note(exchange, typed, account)
    target = ("location", paths.safe_return(return_to, context.routes))
    return Respond(303, (target, *session.headers, *ended, *device))


def _facts(challenge: Challenge) -> dict[str, str]:
    facts = {
        name: challenge.parameters[name]
        for name in _KEPT_PARAMETERS
        if name in challenge.parameters
    }
    if challenge.available:
        facts["available"] = json.dumps(challenge.available)
    return facts


def options(record: ChallengeRecord) -> tuple[str, ...]:
    """The methods a person may choose from, of those supported here; none if it is no choice."""
    if record.step not in CHOICES:
        return ()
    listed = cognito_api.names(
        record.facts.get("available") or record.facts.get("MFAS_CAN_CHOOSE", "")
    )
    offered = [name for name in listed if name in OFFERED]
    if "PASSWORD_SRP" in offered:  # both take the password; with SRP it never leaves this server
        offered = [name for name in offered if name != "PASSWORD"]
    return tuple(offered)


def _set_up(exchange: SignInExchange, record: ChallengeRecord) -> Flow[Respond]:
    """Set up the second factor that Cognito requires: only an authenticator app is supported."""
    if "SOFTWARE_TOKEN_MFA" not in cognito_api.names(record.facts.get("MFAS_CAN_SETUP", "")):
        log.error(
            "Cognito requires MFA to be set up, and offers no authenticator app (TOTP) for it"
        )
        return unsupported(exchange)
    answer = yield from call(cognito_api.associate_totp(exchange.settings, session=record.session))
    secret, session = cognito_api.read_totp(answer)
    next_record = challenge_cookie.again(record, session, {"secret": secret})
    return onward(exchange, "/mfa", next_record)


def onward(
    exchange: SignInExchange, page: str, record: ChallengeRecord, notice: str = ""
) -> Respond:
    """Store the record and redirect to its page."""
    headers = challenge_cookie.store(exchange, record)
    return go(exchange.context, page, notice=notice, headers=headers)


def go(
    context: SignInContext,
    page: str,
    *,
    return_to: str = "/",
    notice: str = "",
    headers: Headers = (),
) -> Respond:
    """Redirect to a sign-in page, so that reloading it sends no form again."""
    query = {"next": return_to if return_to != "/" else "", "notice": notice}
    parameters = urlencode({name: value for name, value in query.items() if value})
    path = f"{context.settings.prefix}{page}"
    return Respond(303, (("location", f"{path}?{parameters}" if parameters else path), *headers))


def unsupported(exchange: SignInExchange) -> Respond:
    """The page for a challenge that is not supported here; the sign-in ends."""
    view = View(
        screen="message",
        facts={
            "title": "message.not_supported.title",
            "text": "message.not_supported.text",
            "link": f"{exchange.settings.prefix}/sign-in",
            "label": "page.to_sign_in",
        },
    )
    return forms.show(exchange, view, 400, challenge_cookie.forget(exchange))
