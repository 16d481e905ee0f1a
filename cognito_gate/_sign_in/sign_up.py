"""The pages `{prefix}/sign-up` and `{prefix}/confirm`: a new account, and the code that proves it.

Must not know what Cognito's refusals mean to a visitor (page.py).
"""

from dataclasses import replace

from .._gate.effects import Flow, call
from .._gate.messages import Respond
from ..errors import ApiRefused, FormRefused
from ..events import AccountConfirmed, SignedUp
from . import (
    accounting,
    challenge_cookie,
    cognito_api,
    fields,
    forms,
    next_page,
    rate_limits,
    resend,
)
from .cognito_api import Delivery
from .context import SignInContext, SignInExchange
from .page import Feedback, SignInPage
from .records import ChallengeRecord, View

# /sign-up


def _kept_fields(context: SignInContext) -> dict[str, int]:
    return {"username": 128, **dict.fromkeys(fields.sign_up(context.settings), 2048)}


def _show_sign_up(exchange: SignInExchange, feedback: Feedback) -> Flow[Respond]:
    yield from ()
    settings = exchange.settings
    view = View(
        screen="sign-up",
        return_to=forms.return_to(exchange),
        error=feedback.error,
        notice=feedback.notice,
        field_errors=feedback.fields,
        typed=feedback.typed,
        facts={
            "kind": settings.sign_in,
            "attributes": fields.sign_up(settings),
            "policy": exchange.context.policy,
        },
    )
    return forms.show(exchange, view, feedback.status, feedback.headers)


def _take_sign_up(exchange: SignInExchange) -> Flow[Respond]:
    settings = exchange.settings
    names = fields.sign_up(settings)
    limits = {"username": 128, "password": 256, **dict.fromkeys(names, 2048)}
    form = forms.posted(exchange, limits)
    attributes, wrong = fields.attributes(form, names)
    username = attributes.get("email", "") if settings.sign_in == "email" else form["username"]
    username = username.strip()
    if not username and settings.sign_in != "email":
        wrong["username"] = ("error.field.missing", {})
    wrong |= fields.new_password(exchange.context.policy, form["password"])
    if wrong:
        raise FormRefused(wrong)
    to = [attributes.get("email", ""), attributes.get("phone_number", "")]
    yield from rate_limits.check_message(exchange, username, "sign-up", to)
    answer = yield from call(
        cognito_api.sign_up(
            settings, username, form["password"], attributes, exchange.incoming.client
        )
    )
    return_to = forms.return_to(exchange)
    try:
        signed_up = cognito_api.read_signed_up(answer)
    except ApiRefused as error:
        if error.exception not in ("LimitExceededException", "CodeDeliveryFailureException"):
            raise
        # The account may exist although its message was not sent (API reference, "SignUp").
        record = _make_record(exchange, username, return_to, Delivery("", ""), "")
        return next_page.onward(exchange, "/confirm", record)
    rate_limits.goes_to(exchange.context, username, to)
    exchange.record(SignedUp(exchange.facts, username, signed_up.confirmed))
    if signed_up.confirmed:
        return _to_sign_in(exchange, username, return_to)
    session = (
        signed_up.session if settings.sign_in_flow == "choice" else ""
    )  # it leads to USER_AUTH
    accounting.delivered(exchange, username, "sign_up", signed_up.delivery)
    delivery = _in_full(signed_up.delivery, attributes)
    record = _make_record(exchange, username, return_to, delivery, session)
    return next_page.onward(exchange, "/confirm", record)


def _in_full(delivery: Delivery, attributes: dict[str, str]) -> Delivery:
    """Where the code went, as the visitor has just typed it: Cognito shows two letters of it."""
    name = {"EMAIL": "email", "SMS": "phone_number"}.get(delivery.medium, "")
    return replace(delivery, destination=attributes.get(name) or delivery.destination)


def _make_record(
    exchange: SignInExchange,
    username: str,
    return_to: str,
    delivery: Delivery,
    session: str,
) -> ChallengeRecord:
    return challenge_cookie.new(
        exchange,
        "CONFIRM",
        username=username,
        return_to=return_to,
        session=session,
        facts={"destination": delivery.destination, **resend.sent(exchange)},
    )


