"""The pages `{prefix}/mfa` and `{prefix}/new-password`, where visitors respond to challenges.

Knows the response to each challenge (Developer Guide, "Authentication flows"); must not know what
Cognito's errors mean to a visitor (page.py).
"""

from typing import Any

from .._gate.effects import Flow, call
from .._gate.flows import session
from .._gate.messages import Respond
from ..errors import FormRefused
from ..events import PasswordChanged, SecondFactorSetUp
from . import (
    challenge_cookie,
    cognito_api,
    fields,
    forms,
    next_page,
    password,
    rate_limits,
    resend,
    totp,
)
from . import choice as first
from .context import SignInContext, SignInExchange
from .page import Feedback, SignInPage
from .records import ChallengeRecord, View

_MAX_CREDENTIAL = 8192
_CODE_NAMES = {
    "SMS_MFA": "SMS_MFA_CODE",
    "SMS_OTP": "SMS_OTP_CODE",
    "EMAIL_OTP": "EMAIL_OTP_CODE",
    "EMAIL_MFA": "EMAIL_MFA_CODE",
    "SOFTWARE_TOKEN_MFA": "SOFTWARE_TOKEN_MFA_CODE",
}


# What both pages share
_MFA_STEPS = (
    *(*next_page.CODES, *next_page.PASSWORDS, *next_page.CHOICES),
    *("MFA_SETUP", "WEB_AUTHN"),
)


def _view(record: ChallengeRecord, page: str, feedback: Feedback, facts: dict[str, Any]) -> View:
    return View(
        screen=page,
        return_to=record.return_to,
        error=feedback.error,
        notice=feedback.notice,
        field_errors=feedback.fields,
        typed=feedback.typed,
        facts={"attempt": record.attempt, "username": record.typed, **facts},
    )


def _challenge_gone(exchange: SignInExchange) -> Respond:
    """Back to sign-in: this page's challenge has expired, or a later sign-in has replaced it."""
    return_to = forms.return_to(exchange)
    record = challenge_cookie.find(exchange)
    if record is not None and record.step != challenge_cookie.NAMED:
        return next_page.go(exchange.context, "/sign-in", return_to=return_to, notice="replaced")
    ended = () if record else challenge_cookie.forget(exchange)
    return next_page.go(
        exchange.context, "/sign-in", return_to=return_to, notice="no_sign_in", headers=ended
    )


def _leave(exchange: SignInExchange) -> Flow[Respond]:
    """Leave a page without a challenge, as after "back" in the browser: on to the app if there is
    a session, else back to sign-in."""
    visitor = yield from session.session(exchange)
    if visitor.identity is None:
        return _challenge_gone(exchange)
    return_to = forms.return_to(exchange)
    return Respond(303, (("location", return_to), *visitor.headers))


def _respond(
    exchange: SignInExchange,
    record: ChallengeRecord,
    responses: dict[str, str],
    session: str = "",
) -> Flow[Respond]:
    answer = yield from first.respond(exchange, record, responses, session)
    outcome = cognito_api.read_outcome("RespondToAuthChallenge", answer)
    if record.step == "NEW_PASSWORD_REQUIRED":
        exchange.record(PasswordChanged(exchange.facts, record.typed, "first"))
    return (yield from next_page.advance_record(exchange, record, outcome))


# /mfa


def _method(record: ChallengeRecord) -> str:
    """The challenge's name, or for a choice the method that was chosen."""
    return record.facts.get("choice", record.step)


def _show_mfa(exchange: SignInExchange, feedback: Feedback) -> Flow[Respond]:
    record = challenge_cookie.find(exchange, *_MFA_STEPS)
    if record is None:
        return (yield from _leave(exchange))
    page, facts = _page_and_facts(exchange, record)
    view = _view(record, page, feedback, facts)
    return forms.show(exchange, view, feedback.status, feedback.headers)


def _page_and_facts(
    exchange: SignInExchange, record: ChallengeRecord
) -> tuple[str, dict[str, Any]]:
    """The page for a challenge, and the facts that it shows."""
    if record.step in next_page.CODES:
        return "code", _code_facts(exchange, record)
    if _method(record) in next_page.PASSWORDS:
        return "password", {}
    if record.step == "WEB_AUTHN":
        return "passkey", {"options": record.facts.get("CREDENTIAL_REQUEST_OPTIONS", "{}")}
    if record.step == "MFA_SETUP":
        secret = record.facts["secret"]
        return "totp-setup", totp_facts(exchange.context, "/mfa", record.typed, secret)
    return "choose", {"options": next_page.options(record)}


