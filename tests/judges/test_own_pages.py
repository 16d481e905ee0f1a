"""The gate's own pages in front of MiniStack: signing in, being refused, going on, signing out.

One kind of client proves passwords by SRP, behind an e-mail address that Cognito replaces with a
username of its own; the other sends them, under names of people's choice (`KINDS`).
"""

from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from tests.judges.ministack import MiniStack
from tests.judges.own_pages import (
    ANOTHER,
    KINDS,
    PASSWORD,
    OwnApp,
    mailed,
    make_own_pool,
    own_app,
)
from tests.judges.person import Person, Screen, text

SESSION = ("cognito_access_token", "cognito_id_token")
_names = (f"person{number}" for number in count())


@pytest.fixture
def name(site: OwnApp) -> str:
    """What somebody new signs in with, whose password is PASSWORD."""
    return site.add(next(_names))


def address(name: str) -> str:
    """The e-mail address of somebody who signs in with that."""
    return name if "@" in name else f"{name}@example.com"


def wrong(site: OwnApp) -> str:
    """What is said of a wrong password, and of all that must look like one."""
    return text("error.wrong_password", who=text(f"field.{site.kind.sign_in}"))


def is_in(screen: Screen, name: str) -> bool:
    """Whether the app knows who is there."""
    return bool(screen.seen["email"] == address(name) and screen.seen["username"])


def test_a_sign_in_ends_where_it_began(site: OwnApp, person: Person, name: str) -> None:
    group = f"of-{name.partition('@')[0]}"
    site.pool.call("create_group", GroupName=group)
    site.pool.call("admin_add_user_to_group", Username=name, GroupName=group)
    screen = person.signs_in(name, PASSWORD, "/reports?year=2024&q=a+b%20c%26d")
    assert screen.seen["path"] == "/reports"
    assert screen.seen["query"] == "year=2024&q=a+b%20c%26d"
    assert is_in(screen, name)
    assert screen.seen["groups"] == [group]
    user = site.pool.call("admin_get_user", Username=name)
    assert screen.seen["username"] == user["Username"]
    assert {"Name": "sub", "Value": screen.seen["sub"]} in user["UserAttributes"]


def test_a_wrong_password_keeps_the_form(site: OwnApp, person: Person, name: str) -> None:
    screen = person.signs_in(name, "Wrong-Horse-1", "/x?y=1")
    assert screen.response.status_code == 400
    assert (screen.path, screen.said) == ("/auth/sign-in", wrong(site))
    assert screen.form(text("sign_in.button"))[1]["username"] == name
    assert is_in(person.sends(screen, "sign_in.button", password=PASSWORD), name)
    assert person.trail[-1].endswith("/x?y=1")


def test_nobody_and_somebody_disabled_look_alike(site: OwnApp, person: Person, name: str) -> None:
    site.pool.call("admin_disable_user", Username=name)
    for who in (site.login("nobody"), name):
        screen = person.signs_in(who, PASSWORD)
        assert (screen.response.status_code, screen.said) == (400, wrong(site))
        assert not person.session


def test_a_new_password_is_forced(site: OwnApp, person: Person) -> None:
    name = site.add(next(_names), temporary=True)
    screen = person.signs_in(name, PASSWORD, "/deep?x=1")
    assert (screen.path, screen.fields) == ("/auth/new-password", {"password"})
    screen = person.sends(screen, "new_password.button", password="short")
    assert screen.page.one("p", id="password-wrong")
    screen = person.sends(screen, "new_password.button", password=ANOTHER)
    assert (is_in(screen, name), screen.seen["path"]) == (True, "/deep")
    assert site.pool.status(name) == "CONFIRMED"
    with site.person() as again:
        assert again.signs_in(name, PASSWORD).said == wrong(site)
        assert is_in(again.signs_in(name, ANOTHER), name)


