"""What follows an answer of Cognito's: a session, or the next step and the page that takes it.

Knows the challenges a person can answer; must not know how they are answered (challenge.py).
"""

import json
import logging
from urllib.parse import urlencode

from .._gate.effects import Flow, call
from .._gate.flows import establish, login_cookies
from .._gate.messages import Headers, Respond
from .._gate.protocol import paths
from .._gate.records import ChallengeRecord, Tokens, View
from . import challenge_cookie, cognito_api, devices, forms, rate_limits
from .cognito_api import Challenge, Outcome
from .context import SignInContext, SignInExchange
from .forms import BROWSER_SECONDS

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
_KEPT = (
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
    """Answer a visitor for whom Cognito said `outcome`.

    Raises:
        ApiRefused, CognitoUnavailable, CallbackRefused, SessionTooLarge: there is no next step.
    """
    if not isinstance(outcome, Challenge):
        return (yield from _signed_in(exchange, outcome, typed, return_to))
    told = outcome.parameters.get("USER_ID_FOR_SRP", "")
    if told:
        rate_limits.learn(exchange.context, typed, told)
    person = told or username
    step = challenge_cookie.new(
        exchange,
        outcome.name,
        username=person,
        typed=typed,
        session=outcome.session,
        return_to=return_to,
        facts=_facts(outcome),
    )
    if outcome.name == "NEW_PASSWORD_REQUIRED":
        return onward(exchange, "/new-password", step)
    if outcome.name == "MFA_SETUP":
        return (yield from _set_up(exchange, step))
    ways = options(step)
    if len(ways) == 1 and ways[0] in PASSWORDS:  # nothing to choose: ask for it at once
        step = challenge_cookie.again(step, step.session, {"choice": ways[0]})
    if outcome.name in (*CODES, *PASSWORDS, "WEB_AUTHN") or ways:
        return onward(exchange, "/mfa", step)
    log.error("Cognito asks for %r, which cannot be answered here", outcome.name)
    return unsupported(exchange)


def _signed_in(
    exchange: SignInExchange, tokens: Tokens, typed: str, return_to: str
) -> Flow[Respond]:
    context = exchange.context
    session = yield from establish.establish(exchange, tokens, establish.NO_NONCE)
    ended = (
        *challenge_cookie.forget(exchange),
        *login_cookies.forget_all(exchange),
        # A token of the time before the sign-in is good for nothing after it.
        ("set-cookie", context.login.line(context.names.form, context.token(), BROWSER_SECONDS)),
    )
    account = session.identity.username or session.identity.sub
    rate_limits.proved(exchange, typed, account)
    device = devices.note(exchange, typed, account)
    target = ("location", paths.safe_return(return_to, context.routes))
    return Respond(303, (target, *session.headers, *ended, *device))


def _facts(challenge: Challenge) -> dict[str, str]:
    found = {name: challenge.parameters[name] for name in _KEPT if name in challenge.parameters}
    if challenge.available:
        found["available"] = json.dumps(challenge.available)
    return found


def options(step: ChallengeRecord) -> tuple[str, ...]:
    """The ways a person may choose from, of those we can go; none when there is no choice."""
    if step.step not in CHOICES:
        return ()
    found = cognito_api.names(step.facts.get("available") or step.facts.get("MFAS_CAN_CHOOSE", ""))
    offered = [name for name in found if name in OFFERED]
    if "PASSWORD_SRP" in offered:  # two ways to type one password; this one keeps it here
        offered = [name for name in offered if name != "PASSWORD"]
    return tuple(offered)


def _set_up(exchange: SignInExchange, step: ChallengeRecord) -> Flow[Respond]:
    """Cognito wants a second factor: an authenticator app is the one we can set up."""
    if "SOFTWARE_TOKEN_MFA" not in cognito_api.names(step.facts.get("MFAS_CAN_SETUP", "")):
        log.error("Cognito wants MFA set up, and TOTP is not among the ways")
        return unsupported(exchange)
    answer = yield from call(cognito_api.associate_totp(exchange.settings, session=step.session))
    secret, session = cognito_api.read_totp(answer)
    waiting = challenge_cookie.again(step, session, {"secret": secret})
    return onward(exchange, "/mfa", waiting)


def onward(exchange: SignInExchange, page: str, step: ChallengeRecord, notice: str = "") -> Respond:
    """Keep the step and go to the page that takes it."""
    kept = challenge_cookie.store(exchange, step)
    return go(exchange.context, page, notice=notice, headers=kept)


def go(
    context: SignInContext,
    page: str,
    *,
    return_to: str = "/",
    notice: str = "",
    headers: Headers = (),
) -> Respond:
    """On to a page of ours, by a redirect, so that reloading it sends no form again."""
    query = {"next": return_to if return_to != "/" else "", "notice": notice}
    said = urlencode({name: value for name, value in query.items() if value})
    path = f"{context.settings.prefix}{page}"
    return Respond(303, (("location", f"{path}?{said}" if said else path), *headers))


def unsupported(exchange: SignInExchange) -> Respond:
    """The page for a step that these pages cannot take; the sign-in ends here."""
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
