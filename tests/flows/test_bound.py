"""The tokens of a session belong together: none is dropped, none is of another sign-in."""

import pytest

from tests.flows.conftest import MakeStage
from tests.flows.stage import ACCESS, ID, SESSION, Stage, spent
from tests.world.browser import Browser


def sign_in(stage: Stage, name: str) -> Browser:
    stage.pool.access["origin_jti"] = stage.pool.id["origin_jti"] = name
    return stage.signed_in()


def test_the_id_cookie_cannot_be_dropped(stage: Stage) -> None:
    """Claims such as custom:tenant would vanish with it."""
    browser = stage.signed_in()
    del browser.jar[ID]
    shown = browser.go("/")
    assert (shown.status, shown.app) == (303, None)
    assert ACCESS in shown.cleared


def test_with_refresh_it_comes_back(lasting: Stage) -> None:
    browser = lasting.signed_in()
    del browser.jar[ID]
    assert browser.go("/").identity.email == "ada@example.com"
    assert set(browser.jar) == SESSION
    assert spent(lasting) == 1


def test_without_openid_there_is_none_to_drop(make_stage: MakeStage) -> None:
    stage = make_stage(scopes=("api/read",))
    assert set(stage.signed_in().jar) == {ACCESS}


def test_an_id_token_of_another_sign_in_is_not_paired(stage: Stage) -> None:
    older = sign_in(stage, "one")
    browser = sign_in(stage, "two")
    browser.jar[ID] = older.jar[ID]
    assert browser.go("/").status == 303


def test_among_several_the_one_that_belongs_is_taken(stage: Stage) -> None:
    older = sign_in(stage, "one")
    browser = sign_in(stage, "two")
    line = f"{ACCESS}={browser.jar[ACCESS]}; {ID}={older.jar[ID]}; {ID}={browser.jar[ID]}"
    assert Browser(stage, raw=[line.encode()]).go("/").identity.id_claims["origin_jti"] == "two"


@pytest.mark.parametrize("use", ["access", "id"])
def test_a_callback_that_brings_two_sign_ins_is_refused(stage: Stage, use: str) -> None:
    stage.pool.access["origin_jti"] = stage.pool.id["origin_jti"] = "one"
    getattr(stage.pool, use)["origin_jti"] = "two"
    assert stage.browser().sign_in(stage.pool).status == 400


def test_a_refresh_that_brings_two_sign_ins_renews_nothing(lasting: Stage) -> None:
    browser = sign_in(lasting, "one")
    lasting.now += 3600
    lasting.pool.id["origin_jti"] = "two"
    assert browser.go("/").status == 303
