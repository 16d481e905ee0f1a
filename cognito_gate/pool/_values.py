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

CHOICES: dict[str, tuple[str, ...]] = {
    "sign_in": ("email", "username", "both"),
    "required": ("email", "name", "phone"),
    "verify_email": ("code", "link"),
    "mfa": ("off", "optional", "on"),
    "scopes": ("openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"),
    "sign_in_pages": ("hosted", "custom"),
    "login": ("managed", "classic"),
    "tier": ("lite", "essentials", "plus"),
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
        _check_no_duplicates(values)
        for value in values:
            _check_choice(name)(value)

    return check


def _check_no_duplicates(values: Sequence[str]) -> None:
    duplicates = sorted({value for value in values if values.count(value) > 1})
    if duplicates:
        raise Problem(f"lists {duplicates[0]!r} twice")


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
    _check_no_duplicates(values)
    for value in values:
        if not 1 <= len(value) <= 128 or any(unicodedata.category(c)[0] in "ZC" for c in value):
            raise Problem(f"lists {value!r:.200}; a group's name is 1 to 128 characters, no space")
        _check_no_dynamic_reference(value)


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
        _check_no_dynamic_reference(value)

    return check


def _check_no_dynamic_reference(value: str) -> None:
    # CloudFormation would replace such a reference by a secret's value.
    if "{{resolve:" in value:
        raise Problem("contains '{{resolve:', by which CloudFormation inserts secrets")


def _check_subject(value: str) -> None:
    if set(value) & set("\t\r\n"):
        raise Problem("contains a tab or a line end; the subject of an e-mail is one line")
    _check_email_text(140)(value)


# Addresses


def _check_urls(setting: str) -> Callable[[tuple[str, ...]], None]:
    """Each must be what the gate's own setting takes, so that the gate can use any of them."""

    def check(values: tuple[str, ...]) -> None:
        if not 1 <= len(values) <= 100:
            raise Problem(f"lists {len(values)} URLs; Cognito takes 1 to 100")
        _check_no_duplicates(values)
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
    _check_no_dynamic_reference(value)


def _check_email_domains(values: tuple[str, ...]) -> None:
    _check_no_duplicates(values)
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
    custom_scopes = [value for value in values if "/" in value]
    if custom_scopes:
        raise Problem(
            f"lists {custom_scopes[0]!r:.200}, a scope of a resource server, and this template has "
            "none: print the template, add an AWS::Cognito::UserPoolResourceServer, then the scope"
        )
    _check_choices("scopes")(values)
    if "openid" not in values:
        raise Problem("lacks openid, without which Cognito gives no ID token")


# Options that are not listed here take any value of their type.
VALUES: dict[str, Callable[[Any], None]] = {
    "name": _check_name,
    "sign_in": _check_choice("sign_in"),
    "required": _check_choices("required"),
    "password_length": _check_between(6, 99, "characters"),
    "temporary_password_days": _check_between(1, 365, "days"),
    "verify_email": _check_choice("verify_email"),
    "email_subject": _check_subject,
    "email_message": _check_email_text(20_000),
    "email_domains": _check_email_domains,
    "mfa": _check_choice("mfa"),
    "callback_urls": _check_urls("redirect_url"),
    "logout_urls": _check_urls("logout_url"),
    "scopes": _check_scopes,
    "access_minutes": _check_between(5, 1440, "minutes"),
    "id_minutes": _check_between(5, 1440, "minutes"),
    "refresh_days": _check_between(1, 3650, "days"),
    "grace_seconds": _check_between(0, 60, "seconds"),
    "sign_in_pages": _check_choice("sign_in_pages"),
    "login": _check_choice("login"),
    "tier": _check_choice("tier"),
    "domain_prefix": _check_domain_prefix,
    "custom_domain": _check_custom_domain,
    "certificate_arn": _check_certificate,
    "hosted_zone_id": _check_hosted_zone,
    "groups": _check_group_names,
    "issuer": _check_choice("issuer"),
}
