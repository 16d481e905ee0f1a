"""What each option of a pool takes, by itself: sound, or a `Problem`.

Knows Cognito's and CloudFormation's limits and formats; must not know which options contradict
each other (options.py).
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from ..settings.checks import CHECKS as SETTINGS
from ..settings.checks import PREFIX_DOMAIN, Problem

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
# Cognito's own pattern is wider by tabs and line ends, which no name needs.
_NAME = re.compile(r"[A-Za-z0-9_ +=,.@-]{1,128}")
_DOMAIN = re.compile(rf"(?:{LABEL}\.)+{LABEL}")
_CERTIFICATE = re.compile(r"arn:aws:acm:us-east-1:\d{12}:certificate/[A-Za-z0-9-]{1,64}", re.ASCII)
_ZONE = re.compile(r"Z[A-Z0-9]{1,31}")
_LIST_BYTES = 4096  # the most that one parameter of CloudFormation holds


def _listed(values: Sequence[str]) -> str:
    return f"{', '.join(values[:-1])} or {values[-1]}"


def _choice(name: str) -> Callable[[str], None]:
    def check(value: str) -> None:
        if value not in CHOICES[name]:
            raise Problem(f"is {value!r}; it takes {_listed(CHOICES[name])}")

    return check


def _choices(name: str) -> Callable[[tuple[str, ...]], None]:
    def check(values: tuple[str, ...]) -> None:
        _no_twins(values)
        for value in values:
            _choice(name)(value)

    return check


def _no_twins(values: Sequence[str]) -> None:
    twins = sorted({value for value in values if values.count(value) > 1})
    if twins:
        raise Problem(f"lists {twins[0]!r} twice")


def _between(low: int, high: int, unit: str) -> Callable[[int], None]:
    def check(value: int) -> None:
        if not low <= value <= high:
            raise Problem(f"is {value}; it takes {low} to {high} {unit}")

    return check


# Texts


def _name(value: str) -> None:
    if not _NAME.fullmatch(value) or not value.strip():
        raise Problem(
            f"is {value!r:.200}; it takes up to 128 letters without accents, digits, blanks "
            "and _+=,.@-"
        )


def _group_names(values: tuple[str, ...]) -> None:
    _no_twins(values)
    for value in values:
        if not 1 <= len(value) <= 128 or any(unicodedata.category(c)[0] in "ZC" for c in value):
            raise Problem(f"lists {value!r:.200}; a group's name is 1 to 128 characters, no blank")
        _plain(value)


def _email_text(longest: int) -> Callable[[str], None]:
    def check(value: str) -> None:
        if len(value) > longest:
            raise Problem(f"has {len(value)} characters; Cognito takes {longest}")
        odd = [c for c in value if unicodedata.category(c)[0] in "ZC" and c not in " \t\r\n"]
        if odd:
            raise Problem(
                f"holds U+{ord(odd[0]):04X}, which Cognito refuses: it takes letters, digits, "
                "punctuation, symbols, and as white space blanks, tabs and line ends"
            )
        _plain(value)

    return check


def _plain(value: str) -> None:
    # CloudFormation would put a secret's value there, whoever wrote the text.
    if "{{resolve:" in value:
        raise Problem("holds '{{resolve:', by which CloudFormation fetches values from elsewhere")


def _subject(value: str) -> None:
    if set(value) & set("\t\r\n"):
        raise Problem("holds a tab or a line end; the subject of an e-mail is one line")
    _email_text(140)(value)


# Addresses


def _urls(setting: str) -> Callable[[tuple[str, ...]], None]:
    """Each must be what the gate's own setting takes, so that the gate can use any of them."""

    def check(values: tuple[str, ...]) -> None:
        if not 1 <= len(values) <= 100:
            raise Problem(f"lists {len(values)} URLs; Cognito takes 1 to 100")
        _no_twins(values)
        for value in values:
            _url(setting, value)
        if len(",".join(values)) > _LIST_BYTES:
            raise Problem(f"lists more than the {_LIST_BYTES} characters a parameter can hold")

    return check


def _url(setting: str, value: str) -> None:
    if not value:
        raise Problem("lists an empty URL")
    SETTINGS[setting](value)
    if len(value) > 1024:
        raise Problem(f"lists a URL of {len(value)} characters; Cognito takes 1024")
    if "," in value:
        raise Problem(f"lists {value!r}; a comma would end it in CloudFormation's list")
    _plain(value)


def _email_domains(values: tuple[str, ...]) -> None:
    _no_twins(values)
    for value in values:
        if not _DOMAIN.fullmatch(value) or len(value) > 253:
            raise Problem(
                f"lists {value!r:.300}; it takes domains in small letters such as example.com, "
                "each sub-domain by itself, and international ones as xn--..."
            )
    if len(",".join(values)) > 3000:
        raise Problem("lists more than 3000 characters, too many for one Lambda function")


def _domain_prefix(value: str) -> None:
    if value and not PREFIX_DOMAIN.fullmatch(value):
        raise Problem(f"is {value!r:.100}; it takes small letters, digits and hyphens within")
    for word in ("aws", "amazon", "cognito"):
        if word in value:
            raise Problem(f"is {value!r}; Cognito refuses every prefix that holds {word!r}")


def _custom_domain(value: str) -> None:
    if value and (not _DOMAIN.fullmatch(value) or len(value) > 63):
        raise Problem(
            f"is {value!r:.100}; it takes a host such as auth.example.com, up to 63 characters"
        )
    if value and value.count(".") < 2:
        raise Problem(f"is {value!r}; it takes a host below a domain of yours, as auth.{value} is")


def _certificate(value: str) -> None:
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


def _hosted_zone(value: str) -> None:
    if value and not _ZONE.fullmatch(value):
        raise Problem(f"is {value!r:.100}; it takes a hosted zone's id, such as Z0123456789ABC")


def _scopes(values: tuple[str, ...]) -> None:
    own = [value for value in values if "/" in value]
    if own:
        raise Problem(
            f"lists {own[0]!r:.200}, a scope of a resource server, which this template has none "
            "of: print the template, add an AWS::Cognito::UserPoolResourceServer, then the scope"
        )
    _choices("scopes")(values)
    if "openid" not in values:
        raise Problem("lacks openid, without which Cognito gives no ID token")


# Options that are not here take any value of their type.
VALUES: dict[str, Callable[[Any], None]] = {
    "name": _name,
    "sign_in": _choice("sign_in"),
    "required": _choices("required"),
    "password_length": _between(6, 99, "characters"),
    "temporary_password_days": _between(1, 365, "days"),
    "verify_email": _choice("verify_email"),
    "email_subject": _subject,
    "email_message": _email_text(20_000),
    "email_domains": _email_domains,
    "mfa": _choice("mfa"),
    "callback_urls": _urls("redirect_url"),
    "logout_urls": _urls("logout_url"),
    "scopes": _scopes,
    "access_minutes": _between(5, 1440, "minutes"),
    "id_minutes": _between(5, 1440, "minutes"),
    "refresh_days": _between(1, 3650, "days"),
    "grace_seconds": _between(0, 60, "seconds"),
    "sign_in_pages": _choice("sign_in_pages"),
    "login": _choice("login"),
    "tier": _choice("tier"),
    "domain_prefix": _domain_prefix,
    "custom_domain": _custom_domain,
    "certificate_arn": _certificate,
    "hosted_zone_id": _hosted_zone,
    "groups": _group_names,
    "issuer": _choice("issuer"),
}
