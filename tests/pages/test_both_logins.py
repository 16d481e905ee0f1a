"""A session of our own page and one of the hosted login: the app cannot tell them apart."""

from dataclasses import fields
from typing import Any

import httpx
import pytest

from cognito_gate import Identity
from cognito_gate.local import User
from tests.pages.cloud import AtOnce
from tests.pages.person import Person
from tests.pages.stage import PASSWORD, Stage, prove
from tests.parts.html import Page
from tests.world.browser import NAVIGATION, Reply

LOGINS = ("custom", "hosted")


def at_cognito(stage: Stage, location: str, user: User) -> str:
    """Sign in at the pool's own page; where that leads back to."""
    app = stage.cognito.app(stage.pool.origin)
    with httpx.Client(transport=AtOnce(app), base_url=stage.pool.origin) as http:
        page = http.get(location, follow_redirects=True)
        form = Page(page.text).one("form")
        typed = {"username": user.email or "", "password": PASSWORD}
        sent = {**Page(page.text).sent(form), **typed}
        action = page.url.join(form.get("action")) if form.get("action") else page.url
        answer = http.post(action, data=sent)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])


def signed_in(stage: Stage, login: str, user: User, **changes: Any) -> tuple[Person, Reply]:
    """A person with a session, and the answer that opened it."""
    usual = {"domain": stage.pool.origin, "refresh_flow_enabled": True, "login": login}
    person = stage.person(**{**usual, **changes})
    shown = person.open("/page")
    if login == "hosted":
        back = at_cognito(stage, shown.reply.location, user)
        person.open(back, {**NAVIGATION, "sec-fetch-site": "cross-site"})
    else:
        prove(person, str(user.email))
    opened, *_ = [
        one.reply for one in person.seen if "__Host-cognito_id_token" in one.reply.cookies
    ]
    assert person.last.target == "/page"
    return person, opened


@pytest.mark.parametrize("client", ["confidential", "public"])
def test_the_same_cookies_with_the_same_attributes(stage: Stage, client: str) -> None:
    user = stage.user()
    found = []
    for login in LOGINS:
        _, opened = signed_in(stage, login, user, client=client)
        kept = {
            name: cookie.attributes
            for name, cookie in opened.cookies.items()
            if name.endswith("_token")
        }
        assert len(kept) == 3
        found.append((opened.status, opened.location, kept))
    assert found[0] == found[1]


def test_the_app_is_told_the_same(stage: Stage) -> None:
    user = stage.user(groups=("admins",))
    seen = []
    for login in LOGINS:
        person, _ = signed_in(stage, login, user)
        reply = person.open("/page").reply
        assert reply.app is not None
        keys = {name for name in reply.app.facts if name != "headers"}
        who = reply.identity
        facts = {item.name: type(getattr(who, item.name)) for item in fields(Identity)}
        told = (who.sub, who.username, who.email, who.groups, type(who.expires_at))
        seen.append((keys, facts, told, sorted(set(who.id_claims) - {"nonce", "at_hash"})))
    assert seen[0] == seen[1]


def test_the_scope_is_all_that_differs(stage: Stage) -> None:
    """A session of our own page may manage the account, as Cognito's API demands."""
    user = stage.user()
    scopes = {}
    for login in LOGINS:
        person, _ = signed_in(stage, login, user)
        me = person.open("/auth/me").reply
        assert (me.status, me.value("content-type")) == (200, "application/json")
        scopes[login] = person.open("/page").reply.identity.scopes
    assert scopes["custom"] == ("aws.cognito.signin.user.admin",)
    assert "openid" in scopes["hosted"]


@pytest.mark.parametrize(("began", "goes_on"), [LOGINS, LOGINS[::-1]])
def test_a_session_outlives_a_change_of_the_setting(stage: Stage, began: str, goes_on: str) -> None:
    user = stage.user()
    person, _ = signed_in(stage, began, user)
    other = stage.person(
        login=goes_on, domain=stage.pool.origin, refresh_flow_enabled=True, session_cache=0
    )
    other.jar = dict(person.jar)
    reply = other.open("/page").reply
    assert (reply.identity.email, reply.cookies) == (user.email, {})


@pytest.mark.parametrize("began", LOGINS)
def test_and_is_renewed_by_the_api(stage: Stage, began: str) -> None:
    """The pages' own session, and one that a federated sign-in began at the login domain."""
    user = stage.user()
    stage.cognito.switch(access_seconds=30, id_seconds=30)
    person, _ = signed_in(stage, began, user)
    stage.cognito.switch(access_seconds=3600, id_seconds=3600)
    other = stage.person(refresh_flow_enabled=True, session_cache=0)
    other.jar = dict(person.jar)
    stage.cloud.forget()
    assert other.open("/page").reply.identity.email == user.email
    assert "GetTokensFromRefreshToken" in stage.cloud.names


# With another identity provider: by way of the login domain


@pytest.mark.parametrize("asked", ["identity_provider=Google", "idp_identifier=example.org"])
def test_federated_sign_in_leads_to_the_login_domain(stage: Stage, asked: str) -> None:
    person = stage.person(domain=stage.pool.origin)
    location = person.open(f"/auth/login?{asked}&next=/page").reply.location
    assert location.startswith(f"{stage.pool.origin}/oauth2/authorize?")
    assert asked in location
    assert any(name.startswith("__Host-cognito_login_") for name in person.jar)


def test_and_back_into_a_session(stage: Stage) -> None:
    person, user = stage.person(domain=stage.pool.origin), stage.user()
    location = person.open("/auth/login?identity_provider=COGNITO&next=/page").reply.location
    back = at_cognito(stage, location, user)
    shown = person.open(back, {**NAVIGATION, "sec-fetch-site": "cross-site"})
    assert (shown.target, shown.reply.identity.email) == ("/page", user.email)


@pytest.mark.parametrize("asked", ["identity_provider=Google", "idp_identifier=example.org", ""])
def test_without_a_login_domain_there_is_our_page_alone(stage: Stage, asked: str) -> None:
    shown = stage.person().open(f"/auth/login?{asked}&next=/page")
    assert (shown.path, shown.query) == ("/auth/sign-in", {"next": "/page"})


def test_our_own_sign_in_ends_those_that_were_under_way(stage: Stage) -> None:
    person, user = stage.person(domain=stage.pool.origin), stage.user()
    person.open("/auth/login?identity_provider=Google")
    person.open("/page")
    prove(person, str(user.email))
    assert not any(name.startswith("__Host-cognito_login_") for name in person.jar)


@pytest.mark.parametrize("domain", [True, False])
def test_a_callback_that_nobody_waits_for_leads_to_our_page(stage: Stage, domain: bool) -> None:
    person = stage.person(domain=stage.pool.origin if domain else "")
    shown = person.open("/auth/callback?code=a-code&state=a-state")
    assert (shown.path, shown.title) == ("/auth/sign-in", "Sign in to app.example")
    assert stage.cloud.names == []
