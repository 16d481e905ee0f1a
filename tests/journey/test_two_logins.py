"""Cognito's login and sign-in pages of our own: to the app, the sessions are the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.journey.guest import Guest
from tests.journey.stage import REFRESH, Stage, staged
from tests.journey.visitor import SESSION, Visitor, set_cookies

BROWSERS: dict[str, type[Visitor]] = {"hosted": Visitor, "custom": Guest}
# What differs from one sign-in to the next, however one signs in.
FRESH = {"auth_time", "exp", "iat", "jti", "event_id", "origin_jti", "aud", "client_id", "iss"}
# What only Cognito's login has: the nonce and the hash that bind a code to its tokens.
HOSTED_ONLY = {"nonce", "at_hash", "version"}


def custom(login: str) -> dict[str, str]:
    return {"COGNITO_GATE_LOGIN": login, "COGNITO_GATE_SIGN_IN": "username"}


class Collector:
    """The attributes of each cookie of a session, from the answer that set it."""

    def __init__(self, browser: Visitor) -> None:
        self.found: dict[str, str] = {}
        browser.app.event_hooks = {"response": [self._look]}

    def _look(self, response: httpx.Response) -> None:
        for name, line in set_cookies(response).items():
            if name in SESSION:
                self.found[name] = line.partition(";")[2].strip()


@contextmanager
def signed_in(login: str, edge: str = "asgi") -> Iterator[tuple[Stage, Visitor, dict[str, Any]]]:
    """A stage, a browser with a session, and what the app and `/me` say of it."""
    with (
        staged(REFRESH | custom(login), edge=edge) as stage,
        BROWSERS[login](stage.origin, stage.cognito.origin) as browser,
    ):
        cookies = Collector(browser)
        seen = browser.sign_in("/reports?year=2024").json()
        me = browser.ask("/auth/me").json()
        yield stage, browser, {"seen": seen, "me": me, "cookies": cookies.found}


@pytest.mark.parametrize("edge", ["asgi", "wsgi"])
def test_the_app_sees_the_same_visitor(edge: str) -> None:
    found = {}
    for login in BROWSERS:
        with signed_in(login, edge) as (_, _, told):
            found[login] = told
    hosted, own = found["hosted"], found["custom"]
    assert set(hosted["cookies"]) == set(SESSION)
    assert hosted["cookies"] == own["cookies"]
    for name in ("username", "sub", "email", "groups", "method", "path", "query"):
        assert hosted["seen"][name] == own["seen"][name]
    # Cognito itself gives no other scope to who signs in by its API.
    assert own["seen"]["scopes"] == ["aws.cognito.signin.user.admin"]
    for kind in ("access_claims", "id_claims"):
        before, after = hosted["me"][kind], own["me"][kind]
        assert before.keys() - HOSTED_ONLY == after.keys()
        for name in after.keys() - FRESH - {"scope"}:
            assert before[name] == after[name], name


@pytest.mark.parametrize("login", BROWSERS)
def test_a_session_is_renewed_and_ended_in_the_same_way(login: str) -> None:
    with signed_in(login) as (stage, browser, _):
        stage.cognito.switch(rotation=True)
        before = dict(browser.session)
        browser.drop("cognito_access_token")
        assert browser.ask("/later").json()["username"] == "ada"
        assert browser.session.keys() == before.keys()
        assert all(browser.session[name] != before[name] for name in before)
        kept = dict(browser.session)
        browser.sign_out()
        assert browser.session == {}
        browser.hold(kept)
        browser.drop("cognito_access_token")
        assert browser.ask("/later", headers={"accept": "text/html"}).status_code == 303


@pytest.mark.parametrize(("login", "other"), [("hosted", "custom"), ("custom", "hosted")])
def test_a_session_outlives_a_change_of_the_login(login: str, other: str) -> None:
    with signed_in(login) as (stage, browser, _), stage.beside(custom(other)) as origin:
        cookies = {**browser.cookies}
        for _ in range(2):
            answer = httpx.get(f"{origin}/later", cookies=cookies)
            assert answer.json()["username"] == "ada"
            cookies.pop("cognito_access_token", None)  # then it is renewed
