"""A WebSocket's acceptance may lose its cookies: renewal waits while the session holds."""

import pytest

from cognito_gate._gate.messages import Pass
from tests.flows.stage import ACCESS, DUE, REFRESH, Stage, incoming, play, spent
from tests.world.browser import Browser


@pytest.fixture
def stage(lasting: Stage) -> Stage:
    return lasting


def shake_hands(stage: Stage, browser: Browser) -> Pass:
    facts = incoming(browser.request("GET", "/ws", {}), stage.now)._replace(kind="websocket")
    decision = play(stage.gate.decide(facts), stage.pool)
    assert isinstance(decision, Pass)
    return decision


def test_while_the_session_holds(stage: Stage) -> None:
    browser = stage.signed_in()
    stage.now += DUE
    accepted = shake_hands(stage, browser)
    assert accepted.identity is not None
    assert accepted.headers == ()
    assert spent(stage) == 0
    assert ACCESS in browser.go("/").stored  # the page that opened it renews


def test_when_it_no_longer_does(stage: Stage) -> None:
    browser = stage.signed_in()
    browser.jar = {REFRESH: browser.jar[REFRESH]}
    accepted = shake_hands(stage, browser)
    assert accepted.identity is not None
    assert any(ACCESS in line for _, line in accepted.headers)
    assert spent(stage) == 1
