"""The checks of texts that Cognito sends, and what other checks of values share.

Knows which characters Cognito takes in a message, and how many.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from ..settings.formats import Problem

_CODE, _USERNAME = "{####}", "{username}"
_ADDRESS = r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\"]+"
_SENDER = re.compile(rf"{_ADDRESS}|[^<>@\"\r\n]{{1,100}}<{_ADDRESS}>")
MAX_SMS = 140


def check_no_duplicates(values: Sequence[str]) -> None:
    """Raises Problem."""
    duplicates = sorted({value for value in values if values.count(value) > 1})
    if duplicates:
        raise Problem(f"lists {duplicates[0]!r} twice")


def check_no_reference(value: str) -> None:
    """Raises Problem: CloudFormation would replace such a reference by a secret's value."""
    if "{{resolve:" in value:
        raise Problem("contains '{{resolve:', by which CloudFormation inserts secrets")


def _check_email_text(max_length: int) -> Callable[[str], None]:
    def check(value: str) -> None:
        if len(value) > max_length:
            raise Problem(f"has {len(value)} characters; Cognito takes {max_length}")
        refused = [c for c in value if unicodedata.category(c)[0] in "ZC" and c not in " \t\r\n"]
        if refused:
            raise Problem(
                f"contains U+{ord(refused[0]):04X}, which Cognito refuses: it takes letters, "
                "digits, punctuation, symbols, spaces, tabs and line ends"
            )
        check_no_reference(value)

    return check


def _check_subject(value: str) -> None:
    if set(value) & set("\t\r\n"):
        raise Problem("contains a tab or a line end; the subject of an e-mail is one line")
    _check_email_text(140)(value)


def _check_message(*needed: str) -> Callable[[str], None]:
    """For a message that holds each of these; without any text, Cognito has its own."""

    def check(value: str) -> None:
        _check_email_text(20_000)(value)
        for place in needed if value else ():
            if place not in value:
                raise Problem(f"lacks {place}, where Cognito puts {_PLACES[place]}")

    return check


_PLACES = {_CODE: "the code (in an invitation, the password)", _USERNAME: "the username"}


def _check_sms(*needed: str) -> Callable[[str], None]:
    def check(value: str) -> None:
        if len(value) > MAX_SMS:
            raise Problem(f"has {len(value)} characters; Cognito takes {MAX_SMS}")
        _check_message(*needed)(value)

    return check


def _check_sender(value: str) -> None:
    if value and (not _SENDER.fullmatch(value) or not value.isprintable() or len(value) > 300):
        raise Problem(f"is {value!r:.200}; it takes an address, or a name and <address>")
    check_no_reference(value)


def _check_address(value: str) -> None:
    if value and not re.fullmatch(_ADDRESS, value):
        raise Problem(f"is {value!r:.200}; it takes an e-mail address")
    check_no_reference(value)


def _check_configuration_set(value: str) -> None:
    if value and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value):
        raise Problem(f"is {value!r:.100}; it takes up to 64 letters, digits, _ and -")


TEXT_VALUES: dict[str, Callable[[Any], None]] = {
    "email_from": _check_sender,
    "email_reply_to": _check_address,
    "email_configuration_set": _check_configuration_set,
    "email_subject": _check_subject,
    "email_message": _check_email_text(20_000),
    "invitation_subject": _check_subject,
    "invitation_message": _check_message(_USERNAME, _CODE),
    "invitation_sms": _check_sms(_USERNAME, _CODE),
    "code_subject": _check_subject,
    "code_message": _check_message(_CODE),
    "code_sms": _check_sms(_CODE),
    "sms_message": _check_sms(_CODE),
}
