"""A sign-in comes back once: its cookie drives one exchange, however often it is shown."""

from cognito_gate._gate.protocol.recent import Recent
from tests.flows.stage import Remembering, Stage
from tests.world import faults
from tests.world.browser import Browser
from tests.world.pool import DOMAIN


def started(stage: Stage) -> tuple[Browser, str]:
    browser = stage.browser()
    return browser, stage.pool.sign_in(browser.go("/page").location)


def test_other_codes_are_not_exchanged(stage: Stage) -> None:
    """Whoever copied an attempt's cookie must not have codes tried out by us."""
    browser, url = started(stage)
    copied = dict(browser.jar)
    assert browser.go(url).location == "/page"
    for number in range(20):
        other = url.replace("code=", f"code={number}")
        reply = Browser(stage, dict(copied)).go(other)
        assert reply.location.startswith(f"{DOMAIN}/oauth2/authorize?")
    assert len(stage.pool.named("token")) == 1


def test_a_second_code_is_not_tried_while_the_first_is_open(stage: Stage) -> None:
    browser, url = started(stage)
    stage.pool.faults["token"] = faults.reply(503)
    assert browser.go(url).status == 503
    browser.go(url.replace("code=", "code=x"))
    assert len(stage.pool.named("token")) == 1


def test_after_an_outage_the_same_code_may_come_again(stage: Stage) -> None:
    browser, url = started(stage)
    stage.pool.faults["token"] = faults.reply(503)
    assert browser.go(url).status == 503
    stage.pool.faults.clear()
    assert browser.go(url).location == "/page"


def test_a_code_that_cannot_be_verified_yet_may_come_again(stage: Stage) -> None:
    """Keys rolled over and out of reach: the exchange's answer waits for them."""
    stage.pool = Remembering(clock=stage.pool.clock)
    stage.signed_in()
    stage.pool.roll_keys("2")
    stage.now += 15
    stage.pool.faults["jwks"] = faults.reply(503)
    browser, url = started(stage)
    assert browser.go(url).status == 503
    stage.pool.faults.clear()
    stage.now += 15
    assert browser.go(url).location == "/page"


def test_memory_is_bounded_and_ends() -> None:
    recent: Recent[int] = Recent(3)
    for number in range(5):
        recent.put(str(number), number, until=10.0)
    assert [recent.get(str(number), 9.9) for number in range(5)] == [None, None, 2, 3, 4]
    assert recent.get("4", 10.0) is None
    assert recent.add("4", 7, 9.0, until=20.0) == 4
    assert recent.add("4", 7, 10.0, until=20.0) == 7
    assert recent.get("4", 19.0) == 7
