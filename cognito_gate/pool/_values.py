"""The checks of each option of a pool by itself: a wrong value raises a `Problem`.

Knows Cognito's and CloudFormation's limits and formats; must not know which options contradict
each other (options.py).
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from ..settings.checks import CHECKS as SETTING_CHECKS
from ..settings.formats import PREFIX_DOMAIN, Problem
from ._resource_values import RESOURCE_VALUES
from ._text_values import TEXT_VALUES, check_no_duplicates, check_no_reference

CHOICES: dict[str, tuple[str, ...]] = {
    "sign_in": ("email", "username", "both", "phone", "email-or-phone"),
    "required": ("email", "name", "phone"),
    "passwordless": ("email-otp", "sms-otp", "passkey"),
    "passkey_verification": ("preferred", "required"),
    "verify_email": ("code", "link"),
    "mfa": ("off", "optional", "on"),
    "mfa_methods": ("app", "sms", "email"),
    "scopes": ("openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"),
    "sign_in_pages": ("hosted", "custom"),
    "login": ("managed", "classic"),
    "tls": ("1.0", "1.2", "1.3"),
    "tier": ("lite", "essentials", "plus"),
    "threat_protection": ("auto", "off", "audit", "enforced"),
    "issuer": ("original", "updated"),
}
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# Cognito's own pattern also allows tabs and line ends, which no name needs.
_NAME = re.compile(r"[A-Za-z0-9_ +=,.@-]{1,128}")
_DOMAIN = re.compile(rf"(?:{LABEL}\.)+{LABEL}")
_CERTIFICATE = re.compile(r"arn:aws:acm:us-east-1:\d{12}:certificate/[A-Za-z0-9-]{1,64}", re.ASCII)
_ZONE = re.compile(r"Z[A-Z0-9]{1,31}")
_MAX_LIST_BYTES = 4096  # the most that one parameter of CloudFormation holds


def _enumerate(values: Sequence[str]) -> str:
    return f"{', '.join(values[:-1])} or {values[-1]}"


def _check_choice(name: str) -> Callable[[str], None]:
    def check(value: str) -> None:
        if value not in CHOICES[name]:
            raise Problem(f"is {value!r}; it takes {_enumerate(CHOICES[name])}")

    return check


def _check_choices(name: str) -> Callable[[tuple[str, ...]], None]:
    def check(values: tuple[str, ...]) -> None:
        check_no_duplicates(values)
        for value in values:
            _check_choice(name)(value)

    return check


def _check_between(low: int, high: int, unit: str) -> Callable[[int], None]:
    def check(value: int) -> None:
        if not low <= value <= high:
            raise Problem(f"is {value}; it takes {low} to {high} {unit}")

    return check


# Texts


def _check_name(value: str) -> None:
    if not _NAME.fullmatch(value) or not value.strip():
        raise Problem(
            f"is {value!r:.200}; it takes up to 128 letters without accents, digits, spaces "
            "and _+=,.@-"
        )


def _check_group_names(values: tuple[str, ...]) -> None:
    check_no_duplicates(values)
    for value in values:
        if not 1 <= len(value) <= 128 or any(unicodedata.category(c)[0] in "ZC" for c in value):
            raise Problem(f"lists {value!r:.200}; a group's name is 1 to 128 characters, no space")
        check_no_reference(value)


# Addresses


def _check_urls(setting: str) -> Callable[[tuple[str, ...]], None]:
    """Each must be what the gate's own setting takes, so that the gate can use any of them."""

    def check(values: tuple[str, ...]) -> None:
        if not 1 <= len(values) <= 100:
            raise Problem(f"lists {len(values)} URLs; Cognito takes 1 to 100")
        check_no_duplicates(values)
        for value in values:
            _check_url(setting, value)
        if len(",".join(values)) > _MAX_LIST_BYTES:
            raise Problem(f"lists more than the {_MAX_LIST_BYTES} characters a parameter can hold")

    return check


def _check_url(setting: str, value: str) -> None:
    if not value:
        raise Problem("lists an empty URL")
    SETTING_CHECKS[setting](value)
    if len(value) > 1024:
        raise Problem(f"lists a URL of {len(value)} characters; Cognito takes 1024")
    if "," in value:
        raise Problem(f"lists {value!r}; a comma would end it in CloudFormation's list")
    check_no_reference(value)