def _code_facts(exchange: SignInExchange, record: ChallengeRecord) -> dict[str, Any]:
    """Of a code as the first proof, another one can be sent. A code that follows the password
    cannot: Cognito sends it once for each sign-in."""
    unproved = challenge_cookie.UNPROVED in record.facts
    return {
        "medium": next_page.CODES[record.step],
        "destination": record.facts.get("CODE_DELIVERY_DESTINATION", ""),
        "sure": not unproved,
        "again": unproved,
        "wait": resend.wait(exchange, record, "sign-in") if unproved else 0,
    }


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
    record = challenge_cookie.find(exchange, *_MFA_STEPS)
    if record is None or form["attempt"] != record.attempt:
        return _challenge_gone(exchange)
    method, unproved = _method(record), challenge_cookie.UNPROVED in record.facts
    if form["action"] == "resend" and unproved and record.step in next_page.CODES:
        return (yield from first.again(exchange, record))
    if method in next_page.CHOICES and unproved:
        return (yield from _begin_first_factor(exchange, record, form["choice"]))
    yield from rate_limits.check_guess(
        exchange, record.typed, "password" if method in next_page.PASSWORDS else "code"
    )
    if method in next_page.CHOICES:
        return (yield from _answer_choice(exchange, record, form["choice"]))
    if method in next_page.PASSWORDS:
        fields.check(fields.filled(form, "password"))
        outcome = yield from password.answer_password(exchange, record, method, form["password"])
        return (yield from next_page.advance_record(exchange, record, outcome))
    if record.step == "WEB_AUTHN":
        fields.check(fields.filled(form, "credential"))
        responses = {"CREDENTIAL": form["credential"]}
        return (yield from _respond(exchange, record, responses))
    if record.step == "MFA_SETUP":
        return (yield from _verify_totp_setup(exchange, record, fields.totp(form["code"])))
    code = fields.totp if record.step == "SOFTWARE_TOKEN_MFA" else fields.code
    responses = {_CODE_NAMES[record.step]: code(form["code"])}
    if unproved:
        return (yield from first.answer(exchange, record, responses))
    return (yield from _respond(exchange, record, responses))


def _begin_first_factor(
    exchange: SignInExchange, record: ChallengeRecord, choice: str
) -> Flow[Respond]:
    """Begin with one of the methods that are offered to every name."""
    if choice not in next_page.options(record) or choice in next_page.PASSWORDS:
        return (yield from _answer_choice(exchange, record, choice))
    return (yield from first.begin(exchange, record, choice))


def _answer_choice(exchange: SignInExchange, record: ChallengeRecord, choice: str) -> Flow[Respond]:
    if choice not in next_page.options(record):
        raise FormRefused({"choice": ("error.field.missing", {})})
    if record.step == "SELECT_CHALLENGE" and choice in next_page.PASSWORDS:
        # The response needs the password as well, so the page asks for it first.
        waiting = challenge_cookie.again(record, record.session, {"choice": choice})
        return next_page.onward(exchange, "/mfa", waiting)
    if next_page.CODES.get(choice, "totp") != "totp":
        yield from rate_limits.check_message(exchange, record.typed, "sign-in")
    return (yield from _respond(exchange, record, {"ANSWER": choice}))


def _verify_totp_setup(
    exchange: SignInExchange, record: ChallengeRecord, code: str
) -> Flow[Respond]:
    """Verify the app's first code, then respond to MFA_SETUP with the session that this returns."""
    answer = yield from call(
        cognito_api.verify_totp(exchange.settings, code, session=record.session)
    )
    session = cognito_api.read_totp_verified(answer)
    exchange.record(SecondFactorSetUp(exchange.facts, record.typed))
    return (yield from _respond(exchange, record, {}, session))


# /new-password


def _required_attributes(record: ChallengeRecord) -> tuple[str, ...]:
    """The attributes that Cognito requires together with the new password."""
    names = cognito_api.names(record.facts.get("requiredAttributes", ""))
    return tuple(name.removeprefix("userAttributes.") for name in names)


def _show_new_password(exchange: SignInExchange, feedback: Feedback) -> Flow[Respond]:
    record = challenge_cookie.find(exchange, "NEW_PASSWORD_REQUIRED")
    if record is None:
        return (yield from _leave(exchange))
    facts = {"policy": exchange.context.policy, "attributes": _required_attributes(record)}
    view = _view(record, "new-password", feedback, facts)
    return forms.show(exchange, view, feedback.status, feedback.headers)


def _take_new_password(exchange: SignInExchange) -> Flow[Respond]:
    record = challenge_cookie.find(exchange, "NEW_PASSWORD_REQUIRED")
    names = _required_attributes(record) if record else ()
    form = forms.posted(exchange, {"password": 256, **dict.fromkeys(names, 2048)})
    if record is None or form["attempt"] != record.attempt:
        return _challenge_gone(exchange)
    attributes, wrong = fields.attributes(form, names)
    fields.check(wrong | fields.new_password(exchange.context.policy, form["password"]))
    yield from rate_limits.check_guess(exchange, record.typed, "code")
    attribute_responses = {f"userAttributes.{name}": value for name, value in attributes.items()}
    return (
        yield from _respond(
            exchange, record, {"NEW_PASSWORD": form["password"], **attribute_responses}
        )
    )


def _kept_fields(context: SignInContext) -> dict[str, int]:
    return dict.fromkeys(("email", "name", "phone_number", "given_name", "family_name"), 2048)


MFA = SignInPage(_show_mfa, _take_mfa, lambda context: {}, signs_in=True)
NEW_PASSWORD = SignInPage(_show_new_password, _take_new_password, _kept_fields, signs_in=True)
