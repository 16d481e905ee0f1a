"""Rules about the sign-in itself, and other accounts, with sign-in pages of our own."""

import pytest

from cognito_gate import Require, Rule
from tests.pages.person import Person
from tests.pages.stage import Stage, prove, sign_in
from tests.world.browser import NAVIGATION

RULES = (
    Rule(("/recent",), require=Require(max_auth_age=300)),
    Rule(("/strong",), require=Require(acr=("loa2",))),
    Rule(("/admin",), require=Require(groups=("admin",))),
)


@pytest.fixture
def person(stage: Stage) -> Person:
    return stage.person(rules=RULES)


def test_a_sign_in_that_is_too_old_is_made_again_on_our_page(stage: Stage, person: Person) -> None:
    ada = stage.user()
    stage.pool.clock.ahead = -600
    assert sign_in(person, ada).status == 200
    stage.pool.clock.ahead = 0
    shown = person.open("/recent")
    assert (shown.path, shown.query) == ("/auth/sign-in", {"prompt": "login", "next": "/recent"})
    back = prove(person, str(ada.email))
    assert (back.path, back.status) == ("/recent", 200)
    assert back.reply.app is not None


def test_a_class_that_our_pages_cannot_reach_ends_on_a_page(stage: Stage, person: Person) -> None:
    ada = stage.user()
    sign_in(person, ada)
    assert person.open("/strong").path == "/auth/sign-in"
    back = prove(person, str(ada.email))
    assert (back.path, back.status) == ("/strong", 403)
    assert b"Signing in again did not help" in back.reply.body


def test_the_sign_in_page_leads_on_who_is_signed_in_unless_it_was_asked_for(
    stage: Stage, person: Person
) -> None:
    sign_in(person, stage.user())
    assert person.open("/auth/sign-in?next=/page").path == "/page"
    assert person.open("/auth/login?next=/page&prompt=login").path == "/auth/sign-in"


def test_another_account_comes_back_to_the_page(stage: Stage, person: Person) -> None:
    ada, bob = stage.user(), stage.user(groups=("admin",))
    sign_in(person, ada)
    refused = person.open("/admin")
    assert refused.status == 403
    link = refused.links["Sign in with another account"]
    shown = person.open(link, NAVIGATION)
    assert (shown.path, shown.query) == ("/auth/sign-in", {"next": "/admin"})
    back = prove(person, str(bob.email))
    assert (back.path, back.status) == ("/admin", 200)


def test_another_language_keeps_the_wish_for_a_newer_sign_in(stage: Stage, person: Person) -> None:
    ada = stage.user()
    stage.pool.clock.ahead = -600
    sign_in(person, ada)
    stage.pool.clock.ahead = 0
    person.open("/recent")
    for language in ("Deutsch", "English", "Deutsch", "English"):
        assert person.click(language).path == "/auth/sign-in", "the old session is not asked"
    assert prove(person, str(ada.email)).path == "/recent"
