"""The pages `{prefix}/forgot` and `{prefix}/reset`: a code, and a new password by it.

Their responses are the same whether the account exists or not. Must not know what Cognito's errors
mean to a visitor (page.py).
"""

from .._gate.effects import Flow, call
from .._gate.messages import Respond
from ..events import PasswordChanged
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
from .context import SignInExchange
from .page import Feedback, SignInPage
from .records import ChallengeRecord, View

# /forgot


def _show_forgot(exchange: SignInExchange, feedback: Feedback) -> Flow[Respond]:
    yield from ()
    view = View(
        screen="forgot",
        return_to=forms.return_to(exchange),
        error=feedback.error,
        notice=feedback.notice,
        field_errors=feedback.fields,
        typed=feedback.typed,
        facts={"kind": exchange.settings.sign_in},
    )
    return forms.show(exchange, view, feedback.status, feedback.headers)


def _take_forgot(exchange: SignInExchange) -> Flow[Respond]:
    form = forms.posted(exchange, {"username": 128})
    username = form["username"].strip()
    fields.check(fields.filled({"username": username}, "username"))
    yield from _send(exchange, username)
    record = _make_record(exchange, username)
    return next_page.onward(exchange, "/reset", record, notice="code_sent")


def _send(exchange: SignInExchange, username: str) -> Flow[None]:
    yield from rate_limits.check_message(exchange, username, "reset")
    answer = yield from call(
        cognito_api.forgot_password(exchange.settings, username, exchange.incoming.client)
    )
    delivery = fields.uniform("ForgotPassword", answer)
    yield from rate_limits.went_to(exchange, username, "reset", delivery)
    accounting.delivered(exchange, username, "reset", delivery)


def _make_record(exchange: SignInExchange, username: str) -> ChallengeRecord:
    return_to = forms.return_to(exchange)
    return challenge_cookie.new(
        exchange, "RESET", username=username, return_to=return_to, facts=resend.sent(exchange)
    )


# /reset


def _show_reset(exchange: SignInExchange, feedback: Feedback) -> Flow[Respond]:
    yield from ()
    record = challenge_cookie.find(exchange, "RESET")
    view = View(
        screen="reset",
        return_to=record.return_to if record else forms.return_to(exchange),
        error=feedback.error,
        notice=feedback.notice,
        field_errors=feedback.fields,
        typed=feedback.typed,
        facts={
            "kind": exchange.settings.sign_in,
            "username": record.username if record else "",
            "policy": exchange.context.policy,
            "wait": resend.wait(exchange, record, "reset"),
        },
    )
    return forms.show(exchange, view, feedback.status, feedback.headers)


def _take_reset(exchange: SignInExchange) -> Flow[Respond]:
    form = forms.posted(exchange, {"username": 128, "code": 64, "password": 256})
    record = challenge_cookie.find(exchange, "RESET")
    username = form["username"].strip() or (record.username if record else "")
    fields.check(fields.filled({"username": username}, "username"))
    if form["action"] == "resend":
        yield from _send(exchange, username)
        if record is None or record.username != username:
            record = _make_record(exchange, username)
        record = challenge_cookie.again(record, record.session, resend.sent(exchange))
        return next_page.onward(exchange, "/reset", record, notice="code_sent_again")
    fields.check(fields.new_password(exchange.context.policy, form["password"]))
    code = fields.code(form["code"])
    yield from rate_limits.check_guess(exchange, username, "reset")
    answer = yield from call(
        cognito_api.confirm_forgot_password(
            exchange.settings, username, code, form["password"], exchange.incoming.client
        )
    )
    cognito_api.read("ConfirmForgotPassword", answer)
    yield from rate_limits.proved(exchange, username)
    exchange.record(PasswordChanged(exchange.facts, username, "reset"))
    return_to = record.return_to if record else forms.return_to(exchange)
    named = challenge_cookie.named(exchange, username, return_to)
    return next_page.go(
        exchange.context, "/sign-in", return_to=return_to, notice="password_changed", headers=named
    )


FORGOT = SignInPage(_show_forgot, _take_forgot, lambda context: {"username": 128})
RESET = SignInPage(_show_reset, _take_reset, lambda context: {"username": 128, "code": 64})
