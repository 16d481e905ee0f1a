"""The pages `{prefix}/mfa` and `{prefix}/new-password`: the steps between a password and a session.

Knows how each challenge is answered (Developer Guide, "Authentication flows"); must not know what
Cognito's refusals mean to a visitor (own_page.py).
"""

from typing import Any

from .._messages import Flow, Incoming, Respond
from .._parts import idp, totp
from .._parts.idp import Outcome
from .._records import Pending, View
from ..errors import FormRefused
from . import fields, first, forms, password, pending, session, steps, tries
from .own import Own
from .own_page import OwnPage, Trouble

_MOST_CREDENTIAL = 8192
_CODE_NAMES = {
    "SMS_MFA": "SMS_MFA_CODE",
    "SMS_OTP": "SMS_OTP_CODE",
    "EMAIL_OTP": "EMAIL_OTP_CODE",
    "EMAIL_MFA": "EMAIL_MFA_CODE",
    "SOFTWARE_TOKEN_MFA": "SOFTWARE_TOKEN_MFA_CODE",
}


# What both pages share


def _view(step: Pending, screen: str, trouble: Trouble, facts: dict[str, Any]) -> View:
    return View(
        screen=screen,
        return_to=step.return_to,
        error=trouble.error,
        notice=trouble.notice,
        field_errors=trouble.fields,
        typed=trouble.typed,
        facts={"attempt": step.attempt, "username": step.typed, **facts},
    )


def _lost(context: Own, incoming: Incoming) -> Respond:
    """The step of this page does not wait here: its time is over, or a later sign-in of this
    browser waits instead, which goes on."""
    wanted = forms.return_to(context, incoming)
    if pending.find(context, incoming) is not None:
        return steps.go(context, "/sign-in", return_to=wanted, notice="replaced")
    ended = pending.forget(context, incoming)
    return steps.go(context, "/sign-in", return_to=wanted, notice="start_over", headers=ended)


def _left(context: Own, incoming: Incoming) -> Flow[Respond]:
    """A page whose step is over: "back" leads here from where the sign-in ended."""
    visitor = yield from session.session(context, incoming)
    if visitor.identity is None:
        return _lost(context, incoming)
    wanted = forms.return_to(context, incoming)
    return Respond(303, (("location", wanted), *visitor.headers))


def _advance(context: Own, incoming: Incoming, step: Pending, outcome: Outcome) -> Flow[Respond]:
    return (
        yield from steps.advance(
            context,
            incoming,
            outcome,
            username=step.username,
            typed=step.typed,
            return_to=step.return_to,
        )
    )


def _answered(
    context: Own, incoming: Incoming, step: Pending, said: dict[str, str], session: str = ""
) -> Flow[Respond]:
    answer = yield idp.respond(
        context.settings,
        step.step,
        step.username,
        session or step.session,
        said,
        incoming.client,
    )
    outcome = idp.read_outcome("RespondToAuthChallenge", answer)
    return (yield from _advance(context, incoming, step, outcome))


# /mfa


def _waiting(context: Own, incoming: Incoming) -> Pending | None:
    step = pending.find(context, incoming)
    answers = (*steps.CODES, *steps.PASSWORDS, *steps.CHOICES, "MFA_SETUP", "WEB_AUTHN")
    return step if step is not None and step.step in answers else None


def _way(step: Pending) -> str:
    """The challenge, or what was chosen where it was a choice."""
    return step.facts.get("choice", step.step)


def _show_mfa(context: Own, incoming: Incoming, trouble: Trouble) -> Flow[Respond]:
    step = _waiting(context, incoming)
    if step is None:
        return (yield from _left(context, incoming))
    screen, facts = _screen(context, step)
    view = _view(step, screen, trouble, facts)
    return forms.show(context, incoming, view, trouble.status, trouble.headers)


def _screen(context: Own, step: Pending) -> tuple[str, dict[str, Any]]:
    """The page for a step, and what it shows."""
    if step.step in steps.CODES:
        destination = step.facts.get("CODE_DELIVERY_DESTINATION", "")
        sure = pending.UNPROVED not in step.facts
        medium = steps.CODES[step.step]
        return "code", {"medium": medium, "destination": destination, "sure": sure}
    if _way(step) in steps.PASSWORDS:
        return "password", {}
    if step.step == "WEB_AUTHN":
        return "passkey", {"options": step.facts.get("CREDENTIAL_REQUEST_OPTIONS", "{}")}
    if step.step == "MFA_SETUP":
        return "totp-setup", totp_facts(context, "/mfa", step.typed, step.facts["secret"])
    return "choose", {"options": steps.options(step)}


def totp_facts(context: Own, action: str, account: str, secret: str) -> dict[str, Any]:
    """What the page shows that sets up an authenticator app."""
    uri = totp.uri(context.app_name, account, secret)
    return {
        "action": action,
        "uri": uri,
        "qr": totp.qr(uri),
        "secret": totp.grouped(secret),
    }


