"""Sessions that are renewed while their owner notices nothing."""

import asyncio
from collections import Counter

import httpx
import pytest

from cognito_gate.local import Fault
from tests.journey.stage import REFRESH, Stage, staged
from tests.journey.visitor import Visitor, is_login_form, set_cookies

ALL = {"cognito_access_token", "cognito_id_token", "cognito_refresh_token"}


def test_an_expired_session_is_renewed_in_the_request_itself(
    renewing: Stage, member: Visitor
) -> None:
    before = member.session
    member.hold(renewing.cookies("ada", age=1))
    answer = member.ask("/x?y=1")
    assert (answer.status_code, answer.json()["username"]) == (200, "ada")
    assert set(set_cookies(answer)) == ALL
    assert answer.headers["cache-control"] == "no-store"
    assert set(member.session) == ALL
    assert not set(member.session.values()) & set(before.values())
    again = member.ask("/x?y=1")
    assert not set_cookies(again)
    assert again.headers["cache-control"] == "max-age=60"
    assert renewing.cognito.calls["token"] == 2


def test_cookies_whose_age_is_over_are_renewed(member: Visitor) -> None:
    member.drop("cognito_access_token", "cognito_id_token")
    assert member.ask("/").json()["username"] == "ada"
    assert set(member.session) == ALL


@pytest.mark.parametrize("edge", ["asgi", "wsgi"])
def test_a_short_life_is_renewed_again_and_again(edge: str) -> None:
    with staged(REFRESH, edge=edge) as stage, stage.visitor() as visitor:
        stage.cognito.switch(access_seconds=30, id_seconds=30, rotation=True)
        ends = [visitor.sign_in().json().get("expires_at", 0)]
        ends += [visitor.ask("/").json().get("expires_at", 0) for _ in range(3)]
        assert ends == sorted(ends)
        assert stage.cognito.calls["token"] == len(ends) + 1
        assert stage.cognito.calls["authorize"] == 1


def test_changes_at_cognito_arrive_with_the_renewal(renewing: Stage, member: Visitor) -> None:
    [ada] = [user for user in renewing.cognito.users if user.username == "ada"]
    renewing.cognito.put_user(type(ada)("ada", ada.password, ada.email, ("editor", "author")))
    member.drop("cognito_access_token")
    assert member.ask("/").json()["groups"] == ["editor", "author"]


def test_twenty_requests_at_once_cost_one_call(renewing: Stage, member: Visitor) -> None:
    renewing.cognito.fail(
        "token", Fault("slow", seconds=0.3), times=1
    )  # they all find it under way
    cookies = member.session | renewing.cookies("ada", age=1)
    answers = asyncio.run(_at_once(renewing.origin, cookies, 20))
    assert Counter(answer.status_code for answer in answers) == {200: 20}
    assert {answer.json()["username"] for answer in answers} == {"ada"}
    assert renewing.cognito.calls["token"] == 2
    assert len({str(set_cookies(answer)["cognito_access_token"]) for answer in answers}) == 1


async def _at_once(origin: str, cookies: dict[str, str], count: int) -> list[httpx.Response]:
    header = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    async with httpx.AsyncClient(base_url=origin, headers=header, timeout=30) as client:
        return await asyncio.gather(*(client.get(f"/{number}") for number in range(count)))


def test_a_late_request_with_the_old_cookies_is_served(renewing: Stage, member: Visitor) -> None:
    old = member.session | renewing.cookies("ada", age=1)
    member.hold(old)
    assert member.ask("/").json()["username"] == "ada"
    new = member.session
    member.hold(old)
    late = member.ask("/late")
    assert late.json()["username"] == "ada"
    assert renewing.cognito.calls["token"] == 2  # rotated away: Cognito would refuse it
    assert member.session["cognito_access_token"] == new["cognito_access_token"]


def test_without_rotation_the_refresh_token_stays(renewing: Stage, member: Visitor) -> None:
    renewing.cognito.switch(rotation=False)
    for _ in range(2):
        member.hold(renewing.cookies("ada", age=1))
        assert member.ask("/").json()["username"] == "ada"


def test_a_leaving_client_does_not_spoil_the_renewal(renewing: Stage, member: Visitor) -> None:
    renewing.cognito.fail("token", Fault("slow", seconds=0.5), times=1)
    old = member.session | renewing.cookies("ada", age=1)
    member.hold(old)
    with pytest.raises(httpx.ReadTimeout):
        member.ask("/", timeout=httpx.Timeout(5, read=0.1))
    member.hold(old)
    assert member.ask("/").json()["username"] == "ada"
    assert renewing.cognito.calls["token"] == 2


def test_a_deleted_user_is_signed_out(renewing: Stage, member: Visitor) -> None:
    renewing.cognito.remove_user("ada")
    member.hold(renewing.cookies("bob", age=1))  # expired: it is the refresh token that counts
    answer = member.ask("/x")
    assert answer.is_redirect
    assert is_login_form(member.follow(answer))


def test_a_signed_out_session_cannot_be_renewed(renewing: Stage, member: Visitor) -> None:
    old = member.session
    member.sign_out()
    assert renewing.cognito.calls["revoke"] == 1
    member.hold(old)
    member.drop("cognito_access_token", "cognito_id_token")
    assert is_login_form(member.go("/"))


def test_a_session_ends_when_its_absolute_life_is_over() -> None:
    life = REFRESH | {"AWS_COGNITO_REFRESH_COOKIE_AGE_SECONDS": "1"}
    with staged(life) as stage, stage.visitor() as visitor:
        callback = visitor.callback_url()
        landed = visitor.ask(callback)
        lines = set_cookies(landed)
        assert all("Max-Age=1;" in line for name, line in lines.items() if name in ALL)
        sealed = lines["cognito_refresh_token"].partition(";")[0]
        visitor.hold({"cognito_refresh_token": sealed})
        _until_refused(visitor, sealed)
        assert stage.cognito.calls["token"] <= 2


def _until_refused(visitor: Visitor, sealed: str) -> None:
    """The clock is the gate's own: ask until it says that the life is over."""
    for _ in range(100_000):
        visitor.app.cookies.clear()
        visitor.hold({"cognito_refresh_token": sealed})
        if visitor.ask("/auth/me").status_code == 401:
            return
    raise AssertionError("the session never ended")
