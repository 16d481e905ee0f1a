"""Refreshing on bad days: what was spent is never lost, and a wrong clock ends nothing."""

from email.utils import formatdate

import httpx
import pytest

from tests.flows.stage import DUE, REFRESH, SESSION, Remembering, Stage, spent
from tests.world import faults
from tests.world.browser import Browser
from tests.world.pool import Pool


@pytest.fixture
def stage(lasting: Stage) -> Stage:
    pool = Remembering(clock=lasting.pool.clock)
    lasting.pool = pool
    return lasting


@pytest.fixture
def browser(stage: Stage) -> Browser:
    stage.pool.rotation = True
    return stage.signed_in()


def skewed(pool: Pool, seconds: float) -> None:
    """From now on, Cognito's clock is ahead of ours."""
    ours, answer = pool.clock, pool._token

    def told(request: httpx.Request) -> httpx.Response:
        response = answer(request)
        response.headers["date"] = formatdate(pool.clock(), usegmt=True)
        return response

    pool.clock = lambda: ours() + seconds
    pool.faults["token"] = told


# Keys that are out of reach


@pytest.mark.parametrize("alive", [True, False], ids=["alive", "dead"])
def test_keys_rolled_over_and_out_of_reach(stage: Stage, browser: Browser, alive: bool) -> None:
    """The new refresh token is kept, although its fellows cannot be verified yet."""
    before = browser.jar[REFRESH]
    stage.now += DUE if alive else 3600
    stage.pool.roll_keys("2")
    stage.pool.faults["jwks"] = faults.reply(503)
    shown = browser.go("/")
    assert shown.status == (200 if alive else 503)
    assert shown.stored == [REFRESH]
    assert browser.jar[REFRESH] != before
    stage.now += 4000  # nothing is remembered any more
    stage.pool.faults.clear()
    assert browser.go("/").identity.username == "ada"


def test_while_keys_are_out_of_reach_no_other_session_is_spent(
    stage: Stage, browser: Browser
) -> None:
    """The first one has shown that what would come could not be verified."""
    other = stage.signed_in()
    stage.now += 3600
    stage.pool.roll_keys("2")
    stage.pool.faults["jwks"] = faults.reply(503)
    for one in (browser, other, browser, other):
        assert one.go("/").status == 503
    assert spent(stage) == 1
    stage.pool.faults.clear()
    stage.now += 15
    for one in (browser, other):
        assert one.go("/").identity.username == "ada"


@pytest.mark.parametrize("alive", [True, False], ids=["alive", "dead"])
def test_a_key_that_is_not_published_yet(stage: Stage, browser: Browser, alive: bool) -> None:
    """Cognito signs with a new key, and a cache before its key set still has the old ones."""
    stage.now += DUE if alive else 3600
    published = stage.pool.published
    stage.pool.roll_keys("2")
    rolled, stage.pool.published = stage.pool.published, published
    shown = browser.go("/")
    assert shown.status == (200 if alive else 503)
    assert (shown.stored, shown.cleared) == ([REFRESH], [])
    stage.pool.published = rolled
    stage.now += 4000
    assert browser.go("/").identity.username == "ada"


def test_a_key_that_is_not_published_yet_is_not_asked_for_at_each_request(
    stage: Stage, browser: Browser
) -> None:
    stage.now += 3600
    published = stage.pool.published
    stage.pool.roll_keys("2")
    stage.pool.published = published
    assert browser.go("/").status == 503
    fetches = len(stage.pool.named("jwks"))
    for _ in range(5):
        assert browser.go("/").status == 503
    assert len(stage.pool.named("jwks")) == fetches
    assert spent(stage) == 1


def test_on_a_public_path_it_is_kept_too(stage: Stage, browser: Browser) -> None:
    changed = Stage({"refresh_flow_enabled": True, "public_paths": ("/open",)}, now=stage.now)
    changed.pool = stage.pool
    browser.site = changed
    assert browser.go("/open").status == 200  # keys are held now
    changed.now = stage.now = stage.now + 3600
    stage.pool.roll_keys("2")
    stage.pool.faults["jwks"] = faults.reply(503)
    shown = browser.go("/open")
    assert (shown.status, shown.stored) == (200, [REFRESH])
    assert shown.app is not None
    assert shown.app.identity is None


def test_without_any_key_no_refresh_token_is_spent(stage: Stage, browser: Browser) -> None:
    fresh = Stage({"refresh_flow_enabled": True}, now=stage.now + 3600)
    stage.now += 3600
    fresh.pool = stage.pool
    stage.pool.faults["jwks"] = faults.reply(503)
    browser.site = fresh
    browser.jar = {REFRESH: browser.jar[REFRESH]}
    assert browser.go("/").status == 503
    assert spent(stage) == 0


