"""A renewal that brings tokens which do not hold: the session is not renewed with them."""

import pytest

from tests.flows.conftest import MakeStage
from tests.flows.stage import ACCESS, DUE, REFRESH, SESSION, Stage, spent
from tests.world.browser import Browser


@pytest.fixture
def stage(lasting: Stage) -> Stage:
    return lasting


@pytest.fixture
def browser(stage: Stage) -> Browser:
    return stage.signed_in()


WRONG = {
    "access token of another user": ("access", {"sub": "sub-of-bob"}),
    "ID token of another user": ("id", {"sub": "sub-of-bob"}),
    "access token of another client": ("access", {"client_id": "other"}),
    "ID token of another client": ("id", {"aud": "other"}),
    "ID token of another issuer": ("id", {"iss": "https://evil.example"}),
    "ID token for another use": ("id", {"token_use": "access"}),
    "ID token expired": ("id", {"exp": 1}),
    "access token expired": ("access", {"exp": 1}),
    "at_hash of another": ("id", {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
}


@pytest.mark.parametrize(("use", "claims"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("alive", [True, False], ids=["alive", "dead"])
def test_tokens_that_do_not_hold_renew_nothing(
    stage: Stage, browser: Browser, use: str, claims: dict[str, object], alive: bool
) -> None:
    before = dict(browser.jar)
    stage.now += DUE if alive else 3600
    getattr(stage.pool, use).update(claims)
    shown = browser.go("/")
    assert not SESSION & set(shown.stored)
    if alive:
        assert shown.identity.sub == "sub-of-ada"
        assert browser.jar == before
    else:
        assert (shown.status, shown.app) == (303, None)
        assert not SESSION & set(browser.jar)


def test_both_tokens_of_another_user_renew_nothing(stage: Stage, browser: Browser) -> None:
    stage.now += 3600
    stage.pool.access["sub"] = stage.pool.id["sub"] = "sub-of-bob"
    assert browser.go("/").status == 303
    assert not SESSION & set(browser.jar)


@pytest.mark.parametrize("use", ["access", "id"])
def test_a_wrong_signature_renews_nothing(stage: Stage, browser: Browser, use: str) -> None:
    stage.now += 3600
    stage.pool.header[use] = {"kid": f"key-{stage.pool.signer[use]}"}
    stage.pool.signer[use] = "foreign"
    assert browser.go("/").status == 303


def test_a_nonce_is_not_asked_for_again(stage: Stage, browser: Browser) -> None:
    stage.now += 3600
    stage.pool.id["nonce"] = "repeated-or-not"
    assert browser.go("/").identity.username == "ada"


def test_a_refresh_cookie_of_another_user_is_not_spent(stage: Stage, browser: Browser) -> None:
    """Two browsers' cookies mixed: the access token says whose session it is."""
    stage.pool.sub = "sub-of-bob"
    bob = stage.signed_in()
    browser.jar[REFRESH] = bob.jar[REFRESH]
    stage.now += DUE
    assert browser.go("/").identity.sub == "sub-of-ada"
    assert spent(stage) == 0


def without_id(stage: Stage) -> None:
    stage.pool.reword = lambda answer: {k: v for k, v in answer.items() if k != "id_token"}


def test_without_an_id_token_the_old_one_serves_while_it_lasts(stage: Stage) -> None:
    stage.pool.id["exp"] = int(stage.now) + 9000
    browser = stage.signed_in()
    without_id(stage)
    stage.now += DUE
    assert browser.go("/").identity.email == "ada@example.com"
    assert browser.go("/").identity.email == "ada@example.com"


def test_without_any_id_token_there_is_no_session_that_had_one(
    stage: Stage, browser: Browser
) -> None:
    """Claims that rules go by would be gone."""
    without_id(stage)
    stage.now += 3600
    assert browser.go("/").status == 303


def test_a_session_that_never_had_one_goes_on_without(make_stage: MakeStage) -> None:
    stage = make_stage(refresh_flow_enabled=True, scopes=("api/read",))
    browser = stage.signed_in()
    stage.now += 3600
    shown = browser.go("/")
    assert (shown.identity.username, shown.identity.email) == ("ada", None)
    assert set(shown.stored) == {ACCESS, REFRESH}
    assert browser.go("/").identity.username == "ada"
