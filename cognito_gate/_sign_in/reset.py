"""The pages `{prefix}/forgot` and `{prefix}/reset`: a code, and a new password by it.

Says the same whether the account exists or not. Must not know what Cognito's refusals mean to a
visitor (page.py).
"""

from .._gate.effects import Flow, call
from .._gate.messages import Incoming, Respond
from .._gate.records import ChallengeRecord, View
from . import challenge_cookie, cognito_api, fields, forms, next_page, rate_limits
from .context import SignInContext
from .page import SignInPage, Trouble

RESEND_SECONDS = 30  # what the page counts down; the limit itself is in rate_limits.py


# /forgot


def _show_forgot(context: SignInContext, incoming: Incoming, trouble: Trouble) -> Flow[Respond]:
    yield from ()
    view = View(
        screen="forgot",
        return_to=forms.return_to(context, incoming),
        error=trouble.error,
        notice=trouble.notice,
        field_errors=trouble.fields,
        typed=trouble.typed,
        facts={"kind": context.settings.sign_in},
    )
    return forms.show(context, incoming, view, trouble.status, trouble.headers)


def _take_forgot(context: SignInContext, incoming: Incoming) -> Flow[Respond]:
    form = forms.posted(context, incoming, {"username": 128})
    username = form["username"].strip()
    fields.check(fields.filled({"username": username}, "username"))
    yield from _send(context, incoming, username)
    step = _step(context, incoming, username)
    return next_page.onward(context, incoming, "/reset", step, notice="code_sent")


def _send(context: SignInContext, incoming: Incoming, username: str) -> Flow[None]:
    rate_limits.check_message(context, incoming, username, "reset")
    answer = yield from call(
        cognito_api.forgot_password(context.settings, username, incoming.client)
    )
    delivery = fields.uniform("ForgotPassword", answer)
    rate_limits.went_to(context, incoming, username, "reset", delivery)


def _step(context: SignInContext, incoming: Incoming, username: str) -> ChallengeRecord:
    wanted = forms.return_to(context, incoming)
    return challenge_cookie.new(context, incoming, "RESET", username=username, return_to=wanted)


# /reset


def _resetting(context: SignInContext, incoming: Incoming) -> ChallengeRecord | None:
    step = challenge_cookie.find(context, incoming)
    return step if step is not None and step.step == "RESET" else None


def _show_reset(context: SignInContext, incoming: Incoming, trouble: Trouble) -> Flow[Respond]:
    yield from ()
    step = _resetting(context, incoming)
    view = View(
        screen="reset",
        return_to=step.return_to if step else forms.return_to(context, incoming),
        error=trouble.error,
        notice=trouble.notice,
        field_errors=trouble.fields,
        typed=trouble.typed,
        facts={
            "kind": context.settings.sign_in,
            "username": step.username if step else "",
            "policy": context.policy,
            "wait": RESEND_SECONDS if trouble.notice else 0,
        },
    )
    return forms.show(context, incoming, view, trouble.status, trouble.headers)


def _take_reset(context: SignInContext, incoming: Incoming) -> Flow[Respond]:
    form = forms.posted(context, incoming, {"username": 128, "code": 64, "password": 256})
    step = _resetting(context, incoming)
    username = form["username"].strip() or (step.username if step else "")
    fields.check(fields.filled({"username": username}, "username"))
    if form["action"] == "resend":
        yield from _send(context, incoming, username)
        kept = step if step and step.username == username else _step(context, incoming, username)
        return next_page.onward(context, incoming, "/reset", kept, notice="code_sent_again")
    fields.check(fields.new_password(context.policy, form["password"]))
    code = fields.code(form["code"])
    rate_limits.check_guess(context, incoming, username, "reset")
    answer = yield from call(
        cognito_api.confirm_forgot_password(
            context.settings, username, code, form["password"], incoming.client
        )
    )
    cognito_api.read("ConfirmForgotPassword", answer)
    rate_limits.proved(context, incoming, username)
    wanted = step.return_to if step else forms.return_to(context, incoming)
    ended = challenge_cookie.forget(context, incoming)
    return next_page.go(
        context, "/sign-in", return_to=wanted, notice="password_changed", headers=ended
    )


FORGOT = SignInPage(_show_forgot, _take_forgot, lambda context: {"username": 128})
RESET = SignInPage(_show_reset, _take_reset, lambda context: {"username": 128})
