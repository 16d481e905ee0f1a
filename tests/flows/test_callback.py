"""The callback played by hand: the order of its steps, its asks, and what time does to it."""

import hashlib
from base64 import urlsafe_b64decode
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.flows.conftest import MakeStage
from tests.flows.stage import ACCESS, ID, Stage, asked, end, reply, until
from tests.world.browser import NAVIGATION, Browser
from tests.world.pool import DOMAIN, ISSUER


@pytest.fixture
def browser(stage: Stage) -> Browser:
    return stage.browser()


@pytest.fixture
def url(stage: Stage, browser: Browser) -> str:
    return stage.pool.sign_in(browser.go("/page").location)


def test_keys_come_before_the_code_is_spent(stage: Stage, browser: Browser, url: str) -> None:
    flow = stage.decide(browser.request("GET", url, NAVIGATION))
    keys = asked(next(flow))
    assert (keys.method, keys.url) == ("GET", f"{ISSUER}/.well-known/jwks.json")
    assert keys.share
    exchange = asked(flow.send(stage.pool.answer(keys)))
    assert (exchange.method, exchange.url) == ("POST", f"{DOMAIN}/oauth2/token")
    assert dict(parse_qsl(exchange.body.decode())).keys() == {
        "grant_type",
        "code",
        "redirect_uri",
        "code_verifier",
    }
    done = reply(end(flow, stage.pool.answer(exchange)))
    assert (done.status, done.location) == (303, "/page")
    assert set(done.stored) == {ACCESS, ID}


def test_what_is_refused_asks_for_nothing(stage: Stage, browser: Browser, url: str) -> None:
    for target in (url.replace("state=", "state=x"), f"{url}&code=2", f"{url}&iss=x"):
        flow = stage.decide(browser.request("GET", target, NAVIGATION))
        with pytest.raises(StopIteration):
            next(flow)


def test_two_clicks_are_one_exchange(stage: Stage, browser: Browser, url: str) -> None:
    request = browser.request("GET", url, NAVIGATION)
    flows = [stage.decide(request), stage.decide(request)]
    asks = [until(flow, stage.pool, "/oauth2/token") for flow in flows]
    assert asks[0].share == asks[1].share
    assert asks[0].share
    answer = stage.pool.answer(asks[0])
    assert [reply(end(flow, answer)).location for flow in flows] == ["/page", "/page"]


def test_an_ask_does_not_show_what_it_carries(stage: Stage, browser: Browser, url: str) -> None:
    ask = until(stage.decide(browser.request("GET", url, NAVIGATION)), stage.pool, "/token")
    code = dict(parse_qsl(urlsplit(url).query))["code"]
    assert code in ask.body.decode()
    assert code not in repr(ask)
    assert code not in ask.share


@pytest.mark.parametrize(("passed", "accepted"), [(0, True), (900, True), (901, False)])
def test_an_attempt_ends_after_its_time(
    stage: Stage, browser: Browser, url: str, passed: int, accepted: bool
) -> None:
    """By the time sealed inside: this browser ignores Max-Age."""
    stage.now += passed
    done = browser.go(url)
    assert (done.location == "/page") == accepted
    assert bool(stage.pool.named("token")) == accepted
    assert (ACCESS in done.stored) == accepted


def test_how_long_is_a_setting(make_stage: MakeStage) -> None:
    stage = make_stage(login_seconds=30)
    browser = stage.browser()
    url = stage.pool.sign_in(browser.go("/page").location)
    stage.now += 31
    assert browser.go(url).location.startswith(DOMAIN)


def test_an_attempt_of_the_future_is_none(stage: Stage, browser: Browser, url: str) -> None:
    stage.now -= 61
    assert browser.go(url).location.startswith(DOMAIN)
    assert not stage.pool.named("token")


def test_the_oldest_attempt_makes_room(stage: Stage, browser: Browser) -> None:
    urls = []
    for number in range(5):
        stage.now += 1
        urls.append(stage.pool.sign_in(browser.go(f"/tab/{number}").location))
    assert browser.go(urls[0]).location.startswith(DOMAIN)  # dropped: starts over
    for number in (4, 3):
        assert browser.go(urls[number]).location == f"/tab/{number}"


def test_dead_attempts_are_cleared_first(stage: Stage, browser: Browser) -> None:
    browser.go("/old")
    stage.now += 901
    (old,) = browser.jar
    browser.jar["__Host-cognito_login_garbage"] = "x"
    assert set(browser.go("/new").cleared) == {old, "__Host-cognito_login_garbage"}
    assert len(browser.jar) == 1


def test_pkce_is_of_this_attempt(stage: Stage, browser: Browser) -> None:
    """The verifier sent belongs to the challenge sent, also with two attempts under way."""
    starts = [browser.go(f"/tab/{number}").location for number in range(2)]
    for start in starts:
        browser.go(stage.pool.sign_in(start))
        verifier = stage.pool.named("token")[-1].form["code_verifier"]
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = dict(parse_qsl(urlsplit(start).query))["code_challenge"]
        assert len(challenge) == 43
        assert digest.hex() == bytes_of(challenge).hex()


def bytes_of(text: str) -> bytes:
    """Base64url without padding, as bytes."""
    return urlsafe_b64decode(text + "=")
