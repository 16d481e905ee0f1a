"""Checks the fields of forms: a value is as Cognito accepts it, or gets an error beside the field.

Must not know which page a field is on.
"""

import logging
import re
from typing import TypeAlias

from .._gate.effects import HttpAnswer
from ..errors import ApiRefused, FormRefused
from ..settings import Settings
from . import cognito_api, error_messages
from .cognito_api import Delivery
from .password_policy import Policy

log = logging.getLogger("cognito_gate")

Wrong: TypeAlias = dict[str, tuple[str, dict[str, str]]]

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
_PHONE = re.compile(r"\+[1-9][0-9]{5,14}")  # E.164, as Cognito's phone_number takes it
# These errors reveal whether an account exists (Developer Guide, "Managing error responses"), so
# the page answers as if there was none of them.
_REVEALING_ERRORS = frozenset(
    {"UserNotFoundException", "NotAuthorizedException", "InvalidParameterException"}
)


def sign_up(settings: Settings) -> tuple[str, ...]:
    """The attributes that the sign-up page asks for; the e-mail address where it is the name."""
    names = settings.sign_up_attributes
    return names if settings.sign_in != "email" or "email" in names else ("email", *names)


def attributes(form: dict[str, str], names: tuple[str, ...]) -> tuple[dict[str, str], Wrong]:
    """The attributes that were typed, and what is wrong with others."""
    values: dict[str, str] = {}
    wrong: Wrong = {}
    for name in names:
        value = form[name].strip()
        if name == "phone_number":
            value = re.sub(r"[\s()./-]", "", value)
        if not value:
            wrong[name] = ("error.field.missing", {})
        elif name == "email" and not _EMAIL.fullmatch(value):
            wrong[name] = ("error.field.email", {})
        elif name == "phone_number" and not _PHONE.fullmatch(value):
            wrong[name] = ("error.field.phone", {})
        values[name] = value
    return values, wrong


def new_password(policy: Policy, password: str, name: str = "password") -> Wrong:
    """What a new password lacks. It is taken exactly as it was typed, or not at all."""
    if not password:
        return {name: ("error.field.missing", {})}
    if re.search(r"\s", password):
        return {name: ("error.field.whitespace", {})}  # Cognito's pattern for passwords is [\S]+
    missing = " ".join(policy.missing(password))
    return {name: ("error.field.password", {"missing": missing})} if missing else {}


def code(text: str, name: str = "code") -> str:
    """A code, without the blanks that people copy along. Raises FormRefused."""
    code_text = re.sub(r"\s", "", text)
    if not code_text:
        raise FormRefused({name: ("error.field.missing", {})})
    if not re.fullmatch(r"[\x21-\x7e]{1,64}", code_text):
        raise FormRefused({name: ("error.field.code", {})})
    return code_text


def check(wrong: Wrong) -> None:
    """Raises FormRefused when something is wrong."""
    if wrong:
        raise FormRefused(wrong)


def uniform(operation: str, answer: HttpAnswer) -> Delivery:
    """Read a response that must not reveal whether an account exists: where the message went, for
    the rate limits only.

    Raises:
        ApiRefused: a refusal that tells nothing of that. CognitoUnavailable.
    """
    try:
        return cognito_api.read_delivery(operation, answer)
    except ApiRefused as error:
        broken = error_messages.say(error)[1] == "operator"
        if broken or error.exception not in _REVEALING_ERRORS:
            raise
        log.info("%s; the page does not say so", error)
        return Delivery("", "")


def filled(form: dict[str, str], *names: str) -> Wrong:
    """What is wrong with fields that must not be empty."""
    return {name: ("error.field.missing", {}) for name in names if not form[name]}


def totp(text: str, name: str = "code") -> str:
    """Six digits, without blanks. Raises FormRefused."""
    code_text = code(text, name)
    if not re.fullmatch("[0-9]{6}", code_text):
        raise FormRefused({name: ("error.field.code", {})})
    return code_text
