"""Where an answer leads: any Location, any status, any body."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._gate.effects import HttpAnswer
from cognito_gate.doctor.redirects import MAX_CHARS, Destination, read
from tests.doctor.aws import ANY, CALLBACK, CLIENT, LOGIN, SIGNED_OUT, case, page, to

SETTINGS = case().settings


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        (f"{LOGIN}/login?x=1", "login"),
        ("/login", "login"),
        (f"{LOGIN.upper().replace('HTTPS', 'https')}/login", "login"),
        (f"{LOGIN}:443/login", "login"),
        (f"https://custom.example/login?client_id={CLIENT}", "login"),
        ("https://custom.example/login?client_id=other", "odd"),
        (f"{LOGIN}/error?error=x", "error page"),
        (f"{LOGIN}/error#error=x", "error page"),
        (f"{LOGIN}/oauth2/authorize?client_id={CLIENT}", "odd"),
        (f"{LOGIN}.evil.example/login", "odd"),
        (f"{CALLBACK}?error=x", "callback"),
        (f"{CALLBACK}#error=x", "callback"),
        (f"{CALLBACK}/", "odd"),
        (SIGNED_OUT, "signed out"),
        (f"{SIGNED_OUT}?x=1", "odd"),
        (f"https://elsewhere.example/oauth2/authorize?client_id={CLIENT}", "moved"),
        ("https://idp.example/?SAMLRequest=x", "provider"),
        ("https://idp.example/?redirect_uri=https://x.example/oauth2/idpresponse", "provider"),
        ("https://parked.example/", "odd"),
        ("//evil.example/login", "odd"),
        ("https://[", "odd"),
        ("", "odd"),
        ("/login?" + "x" * MAX_CHARS, "odd"),
        ("/login\r\nset-cookie: x", "odd"),
        ("/login\t", "odd"),
        ("/login?a b", "odd"),
        ("javascript:alert(1)", "odd"),
    ],
)
def test_where_a_redirect_leads(location: str, kind: str) -> None:
    assert read(SETTINGS, to(location)).kind == kind


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (HttpAnswer(0, failure="dns"), "unreachable"),
        (page(403), "firewall"),
        (page(403, "Login pages unavailable"), "unstyled"),
        (page(429), "passing"),
        (page(502), "passing"),
        (page(200, "<Form>"), "odd"),
        (page(200), "odd"),
        (page(404), "refused"),
        (HttpAnswer(400, body=b"[]"), "refused"),
        (HttpAnswer(400, body=b'{"error": "x"}'), "error page"),
        (HttpAnswer(304, (("location", "/login"),)), "login"),
        (HttpAnswer(201, (("location", "/login"),)), "odd"),
    ],
)
def test_what_an_answer_is(answer: HttpAnswer, kind: str) -> None:
    assert read(SETTINGS, answer).kind == kind


@pytest.mark.parametrize(
    ("given_", "error"),
    [
        ({"error": "x"}, "x"),
        ({"error": "invalid_request", "error_description": "invalid_scope"}, "invalid_scope"),
        ({"error": "invalid_request", "error_description": "Hm?"}, "invalid_request"),
        ({"error": "\x1b[31m"}, "[31m"),
        ({}, ""),
    ],
)
def test_the_error_it_tells(given_: dict[str, str], error: str) -> None:
    assert Destination("callback", "", given_).error == error


def test_what_is_shown_is_without_parameters() -> None:
    assert (
        Destination("odd", "https://a.example/b?code=1#x=2").printable_location
        == "https://a.example/b"
    )


@ANY
@given(st.text(max_size=200) | st.from_regex(r"(https?:)?//?[\[\]a-z@:%0-9.]*/?[?#&=a-z%+;]*"),
       st.integers(0, 599), st.binary(max_size=100))  # fmt: skip
def test_any_answer_leads_somewhere(location: str, status: int, body: bytes) -> None:
    destination = read(
        SETTINGS, HttpAnswer(status, (("location", location),), body, failure="" if status else "x")
    )
    assert (
        destination.kind != "provider"
        or "SAMLRequest" in destination.parameters
        or "redirect_uri" in destination.parameters
    )
    for text in (destination.error, destination.error_description, destination.printable_location):
        assert text.isascii()
        assert text.isprintable()
