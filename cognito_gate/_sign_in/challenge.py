"""The pages `{prefix}/mfa` and `{prefix}/new-password`: the steps between a password and a session.

Knows how each challenge is answered (Developer Guide, "Authentication flows"); must not know what
Cognito's refusals mean to a visitor (page.py).
"""

from typing import Any

from .._gate.effects import Flow, call
from .._gate.flows import session, token_trust
from .._gate.messages import Incoming, Respond
from .._gate.records import ChallengeRecord, View
from ..errors import FormRefused
from . import challenge_cookie, cognito_api, fields, forms, next_page, password, rate_limits, totp
from . import choice as first
from .cognito_api import Outcome
from .context import SignInContext
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


def _lost(context: SignInContext, incoming: Incoming) -> Respond:
    """The step of this page does not wait here: its time is over, or a later sign-in of this
    browser waits instead, which goes on."""
    wanted = forms.return_to(context, incoming)
    if challenge_cookie.find(context, incoming) is not None:
        return next_page.go(context, "/sign-in", return_to=wanted, notice="replaced")
    ended = challenge_cookie.forget(context, incoming)
    return next_page.go(context, "/sign-in", return_to=wanted, notice="start_over", headers=ended)


def _left(context: SignInContext, incoming: Incoming) -> Flow[Respond]:
    """A page whose step is over: "back" leads here from where the sign-in ended."""
    visitor = yield from session.session(context, incoming)
    if visitor.identity is None:
        return _lost(context, incoming)
    wanted = forms.return_to(context, incoming)
    return Respond(303, (("location", wanted), *visitor.headers))


def _advance(
    context: SignInContext, incoming: Incoming, step: ChallengeRecord, outcome: Outcome
) -> Flow[Respond]:
    return (
        yield from next_page.advance(
            context,
            incoming,
            outcome,
            username=step.username,
            typed=step.typed,
            return_to=step.return_to,
        )
    )


def _answered(
    context: SignInContext,
    incoming: Incoming,
    step: ChallengeRecord,
    said: dict[str, str],
    session: str = "",
) -> Flow[Respond]:
    # Keys first: what is proved for tokens that nobody can verify is lost.
    yield from token_trust.ready(context, incoming.now)
    answer = yield from call(
        cognito_api.respond(
            context.settings,
            step.step,
            step.username,
            session or step.session,
            said,
            incoming.client,
        )
    )
    outcome = cognito_api.read_outcome("RespondToAuthChallenge", answer)
    return (yield from _advance(context, incoming, step, outcome))


# /mfa


def _waiting(context: SignInContext, incoming: Incoming) -> ChallengeRecord | None:
    step = challenge_cookie.find(context, incoming)
    answers = (*next_page.CODES, *next_page.PASSWORDS, *next_page.CHOICES, "MFA_SETUP", "WEB_AUTHN")
    return step if step is not None and step.step in answers else None


def _way(step: ChallengeRecord) -> str:
    """The challenge, or what was chosen where it was a choice."""
    return step.facts.get("choice", step.step)


def _show_mfa(context: SignInContext, incoming: Incoming, trouble: Trouble) -> Flow[Respond]:
    step = _waiting(context, incoming)
    if step is None:
        return (yield from _left(context, incoming))
    screen, facts = _screen(context, step)
    view = _view(step, screen, trouble, facts)
    return forms.show(context, incoming, view, trouble.status, trouble.headers)


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


def _take_mfa(context: SignInContext, incoming: Incoming) -> Flow[Respond]:
    limits = {"code": 64, "choice": 64, "password": 256, "credential": _MAX_CREDENTIAL}
    form = forms.posted(context, incoming, limits)
    step = _waiting(context, incoming)
    if step is None or form["attempt"] != step.attempt:
        return _lost(context, incoming)
    way = _way(step)
    if way in next_page.CHOICES and challenge_cookie.UNPROVED in step.facts:
        return (yield from _first(context, incoming, step, form["choice"]))
    rate_limits.check_guess(
        context, incoming, step.typed, "password" if way in next_page.PASSWORDS else "code"
    )
    if way in next_page.CHOICES:
        return (yield from _chosen(context, incoming, step, form["choice"]))
    if way in next_page.PASSWORDS:
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
    if challenge_cookie.UNPROVED in step.facts:
        return (yield from first.answer(context, incoming, step, said))
    return (yield from _answered(context, incoming, step, said))


