"""The checks of the sign-in pages' settings: a wrong value raises a `Problem`.

Knows formats only; must not know the pages, nor whether they are in use.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .formats import Problem, one_of

# Standard attributes as Cognito names them, and custom ones (Developer Guide, "User attributes").
ATTRIBUTE = re.compile(r"[a-z_]{1,32}|custom:[\w.:-]{1,20}", re.ASCII)
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", re.ASCII)
FORM_FIELDS = frozenset({"action", "attempt", "code", "form", "next", "password", "username"})
METHODS = frozenset({"PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"})
RULES = ("upper", "lower", "digits", "symbols")


def _attributes(values: tuple[str, ...]) -> None:
    for value in values:
        if value in FORM_FIELDS:
            raise Problem(
                f"lists {value!r}, which is a form field of the gate and not a user attribute"
            )
        if not ATTRIBUTE.fullmatch(value):
            raise Problem(f"lists {value!r}; it takes attributes such as email, name, phone_number")
    if len(set(values)) != len(values):
        raise Problem("lists an attribute twice")


def _methods(values: tuple[str, ...]) -> None:
    if not values or len(set(values)) != len(values) or not METHODS.issuperset(values):
        raise Problem(
            f"is {' '.join(values)!r}; it takes sign-in methods, each once: "
            "PASSWORD_SRP (or PASSWORD), EMAIL_OTP, SMS_OTP, WEB_AUTHN"
        )


def _policy(value: str) -> None:
    words = value.split()
    length = words[0] if words else ""
    known = all(word in RULES for word in words[1:])
    if not (re.fullmatch(r"\d{1,2}", length, re.ASCII) and 6 <= int(length) <= 99 and known):
        raise Problem(
            f"is {value!r}; it takes the minimum length (6 to 99), then what passwords must have: "
            "upper lower digits symbols"
        )


def _languages(values: tuple[str, ...]) -> None:
    for value in values:
        if not LANGUAGE.fullmatch(value):
            raise Problem(f"lists {value!r}; it takes language tags such as en and pt-BR")


def _templates(value: str) -> None:
    if value and not Path(value).is_dir():
        raise Problem(f"is {value!r}, which is not a directory")


def _app_name(value: str) -> None:
    if len(value) > 64 or not (value == "" or value.isprintable()):
        raise Problem("takes at most 64 printable characters")


def _attempts(value: int) -> None:
    if not 1 <= value <= 1_000_000:
        raise Problem(f"is {value}; it takes 1 to 1000000 attempts in five minutes")


PAGE_CHECKS: dict[str, Callable[[Any], None]] = {
    "login": one_of("hosted", "custom"),
    "sign_in_flow": one_of("srp", "password", "choice"),
    "sign_in_ways": _methods,
    "sign_in": one_of("email", "username", "both"),
    "sign_up_attributes": _attributes,
    "password_policy": _policy,
    "tries_per_address": _attempts,
    "tries_per_account": _attempts,
    "app_name": _app_name,
    "languages": _languages,
    "templates": _templates,
}
