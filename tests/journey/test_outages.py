"""Cognito fails in every way it can: nobody is lost, and all goes on when it is back."""

import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from cognito_gate.local import Fault, LocalCognito
from tests.journey.stage import REFRESH, Stage, session_of, staged
from tests.journey.test_sign_in import link_of
from tests.journey.visitor import Visitor, set_cookies

FAULTS = {
    "429": Fault("status", status=429),
    "500": Fault("status", status=500),
    "503": Fault("status", status=503),
    "slow": Fault("slow", seconds=600),
    "reset": Fault("reset"),
    "garbage": Fault("garbage"),
    "waf": Fault("waf"),
    "wrong_types": Fault("wrong_types"),
    "huge": Fault("huge"),
    "redirect": Fault("redirect"),
}
TIMEOUT = "COGNITO_GATE_HTTP_TIMEOUT_SECONDS"


def fault(*names: str) -> pytest.MarkDecorator:
    """Run a test with each of these. What the core makes of every other one, its own tests say."""
    return pytest.mark.parametrize("fault", [FAULTS[name] for name in names], ids=names)


PAGE = {"Accept": "text/html"}


@pytest.fixture
def frail(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The gate waits for Cognito, but not long where that is all a test would do."""
    slow = "slow" in request.node.name
    with staged(REFRESH | {TIMEOUT: "1.5" if slow else "10"}) as made:
        # An answer that never arrived has still rotated the token: the grace is for that.
        made.cognito.switch(rotation=True, grace_seconds=60)
        yield made


@pytest.fixture
def caller(frail: Stage) -> Iterator[Visitor]:
    with frail.visitor() as made:
        yield made


def is_outage_page(response: httpx.Response) -> bool:
    """Whether a response is the gate's page for an outage."""
    assert "Traceback" not in response.text
    return (
        response.status_code == 503
        and response.headers["retry-after"].isdigit()
        and response.headers["cache-control"] == "no-store"
        and "try again" in response.text.lower()
        and response.headers["content-type"].startswith("text/html")
    )


def eventually(truth: Callable[[], bool]) -> bool:
    """Ask until it is so: the gate itself pauses a moment after a failed fetch."""
    deadline = time.monotonic() + 20
    while not truth():
        if time.monotonic() > deadline:
            return False
    return True


@fault(*FAULTS)
def test_the_token_endpoint_fails_at_the_callback(
    frail: Stage, caller: Visitor, fault: Fault
) -> None:
    callback = caller.callback_url("/x?y=1")
    frail.cognito.fail("token", fault)
    refused = caller.ask(callback, headers=PAGE)
    assert is_outage_page(refused)
    assert not caller.session
    assert frail.cognito.calls["token"] == 1  # a code is never blindly sent again
    frail.cognito.heal()
    seen = caller.go(link_of(refused.text, "Try again")).json()
    assert (seen["username"], seen["path"], seen["query"]) == ("ada", "/x", "y=1")


def test_the_same_callback_works_after_an_outage(frail: Stage, caller: Visitor) -> None:
    callback = caller.callback_url("/x?y=1")
    frail.cognito.fail("token", FAULTS["waf"], times=1)
    assert caller.ask(callback).status_code == 503
    assert caller.go(callback).json()["path"] == "/x"
    assert frail.cognito.calls["authorize"] == 1


@fault("503", "reset", "garbage")
def test_the_token_endpoint_fails_at_a_refresh(frail: Stage, caller: Visitor, fault: Fault) -> None:
    caller.sign_in()
    held = caller.session
    frail.cognito.fail("token", fault)
    caller.hold(frail.cookies("ada", age=-30))  # due, and still good
    served = caller.ask("/")
    assert (served.status_code, served.json()["username"]) == (200, "ada")
    assert not set_cookies(served)
    caller.hold(frail.cookies("ada", age=1))  # over
    refused = caller.ask("/", headers=PAGE)
    assert is_outage_page(refused)
    assert not set_cookies(refused)
    assert caller.session["cognito_refresh_token"] == held["cognito_refresh_token"]
    frail.cognito.heal()
    # A call that hangs is not made a second time while it may yet bring the tokens.
    assert eventually(lambda: caller.ask("/").status_code == 200)
    assert caller.ask("/").json()["username"] == "ada"
    assert frail.cognito.calls["authorize"] == 1


def test_an_outage_is_said_in_json_to_background_requests(frail: Stage, caller: Visitor) -> None:
    caller.sign_in()
    frail.cognito.fail("token", FAULTS["500"])
    caller.drop("cognito_access_token")
    refused = caller.ask("/data", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()) == (503, {"error": "unavailable"})
    assert refused.headers["retry-after"].isdigit()


def test_a_wrong_client_secret_is_said_and_loses_no_session(
    frail: Stage, caller: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caller.sign_in()
    held = caller.session
    frail.cognito.fail("token", Fault("oauth_error", error="invalid_client"))
    caller.drop("cognito_access_token", "cognito_id_token")
    assert caller.ask("/", headers=PAGE).status_code == 503
    assert caller.session["cognito_refresh_token"] == held["cognito_refresh_token"]
    assert "AWS_COGNITO_USER_POOL_CLIENT_SECRET" in caplog.text
    secret = frail.cognito.client.secret
    assert secret
    assert secret not in caplog.text


@fault("503", "reset", "wrong_types")
def test_no_keys_at_the_first_callback(frail: Stage, caller: Visitor, fault: Fault) -> None:
    callback = caller.callback_url("/x?y=1")
    frail.cognito.fail("jwks", fault)
    refused = caller.ask(callback, headers=PAGE)
    assert is_outage_page(refused)
    assert frail.cognito.calls["token"] == 0  # the code is still good
    frail.cognito.heal()
    assert caller.go(callback).json()["path"] == "/x"
    assert frail.cognito.calls["authorize"] == 1


@fault("503", "garbage")
def test_no_keys_for_a_session_that_a_new_process_finds(
    frail: Stage, caller: Visitor, fault: Fault
) -> None:
    frail.cognito.fail("jwks", fault)
    held = frail.cookies("ada", age=-600)
    caller.hold(held)
    refused = caller.ask("/", headers=PAGE)
    assert is_outage_page(refused)
    assert caller.session == held
    frail.cognito.heal()
    assert eventually(lambda: caller.ask("/", headers=PAGE).status_code == 200)
    assert caller.session == held


def test_keys_once_held_stay_in_use(frail: Stage, caller: Visitor) -> None:
    caller.sign_in()
    frail.cognito.fail("jwks", FAULTS["503"])
    for _ in range(3):
        caller.hold(frail.cookies("bob", age=-600))  # a session nobody has seen yet
        assert caller.ask("/").json()["username"] == "bob"
    assert frail.cognito.calls["jwks"] == 1


def test_a_slow_revocation_does_not_hold_up_the_sign_out(frail: Stage, caller: Visitor) -> None:
    caller.sign_in()
    frail.cognito.fail("revoke", FAULTS["slow"])
    assert caller.sign_out().url.path == "/auth/signed-out"
    assert not caller.cookies


def test_public_pages_do_not_need_cognito() -> None:
    public = REFRESH | {"COGNITO_GATE_PUBLIC_PATHS": "/health"}
    with staged(public) as stage, stage.visitor() as visitor:
        visitor.sign_in()
        for endpoint in ("token", "jwks"):
            stage.cognito.fail(endpoint, FAULTS["500"])
        visitor.hold(stage.cookies("ada", age=1))
        answer = visitor.ask("/health")
        assert (answer.status_code, answer.json()["username"]) == (200, None)
        assert not set_cookies(answer)


@pytest.mark.parametrize("keep_old", [False, True], ids=["at_once", "with_overlap"])
def test_after_a_key_rotation_a_sign_in_works_at_once(frail: Stage, keep_old: bool) -> None:
    for turn in range(1, 4):
        with frail.visitor() as visitor:
            assert visitor.sign_in().json()["username"] == "ada"
            assert visitor.ask("/").json()["username"] == "ada"
        assert frail.cognito.calls["jwks"] == turn
        frail.cognito.rotate_keys(keep_old=keep_old)


def test_unknown_keys_do_not_stand_in_the_way_of_a_sign_in(frail: Stage, caller: Visitor) -> None:
    caller.sign_in()
    impostor = LocalCognito(clients=frail.cognito.clients, pool_id=frail.cognito.pool_id)
    impostor.app(frail.cognito.origin)
    for turn in range(5):
        impostor.rotate_keys()
        with frail.visitor() as stranger:
            stranger.hold(session_of(impostor.tokens_for("ada", auth_time=turn)))
            assert stranger.ask("/").is_redirect
            assert not stranger.session
    assert frail.cognito.calls["jwks"] == 2  # one for the sign-in, one for all of the strangers
    frail.cognito.rotate_keys()
    with frail.visitor() as visitor:
        assert visitor.sign_in("/", "bob").json()["username"] == "bob"
    assert caller.ask("/").json()["username"] == "ada"
