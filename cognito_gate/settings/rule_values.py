"""The check of each key of a rule and of what it requires: a wrong value raises a `Problem`.

Knows which value is sound for which key; must not know what a rule means.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from .domains import ascii_domain
from .formats import CLIENT_ID, METHOD, SCOPE, Problem, check_paths

MAX_NAME_CHARS = 64
_RESERVED = re.compile(r"rule \d+|no rule|COGNITO_GATE_PUBLIC_PATHS")


def shown(value: object) -> str:
    """A value for a message; Python itself refuses to print whole numbers of very many digits."""
    return f"{value!r:.100}" if type(value) is not int or abs(value) < 10**30 else "a huge number"


def _texts(value: Any, takes: str) -> tuple[str, ...]:
    """A list of texts that is not empty and names nothing twice."""
    if not isinstance(value, tuple) or not all(isinstance(item, str) for item in value):
        raise Problem(f"is {shown(value)}; it takes a list of {takes}")
    if not value:
        raise Problem(f"is empty; it takes {takes}")
    if len(set(value)) < len(value):
        double = next(item for item in value if value.count(item) > 1)
        raise Problem(f"lists {shown(double)} twice")
    return value


def _paths(value: Any) -> None:
    check_paths(_texts(value, "paths such as /health and /static/*"))


def _methods(value: Any) -> None:
    takes = "methods in upper case, such as GET"
    for item in _texts(value, takes):
        if not METHOD.fullmatch(item):
            raise Problem(f"lists {shown(item)}; it takes {takes}")


def _true(value: Any) -> None:
    if value is not True:
        raise Problem(f"is {shown(value)}; it takes true, or is left out")


def _name(value: Any) -> None:
    if not isinstance(value, str) or not _plain(value) or len(value) > MAX_NAME_CHARS:
        raise Problem(f"is {shown(value)}; it takes up to {MAX_NAME_CHARS} printable characters")
    if _RESERVED.fullmatch(value):
        raise Problem(f"is {shown(value)}, which is what a rule without a name is called")


def _plain(text: str) -> bool:
    """A text that a line of a log can show as it is."""
    return bool(text) and text.isprintable() and text == text.strip()


def check_groups(value: Any) -> None:
    """Check names of groups; a setting may be empty."""
    if value:
        _groups(value)


def check_email_domains(value: Any) -> None:
    """Check domains of e-mail addresses; a setting may be empty."""
    if value:
        _email_domains(value)


def _groups(value: Any) -> None:
    for item in _texts(value, "names of groups"):
        if not _plain(item):
            raise Problem(f"lists {shown(item)}, which is no group's name")


def _scopes(value: Any) -> None:
    for item in _texts(value, "OAuth scopes"):
        if not SCOPE.fullmatch(item):
            raise Problem(f"lists {shown(item)}, which is not an OAuth scope")


def _email_domains(value: Any) -> None:
    for item in _texts(value, "domains such as example.com"):
        ascii_domain(item)


def _clients(value: Any) -> None:
    for item in _texts(value, "ids of app clients"):
        if not CLIENT_ID.fullmatch(item):
            raise Problem(f"lists {shown(item)}, which is not an app client id")


def _claims(value: Any) -> None:
    takes = 'a table of claims and their values, such as {"custom:tenant" = "acme"}'
    if not isinstance(value, Mapping):
        raise Problem(f"is {shown(value)}; it takes {takes}")
    if not value:
        raise Problem(f"is empty; it takes {takes}")
    for name, wanted in value.items():
        if not isinstance(name, str) or not _plain(name):
            raise Problem(f"names the claim {shown(name)}; it takes {takes}")
        _claim(name, wanted)


def _claim(name: str, wanted: Any) -> None:
    values = wanted if isinstance(wanted, tuple) else (wanted,)
    if not values:
        raise Problem(f"has an empty list for {name}; it takes the values that will do")
    for item in values:
        if type(item) not in (str, int, bool):
            raise Problem(
                f"has {shown(item)} for {name}; it takes a text, a whole number, true or false, "
                "or a list of these"
            )


def _max_auth_age(value: Any) -> None:
    if type(value) is not int:
        raise Problem(f"is {shown(value)}; it takes a whole number of seconds")
    if not 10 <= value <= 31_536_000:
        raise Problem(f"is {shown(value)}; it takes 10 to 31536000 seconds")


def _acr(value: Any) -> None:
    for item in _texts(value, "values of acr such as urn:cognito:loa:2"):
        if not SCOPE.fullmatch(item):  # neither blanks nor quotes: they go into a header
            raise Problem(f"lists {shown(item)}, which is no value of acr")


RULE_CHECKS: dict[str, Callable[[Any], None]] = {
    "paths": _paths,
    "methods": _methods,
    "public": _true,
    "optional": _true,
    "signed_in": _true,
    "name": _name,
}
REQUIRE_CHECKS: dict[str, Callable[[Any], None]] = {
    "groups": _groups,
    "any_group": _groups,
    "scopes": _scopes,
    "email_domains": _email_domains,
    "claims": _claims,
    "clients": _clients,
    "max_auth_age": _max_auth_age,
    "acr": _acr,
}
