"""A callback with a code that nobody here asked for: never taken, a sign-in starts in its place."""

import pytest

from tests.flows.stage import Stage
from tests.world.browser import Browser
from tests.world.pool import DOMAIN

UNASKED = ["/auth/callback?code=11111111-2222-3333", "/auth/callback?code=some-code&state="]


@pytest.mark.parametrize("target", UNASKED)
def test_a_sign_in_starts_over(stage: Stage, target: str, caplog: pytest.LogCaptureFixture) -> None:
    browser = stage.browser()
    reply = browser.go(target, headers={"referer": "https://portal.example/apps"})
    assert reply.location.startswith(f"{DOMAIN}/oauth2/authorize?")
    assert "code" not in reply.location.partition("response_type=code")[2].split("&")[0]
    assert not stage.pool.calls
    assert "https://portal.example/apps" in caplog.text
    assert "some-code" not in caplog.text
    assert browser.go(stage.pool.sign_in(reply.location)).location == "/"


def test_but_once(stage: Stage) -> None:
    """Something between Cognito and here drops the state."""
    browser = stage.browser()
    browser.go(UNASKED[0])
    again = browser.go(UNASKED[0])
    assert (again.status, again.location) == (400, "")


def test_who_is_signed_in_stays_so(stage: Stage) -> None:
    browser = stage.signed_in()
    calls = len(stage.pool.calls)
    assert browser.go(UNASKED[0]).location == "/"
    assert len(stage.pool.calls) == calls
    assert browser.go("/").identity.username == "ada"


def test_a_background_request_starts_nothing(stage: Stage) -> None:
    assert Browser(stage).fetch(UNASKED[0]).status == 400


@pytest.mark.parametrize("code", ["x;state=y", "x%26state=y", "%20", "x%00"])
def test_what_is_no_code_is_refused(stage: Stage, code: str) -> None:
    reply = stage.browser().go(f"/auth/callback?code={code}")
    assert (reply.status, reply.location) == (400, "")
