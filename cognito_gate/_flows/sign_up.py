"""The pages `{prefix}/sign-up` and `{prefix}/confirm`: a new account, and the code that proves it.

Must not know what Cognito's refusals mean to a visitor (own_page.py).
"""

from .._messages import Flow, Incoming, Respond
from .._parts import idp
from .._parts.idp import Delivery
from .._records import Pending, View
from ..errors import ApiRefused, FormRefused
from . import fields, forms, pending, steps, tries
from .own import Own
from .own_page import OwnPage, Trouble

RESEND_SECONDS = 30  # what the page counts down; the limit itself is in tries.py


# /sign-up


def _shown_again(context: Own) -> dict[str, int]:
    return {"username": 128, **dict.fromkeys(fields.sign_up(context.settings), 2048)}


def _show_sign_up(context: Own, incoming: Incoming, trouble: Trouble) -> Flow[Respond]:
    yield from ()
    settings = context.settings
    view = View(
        screen="sign-up",
        return_to=forms.return_to(context, incoming),
        error=trouble.error,
        notice=trouble.notice,
        field_errors=trouble.fields,
        typed=trouble.typed,
        facts={
            "kind": settings.sign_in,
            "attributes": fields.sign_up(settings),
            "policy": context.policy,
        },
    )
    return forms.show(context, incoming, view, trouble.status, trouble.headers)


def _take_sign_up(context: Own, incoming: Incoming) -> Flow[Respond]:
    settings = context.settings
    names = fields.sign_up(settings)
    limits = {"username": 128, "password": 256, **dict.fromkeys(names, 2048)}
    form = forms.posted(context, incoming, limits)
    attributes, wrong = fields.attributes(form, names)
    username = attributes.get("email", "") if settings.sign_in == "email" else form["username"]
    username = username.strip()
    if not username and settings.sign_in != "email":
        wrong["username"] = ("error.field.missing", {})
    wrong |= fields.new_password(context.policy, form["password"])
    if wrong:
        raise FormRefused(wrong)
    to = [attributes.get("email", ""), attributes.get("phone_number", "")]
    tries.check_message(context, incoming, username, "sign-up", to)
    answer = yield idp.sign_up(settings, username, form["password"], attributes, incoming.client)
    wanted = forms.return_to(context, incoming)
    try:
        done = idp.read_signed_up(answer)
    except ApiRefused as error:
        if error.exception not in ("LimitExceededException", "CodeDeliveryFailureException"):
            raise
        # The account may be there, and only its message not (API reference, "SignUp").
        step = _step(context, incoming, username, wanted, Delivery("", ""), "")
        return steps.onward(context, incoming, "/confirm", step)
    tries.goes_to(context, username, to)
    if done.confirmed:
        return steps.go(context, "/sign-in", return_to=wanted, notice="confirmed")
    session = done.session if settings.sign_in_flow == "choice" else ""  # it leads to USER_AUTH
    step = _step(context, incoming, username, wanted, done.delivery, session)
    return steps.onward(context, incoming, "/confirm", step)


def _step(
    context: Own,
    incoming: Incoming,
    username: str,
    return_to: str,
    delivery: Delivery,
    session: str,
) -> Pending:
    return pending.new(
        context,
        incoming,
        "CONFIRM",
        username=username,
        return_to=return_to,
        session=session,
        facts={"medium": delivery.medium, "destination": delivery.destination},
    )


# /confirm


def _confirming(context: Own, incoming: Incoming) -> Pending | None:
    found = pending.find(context, incoming)
    return found if found is not None and found.step == "CONFIRM" else None


def _show_confirm(context: Own, incoming: Incoming, trouble: Trouble) -> Flow[Respond]:
    yield from ()
    step = _confirming(context, incoming)
    facts = step.facts if step else {}
    view = View(
        screen="confirm",
        return_to=step.return_to if step else forms.return_to(context, incoming),
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
    return forms.show(context, incoming, view, trouble.status, trouble.headers)


def _take_confirm(context: Own, incoming: Incoming) -> Flow[Respond]:
    form = forms.posted(context, incoming, {"username": 128, "code": 64})
    step = _confirming(context, incoming)
    username = form["username"].strip() or (step.username if step else "")
    if not username:
        raise FormRefused({"username": ("error.field.missing", {})})
    if form["action"] == "resend":
        return (yield from _resend(context, incoming, username))
    code = fields.code(form["code"])
    tries.check_guess(context, incoming, username, "confirm")
    session = step.session if step and step.username == username else ""
    session = yield from _confirmed(context, incoming, username, code, session)
    tries.proved(context, incoming, username)
    wanted = step.return_to if step else forms.return_to(context, incoming)
    if session:
        return (yield from _signed_in(context, incoming, username, session, wanted))
    ended = pending.forget(context, incoming)
    return steps.go(context, "/sign-in", return_to=wanted, notice="confirmed", headers=ended)


def _confirmed(
    context: Own, incoming: Incoming, username: str, code: str, session: str
) -> Flow[str]:
    """Have the code checked; the session to sign in with, where there is one."""
    settings, client = context.settings, incoming.client
    answer = yield idp.confirm_sign_up(settings, username, code, session, client)
    try:
        return idp.read_confirmed(answer)
    except ApiRefused as error:
        if not session or error.exception != "NotAuthorizedException":
            raise
    # The sign-up's session has ended, as it does long before its code.
    answer = yield idp.confirm_sign_up(settings, username, code, "", client)
    return idp.read_confirmed(answer)


def _signed_in(
    context: Own, incoming: Incoming, username: str, session: str, wanted: str
) -> Flow[Respond]:
    """The code has proved enough where the client takes USER_AUTH."""
    answer = yield idp.initiate_with_session(context.settings, username, session, incoming.client)
    outcome = idp.read_outcome("InitiateAuth", answer)
    return (
        yield from steps.advance(
            context, incoming, outcome, username=username, typed=username, return_to=wanted
        )
    )


def _resend(context: Own, incoming: Incoming, username: str) -> Flow[Respond]:
    tries.check_message(context, incoming, username, "sign-up")
    answer = yield idp.resend_code(context.settings, username, incoming.client)
    delivery = fields.uniform("ResendConfirmationCode", answer)
    tries.went_to(context, incoming, username, "sign-up", delivery)
    kept = _confirming(context, incoming)
    if kept is None or kept.username != username:
        wanted = forms.return_to(context, incoming)
        kept = _step(context, incoming, username, wanted, Delivery("", ""), "")
    return steps.onward(context, incoming, "/confirm", kept, notice="code_sent_again")


SIGN_UP = OwnPage(_show_sign_up, _take_sign_up, _shown_again)
CONFIRM = OwnPage(_show_confirm, _take_confirm, lambda context: {"username": 128})
