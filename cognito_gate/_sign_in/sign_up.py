"""The pages `{prefix}/sign-up` and `{prefix}/confirm`: a new account, and the code that proves it.

Must not know what Cognito's refusals mean to a visitor (page.py).
"""

from .._gate.effects import Flow, call
from .._gate.messages import Respond
from .._gate.records import ChallengeRecord, View
from ..errors import ApiRefused, FormRefused
from . import challenge_cookie, cognito_api, fields, forms, next_page, rate_limits
from .cognito_api import Delivery
from .context import SignInContext, SignInExchange
from .page import SignInPage, Trouble

RESEND_SECONDS = 30  # what the page counts down; the limit itself is in rate_limits.py


# /sign-up


def _shown_again(context: SignInContext) -> dict[str, int]:
    return {"username": 128, **dict.fromkeys(fields.sign_up(context.settings), 2048)}


def _show_sign_up(exchange: SignInExchange, trouble: Trouble) -> Flow[Respond]:
    yield from ()
    settings = exchange.settings
    view = View(
        screen="sign-up",
        return_to=forms.return_to(exchange),
        error=trouble.error,
        notice=trouble.notice,
        field_errors=trouble.fields,
        typed=trouble.typed,
        facts={
            "kind": settings.sign_in,
            "attributes": fields.sign_up(settings),
            "policy": exchange.context.policy,
        },
    )
    return forms.show(exchange, view, trouble.status, trouble.headers)


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
    rate_limits.check_message(exchange, username, "sign-up", to)
    answer = yield from call(
        cognito_api.sign_up(
            settings, username, form["password"], attributes, exchange.incoming.client
        )
    )
    wanted = forms.return_to(exchange)
    try:
        done = cognito_api.read_signed_up(answer)
    except ApiRefused as error:
        if error.exception not in ("LimitExceededException", "CodeDeliveryFailureException"):
            raise
        # The account may be there, and only its message not (API reference, "SignUp").
        step = _step(exchange, username, wanted, Delivery("", ""), "")
        return next_page.onward(exchange, "/confirm", step)
    rate_limits.goes_to(exchange.context, username, to)
    if done.confirmed:
        return next_page.go(exchange.context, "/sign-in", return_to=wanted, notice="confirmed")
    session = done.session if settings.sign_in_flow == "choice" else ""  # it leads to USER_AUTH
    step = _step(exchange, username, wanted, done.delivery, session)
    return next_page.onward(exchange, "/confirm", step)


def _step(
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
        facts={"medium": delivery.medium, "destination": delivery.destination},
    )


# /confirm


def _confirming(exchange: SignInExchange) -> ChallengeRecord | None:
    found = challenge_cookie.find(exchange)
    return found if found is not None and found.step == "CONFIRM" else None


def _show_confirm(exchange: SignInExchange, trouble: Trouble) -> Flow[Respond]:
    yield from ()
    step = _confirming(exchange)
    facts = step.facts if step else {}
    view = View(
        screen="confirm",
        return_to=step.return_to if step else forms.return_to(exchange),
        error=trouble.error,
        notice=trouble.notice,
        field_errors=trouble.fields,
        typed=trouble.typed,
        facts={
            "username": step.username if step else "",
            "destination": facts.get("destination", ""),
            "medium": facts.get("medium", ""),
            "wait": RESEND_SECONDS if facts.get("medium") or trouble.notice else 0,
        },
    )
    return forms.show(exchange, view, trouble.status, trouble.headers)


def _take_confirm(exchange: SignInExchange) -> Flow[Respond]:
    form = forms.posted(exchange, {"username": 128, "code": 64})
    step = _confirming(exchange)
    username = form["username"].strip() or (step.username if step else "")
    if not username:
        raise FormRefused({"username": ("error.field.missing", {})})
    if form["action"] == "resend":
        return (yield from _resend(exchange, username))
    code = fields.code(form["code"])
    rate_limits.check_guess(exchange, username, "confirm")
    session = step.session if step and step.username == username else ""
    session = yield from _confirmed(exchange, username, code, session)
    rate_limits.proved(exchange, username)
    wanted = step.return_to if step else forms.return_to(exchange)
    if session:
        return (yield from _signed_in(exchange, username, session, wanted))
    ended = challenge_cookie.forget(exchange)
    return next_page.go(
        exchange.context, "/sign-in", return_to=wanted, notice="confirmed", headers=ended
    )


def _confirmed(exchange: SignInExchange, username: str, code: str, session: str) -> Flow[str]:
    """Have the code checked; the session to sign in with, where there is one."""
    settings, client = exchange.settings, exchange.incoming.client
    answer = yield from call(cognito_api.confirm_sign_up(settings, username, code, session, client))
    try:
        return cognito_api.read_confirmed(answer)
    except ApiRefused as error:
        if not session or error.exception != "NotAuthorizedException":
            raise
    # The sign-up's session has ended, as it does long before its code.
    answer = yield from call(cognito_api.confirm_sign_up(settings, username, code, "", client))
    return cognito_api.read_confirmed(answer)


def _signed_in(exchange: SignInExchange, username: str, session: str, wanted: str) -> Flow[Respond]:
    """The code has proved enough where the client takes USER_AUTH."""
    answer = yield from call(
        cognito_api.initiate_with_session(
            exchange.settings, username, session, exchange.incoming.client
        )
    )
    outcome = cognito_api.read_outcome("InitiateAuth", answer)
    return (
        yield from next_page.advance(
            exchange, outcome, username=username, typed=username, return_to=wanted
        )
    )


def _resend(exchange: SignInExchange, username: str) -> Flow[Respond]:
    rate_limits.check_message(exchange, username, "sign-up")
    answer = yield from call(
        cognito_api.resend_code(exchange.settings, username, exchange.incoming.client)
    )
    delivery = fields.uniform("ResendConfirmationCode", answer)
    rate_limits.went_to(exchange, username, "sign-up", delivery)
    kept = _confirming(exchange)
    if kept is None or kept.username != username:
        wanted = forms.return_to(exchange)
        kept = _step(exchange, username, wanted, Delivery("", ""), "")
    return next_page.onward(exchange, "/confirm", kept, notice="code_sent_again")


SIGN_UP = SignInPage(_show_sign_up, _take_sign_up, _shown_again)
CONFIRM = SignInPage(_show_confirm, _take_confirm, lambda context: {"username": 128})