def test_a_forgotten_password(site: OwnApp, person: Person, name: str) -> None:
    screen = person.opens("/auth/forgot?next=/deep")
    screen = person.sends(screen, "forgot.button", username=name)
    assert (screen.path, screen.said) == ("/auth/reset", text("notice.code_sent"))
    screen = person.sends(screen, "reset.button", code="000000", password=ANOTHER)
    assert (screen.response.status_code, screen.said) == (400, text("error.code_wrong_or_expired"))
    screen = person.sends(screen, "resend.button")
    assert screen.said == text("notice.code_sent_again")
    code = mailed(site, address(name))
    screen = person.sends(screen, "reset.button", code=code, password=ANOTHER)
    assert (screen.path, screen.said) == ("/auth/sign-in", text("notice.password_changed"))
    screen = person.sends(screen, "sign_in.button", username=name, password=PASSWORD)
    assert screen.said == wrong(site)
    screen = person.sends(screen, "sign_in.button", username=name, password=ANOTHER)
    assert (is_in(screen, name), screen.seen["path"]) == (True, "/deep")


def test_a_forgotten_password_of_nobody_tells_nothing(site: OwnApp, person: Person) -> None:
    screen = person.sends(
        person.opens("/auth/forgot"), "forgot.button", username=site.login("nobody")
    )
    assert (screen.path, screen.said) == ("/auth/reset", text("notice.code_sent"))
    screen = person.sends(screen, "reset.button", code="000000", password=ANOTHER)
    assert (screen.response.status_code, screen.said) == (400, text("error.code_wrong_or_expired"))


def test_a_reset_by_an_administrator(site: OwnApp, person: Person, name: str) -> None:
    site.pool.call("admin_reset_user_password", Username=name)
    screen = person.signs_in(name, PASSWORD)
    assert (screen.path, screen.said) == ("/auth/forgot", text("error.reset_first"))
    screen = person.sends(screen, "forgot.button", username=name)
    code = mailed(site, address(name))
    person.sends(screen, "reset.button", code=code, password=ANOTHER)
    assert is_in(person.signs_in(name, ANOTHER), name)


def test_a_session_is_renewed(site: OwnApp, person: Person, name: str) -> None:
    first = person.signs_in(name, PASSWORD).seen
    before = person.session
    person.drop(*SESSION)
    screen = person.opens("/x?y=1")
    assert (is_in(screen, name), screen.seen["sub"]) == (True, first["sub"])
    assert screen.seen["query"] == "y=1"
    assert set(person.session) == set(before)
    assert not {person.session[kind] for kind in SESSION} & set(before.values())


def test_a_user_signed_out_everywhere_cannot_renew(site: OwnApp, person: Person, name: str) -> None:
    person.signs_in(name, PASSWORD)
    site.pool.call("admin_user_global_sign_out", Username=name)
    person.drop(*SESSION)
    assert person.opens("/").path == "/auth/sign-in"


def test_signing_out_revokes(site: OwnApp, person: Person, name: str) -> None:
    person.signs_in(name, PASSWORD)
    held = {"cognito_refresh_token": person.session["cognito_refresh_token"]}
    screen = person.leaves()
    assert (screen.path, person.session) == ("/auth/signed-out", {})
    person.hold(held)  # with which a session is renewed, as long as nobody signed out
    assert person.opens("/").path == "/auth/sign-in"


@pytest.mark.parametrize(
    ("client", "settings"),
    [
        ({}, {"AWS_COGNITO_USER_POOL_CLIENT_SECRET": "of-another-client"}),
        ({}, {"AWS_COGNITO_USER_POOL_CLIENT_ID": "anotherclient"}),
        ({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]}, {}),
    ],
)
def test_what_only_an_operator_can_mend(
    judge: MiniStack, client: dict[str, Any], settings: dict[str, str]
) -> None:
    kind = replace(KINDS["addresses"], client=client)
    pool = make_own_pool(judge.origin, kind)
    with own_app(pool, kind, **settings) as app, app.person() as person:
        screen = person.signs_in(app.add("ada"), PASSWORD)
        assert (screen.response.status_code, screen.said) == (503, text("error.unavailable"))
        assert screen.response.headers["retry-after"] == "5"
