"""The pages `{prefix}/mfa` and `{prefix}/new-password`: the steps between a password and a session.

Knows how each challenge is answered (Developer Guide, "Authentication flows"); must not know what
Cognito's refusals mean to a visitor (page.py).
"""

from typing import Any

from .._gate.effects import Flow, call
from .._gate.flows import session, token_trust
from .._gate.messages import Respond
from .._gate.records import ChallengeRecord, View
from ..errors import FormRefused
from . import challenge_cookie, cognito_api, fields, forms, next_page, password, rate_limits, totp
from . import choice as first
from .cognito_api import Outcome
from .context import SignInContext, SignInExchange
from .page import SignInPage, Trouble

_MAX_CREDENTIAL = 8192
_CODE_NAMES = {
    "SMS_MFA": "SMS_MFA_CODE",
    "SMS_OTP": "SMS_OTP_CODE",
    "EMAIL_OTP": "EMAIL_OTP_CODE",
    "EMAIL_MFA": "EMAIL_MFA_CODE",
    "SOFTWARE_TOKEN_MFA": "SOFTWARE_TOKEN_MFA_CODE",
}


# What both pages share


def _view(step: ChallengeRecord, screen: str, trouble: Trouble, facts: dict[str, Any]) -> View:
    return View(
        screen=screen,
        return_to=step.return_to,
        error=trouble.error,
        notice=trouble.notice,
        field_errors=trouble.fields,
        typed=trouble.typed,
        facts={"attempt": step.attempt, "username": step.typed, **facts},
    )


def _lost(exchange: SignInExchange) -> Respond:
    """The step of this page does not wait here: its time is over, or a later sign-in of this
    browser waits instead, which goes on."""
    wanted = forms.return_to(exchange)
    if challenge_cookie.find(exchange) is not None:
        return next_page.go(exchange.context, "/sign-in", return_to=wanted, notice="replaced")
    ended = challenge_cookie.forget(exchange)
    return next_page.go(
        exchange.context, "/sign-in", return_to=wanted, notice="start_over", headers=ended
    )


def _left(exchange: SignInExchange) -> Flow[Respond]:
    """A page whose step is over: "back" leads here from where the sign-in ended."""
    visitor = yield from session.session(exchange)
    if visitor.identity is None:
        return _lost(exchange)
    wanted = forms.return_to(exchange)
    return Respond(303, (("location", wanted), *visitor.headers))


def _advance(exchange: SignInExchange, step: ChallengeRecord, outcome: Outcome) -> Flow[Respond]:
    return (
        yield from next_page.advance(
            exchange,
            outcome,
            username=step.username,
            typed=step.typed,
            return_to=step.return_to,
        )
    )


def _answered(
    exchange: SignInExchange,
    step: ChallengeRecord,
    said: dict[str, str],
    session: str = "",
) -> Flow[Respond]:
    # Keys first: what is proved for tokens that nobody can verify is lost.
    yield from token_trust.ready(exchange.context, exchange.now)
    answer = yield from call(
        cognito_api.respond(
            exchange.settings,
            step.step,
            step.username,
            session or step.session,
            said,
            exchange.incoming.client,
        )
    )
    outcome = cognito_api.read_outcome("RespondToAuthChallenge", answer)
    return (yield from _advance(exchange, step, outcome))


# /mfa


def _waiting(exchange: SignInExchange) -> ChallengeRecord | None:
    step = challenge_cookie.find(exchange)
    answers = (*next_page.CODES, *next_page.PASSWORDS, *next_page.CHOICES, "MFA_SETUP", "WEB_AUTHN")
    return step if step is not None and step.step in answers else None


def _way(step: ChallengeRecord) -> str:
    """The challenge, or what was chosen where it was a choice."""
    return step.facts.get("choice", step.step)


def _show_mfa(exchange: SignInExchange, trouble: Trouble) -> Flow[Respond]:
    step = _waiting(exchange)
    if step is None:
        return (yield from _left(exchange))
    screen, facts = _screen(exchange.context, step)
    view = _view(step, screen, trouble, facts)
    return forms.show(exchange, view, trouble.status, trouble.headers)


def _screen(context: SignInContext, step: ChallengeRecord) -> tuple[str, dict[str, Any]]:
    """The page for a step, and what it shows."""
    if step.step in next_page.CODES:
        destination = step.facts.get("CODE_DELIVERY_DESTINATION", "")
        sure = challenge_cookie.UNPROVED not in step.facts
        medium = next_page.CODES[step.step]
        return "code", {"medium": medium, "destination": destination, "sure": sure}
    if _way(step) in next_page.PASSWORDS:
        return "password", {}
    if step.step == "WEB_AUTHN":
        return "passkey", {"options": step.facts.get("CREDENTIAL_REQUEST_OPTIONS", "{}")}
    if step.step == "MFA_SETUP":
        return "totp-setup", totp_facts(context, "/mfa", step.typed, step.facts["secret"])
    return "choose", {"options": next_page.options(step)}


