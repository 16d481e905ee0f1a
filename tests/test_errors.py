"""The error tree: one root, a stable code and a status each, as the docstring draws it."""

import re

import pytest

from cognito_gate import errors
from cognito_gate.errors import (
    BadRequest,
    CallbackRefused,
    GateError,
    GrantRefused,
    MethodRefused,
    SettingsError,
    StaleCallback,
)

CLASSES = [
    item for item in vars(errors).values() if isinstance(item, type) and issubclass(item, GateError)
]


def test_the_tree_is_as_drawn() -> None:
    drawn = re.findall(r"── (\w+) +(\w+) +(\d+)", errors.__doc__ or "")
    written = [(item.__name__, item.code, str(item.status)) for item in CLASSES]
    assert sorted(written) == sorted([*drawn, ("GateError", "error", "500")])


def test_each_code_is_of_one_class() -> None:
    assert len({item.code for item in CLASSES}) == len(CLASSES)


@pytest.mark.parametrize("kind", CLASSES)
def test_each_class_says_what_it_means(kind: type[GateError]) -> None:
    assert issubclass(kind, Exception)
    assert kind.__doc__
    assert 400 <= kind.status < 600


def test_a_refused_callback_is_a_bad_request() -> None:
    assert issubclass(CallbackRefused, BadRequest)


def test_settings_error() -> None:
    problems = {"AWS_COGNITO_DOMAIN": "is missing", "SECRET_KEY": "has 3 characters"}
    error = SettingsError(problems)
    assert isinstance(error, ValueError)
    assert error.problems == problems
    assert str(error) == (
        "cognito-gate cannot start, the settings are wrong:\n"
        "  AWS_COGNITO_DOMAIN: is missing\n"
        "  SECRET_KEY: has 3 characters"
    )


def test_method_refused() -> None:
    error = MethodRefused("GET, HEAD")
    assert error.allow == "GET, HEAD"
    assert str(error) == "this address takes GET, HEAD only"


def test_stale_callback() -> None:
    error = StaleCallback("too late", again=True, return_to="/a")
    assert (str(error), error.again, error.return_to) == ("too late", True, "/a")
    assert StaleCallback("too late", again=False).return_to == "/"


def test_grant_refused() -> None:
    error = GrantRefused("invalid_grant", "Cognito says so")
    assert (str(error), error.error) == ("Cognito says so", "invalid_grant")
