"""Forms, cookies and redirects."""

import pytest

from cognito_gate.local import Request
from cognito_gate.local.wire import cookie, form, parameters, redirect, with_parameters

FORM = "application/x-www-form-urlencoded"


def posted(body: bytes, content_type: str = FORM) -> Request:
    return Request("token", "POST", "", {"content-type": content_type}, body)


def test_parameters_without_a_value_count_as_omitted() -> None:
    assert parameters("a=1&b=&c&d=%20+") == {"a": "1", "d": "  "}


@pytest.mark.parametrize("raw", ["a=1&a=1", "a=1&a=", "a=%ff", "&".join(["a=1"] * 101)])
def test_parameters_that_are_refused(raw: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (three sources, one meaning)
        parameters(raw)


@pytest.mark.parametrize("content_type", [FORM, FORM + "; charset=UTF-8", FORM.upper()])
def test_a_form_is_known_by_its_media_type(content_type: str) -> None:
    assert form(posted(b"a=1", content_type)) == {"a": "1"}


@pytest.mark.parametrize("content_type", ["", "text/plain", FORM + "x"])
def test_other_media_types_are_no_form(content_type: str) -> None:
    with pytest.raises(ValueError, match="not a form"):
        form(posted(b"a=1", content_type))


def test_cookies() -> None:
    request = Request("login", "GET", "", {"cookie": "a=1; b=2"})
    assert (cookie(request, "b"), cookie(request, "c")) == ("2", "")


@pytest.mark.parametrize(
    ("url", "joined"),
    [
        ("https://x/", "https://x/?a=%26"),
        ("https://x/?b=1", "https://x/?b=1&a=%26"),
        ("myapp://", "myapp://?a=%26"),
    ],
)
def test_parameters_are_added_to_what_is_there(url: str, joined: str) -> None:
    assert with_parameters(url, {"a": "&", "gone": None}) == joined


def test_a_redirect_leaves_its_location_alone() -> None:
    assert redirect("https://x/%7e'()").headers["location"] == "https://x/%7e'()"