def test_a_session_too_large_keeps_its_new_refresh_token(stage: Stage, browser: Browser) -> None:
    stage.now += DUE
    stage.pool.id["custom:story"] = "x" * 14_000
    shown = browser.go("/")
    assert (shown.status, shown.stored) == (200, [REFRESH])
    stage.pool.id.clear()
    stage.now += 30
    assert set(browser.go("/").stored) == SESSION


# Answers that are remembered


def test_tokens_that_live_seconds(stage: Stage) -> None:
    """Without rotation: an answer that is given again has ended, and its refresh token has not."""
    stage.pool.lifetime = 20
    browser = stage.signed_in()
    for _ in range(20):
        stage.now += 11
        assert browser.go("/").identity.username == "ada"


@pytest.mark.parametrize("rotation", [True, False])
def test_a_remembered_answer_that_has_ended_ends_nothing(stage: Stage, rotation: bool) -> None:
    """Whoever comes late, with the cookie of before, is led on to what is good now."""
    stage.pool.rotation, stage.pool.lifetime = rotation, 100
    browser = stage.signed_in()
    late = dict(browser.jar)
    stage.now += 100
    browser.go("/")
    pool = stage.pool
    assert isinstance(pool, Remembering)
    pool.kept = {key: (until + 1e6, answer) for key, (until, answer) in pool.kept.items()}
    stage.now += 200
    browser.jar = late
    assert browser.go("/").identity.username == "ada"
    assert spent(stage) == 2


# Clocks


def test_a_refresh_with_a_clock_that_is_behind(
    stage: Stage, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    stage.now += 3600
    skewed(stage.pool, 300)
    shown = browser.go("/page")
    assert shown.status == 503
    assert b"clock" in shown.body
    assert not set(shown.cleared)
    assert shown.stored == [REFRESH]
    assert "300 s behind" in caplog.text
    stage.now += 300  # somebody sets it right
    skewed(stage.pool, -300)
    assert browser.go("/page").identity.username == "ada"


def test_a_clock_that_was_set_back_spends_nothing(stage: Stage, browser: Browser) -> None:
    stage.now -= 7200
    before = dict(browser.jar)
    assert browser.go("/page").status == 503
    assert browser.jar == before
    assert spent(stage) == 0
    stage.now += 7200
    assert browser.go("/page").identity.username == "ada"


def test_without_refresh_nobody_is_there_and_nothing_is_cleared() -> None:
    stage = Stage()
    browser = stage.signed_in()
    stage.now -= 7200
    shown = browser.go("/page")
    assert shown.status == 303
    assert not SESSION & set(shown.cleared)


def test_a_forged_token_of_the_future_is_no_clock(stage: Stage, browser: Browser) -> None:
    stage.pool.signer["access"] = "foreign"
    stage.pool.header["access"] = {"kid": "key-a"}
    browser.jar["__Host-cognito_access_token"] = stage.pool.access_token(iat=stage.now + 9000)
    stage.pool.signer["access"], stage.pool.header["access"] = "a", {}
    assert browser.go("/").identity.username == "ada"  # by its refresh token


@pytest.mark.parametrize(
    ("seconds", "word"), [(90, "90 s behind"), (-7200, "7200 s ahead of")], ids=["behind", "ahead"]
)
def test_a_sign_in_with_a_wrong_clock_says_so(
    seconds: int, word: str, caplog: pytest.LogCaptureFixture
) -> None:
    stage = Stage()
    skewed(stage.pool, seconds)
    shown = stage.browser().sign_in(stage.pool)
    assert shown.status == 503
    assert b"clock" in shown.body
    assert b"href" not in shown.body  # trying again would lead here again
    assert word in caplog.text


def test_a_wrong_clock_is_told_where_cognito_does_not_say_by_how_much(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stage = Stage()
    skewed(stage.pool, 90)
    answer = stage.pool.faults["token"]

    def undated(request: httpx.Request) -> httpx.Response:
        response = answer(request)
        assert isinstance(response, httpx.Response)
        del response.headers["date"]
        return response

    stage.pool.faults["token"] = undated
    assert stage.browser().sign_in(stage.pool).status == 503
    assert "Cognito's answer does not say by how much" in caplog.text


def test_an_expired_token_is_no_clock_where_cognito_agrees_on_the_time() -> None:
    stage = Stage()
    skewed(stage.pool, 0)
    stage.pool.id["exp"] = 1
    assert stage.browser().sign_in(stage.pool).status == 400