def _check_email_domains(values: tuple[str, ...]) -> None:
    check_no_duplicates(values)
    for value in values:
        if not _DOMAIN.fullmatch(value) or len(value) > 253:
            raise Problem(
                f"lists {value!r:.300}; it takes domains in lowercase such as example.com; list "
                "each subdomain, and write international domains as xn--..."
            )
    if len(",".join(values)) > 3000:
        raise Problem("lists more than 3000 characters, too many for one Lambda function")


def _check_domain_prefix(value: str) -> None:
    if value and not PREFIX_DOMAIN.fullmatch(value):
        raise Problem(f"is {value!r:.100}; it takes lowercase letters, digits and inner hyphens")
    for word in ("aws", "amazon", "cognito"):
        if word in value:
            raise Problem(f"is {value!r}; Cognito refuses every prefix that contains {word!r}")


def _check_custom_domain(value: str) -> None:
    if value and (not _DOMAIN.fullmatch(value) or len(value) > 63):
        raise Problem(
            f"is {value!r:.100}; it takes a host such as auth.example.com, up to 63 characters"
        )
    if value and value.count(".") < 2:
        raise Problem(f"is {value!r}; it takes a subdomain, such as auth.{value}")


def _check_passkey_domain(value: str) -> None:
    if value and value != "localhost" and (not _DOMAIN.fullmatch(value) or len(value) > 63):
        raise Problem(f"is {value!r:.100}; it takes a host such as app.example.com, without port")


def _check_certificate(value: str) -> None:
    if value.startswith("arn:") and ":acm:" in value and ":acm:us-east-1:" not in value:
        raise Problem(
            f"is {value!r:.200}; the certificate must be in us-east-1, wherever the pool is, "
            "because CloudFront serves the domain"
        )
    if value and not _CERTIFICATE.fullmatch(value):
        raise Problem(
            f"is {value!r:.200}; it takes the certificate's ARN, "
            "arn:aws:acm:us-east-1:<account>:certificate/<id>"
        )


def _check_hosted_zone(value: str) -> None:
    if value and not _ZONE.fullmatch(value):
        raise Problem(f"is {value!r:.100}; it takes a hosted zone's id, such as Z0123456789ABC")


def _check_scopes(values: tuple[str, ...]) -> None:
    check_no_duplicates(values)
    for value in values:
        if "/" not in value:  # others are compared with --api-scope
            _check_choice("scopes")(value)
    if len(values) > 50:
        raise Problem(f"lists {len(values)} scopes; Cognito takes 50")
    if "openid" not in values:
        raise Problem("lacks openid, without which Cognito gives no ID token")


def _check_mfa_methods(values: tuple[str, ...]) -> None:
    _check_choices("mfa_methods")(values)
    if not values:
        raise Problem("lists nothing; --mfa off is a pool without a second factor")


# Options that are not listed here take any value of their type.
VALUES: dict[str, Callable[[Any], None]] = {
    "name": _check_name,
    "sign_in": _check_choice("sign_in"),
    "required": _check_choices("required"),
    "password_length": _check_between(6, 99, "characters"),
    "temporary_password_days": _check_between(1, 365, "days"),
    "verify_email": _check_choice("verify_email"),
    "email_domains": _check_email_domains,
    "auto_confirm_domains": _check_email_domains,
    "passwordless": _check_choices("passwordless"),
    "passkey_domain": _check_passkey_domain,
    "passkey_verification": _check_choice("passkey_verification"),
    "mfa": _check_choice("mfa"),
    "mfa_methods": _check_mfa_methods,
    "callback_urls": _check_urls("redirect_url"),
    "logout_urls": _check_urls("logout_url"),
    "scopes": _check_scopes,
    "access_minutes": _check_between(5, 1440, "minutes"),
    "id_minutes": _check_between(5, 1440, "minutes"),
    "refresh_days": _check_between(1, 3650, "days"),
    "grace_seconds": _check_between(0, 60, "seconds"),
    "sign_in_pages": _check_choice("sign_in_pages"),
    "pre_token_version": _check_between(1, 3, "as a version"),
    "login": _check_choice("login"),
    "tls": _check_choice("tls"),
    "tier": _check_choice("tier"),
    "threat_protection": _check_choice("threat_protection"),
    "domain_prefix": _check_domain_prefix,
    "custom_domain": _check_custom_domain,
    "certificate_arn": _check_certificate,
    "hosted_zone_id": _check_hosted_zone,
    "groups": _check_group_names,
    "issuer": _check_choice("issuer"),
    **TEXT_VALUES,
    **RESOURCE_VALUES,
}
