"""That the look after every test would find what it looks for."""

import re

import httpx
import pytest

from cognito_gate.errors import ApiRefused, GateError
from tests.pages.cloud import Call
from tests.pages.stage import Stage, sign_in
from tests.pages.watch import check_answer, check_untold, told
from tests.world.browser import Reply

SESSION = "a-session-of-twenty-characters"
TOKEN = "a" * 41 + ".b.c"
SAID = {"AuthParameters": {"SECRET_HASH": "a-hash-of-a-secret="}}
ANSWERED = {"Session": SESSION, "AuthenticationResult": {"AccessToken": TOKEN}}


def call() -> Call:
    kind = {"content-type": "application/x-amz-json-1.1"}
    request = httpx.Request("POST", "https://x.example/", headers=kind, json=SAID)
    return Call("InitiateAuth", request, httpx.Response(200, json=ANSWERED))


@pytest.mark.parametrize("secret", [SESSION, TOKEN, "a-hash-of-a-secret=", "typed-in"])
@pytest.mark.parametrize("place", ["body", "location", "cookie", "log"])
def test_what_was_told_is_found(secret: str, place: str) -> None:
    reply = {
        "body": Reply(200, [], f"<p>{secret}</p>".encode()),
        "location": Reply(303, [("location", f"/?a={secret}")]),
        "cookie": Reply(200, [("set-cookie", f"a={secret}; Path=/")]),
        "log": Reply(200, []),
    }[place]
    logged = f"INFO {secret}" if place == "log" else ""
    if (secret, place) == (TOKEN, "cookie"):
        check_untold([reply], logged, ["typed-in"], [call()])  # where tokens belong
        return
    with pytest.raises(AssertionError, match="holds"):
        check_untold([reply], logged, ["typed-in"], [call()])


def test_what_was_not_told() -> None:
    reply = Reply(200, [("location", "/")], b"0123456789")
    check_untold([reply], "nothing", ["123456"], [call()])
    assert told("123456", "a=123456&b")


@pytest.mark.parametrize(
    "html",
    [
        '<a href="//evil.example">',
        '<img src="https://evil.example/a.png">',
        '<form action="http://evil.example">',
        '<a href="javascript:alert(1)">',
    ],
)
def test_a_page_that_leads_elsewhere(html: str) -> None:
    policy = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    headers = [
        ("cache-control", "no-store"),
        ("content-type", "text/html"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", policy),
    ]
    end = "" if html.startswith("<img") else f"</{re.split('[ <]', html)[1]}>"
    body = f"<p>{html}{end}</p>".encode()
    complete = [*headers, ("content-length", str(len(body)))]
    with pytest.raises(AssertionError, match=r"evil|alert"):
        check_answer(Reply(200, complete, body))
    for missing in [pair for pair in headers if pair[0] != "content-type"]:
        with pytest.raises(AssertionError):
            check_answer(Reply(200, [pair for pair in complete if pair != missing], b"<p></p>"))


def test_every_error_is_looked_at(stage: Stage, raised: list[GateError]) -> None:
    person, user = stage.person(), stage.user()
    sign_in(person, user, password="Wrong-Horse-7")
    assert stage.typed == {"Wrong-Horse-7"}
    [refused] = [error for error in raised if isinstance(error, ApiRefused)]
    assert refused.args == ("Cognito refuses InitiateAuth: NotAuthorizedException",)
    assert (refused.operation, refused.message) == (
        "InitiateAuth",
        "Incorrect username or password.",
    )