# /confirm


def _show_confirm(exchange: SignInExchange, feedback: Feedback) -> Flow[Respond]:
    yield from ()
    record = challenge_cookie.find(exchange, "CONFIRM")
    facts = record.facts if record else {}
    view = View(
        screen="confirm",
        return_to=record.return_to if record else forms.return_to(exchange),
        error=feedback.error,
        notice=feedback.notice,
        field_errors=feedback.fields,
        typed=feedback.typed,
        facts={
            "username": record.username if record else "",
            "destination": facts.get("destination", ""),
            "can_change": bool(facts.get("destination")) and exchange.settings.sign_up,
            "wait": resend.wait(exchange, record, "sign-up"),
        },
    )
    return forms.show(exchange, view, feedback.status, feedback.headers)


def _take_confirm(exchange: SignInExchange) -> Flow[Respond]:
    form = forms.posted(exchange, {"username": 128, "code": 64})
    record = challenge_cookie.find(exchange, "CONFIRM")
    username = form["username"].strip() or (record.username if record else "")
    if not username:
        raise FormRefused({"username": ("error.field.missing", {})})
    if form["action"] == "resend":
        return (yield from _resend(exchange, username))
    code = fields.code(form["code"])
    yield from rate_limits.check_guess(exchange, username, "confirm")
    session = record.session if record and record.username == username else ""
    session = yield from _confirm(exchange, username, code, session)
    yield from rate_limits.proved(exchange, username)
    exchange.record(AccountConfirmed(exchange.facts, username))
    return_to = record.return_to if record else forms.return_to(exchange)
    if session:
        return (yield from _sign_in_by_session(exchange, username, session, return_to))
    return _to_sign_in(exchange, username, return_to)


def _to_sign_in(exchange: SignInExchange, username: str, return_to: str) -> Respond:
    named = challenge_cookie.named(exchange, username, return_to)
    return next_page.go(
        exchange.context, "/sign-in", return_to=return_to, notice="confirmed", headers=named
    )


def _confirm(exchange: SignInExchange, username: str, code: str, session: str) -> Flow[str]:
    """Check the code; returns the session to sign in with, if there is one."""
    settings, client = exchange.settings, exchange.incoming.client
    answer = yield from call(cognito_api.confirm_sign_up(settings, username, code, session, client))
    try:
        return cognito_api.read_confirmed(answer)
    except ApiRefused as error:
        if not session or error.exception != "NotAuthorizedException":
            raise
    # The sign-up's session expires long before its code: try again without it.
    answer = yield from call(cognito_api.confirm_sign_up(settings, username, code, "", client))
    return cognito_api.read_confirmed(answer)


def _sign_in_by_session(
    exchange: SignInExchange, username: str, session: str, return_to: str
) -> Flow[Respond]:
    """Sign in without a password, as USER_AUTH allows right after the confirmation."""
    answer = yield from call(
        cognito_api.initiate_with_session(
            exchange.settings, username, session, exchange.incoming.client
        )
    )
    outcome = cognito_api.read_outcome("InitiateAuth", answer)
    return (
        yield from next_page.advance(
            exchange, outcome, username=username, typed=username, return_to=return_to
        )
    )


def _resend(exchange: SignInExchange, username: str) -> Flow[Respond]:
    yield from rate_limits.check_message(exchange, username, "sign-up")
    answer = yield from call(
        cognito_api.resend_code(exchange.settings, username, exchange.incoming.client)
    )
    delivery = fields.uniform("ResendConfirmationCode", answer)
    yield from rate_limits.went_to(exchange, username, "sign-up", delivery)
    accounting.delivered(exchange, username, "sign_up", delivery)
    record = challenge_cookie.find(exchange, "CONFIRM")
    if record is None or record.username != username:
        return_to = forms.return_to(exchange)
        record = _make_record(exchange, username, return_to, Delivery("", ""), "")
    record = challenge_cookie.again(record, record.session, resend.sent(exchange))
    return next_page.onward(exchange, "/confirm", record, notice="code_sent_again")


SIGN_UP = SignInPage(_show_sign_up, _take_sign_up, _kept_fields)
CONFIRM = SignInPage(_show_confirm, _take_confirm, lambda context: {"username": 128})
