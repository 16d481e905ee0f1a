"""The demo behind its gate: the story of a sign-in, the buttons, and the live log.

One demo for all, with a visitor of its own in each test; no browser.
"""

import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from cognito_gate.cli.demo_parts import demo_app
from cognito_gate.demo.shorten import shorten
from cognito_gate.demo.story import tell
from cognito_gate.demo.trace import Exchange
from cognito_gate.local import LocalCognito
from tests.journey.serving import listen, port_of, serving
from tests.journey.visitor import Visitor
from tests.signing_keys import with_ready_keys


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[str, LocalCognito]]:
    listener = listen()
    origin = f"http://localhost:{port_of(listener)}"
    back, out = f"{origin}/auth/callback", f"{origin}/auth/signed-out"
    cognito = with_ready_keys(LocalCognito(callback_urls=[back], logout_urls=[out]))
    cognito.switch(access_seconds=300, id_seconds=300, rotation=True)
    with cognito.serve():
        app = demo_app(cognito, "a secret key of the tests, known to all", custom=False)
        with serving(app, listener):
            yield origin, cognito


@pytest.fixture
def ada(demo: tuple[str, LocalCognito]) -> Iterator[Visitor]:
    origin, cognito = demo
    with Visitor(origin, cognito.origin) as visitor:
        yield visitor
    cognito.heal()


def press(visitor: Visitor, name: str, origin: str | None = None) -> httpx.Response:
    own = str(visitor.app.base_url).rstrip("/")
    return visitor.app.post(f"/break/{name}", headers={"origin": origin or own})


def opened(visitor: Visitor, path: str = "/") -> httpx.Response:
    return visitor.app.get(path, headers={"accept": "text/html", "sec-fetch-mode": "navigate"})


def test_the_story_tells_each_step_and_no_secret(
    ada: Visitor, demo: tuple[str, LocalCognito]
) -> None:
    page = unescape(ada.sign_in().text)
    titles = re.findall(r"<h3>(.*?) <", page)
    assert titles == [
        "You asked for a page",
        "You signed in at Cognito",
        "Cognito sent you back with a code",
        "The gate exchanged the code for tokens",
        "The gate verified the tokens",
        "Your session began",
        "The app saw who you are",
    ]
    for shown in ("code_challenge_method=S256", "grant_type=authorization_code", "HttpOnly"):
        assert shown in page
    redeemed = next(call for call in demo[1].requests if call.endpoint == "token")
    sent = httpx.QueryParams(redeemed.body.decode())
    hidden = [redeemed.headers["authorization"], sent["code"], sent["code_verifier"]]
    hidden += [value for _, value in ada.app.cookies.items()]
    assert [one for one in hidden if one in page] == []
    assert f"code={shorten(sent['code'])}" in page


def test_a_session_without_a_story_says_so(ada: Visitor, demo: tuple[str, LocalCognito]) -> None:
    ada.sign_in()
    for _ in range(61):  # more requests than are kept
        page = opened(ada)
    assert "Nothing is known of how this session began" in page.text


def test_cognito_can_be_taken_down_and_brought_back(ada: Visitor) -> None:
    ada.sign_in()
    answer = press(ada, "down")
    assert (answer.status_code, answer.headers["location"]) == (303, "/break?did=down")
    assert '<span class="badge bad">down</span>' in opened(ada, "/break?did=down").text
    assert opened(ada).status_code == 200
    press(ada, "expire")
    assert opened(ada).status_code == 503
    press(ada, "up")  # by nobody, as they are now: the pages for it are public
    assert opened(ada).status_code == 200


@pytest.mark.parametrize("name", ["expire", "tamper", "rotate", "replace"])
def test_a_visitor_does_not_notice(ada: Visitor, name: str) -> None:
    ada.sign_in()
    press(ada, name)
    if name in ("rotate", "replace"):
        press(ada, "expire")  # the next token has a new key
    assert opened(ada).status_code == 200


@pytest.mark.parametrize("name", ["kill", "tamper-all"])
def test_a_visitor_is_sent_to_sign_in(ada: Visitor, name: str) -> None:
    ada.sign_in()
    press(ada, name)
    answer = opened(ada)
    assert answer.status_code in (302, 303)
    assert "/oauth2/authorize" in answer.headers["location"]


def test_only_the_demos_own_forms_press_buttons(
    ada: Visitor, demo: tuple[str, LocalCognito]
) -> None:
    assert press(ada, "down", "http://localhost:1").status_code == 403
    assert not demo[1].is_failing
    assert press(ada, "nothing").status_code == 404


def test_the_live_log_has_events_counts_and_requests(ada: Visitor) -> None:
    ada.sign_in()
    page = unescape(opened(ada, "/live").text)
    assert '<th scope="row">signed_in</th>' in page
    assert '"event":"signed_in","outcome":"success"' in page
    assert "<code>GET /auth/callback</code>" in page
    assert "Nothing yet" not in page
    assert "GET /live" not in page
    assert opened(ada, "/auth/metrics").status_code == 200


def test_short_secrets_are_not_shown_at_all() -> None:
    assert shorten("0123456789ab") == "..."
    assert shorten("0123456789abc") == "012345...bc"


def test_a_story_whose_beginning_is_lost_goes_on_from_there() -> None:
    cookies = ("cognito_access_token=0123456789abcdef; Path=/",)
    back = Exchange(0, "GET", "/auth/callback", "code=c&state=s", (), 303, "/", cookies)
    titles = [step.title for step in tell([back], [], "/auth")]
    assert titles[0] == "Cognito sent you back with a code"
    assert len(titles) == 4
