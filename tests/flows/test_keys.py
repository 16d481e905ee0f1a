"""The signing keys: fetched on need, seldom, and never lost to a bad answer."""

from collections.abc import Callable

import pytest

from tests.flows.conftest import MakeStage
from tests.flows.stage import ACCESS, Stage
from tests.world import faults
from tests.world.browser import Browser
from tests.world.pool import Pool
from tests.world.tokens import jwk


def fetches(pool: Pool) -> int:
    return len(pool.named("jwks"))


def with_token(stage: Stage) -> Browser:
    """A browser with an access token as the pool mints it now, of a session without openid."""
    return Browser(stage, {ACCESS: stage.pool.access_token(scope="api/read")})


def test_keys_are_fetched_on_first_need(stage: Stage) -> None:
    stage.browser().go("/")
    assert fetches(stage.pool) == 0
    stage.signed_in()
    stage.signed_in()
    assert fetches(stage.pool) == 1


def test_a_flood_of_unknown_keys_causes_one_fetch_in_ten_seconds(stage: Stage) -> None:
    session = stage.signed_in()
    before = fetches(stage.pool)
    for number in range(50):
        stage.pool.header["access"] = {"kid": f"made-up-{number}"}
        assert with_token(stage).go("/").status == 303
    assert fetches(stage.pool) == before + 1
    stage.now += 10
    assert with_token(stage).go("/").status == 303
    assert fetches(stage.pool) == before + 2
    assert session.go("/").status == 200


def test_a_flood_does_not_stand_in_the_way_of_a_sign_in(stage: Stage) -> None:
    stage.signed_in()
    stage.pool.header["access"] = {"kid": "made-up"}
    assert with_token(stage).go("/").status == 303
    stage.pool.header.clear()
    stage.pool.roll_keys("2")
    assert stage.signed_in().go("/").identity.username == "ada"


def test_a_key_that_is_not_published_yet_is_asked_for_once_in_ten_seconds(stage: Stage) -> None:
    """Cognito signs with it already: until it is there, no code is spent; and visitors' unknown
    keys are not what is asked for seldom."""
    stage.signed_in()
    stage.pool.signer = {"access": "a2", "id": "b2"}
    before = fetches(stage.pool)
    assert stage.browser().sign_in(stage.pool).status == 400
    assert fetches(stage.pool) == before + 1
    for passed, made in ((0, 1), (10, 2), (0, 2)):
        stage.now += passed
        assert stage.browser().sign_in(stage.pool).status == 503
        assert fetches(stage.pool) == before + made
    assert len(stage.pool.named("token")) == 2  # the session's, and the first
    assert with_token(stage).go("/").status == 303
    assert fetches(stage.pool) == before + 3


def test_a_hostile_token_causes_no_fetch(stage: Stage) -> None:
    """What can be refused without a key is refused without a call."""
    changes: list[Callable[[Pool], object]] = [
        lambda pool: pool.access.update(exp=1),
        lambda pool: pool.access.update(iss="https://evil.example"),
        lambda pool: pool.access.update(client_id="other"),
        lambda pool: pool.access.update(token_use="id"),
        lambda pool: pool.header.update(access={"alg": "none"}),
        lambda pool: pool.header.update(access={"kid": "k" * 300}),
    ]
    for change in changes:
        change(stage.pool)
        assert with_token(stage).go("/").status == 303
        stage.pool.access.clear()
        stage.pool.header.clear()
    assert not stage.pool.calls


def test_a_rotation_works_at_once(stage: Stage) -> None:
    stage.signed_in()
    stage.now += 60
    stage.pool.roll_keys("2")
    assert with_token(stage).go("/").status == 200
    assert fetches(stage.pool) == 2
    stage.pool.roll_keys("3")
    assert with_token(stage).go("/").status == 200
    assert fetches(stage.pool) == 3


def test_a_rotation_right_after_the_first_fetch_works_at_once(stage: Stage) -> None:
    stage.signed_in()
    stage.pool.roll_keys("2")
    assert stage.signed_in().go("/").status == 200


@pytest.mark.parametrize("name", faults.OUTAGES)
def test_a_failed_fetch_keeps_the_keys(make_stage: MakeStage, name: str) -> None:
    stage = make_stage(session_cache=0)
    session = stage.signed_in()
    stage.pool.faults["jwks"] = faults.OUTAGES[name]
    stage.pool.header["access"] = {"kid": "new"}
    reply = with_token(stage).go("/")
    assert (reply.status, reply.app) == (503, None)  # it may yet be a key of the pool's
    stage.pool.header.clear()
    assert session.go("/").status == 200
    stage.now += 90_000
    stage.pool.header.clear()
    assert with_token(stage).go("/").status == 200  # stale keys are better than none


def test_after_an_outage_the_keys_come_back_without_a_restart(stage: Stage) -> None:
    stage.pool.faults["jwks"] = faults.reply(500)
    browser = with_token(stage)
    assert browser.go("/").status == 503
    assert browser.jar
    assert browser.go("/").status == 503
    assert fetches(stage.pool) == 1  # a pause after a failure
    del stage.pool.faults["jwks"]
    stage.now += 1
    assert browser.go("/").status == 200


@pytest.mark.parametrize(
    "members",
    [
        [{"kty": "EC", "kid": "x"}, {"kid": 7}, "text", None, {}],
        [{"kty": "RSA", "kid": "x", "n": "!!", "e": "AQAB"}],
        [{"kty": "oct", "kid": "key-a", "k": "AAAA"}],
        [{**jwk("key-c", "c"), "use": "enc"}, {**jwk("key-d", "c"), "alg": "RS512"}],
    ],
)
def test_unusable_members_are_skipped(
    make_stage: MakeStage, members: list[dict[str, object]]
) -> None:
    stage = make_stage()
    keys = [*members, jwk("key-a", "a"), jwk("key-b", "b")]
    body = str(keys).replace("'", '"').replace("None", "null").encode()
    stage.pool.faults["jwks"] = faults.reply(200, b'{"keys":' + body + b"}")
    assert stage.signed_in().go("/").status == 200


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_a_document_that_is_not_json_is_an_outage(stage: Stage, word: str) -> None:
    member = str(jwk("key-a", "a")).replace("'", '"')
    good, bad = (f'{{"keys":[{member}],"x":{text}}}'.encode() for text in ("1", word))
    browser = with_token(stage)
    stage.pool.faults["jwks"] = faults.reply(200, bad)
    assert browser.go("/").status == 503
    stage.now += 1
    stage.pool.faults["jwks"] = faults.reply(200, good)
    assert browser.go("/").status == 200


def test_keys_are_looked_at_again_after_a_day(stage: Stage) -> None:
    stage.signed_in()
    stage.now += 86_401
    stage.signed_in()
    assert fetches(stage.pool) == 2
