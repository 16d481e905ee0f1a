"""Rules about the sign-in itself: a browser signs in again, once; the result is checked here."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from cognito_gate import Require, Rule
from cognito_gate._gate.flows.step_up import MAX_TIMES, StepUp
from cognito_gate._gate.protocol.conditions import lacks
from cognito_gate.errors import TokenRefused
from cognito_gate.events import Refused
from cognito_gate.identity import Identity
from tests.flows.stage import DUE, Stage
from tests.world.browser import Browser, Reply

RULES = (
    Rule(("/recent/*",), require=Require(max_auth_age=300)),
    Rule(("/strong/*",), require=Require(acr=("loa2", "loa3"))),
    Rule(("/both",), require=Require(max_auth_age=300, acr=("loa2",))),
    Rule(("/admin",), require=Require(groups=("admin",), max_auth_age=300)),
)
STEP_UP = "__Host-cognito_step_up"


@pytest.fixture
def stage() -> Stage:
    return Stage({"rules": RULES})


@pytest.fixture
def browser(stage: Stage) -> Browser:
    """Signed in ten minutes ago, by a password alone."""
    stage.pool.access["acr"] = "loa1"
    browser = stage.signed_in()
    stage.now += 600
    return browser


def asked(reply: Reply) -> dict[str, str]:
    """What Cognito is asked for beside the usual."""
    query = dict(parse_qsl(urlsplit(reply.location).query))
    return {name: query[name] for name in ("prompt", "max_age", "acr_values") if name in query}


def come_back(browser: Browser, stage: Stage, started: Reply) -> Reply:
    """Cognito's login, as `stage.pool.access` says, and on to the page."""
    assert started.status == 303
    back = browser.go(stage.pool.sign_in(started.location))
    assert back.status == 303
    return browser.go(back.location)


def test_a_sign_in_that_is_too_old_is_made_again(stage: Stage, browser: Browser) -> None:
    started = browser.go("/recent/a?b=c")
    assert asked(started) == {"prompt": "login", "max_age": "300"}
    assert STEP_UP in started.stored
    assert come_back(browser, stage, started).identity.username == "ada"


def test_and_so_is_one_that_is_too_weak(stage: Stage, browser: Browser) -> None:
    started = browser.go("/strong/a")
    assert asked(started) == {"prompt": "login", "acr_values": "loa2 loa3"}
    stage.pool.access["acr"] = "loa3"
    assert come_back(browser, stage, started).identity.username == "ada"


def test_the_address_comes_back_with_its_query(stage: Stage, browser: Browser) -> None:
    started = browser.go("/recent/a?b=c%20d")
    back = browser.go(stage.pool.sign_in(started.location))
    assert back.location == "/recent/a?b=c%20d"


def told_so(reply: Reply) -> bool:
    """Whether it is the page that says that signing in again was of no use."""
    return reply.status == 403 and b"Signing in again did not help" in reply.body


def test_where_cognito_does_not_ask_again_a_page_says_so(stage: Stage, browser: Browser) -> None:
    """Its classic login signs in from its own session, whatever it is asked."""
    stage.pool.access["auth_time"] = int(stage.now) - 600
    stage.events.clear()
    shown = come_back(browser, stage, browser.go("/recent/a"))
    assert told_so(shown)
    assert told_so(browser.go("/recent/a"))
    assert b'href="/auth/logout?next=/recent/a"' in shown.body
    refused = [event for event in stage.events if isinstance(event, Refused)]
    assert [(one.code, one.rule) for one in refused] == [("step_up_required", "rule 1")] * 2


def test_where_the_new_sign_in_is_as_weak_a_page_says_so(stage: Stage, browser: Browser) -> None:
    """The Lite plan takes no notice of acr_values."""
    started = browser.go("/strong/a")
    stage.now += 300  # however long it takes
    assert told_so(come_back(browser, stage, started))


def test_both_at_once(stage: Stage, browser: Browser) -> None:
    started = browser.go("/both")
    assert asked(started) == {"prompt": "login", "max_age": "300", "acr_values": "loa2"}
    assert told_so(come_back(browser, stage, started))


def test_who_has_not_signed_in_since_is_asked_again_but_not_for_ever(
    stage: Stage, browser: Browser
) -> None:
    """Two tabs, or somebody who went back. It ends where a pool's tokens do not tell."""
    for _ in range(MAX_TIMES):
        assert asked(browser.go("/recent/a")) == {"prompt": "login", "max_age": "300"}
    assert told_so(browser.go("/recent/a"))
    stage.now += 901
    assert asked(browser.go("/recent/a")) == {"prompt": "login", "max_age": "300"}