def totp_facts(context: SignInContext, action: str, account: str, secret: str) -> dict[str, Any]:
    """What the page shows that sets up an authenticator app."""
    uri = totp.uri(context.app_name, account, secret)
    return {
        "action": action,
        "uri": uri,
        "qr": totp.qr(uri),
        "secret": totp.grouped(secret),
    }


def _take_mfa(exchange: SignInExchange) -> Flow[Respond]:
    limits = {"code": 64, "choice": 64, "password": 256, "credential": _MAX_CREDENTIAL}
    form = forms.posted(exchange, limits)
    step = _waiting(exchange)
    if step is None or form["attempt"] != step.attempt:
        return _lost(exchange)
    way = _way(step)
    if way in next_page.CHOICES and challenge_cookie.UNPROVED in step.facts:
        return (yield from _first(exchange, step, form["choice"]))
    rate_limits.check_guess(
        exchange, step.typed, "password" if way in next_page.PASSWORDS else "code"
    )
    if way in next_page.CHOICES:
        return (yield from _chosen(exchange, step, form["choice"]))
    if way in next_page.PASSWORDS:
        fields.check(fields.filled(form, "password"))
        outcome = yield from password.chosen(exchange, step, way, form["password"])
        return (yield from _advance(exchange, step, outcome))
    if step.step == "WEB_AUTHN":
        fields.check(fields.filled(form, "credential"))
        said = {"CREDENTIAL": form["credential"]}
        return (yield from _answered(exchange, step, said))
    if step.step == "MFA_SETUP":
        return (yield from _verified(exchange, step, fields.totp(form["code"])))
    code = fields.totp if step.step == "SOFTWARE_TOKEN_MFA" else fields.code
    said = {_CODE_NAMES[step.step]: code(form["code"])}
    if challenge_cookie.UNPROVED in step.facts:
        return (yield from first.answer(exchange, step, said))
    return (yield from _answered(exchange, step, said))


def _first(exchange: SignInExchange, step: ChallengeRecord, choice: str) -> Flow[Respond]:
    """The way to begin, of those that every visitor may choose from."""
    if choice not in next_page.options(step) or choice in next_page.PASSWORDS:
        return (yield from _chosen(exchange, step, choice))
    return (yield from first.begin(exchange, step, choice))


def _chosen(exchange: SignInExchange, step: ChallengeRecord, choice: str) -> Flow[Respond]:
    if choice not in next_page.options(step):
        raise FormRefused({"choice": ("error.field.missing", {})})
    if step.step == "SELECT_CHALLENGE" and choice in next_page.PASSWORDS:
        # It is answered together with the password, which has yet to be asked for.
        waiting = challenge_cookie.again(step, step.session, {"choice": choice})
        return next_page.onward(exchange, "/mfa", waiting)
    if next_page.CODES.get(choice, "totp") != "totp":
        rate_limits.check_message(exchange, step.typed, "sign-in")
    return (yield from _answered(exchange, step, {"ANSWER": choice}))


def _verified(exchange: SignInExchange, step: ChallengeRecord, code: str) -> Flow[Respond]:
    """The authenticator app's first code, then the challenge itself, under the session it gave."""
    answer = yield from call(cognito_api.verify_totp(exchange.settings, code, session=step.session))
    session = cognito_api.read_totp_verified(answer)
    return (yield from _answered(exchange, step, {}, session))


# /new-password


def _setting(exchange: SignInExchange) -> ChallengeRecord | None:
    step = challenge_cookie.find(exchange)
    return step if step is not None and step.step == "NEW_PASSWORD_REQUIRED" else None


def _required(step: ChallengeRecord) -> tuple[str, ...]:
    """The attributes that Cognito wants along with the new password."""
    found = cognito_api.names(step.facts.get("requiredAttributes", ""))
    return tuple(name.removeprefix("userAttributes.") for name in found)


def _show_new_password(exchange: SignInExchange, trouble: Trouble) -> Flow[Respond]:
    step = _setting(exchange)
    if step is None:
        return (yield from _left(exchange))
    facts = {"policy": exchange.context.policy, "attributes": _required(step)}
    view = _view(step, "new-password", trouble, facts)
    return forms.show(exchange, view, trouble.status, trouble.headers)


def _take_new_password(exchange: SignInExchange) -> Flow[Respond]:
    step = _setting(exchange)
    names = _required(step) if step else ()
    form = forms.posted(exchange, {"password": 256, **dict.fromkeys(names, 2048)})
    if step is None or form["attempt"] != step.attempt:
        return _lost(exchange)
    found, wrong = fields.attributes(form, names)
    fields.check(wrong | fields.new_password(exchange.context.policy, form["password"]))
    rate_limits.check_guess(exchange, step.typed, "code")
    said = {f"userAttributes.{name}": value for name, value in found.items()}
    return (yield from _answered(exchange, step, {"NEW_PASSWORD": form["password"], **said}))


def _again(context: SignInContext) -> dict[str, int]:
    return dict.fromkeys(("email", "name", "phone_number", "given_name", "family_name"), 2048)


MFA = SignInPage(_show_mfa, _take_mfa, lambda context: {}, signs_in=True)
NEW_PASSWORD = SignInPage(_show_new_password, _take_new_password, _again, signs_in=True)
