"""The error tree: one root, a stable code and a status each, as the docstring draws it."""

import re

from cognito_gate import errors
from cognito_gate.errors import (
    ApiRefused,
    BadRequest,
    CallbackRefused,
    FormRefused,
    GateError,
    GrantRefused,
    MethodRefused,
    SettingsError,
    StaleCallback,
    TooManyTries,
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


def test_each_class_says_what_it_means() -> None:
    for kind in CLASSES:
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
    assert str(error) == "this address accepts GET, HEAD only"


def test_stale_callback() -> None:
    error = StaleCallback("too late", again=True, return_to="/a")
    assert (str(error), error.again, error.return_to) == ("too late", True, "/a")
    assert StaleCallback("too late", again=False).return_to == "/"


def test_api_refused() -> None:
    """The message is for telling cases apart: it may repeat what somebody typed."""
    error = ApiRefused("SignUp", "InvalidParameterException", "Value 'hunter2' at 'password'")
    assert (error.operation, error.exception) == ("SignUp", "InvalidParameterException")
    assert error.message == "Value 'hunter2' at 'password'"
    assert str(error) == "Cognito refuses SignUp: InvalidParameterException"
    assert "hunter2" not in repr(error)


def test_form_refused() -> None:
    fields: dict[str, tuple[str, dict[str, str]]] = {
        "email": ("error.field.email", {}),
        "password": ("error.field.password", {"missing": "upper"}),
    }
    error = FormRefused(fields)
    assert error.fields == fields
    assert str(error) == "a form was filled in wrongly: email, password"


def test_too_many_tries() -> None:
    error = TooManyTries(29.6)
    assert (error.wait, str(error)) == (29.6, "too many attempts; the next one in 30 s")


def test_grant_refused() -> None:
    error = GrantRefused("invalid_grant", "Cognito says so")
    assert (str(error), error.error) == ("Cognito says so", "invalid_grant")