def _take_mfa(context: Own, incoming: Incoming) -> Flow[Respond]:
    limits = {"code": 64, "choice": 64, "password": 256, "credential": _MOST_CREDENTIAL}
    form = forms.posted(context, incoming, limits)
    step = _waiting(context, incoming)
    if step is None or form["attempt"] != step.attempt:
        return _lost(context, incoming)
    way = _way(step)
    if way in steps.CHOICES and pending.UNPROVED in step.facts:
        return (yield from _first(context, incoming, step, form["choice"]))
    tries.check_guess(
        context, incoming, step.typed, "password" if way in steps.PASSWORDS else "code"
    )
    if way in steps.CHOICES:
        return (yield from _chosen(context, incoming, step, form["choice"]))
    if way in steps.PASSWORDS:
        fields.check(fields.filled(form, "password"))
        outcome = yield from password.chosen(context, incoming, step, way, form["password"])
        return (yield from _advance(context, incoming, step, outcome))
    if step.step == "WEB_AUTHN":
        fields.check(fields.filled(form, "credential"))
        said = {"CREDENTIAL": form["credential"]}
        return (yield from _answered(context, incoming, step, said))
    if step.step == "MFA_SETUP":
        return (yield from _verified(context, incoming, step, fields.totp(form["code"])))
    code = fields.totp if step.step == "SOFTWARE_TOKEN_MFA" else fields.code
    said = {_CODE_NAMES[step.step]: code(form["code"])}
    if pending.UNPROVED in step.facts:
        return (yield from first.answer(context, incoming, step, said))
    return (yield from _answered(context, incoming, step, said))


def _first(context: Own, incoming: Incoming, step: Pending, choice: str) -> Flow[Respond]:
    """The way to begin, of those that every visitor may choose from."""
    if choice not in steps.options(step) or choice in steps.PASSWORDS:
        return (yield from _chosen(context, incoming, step, choice))
    return (yield from first.begin(context, incoming, step, choice))


def _chosen(context: Own, incoming: Incoming, step: Pending, choice: str) -> Flow[Respond]:
    if choice not in steps.options(step):
        raise FormRefused({"choice": ("error.field.missing", {})})
    if step.step == "SELECT_CHALLENGE" and choice in steps.PASSWORDS:
        # It is answered together with the password, which has yet to be asked for.
        waiting = pending.again(step, step.session, {"choice": choice})
        return steps.onward(context, incoming, "/mfa", waiting)
    if steps.CODES.get(choice, "totp") != "totp":
        tries.check_message(context, incoming, step.typed, "sign-in")
    return (yield from _answered(context, incoming, step, {"ANSWER": choice}))


def _verified(context: Own, incoming: Incoming, step: Pending, code: str) -> Flow[Respond]:
    """The authenticator app's first code, then the challenge itself, under the session it gave."""
    answer = yield idp.verify_totp(context.settings, code, session=step.session)
    session = idp.read_totp_verified(answer)
    return (yield from _answered(context, incoming, step, {}, session))


# /new-password


def _setting(context: Own, incoming: Incoming) -> Pending | None:
    step = pending.find(context, incoming)
    return step if step is not None and step.step == "NEW_PASSWORD_REQUIRED" else None


def _required(step: Pending) -> tuple[str, ...]:
    """The attributes that Cognito wants along with the new password."""
    found = idp.names(step.facts.get("requiredAttributes", ""))
    return tuple(name.removeprefix("userAttributes.") for name in found)


def _show_new_password(context: Own, incoming: Incoming, trouble: Trouble) -> Flow[Respond]:
    step = _setting(context, incoming)
    if step is None:
        return (yield from _left(context, incoming))
    facts = {"policy": context.policy, "attributes": _required(step)}
    view = _view(step, "new-password", trouble, facts)
    return forms.show(context, incoming, view, trouble.status, trouble.headers)


def _take_new_password(context: Own, incoming: Incoming) -> Flow[Respond]:
    step = _setting(context, incoming)
    names = _required(step) if step else ()
    form = forms.posted(context, incoming, {"password": 256, **dict.fromkeys(names, 2048)})
    if step is None or form["attempt"] != step.attempt:
        return _lost(context, incoming)
    found, wrong = fields.attributes(form, names)
    fields.check(wrong | fields.new_password(context.policy, form["password"]))
    tries.check_guess(context, incoming, step.typed, "code")
    said = {f"userAttributes.{name}": value for name, value in found.items()}
    return (
        yield from _answered(context, incoming, step, {"NEW_PASSWORD": form["password"], **said})
    )


def _again(context: Own) -> dict[str, int]:
    return dict.fromkeys(("email", "name", "phone_number", "given_name", "family_name"), 2048)


MFA = OwnPage(_show_mfa, _take_mfa, lambda context: {})
NEW_PASSWORD = OwnPage(_show_new_password, _take_new_password, _again)
