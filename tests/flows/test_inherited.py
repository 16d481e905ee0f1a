"""Sessions that flask-cognito-lib began: they go on, under our own names and seals."""

import base64
import hashlib

import pytest
from cryptography.fernet import Fernet

from tests.flows.conftest import MakeStage
from tests.flows.stage import DUE, REFRESH, SESSION, Stage, spent
from tests.world.browser import Browser
from tests.world.pool import Grant

KEY = "the secret key of the old app"
OLD = {f"cognito_{kind}_token" for kind in ("access", "id", "refresh")}


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    return make_stage(refresh_flow_enabled=True, flask_cognito_lib_key=KEY)


def sealed(stage: Stage, token: str, key: str = KEY) -> str:
    """A refresh cookie as flask-cognito-lib writes it."""
    fernet = Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))
    return fernet.encrypt_at_time(token.encode(), int(stage.now)).decode()


def old_session(stage: Stage, key: str = KEY, sub: str = "sub-of-ada") -> Browser:
    """A browser that signed in with the old app."""
    stage.pool.refreshes[f"old-{sub}"] = Grant(sub, "openid email")
    jar = {
        "cognito_access_token": stage.pool.access_token(sub=sub),
        "cognito_id_token": stage.pool.id_token(sub=sub),
        "cognito_refresh_token": sealed(stage, f"old-{sub}", key),
    }
    return Browser(stage, jar)


def test_it_goes_on_and_moves_over(stage: Stage) -> None:
    browser = old_session(stage)
    assert browser.go("/").identity.username == "ada"
    stage.now += DUE
    shown = browser.go("/")
    assert shown.identity.username == "ada"
    assert (set(shown.stored), set(shown.cleared)) == (SESSION, OLD)
    assert set(browser.jar) == SESSION
    stage.now += DUE
    assert browser.go("/").identity.username == "ada"
    assert spent(stage) == 2


def test_its_refresh_cookie_alone_is_enough(stage: Stage) -> None:
    browser = old_session(stage)
    browser.jar = {"cognito_refresh_token": browser.jar["cognito_refresh_token"]}
    assert browser.go("/").identity.username == "ada"
    assert set(browser.jar) == SESSION


def test_another_key_opens_nothing(stage: Stage) -> None:
    browser = old_session(stage, key="another")
    stage.now += 3600
    assert browser.go("/").status == 303
    assert spent(stage) == 0


def test_without_the_setting_it_opens_nothing(lasting: Stage) -> None:
    assert old_session(lasting).go("/").status == 303
    assert spent(lasting) == 0


def test_its_absolute_life_counts_from_its_sign_in(stage: Stage) -> None:
    browser = old_session(stage)
    stage.now += 86_399
    ages = [int(cookie.attributes["max-age"]) for cookie in browser.go("/").cookies.values()]
    assert max(ages) == 1
    stage.now += 1
    assert browser.go("/").status == 303


def test_our_own_cookies_come_first(stage: Stage) -> None:
    """Other hosts of the domain can plant the old names, but not ours."""
    browser = stage.signed_in()
    planted = old_session(stage, sub="sub-of-mallory")
    browser.jar |= planted.jar
    for passed in (0, DUE, 3600):
        stage.now += passed
        assert browser.go("/").identity.sub == "sub-of-ada"


@pytest.mark.parametrize("passed", [0, DUE])
def test_a_refresh_cookie_of_another_user_takes_nobody_over(stage: Stage, passed: int) -> None:
    """It does not say whose it is; the access token beside it does."""
    browser = old_session(stage)
    other = old_session(stage, sub="sub-of-mallory")
    browser.jar["cognito_refresh_token"] = other.jar["cognito_refresh_token"]
    stage.now += passed
    shown = browser.go("/")
    assert shown.app is None or shown.identity.sub == "sub-of-ada"
    assert REFRESH not in shown.stored
