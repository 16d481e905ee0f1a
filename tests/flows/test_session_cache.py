"""Sessions that were verified moments ago: no second signature check, and no second meaning."""

import pytest

from cognito_gate._gate.protocol import session_cache
from tests.flows.conftest import MakeStage
from tests.flows.stage import ACCESS, ID, Stage
from tests.world.browser import Browser


def forget_keys(stage: Stage) -> None:
    """Other keys under the same names: from here on no signature of the pool holds."""
    stage.pool.published = {"key-a": "foreign", "key-b": "foreign"}
    stage.now += 90_000  # keys are looked at again after a day
    other = stage.browser()
    other.jar = {ACCESS: stage.pool.access_token()}
    assert other.go("/").status == 303  # the gate has the other keys now
    stage.now -= 90_000


def test_a_known_session_costs_no_signature_check(stage: Stage) -> None:
    browser = stage.signed_in()
    forget_keys(stage)
    assert browser.go("/").identity.username == "ada"


@pytest.mark.parametrize("quick", [True, False], ids=["short cut", "flow"])
def test_both_ways_know_it(stage: Stage, quick: bool) -> None:
    browser = stage.signed_in()
    forget_keys(stage)
    stage.quick = quick
    assert browser.go("/").identity.username == "ada"


def test_without_a_cache_each_request_is_verified(make_stage: MakeStage) -> None:
    stage = make_stage(session_cache=0)
    browser = stage.signed_in()
    assert browser.go("/").status == 200
    forget_keys(stage)
    assert browser.go("/").status == 303


@pytest.mark.parametrize(("size", "status"), [(2, 303), (10, 200)])
def test_of_more_sessions_than_are_remembered_in_full_the_signatures_are(
    make_stage: MakeStage, monkeypatch: pytest.MonkeyPatch, size: int, status: int
) -> None:
    monkeypatch.setattr(session_cache, "MAX_FULL", 2)
    stage = make_stage(session_cache=size)
    stage.pool.lifetime = 100
    browsers = [stage.signed_in() for _ in range(5)]
    forget_keys(stage)
    assert browsers[0].go("/").status == status
    stage.now += 150  # all else is checked as ever: the tokens have expired
    assert browsers[1].go("/").status == 303


def test_what_is_known_is_verified_again_after_five_minutes(stage: Stage) -> None:
    browser = stage.signed_in()
    forget_keys(stage)
    stage.now += 299
    assert browser.go("/").status == 200
    stage.now += 1
    assert browser.go("/").status == 303


@pytest.mark.parametrize("left", [1, 100, 299])
def test_what_is_known_ends_with_its_first_token(stage: Stage, left: int) -> None:
    for use in (stage.pool.access, stage.pool.id):
        use["exp"] = int(stage.now) + left
        browser = stage.signed_in()
        stage.now += left - 1
        assert browser.go("/").status == 200
        stage.now += 1
        assert browser.go("/").status == 303
        use.clear()


def test_a_clock_set_back_does_not_stretch_a_session(stage: Stage) -> None:
    browser = stage.signed_in()
    stage.now -= 3600
    assert browser.go("/").status == 303  # issued in the future


@pytest.mark.parametrize("name", [ACCESS, ID])
def test_one_changed_character_is_another_session(stage: Stage, name: str) -> None:
    browser = stage.signed_in()
    value = browser.jar[name]
    browser.jar[name] = value[:-9] + ("A" if value[-9] != "A" else "E") + value[-8:]
    assert browser.go("/").status == 303


def test_a_known_id_token_is_no_access_token(stage: Stage) -> None:
    browser = stage.signed_in()
    access, id_ = browser.jar[ACCESS], browser.jar[ID]
    for jar in (
        {ACCESS: id_},
        {ACCESS: id_, ID: id_},
        {ACCESS: id_, ID: access},
        {ACCESS: access, ID: access},
        {ID: access},
    ):
        assert Browser(stage, jar).go("/").status == 303
    assert Browser(stage, {ACCESS: access, ID: id_}).go("/").status == 200


def test_two_users_never_mix(stage: Stage) -> None:
    ada = stage.signed_in()
    stage.pool.sub, stage.pool.username = "sub-of-bob", "bob"
    bob = stage.signed_in()
    for _ in range(2):
        assert ada.go("/").identity.username == "ada"
        assert bob.go("/").identity.username == "bob"
    mixed = Browser(stage, {ACCESS: ada.jar[ACCESS], ID: bob.jar[ID]})
    assert mixed.go("/").status == 303


def test_more_sessions_than_places_all_work(make_stage: MakeStage) -> None:
    stage = make_stage(session_cache=2)
    browsers = [stage.signed_in() for _ in range(6)]
    for browser in browsers * 2:
        assert browser.go("/").identity.username == "ada"


def test_a_bearer_token_that_is_known_is_no_cookie(make_stage: MakeStage) -> None:
    stage = make_stage(bearer=True, bearer_client_ids=("machine",))
    stage.pool.access["client_id"] = "machine"
    token = stage.pool.access_token()
    browser = stage.browser()
    api = {"authorization": f"Bearer {token}"}
    for _ in range(2):
        assert browser.fetch("/", headers=api).status == 200
    browser.jar = {ACCESS: token}
    assert browser.go("/").status == 303


def test_a_session_that_is_known_is_no_bearer_token(make_stage: MakeStage) -> None:
    stage = make_stage(bearer=True)
    browser = stage.signed_in()
    for token in (browser.jar[ID], f"{browser.jar[ACCESS]}{browser.jar[ID]}", "x"):
        reply = browser.fetch("/", headers={"authorization": f"Bearer {token}"})
        assert (reply.status, reply.app) == (401, None)


def test_the_gates_own_routes_are_never_short_cut(stage: Stage) -> None:
    browser = stage.signed_in()
    for path in ("/auth/me", "/auth/login", "/auth/logout", "/auth/callback", "/auth/signed-out"):
        assert browser.go(path).app is None
        browser = stage.signed_in()


def test_steady_state_makes_no_call(stage: Stage) -> None:
    browser = stage.signed_in()
    made = len(stage.pool.calls)
    for _ in range(100):
        stage.now += 30
        assert browser.go("/").status == 200
    assert len(stage.pool.calls) == made
