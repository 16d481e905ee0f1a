"""The pages `{prefix}/forgot` and `{prefix}/reset`: a code, and a new password by it.

Says the same whether the account exists or not. Must not know what Cognito's refusals mean to a
visitor (page.py).
"""

from .._gate.effects import Flow, call
from .._gate.messages import Respond
from .._gate.records import ChallengeRecord, View
from . import challenge_cookie, cognito_api, fields, forms, next_page, rate_limits
from .context import SignInExchange
from .page import SignInPage, Trouble

RESEND_SECONDS = 30  # what the page counts down; the limit itself is in rate_limits.py


# /forgot


def _show_forgot(exchange: SignInExchange, trouble: Trouble) -> Flow[Respond]:
    yield from ()
    view = View(
        screen="forgot",
        return_to=forms.return_to(exchange),
        error=trouble.error,
        notice=trouble.notice,
        field_errors=trouble.fields,
        typed=trouble.typed,
        facts={"kind": exchange.settings.sign_in},
    )
    return forms.show(exchange, view, trouble.status, trouble.headers)


def _take_forgot(exchange: SignInExchange) -> Flow[Respond]:
    form = forms.posted(exchange, {"username": 128})
    username = form["username"].strip()
    fields.check(fields.filled({"username": username}, "username"))
    yield from _send(exchange, username)
    step = _step(exchange, username)
    return next_page.onward(exchange, "/reset", step, notice="code_sent")


def _send(exchange: SignInExchange, username: str) -> Flow[None]:
    rate_limits.check_message(exchange, username, "reset")
    answer = yield from call(
        cognito_api.forgot_password(exchange.settings, username, exchange.incoming.client)
    )
    delivery = fields.uniform("ForgotPassword", answer)
    rate_limits.went_to(exchange, username, "reset", delivery)


def _step(exchange: SignInExchange, username: str) -> ChallengeRecord:
    wanted = forms.return_to(exchange)
    return challenge_cookie.new(exchange, "RESET", username=username, return_to=wanted)


# /reset


def _resetting(exchange: SignInExchange) -> ChallengeRecord | None:
    step = challenge_cookie.find(exchange)
    return step if step is not None and step.step == "RESET" else None


def _show_reset(exchange: SignInExchange, trouble: Trouble) -> Flow[Respond]:
    yield from ()
    step = _resetting(exchange)
    view = View(
        screen="reset",
        return_to=step.return_to if step else forms.return_to(exchange),
        error=trouble.error,
        notice=trouble.notice,
        field_errors=trouble.fields,
        typed=trouble.typed,
        facts={
            "kind": exchange.settings.sign_in,
            "username": step.username if step else "",
            "policy": exchange.context.policy,
            "wait": RESEND_SECONDS if trouble.notice else 0,
        },
    )
    return forms.show(exchange, view, trouble.status, trouble.headers)


def _take_reset(exchange: SignInExchange) -> Flow[Respond]:
    form = forms.posted(exchange, {"username": 128, "code": 64, "password": 256})
    step = _resetting(exchange)
    username = form["username"].strip() or (step.username if step else "")
    fields.check(fields.filled({"username": username}, "username"))
    if form["action"] == "resend":
        yield from _send(exchange, username)
        kept = step if step and step.username == username else _step(exchange, username)
        return next_page.onward(exchange, "/reset", kept, notice="code_sent_again")
    fields.check(fields.new_password(exchange.context.policy, form["password"]))
    code = fields.code(form["code"])
    rate_limits.check_guess(exchange, username, "reset")
    answer = yield from call(
        cognito_api.confirm_forgot_password(
            exchange.settings, username, code, form["password"], exchange.incoming.client
        )
    )
    cognito_api.read("ConfirmForgotPassword", answer)
    rate_limits.proved(exchange, username)
    wanted = step.return_to if step else forms.return_to(exchange)
    ended = challenge_cookie.forget(exchange)
    return next_page.go(
        exchange.context, "/sign-in", return_to=wanted, notice="password_changed", headers=ended
    )


FORGOT = SignInPage(_show_forgot, _take_forgot, lambda context: {"username": 128})
RESET = SignInPage(_show_reset, _take_reset, lambda context: {"username": 128})
