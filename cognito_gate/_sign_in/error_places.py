"""Where on a page an error is told: beside the field it is about, else above the form.

Knows which fields each page has. Must not know what an error says, nor why it happened.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._gate.records import Sentence
from .records import View

FIELDS: Mapping[str, tuple[str, ...]] = {
    "sign-in": ("username", "password"),
    "sign-up": ("username", "password"),
    "confirm": ("username", "code"),
    "forgot": ("username",),
    "reset": ("username", "code", "password"),
    "code": ("code",),
    "password": ("password",),
    "totp-setup": ("code",),
    "new-password": ("password",),
    "account": ("previous", "password", "proof", "passkey"),
}
"""The fields that a page may have, apart from attributes."""

# The fields that an error of Cognito may be about, the first that a page has.
_ABOUT: Mapping[str, tuple[str, ...]] = {
    "error.wrong_password": ("password",),
    "error.wrong_previous": ("previous", "proof"),
    "error.password_policy": ("password",),
    "error.password_used_before": ("password",),
    "error.code_wrong": ("code",),
    "error.code_used": ("code",),
    "error.code_wrong_or_expired": ("code",),
    "error.code_expired": ("code",),
    "error.totp_again": ("code",),
    "error.address_taken": ("username", "email"),
    "error.email_taken": ("email",),
    "error.field.email": ("email", "username"),
    "error.field.phone": ("phone_number",),
    "error.passkey": ("passkey",),
    "error.passkey_gone": ("passkey",),
    "error.passkey_unsupported": ("passkey",),
    "error.passkeys_full": ("passkey",),
    "error.passkeys_off": ("passkey",),
}
# Of what is told above a form, only this is about what the visitor did.
_MISTAKES = frozenset({*_ABOUT, "error.input"})


@dataclass(frozen=True, slots=True)
class Places:
    """What stands above the form, and what beside each field, in the page's order.

    `mistake`: something that the visitor entered is wrong, so that the page shows it as an error.
    """

    above: Sentence | None
    beside: Mapping[str, Sentence]
    mistake: bool


def place(view: View, kind: str) -> Places:
    """Where the errors of a page go.

    Args:
        kind: what people sign in with, as COGNITO_GATE_SIGN_IN says.
    """
    names = fields(view.screen, view.facts, kind)
    told = dict(view.field_errors)
    above = view.error
    if above is not None:
        about = next((name for name in _ABOUT.get(above.id, ()) if name in names), None)
        if about is not None and about not in told:
            told[about], above = above, None
    beside = {name: told.pop(name) for name in names if name in told}
    for left in told.values():  # of something that is no field, such as a choice
        above = above or left
    return Places(above, beside, bool(beside) or (above is not None and above.id in _MISTAKES))


def fields(screen: str, facts: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    """The fields of a page, in its order."""
    absent = set()
    if facts.get("asks_password") is False:
        absent.add("password")
    if (screen == "sign-up" and kind == "email") or (
        screen in ("confirm", "reset") and facts.get("username")
    ):
        absent.add("username")
    if screen == "account" and not facts.get("totp"):
        absent.add("proof")
    if screen == "account" and facts.get("passkeys") is None:
        absent.add("passkey")
    names = [name for name in FIELDS.get(screen, ()) if name not in absent]
    at = len(names) - 1 if screen in ("sign-up", "new-password") else len(names)
    return (*names[:at], *facts.get("attributes", ()), *names[at:])
