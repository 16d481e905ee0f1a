"""The journey of a visitor under each server, ASGI and WSGI alike."""

from collections import Counter
from collections.abc import Callable

import httpx

from tests.journey.visitor import PASSWORDS, Visitor, is_login_form, set_cookies
from tests.servers.conftest import Site, each
from tests.servers.release import release

SESSION = {"cognito_access_token", "cognito_id_token", "cognito_refresh_token"}
DEEP = "/%C3%A9%20x/@me;v=1?next=%2Fhome&q=a+b%20c%26d&a=1&a=2"
Calls = Callable[[], Counter[str]]


@each()
def test_a_sign_in_ends_where_it_began(site: Site, visitor: Visitor, calls: Calls) -> None:
    landed = _signed_in_at(visitor, DEEP)
    assert landed.headers["location"] == DEEP
    seen = visitor.ask("/", extensions={"target": DEEP.encode()}).json()
    assert (seen["username"], seen["groups"]) == ("ada", ["admin"])
    assert seen["email"] == "ada@example.com"
    assert seen["query"] == DEEP.partition("?")[2]
    assert set(visitor.cookies) == SESSION
    assert (calls()["authorize"], calls()["token"]) == (1, 1)


@each()
def test_an_encoded_slash_is_kept_where_the_server_tells(site: Site, visitor: Visitor) -> None:
    landed = _signed_in_at(visitor, "/a%2Fb?x=%2F")
    expected = "/a%2Fb?x=%2F" if site.server.raw_path else "/a/b?x=%2F"
    assert landed.headers["location"] == expected


def _signed_in_at(visitor: Visitor, target: str) -> httpx.Response:
    """Sign in after asking for a target, byte for byte; the answer of the callback."""
    page = visitor.follow(visitor.ask("/", extensions={"target": target.encode()}))
    answer = visitor.submit(page, "ada", PASSWORDS["ada"])
    landed = visitor.ask(answer.headers["location"])
    assert landed.status_code == 303
    return landed


@each()
def test_header_names_in_capitals(site: Site, member: Visitor) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in member.session.items())
    with site.visitor() as plain:
        for _ in range(2):  # read from the cookies, then remembered
            assert plain.ask("/", headers={"COOKIE": cookie}).json()["username"] == "ada"


@each()
def test_background_requests_start_nothing(site: Site, visitor: Visitor, calls: Calls) -> None:
    answer = visitor.ask("/data", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json() == {"error": "login_required", "login_url": "/auth/login"}
    assert visitor.cookies == {}
    assert calls()["authorize"] == 0


def _upload(member: Visitor, body: bytes) -> httpx.Response:
    """Send it in pieces; again where the server has closed a connection on which it refused an
    upload before, which it may do just when the client takes that up again."""
    pieces = [body[at : at + 65_536] for at in range(0, len(body), 65_536)]
    try:
        return member.app.post("/count", content=iter(pieces))
    except httpx.RemoteProtocolError:
        return member.app.post("/count", content=iter(pieces))


@each()
def test_uploads_arrive_whole_or_are_refused(site: Site, member: Visitor) -> None:
    held, body = member.session, b"x" * 1_000_000
    for _ in range(2):  # a refusal must not spoil what comes after it
        assert _upload(member, body).json() == {"bytes": len(body)}
        assert member.app.post("/count", content=body).json() == {"bytes": len(body)}
        member.app.cookies.clear()
        assert member.app.post("/count", content=b"x" * 10_000).status_code == 401
        member.hold(held)


@each()
def test_a_head_request_is_answered_without_a_body(site: Site, member: Visitor) -> None:
    with site.visitor() as stranger:
        refused = stranger.app.head("/")
        assert (refused.status_code, refused.content) == (401, b"")
        assert stranger.ask("/auth/signed-out").status_code == 200
    assert member.app.head("/auth/me").content == b""
    assert member.ask("/").json()["username"] == "ada"


@each()
def test_a_stream_is_not_held_back(site: Site, member: Visitor) -> None:
    with member.app.stream("GET", "/stream") as answer:
        lines = answer.iter_lines()
        assert next(lines) == "first"
        release(site.releases)  # only now may the rest come
        assert next(lines) == "second"


@each()
def test_a_stream_with_new_cookies_is_not_held_back(site: Site, member: Visitor) -> None:
    member.hold(site.cookies("ada", seconds=-1))
    with member.app.stream("GET", "/stream") as answer:
        assert set(set_cookies(answer)) == SESSION
        lines = answer.iter_lines()
        assert next(lines) == "first"
        release(site.releases)
        assert next(lines) == "second"


@each()
def test_a_session_is_renewed_with_rotation(site: Site, member: Visitor, calls: Calls) -> None:
    for count in (1, 2):
        before = member.session
        member.hold(site.cookies("ada", seconds=-1))
        answer = member.ask("/x?y=1")
        assert (answer.status_code, answer.json()["username"]) == (200, "ada")
        assert set(set_cookies(answer)) == SESSION
        assert answer.headers.get_list("cache-control") == ["no-store"]
        assert not set(member.session.values()) & set(before.values())
        assert not set_cookies(member.ask("/x?y=1"))
        assert calls()["token"] == count


@each()
def test_signing_out_really_signs_out(site: Site, member: Visitor, calls: Calls) -> None:
    old = member.session
    page = member.sign_out()
    assert (page.url.path, page.status_code) == ("/auth/signed-out", 200)
    assert member.cookies == {}
    assert calls()["revoke"] == 1
    assert is_login_form(member.go("/"))
    member.hold({name: value for name, value in old.items() if "refresh" in name})
    assert is_login_form(member.go("/"))


@each()
def test_an_identity_cannot_be_brought_along(site: Site, visitor: Visitor) -> None:
    names = ("Remote-User", "Remote_User", "X-Remote-User", "Cognito_gate.identity", "Auth-Type")
    answer = visitor.ask("/open/door", headers=dict.fromkeys(names, "ada"))
    assert answer.json()["username"] is None
    if site.server.edge == "wsgi":
        seen = visitor.ask("/open/conventions", headers=dict.fromkeys(names, "ada")).json()
        assert seen == {"REMOTE_USER": None, "AUTH_TYPE": None}


@each(lambda server: server.edge == "wsgi")
def test_a_wsgi_app_finds_the_user_where_it_looks(site: Site, member: Visitor) -> None:
    seen = member.ask("/open/conventions").json()
    assert seen == {"REMOTE_USER": "ada", "AUTH_TYPE": "Cognito"}
