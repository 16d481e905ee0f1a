"""The page `{prefix}/sign-in`: user name and password.

Must not know what Cognito asks for next (next_page.py), nor what its errors mean (page.py).
"""

from .._gate.effects import Flow
from .._gate.flows import session, step_up
from .._gate.messages import Pass, Respond
from ..errors import CognitoUnavailable
from . import challenge_cookie, choice, fields, forms, next_page, password, rate_limits
from .context import SignInExchange
from .page import Feedback, SignInPage
from .records import View

_FIELDS = {"username": 128, "password": 256}


def _show(exchange: SignInExchange, feedback: Feedback) -> Flow[Respond]:
    settings = exchange.settings
    return_to = forms.return_to(exchange)
    # Links of the pages lose the `prompt` of a rule that wants a newer sign-in; its cookie stays.
    again = exchange.asked("prompt") == "login" or step_up.is_under_way(exchange)
    if feedback.is_empty and not again:
        visitor = yield from _visitor(exchange)
        if visitor.identity is not None:
            return Respond(303, (("location", return_to), *visitor.headers))
    view = View(
        screen="sign-in",
        return_to=return_to,
        error=feedback.error,
        notice=feedback.notice,
        field_errors=feedback.fields,
        typed=feedback.typed or {"username": _name(exchange)},
        facts={
            "kind": settings.sign_in,
            "asks_password": settings.sign_in_flow != "choice",
            "sign_up": settings.sign_up,
            "passkeys": settings.sign_in_flow == "choice" and "WEB_AUTHN" in settings.sign_in_ways,
        },
    )
    return forms.show(exchange, view, feedback.status, feedback.headers)


def _name(exchange: SignInExchange) -> str:
    """Whose sign-in it is, where that is known: asked for, or of the form before this page."""
    record = challenge_cookie.find(exchange, challenge_cookie.NAMED)
    return exchange.asked("login_hint")[:128] or (record.typed if record else "")


def _visitor(exchange: SignInExchange) -> Flow[Pass]:
    """Who is signed in already; nobody if that cannot be checked, so that a new sign-in starts."""
    try:
        return (yield from session.session(exchange))
    except CognitoUnavailable:
        return Pass(None)


def _take(exchange: SignInExchange) -> Flow[Respond]:
    form = forms.posted(exchange, _FIELDS)
    username = form["username"].strip()
    _check_filled({**form, "username": username}, exchange.settings.sign_in_flow != "choice")
    if exchange.settings.sign_in_flow == "choice":
        return choice.show_choice(exchange, username, forms.return_to(exchange))
    yield from rate_limits.check_guess(exchange, username, "password")
    outcome = yield from password.sign_in(exchange, username, form["password"])
    return (
        yield from next_page.advance(
            exchange,
            outcome,
            username=username,
            typed=username,
            return_to=forms.return_to(exchange),
        )
    )


def _check_filled(form: dict[str, str], asks_password: bool) -> None:
    names = ("username", "password") if asks_password else ("username",)
    fields.check(fields.filled(form, *names))


SIGN_IN = SignInPage(_show, _take, lambda context: {"username": 128}, signs_in=True)
