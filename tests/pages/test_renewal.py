"""A session of our own page is renewed by the JSON API, which needs no login domain."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.pages.cloud import answers, refuses
from tests.pages.person import Person
from tests.pages.stage import BOTH_EDGES, Stage
from tests.world import faults
from tests.world.browser import FETCH

SESSION = {f"__Host-cognito_{kind}_token" for kind in ("access", "id", "refresh")}
RENEW = "GetTokensFromRefreshToken"
BOTH_CLIENTS = pytest.mark.parametrize("client", ["confidential", "public"])


def due(stage: Stage, seconds: int = 30, **changes: Any) -> Person:
    """Somebody whose tokens end within a minute, or have."""
    stage.cognito.switch(access_seconds=seconds, id_seconds=seconds)
    # What is remembered of the session must not stand for what its cookies say.
    person = stage.person(**{"refresh_flow_enabled": True, "session_cache": 0, **changes})
    person.open("/")
    user = stage.user()
    stage.cloud.faults.clear()
    form = person.last.form("", "username")
    reply = person.post(form, username=str(user.email), password="Correct-Horse-7").reply
    assert set(reply.stored) >= SESSION
    stage.cognito.switch(access_seconds=3600, id_seconds=3600)
    stage.cloud.forget()
    return person


@BOTH_CLIENTS
@pytest.mark.parametrize("rotation", [False, True])
def test_it_is_renewed_in_the_request_itself(stage: Stage, client: str, rotation: bool) -> None:
    stage.cognito.switch(rotation=rotation)
    person = due(stage, client=client)
    before = dict(person.jar)
    reply = person.open("/page").reply
    assert (reply.status, set(reply.stored)) == (200, SESSION)
    assert (reply.identity.expires_at or 0) > 3000
    assert {name for name in SESSION if person.jar[name] == before[name]} == set()
    [call] = [call for call in stage.cloud.calls if call.name == RENEW]
    app = stage.pool.clients[client]
    assert (call.said["ClientId"], call.said.get("ClientSecret")) == (app.client_id, app.secret)
    assert ("RefreshToken" in call.got["AuthenticationResult"]) == rotation
    assert person.open("/page").reply.cookies == {}


@BOTH_EDGES
@pytest.mark.parametrize("rotation", [False, True])
def test_once_for_requests_at_the_same_time(stage: Stage, rotation: bool) -> None:
    stage.cognito.switch(rotation=rotation)
    person = due(stage)
    asked = [person.request("GET", f"/page/{number}", FETCH) for number in range(8)]
    replies = person.site.together(asked)  # type: ignore[attr-defined]
    assert [reply.status for reply in replies] == [200] * 8
    assert len(stage.cloud.named(RENEW)) == 1
    assert len({reply.identity.access_token for reply in replies}) == 1
    person.keep(replies[-1])
    assert person.open("/page").status == 200


def test_a_late_request_with_the_old_cookies(stage: Stage) -> None:
    """With rotation and no grace period the old token is spent; its answer is given again."""
    stage.cognito.switch(rotation=True, grace_seconds=0)
    person = due(stage)
    old = dict(person.jar)
    first = person.open("/page").reply.identity.access_token
    person.jar = old
    assert person.open("/page").reply.identity.access_token == first
    assert len(stage.cloud.named(RENEW)) == 1


def revoked(stage: Stage) -> None:
    [token] = {
        call.got["AuthenticationResult"]["RefreshToken"]
        for call in stage.cloud.past
        if "AuthenticationResult" in call.got
    }
    stage.revoke(token)


def deleted(stage: Stage) -> None:
    [user] = stage.cognito.users
    stage.cognito.remove_user(user.username)


def disabled(stage: Stage) -> None:
    [user] = stage.cognito.users
    stage.change(user, enabled=False)


def refused(name: str, message: str = "") -> Callable[[Stage], None]:
    def happen(stage: Stage) -> None:
        stage.cloud.faults[RENEW] = refuses(name, message)

    return happen


OVER: dict[str, Callable[[Stage], None]] = {
    "revoked": revoked,
    "deleted": deleted,
    "disabled": disabled,
    "spent elsewhere": refused("RefreshTokenReuseException", "Refresh token has been invalidated"),
    "a Lambda says no": refused("UserLambdaValidationException", "PreAuth failed with error no"),
    "expired": refused("NotAuthorizedException", "Refresh Token has expired"),
}


@pytest.mark.parametrize("case", OVER)
def test_a_session_that_is_over(stage: Stage, case: str) -> None:
    """Its access token may still last a little; then it is over."""
    person = due(stage)
    OVER[case](stage)
    assert person.open("/page").status == 200
    del person.jar["__Host-cognito_access_token"]
    shown = person.open("/page?a=1")
    assert (shown.path, shown.query["next"]) == ("/auth/sign-in", "/page?a=1")


OURS = {
    "the client's secret": refuses(
        "NotAuthorizedException", "Unable to verify secret for client x"
    ),
    "throttled": refuses("TooManyRequestsException", "Rate exceeded"),
    "firewall": refuses("ForbiddenException", "Request not allowed due to WAF block.", 403),
    "no such client": refuses("ResourceNotFoundException"),
    "internal": refuses("InternalErrorException", status=500),
    "no tokens": answers(AuthenticationResult={}),
    "other types": answers(AuthenticationResult={"AccessToken": 7}),
    **faults.OUTAGES,
}


def test_an_outage_while_the_session_lasts(stage: Stage) -> None:
    person = due(stage)
    for case, fault in OURS.items():
        stage.cloud.faults[RENEW] = fault
        shown = person.open("/page")
        assert (shown.status, shown.reply.cookies) == (200, {}), case
        assert shown.reply.identity.email


def test_an_outage_when_it_has_ended(stage: Stage) -> None:
    person = due(stage)
    del person.jar["__Host-cognito_access_token"]
    held = dict(person.jar)
    for case, fault in OURS.items():
        stage.cloud.faults[RENEW] = fault
        shown = person.open("/page")
        assert (shown.status, shown.reply.value("retry-after")) == (503, "5"), case
        assert person.jar == held, "nothing is lost"
    assert person.open("/auth/account").status == 503
    assert person.open("/auth/sign-in").title == "Sign in to app.example", (
        "there may be another way in"
    )
    stage.cloud.faults.clear()
    assert person.open("/page").reply.identity.email


def test_tokens_of_somebody_else_renew_nothing(stage: Stage) -> None:
    person = due(stage)
    other = stage.user()
    app = stage.pool.clients["confidential"]
    made = stage.cognito.tokens_for(other.username, client=app)
    stage.cloud.faults[RENEW] = answers(
        AuthenticationResult={"AccessToken": made["access_token"], "IdToken": made["id_token"]}
    )
    reply = person.open("/page").reply
    assert (reply.status, reply.cookies) == (200, {})
    assert reply.identity.email != other.email


def test_the_token_endpoint_is_not_asked(stage: Stage) -> None:
    """Not even where there is a login domain: it takes no refresh token once rotation is on."""
    person = due(stage, domain=stage.pool.origin)
    assert person.open("/page").status == 200
    assert stage.cloud.names == [RENEW]