def _first(
    context: SignInContext, incoming: Incoming, step: ChallengeRecord, choice: str
) -> Flow[Respond]:
    """The way to begin, of those that every visitor may choose from."""
    if choice not in next_page.options(step) or choice in next_page.PASSWORDS:
        return (yield from _chosen(context, incoming, step, choice))
    return (yield from first.begin(context, incoming, step, choice))


def _chosen(
    context: SignInContext, incoming: Incoming, step: ChallengeRecord, choice: str
) -> Flow[Respond]:
    if choice not in next_page.options(step):
        raise FormRefused({"choice": ("error.field.missing", {})})
    if step.step == "SELECT_CHALLENGE" and choice in next_page.PASSWORDS:
        # It is answered together with the password, which has yet to be asked for.
        waiting = challenge_cookie.again(step, step.session, {"choice": choice})
        return next_page.onward(context, incoming, "/mfa", waiting)
    if next_page.CODES.get(choice, "totp") != "totp":
        rate_limits.check_message(context, incoming, step.typed, "sign-in")
    return (yield from _answered(context, incoming, step, {"ANSWER": choice}))


def _verified(
    context: SignInContext, incoming: Incoming, step: ChallengeRecord, code: str
) -> Flow[Respond]:
    """The authenticator app's first code, then the challenge itself, under the session it gave."""
    answer = yield from call(cognito_api.verify_totp(context.settings, code, session=step.session))
    session = cognito_api.read_totp_verified(answer)
    return (yield from _answered(context, incoming, step, {}, session))


# /new-password


def _setting(context: SignInContext, incoming: Incoming) -> ChallengeRecord | None:
    step = challenge_cookie.find(context, incoming)
    return step if step is not None and step.step == "NEW_PASSWORD_REQUIRED" else None


def _required(step: ChallengeRecord) -> tuple[str, ...]:
    """The attributes that Cognito wants along with the new password."""
    found = cognito_api.names(step.facts.get("requiredAttributes", ""))
    return tuple(name.removeprefix("userAttributes.") for name in found)


def _show_new_password(
    context: SignInContext, incoming: Incoming, trouble: Trouble
) -> Flow[Respond]:
    step = _setting(context, incoming)
    if step is None:
        return (yield from _left(context, incoming))
    facts = {"policy": context.policy, "attributes": _required(step)}
    view = _view(step, "new-password", trouble, facts)
    return forms.show(context, incoming, view, trouble.status, trouble.headers)


def _take_new_password(context: SignInContext, incoming: Incoming) -> Flow[Respond]:
    step = _setting(context, incoming)
    names = _required(step) if step else ()
    form = forms.posted(context, incoming, {"password": 256, **dict.fromkeys(names, 2048)})
    if step is None or form["attempt"] != step.attempt:
        return _lost(context, incoming)
    found, wrong = fields.attributes(form, names)
    fields.check(wrong | fields.new_password(context.policy, form["password"]))
    rate_limits.check_guess(context, incoming, step.typed, "code")
    said = {f"userAttributes.{name}": value for name, value in found.items()}
    return (
        yield from _answered(context, incoming, step, {"NEW_PASSWORD": form["password"], **said})
    )


def _again(context: SignInContext) -> dict[str, int]:
    return dict.fromkeys(("email", "name", "phone_number", "given_name", "family_name"), 2048)


MFA = SignInPage(_show_mfa, _take_mfa, lambda context: {})
NEW_PASSWORD = SignInPage(_show_new_password, _take_new_password, _again)