def test_a_sign_in_that_grows_old_again_is_made_again(stage: Stage, browser: Browser) -> None:
    assert come_back(browser, stage, browser.go("/recent/a")).status == 200
    stage.now += 301
    assert asked(browser.go("/recent/a")) == {"prompt": "login", "max_age": "300"}


def test_a_planted_cookie_hides_no_real_one(stage: Stage, browser: Browser) -> None:
    shown = come_back(browser, stage, browser.go("/strong/a"))
    assert told_so(shown)
    line = "; ".join(f"{name}={value}" for name, value in browser.jar.items())
    browser.raw = [f"{STEP_UP}=x; {line}".encode()]
    assert told_so(browser.go("/strong/a"))


def test_another_rule_is_asked_for_on_its_own(stage: Stage, browser: Browser) -> None:
    assert come_back(browser, stage, browser.go("/recent/a")).status == 200
    started = browser.go("/strong/a")
    assert asked(started) == {"prompt": "login", "acr_values": "loa2 loa3"}
    assert told_so(come_back(browser, stage, started))
    stage.now += 901  # as long as a sign-in may take
    assert asked(browser.go("/strong/a")) == {"prompt": "login", "acr_values": "loa2 loa3"}


def test_nobody_is_sent_round_in_a_circle(stage: Stage, browser: Browser) -> None:
    """Whatever Cognito does, each way ends on a page of ours or the app's."""
    old = {"auth_time": int(stage.now) - 600}
    for access in ({}, old, {"acr": "loa2"}, {"acr": "loa1", "origin_jti": "always-the-same"}):
        stage.pool.access |= access
        for path in ("/recent/a", "/strong/a", "/both", "/admin"):
            reply, steps = browser.go(path), 0
            while reply.status == 303:
                at_cognito = reply.location.startswith("https://login.")
                reply = browser.go(
                    stage.pool.sign_in(reply.location) if at_cognito else reply.location
                )
                steps += 1
                assert steps <= (2 * MAX_TIMES if "origin_jti" in access else 2), path


def test_who_may_not_go_there_anyway_is_not_sent_to_sign_in(browser: Browser) -> None:
    reply = browser.go("/admin")
    assert reply.status == 403
    assert b"does not have access" in reply.body


def test_programs_are_told_and_not_sent(stage: Stage, browser: Browser) -> None:
    reply = browser.fetch("/recent/a")
    assert (reply.status, reply.cookies) == (401, {})
    assert 'max_age="300"' in reply.value("www-authenticate")


@pytest.mark.parametrize("value", ["", "x", "1800000600"])
def test_a_cookie_that_is_not_ours_says_nothing(browser: Browser, value: str) -> None:
    browser.jar[STEP_UP] = value
    assert browser.go("/recent/a").status == 303


def test_a_session_that_was_refreshed_on_the_way_is_kept() -> None:
    stage = Stage({"rules": RULES, "refresh_flow_enabled": True})
    stage.pool.access["auth_time"] = int(stage.now)  # a refresh leaves it as it is
    browser = stage.signed_in()
    stage.now += DUE + 1
    reply = browser.go("/recent/a")
    assert asked(reply) == {"prompt": "login", "max_age": "300"}
    assert "__Host-cognito_access_token" in reply.stored


def test_signing_out_forgets_it(browser: Browser) -> None:
    assert STEP_UP in browser.go("/recent/a").stored
    assert STEP_UP in browser.go("/auth/logout").cleared


def test_a_record_of_another_version_asks_anew() -> None:
    """As after a rollback: it is no reason for an error."""
    for text in ('{"begun":1}', '{"v":2,"begun":1,"times":1,"session":"","acr":[]}', "[]", "x"):
        with pytest.raises(TokenRefused):
            StepUp.from_json(text)


def test_a_sign_in_of_the_future_is_no_recent_one() -> None:
    now = 1_000_000.0
    require = Require(max_auth_age=300)
    for ahead, lacking in ((59, False), (61, True), (10**9, True)):
        who = Identity({"sub": "a", "auth_time": int(now) + ahead}, {})
        assert (lacks(require, who, now) is not None) is lacking
