"""Signing in and out, as a person does it."""

from collections.abc import Iterator

import pytest

from tests.journey.stage import REFRESH, Stage, staged
from tests.journey.visitor import PASSWORDS, Visitor, is_login_form, set_cookies

DEEP = [
    "/reports/2024?year=2024&sort=-name",
    "/a%2Fb/%C3%A9%20x?next=%2Fhome&q=a+b%20c%26d",
    "/path;v=1/@me?flag&empty=&a=1&a=2",
    "/~tilde/(x)!$'*,:?q=%E2%9C%93&u=http://elsewhere.example/",
    "/?only=query",
]


@pytest.fixture(scope="module")
def shared() -> Iterator[Stage]:
    """A stage for tests that leave nothing behind."""
    with staged() as made:
        yield made


@pytest.fixture(params=["asgi", "wsgi"])
def edge(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with staged(edge=request.param) as made:
        yield made


def test_a_sign_in_ends_where_it_began(edge: Stage) -> None:
    with edge.visitor() as visitor:
        seen = visitor.sign_in("/reports?year=2024").json()
        assert (seen["path"], seen["query"]) == ("/reports", "year=2024")
        assert (seen["username"], seen["groups"]) == ("ada", ["admin"])
        assert seen["email"] == "ada@example.com"
        assert set(visitor.cookies) == {"cognito_access_token", "cognito_id_token"}
        assert visitor.ask("/again").json()["username"] == "ada"
    assert edge.cognito.calls["token"] == edge.cognito.calls["jwks"] == 1


def test_someone_else_without_groups(visitor: Visitor) -> None:
    seen = visitor.sign_in("/", "bob").json()
    assert (seen["username"], seen["groups"]) == ("bob", [])


def test_a_public_client() -> None:
    with staged(REFRESH, public=True) as stage, stage.visitor() as visitor:
        assert visitor.sign_in("/x").json()["username"] == "ada"
        [call] = [sent for sent in stage.cognito.requests if sent.endpoint == "token"]
        assert call.params["client_id"] == stage.cognito.client.client_id
        assert "authorization" not in call.headers
        assert visitor.sign_out().url.path == "/auth/signed-out"
        assert stage.cognito.calls["revoke"] == 1


@pytest.mark.parametrize("target", DEEP)
def test_a_deep_link_returns_byte_for_byte(shared: Stage, target: str) -> None:
    path, _, query = target.partition("?")
    with shared.visitor() as visitor:
        page = visitor.follow(visitor.ask("/", extensions={"target": target.encode()}))
        answer = visitor.submit(page, "ada", PASSWORDS["ada"])
        landed = visitor.ask(answer.headers["location"])
        assert (landed.status_code, landed.headers["location"]) == (303, target)
        seen = visitor.ask("/", extensions={"target": target.encode()}).json()
        assert (seen["target"], seen["query"]) == (path, query)


def test_every_step_that_sets_a_cookie_is_not_stored(visitor: Visitor) -> None:
    start = visitor.ask("/")
    landed = visitor.ask(visitor.callback_url())
    for step in (start, landed, visitor.ask("/auth/logout")):
        assert set_cookies(step)
        assert step.headers["cache-control"] == "no-store"


def test_a_wrong_password_stays_on_the_login_page(visitor: Visitor) -> None:
    page = visitor.submit(visitor.login_page("/x?y=1"), "ada", "wrong")
    assert is_login_form(page)
    assert "Incorrect username or password." in page.text
    landed = visitor.follow(visitor.submit(page, "ada", PASSWORDS["ada"])).json()
    assert (landed["path"], landed["query"]) == ("/x", "y=1")


def test_cancel_offers_to_try_again(visitor: Visitor) -> None:
    page = visitor.login_page("/x?y=1")
    cancelled = visitor.go(link_of(page.text, "Cancel"))
    assert cancelled.status_code == 400
    assert "The sign-in was cancelled." in cancelled.text
    assert not visitor.session
    again = visitor.go(link_of(cancelled.text, "Try again"))
    landed = visitor.follow(visitor.submit(again, "ada", PASSWORDS["ada"])).json()
    assert (landed["path"], landed["query"]) == ("/x", "y=1")


def test_signing_out_really_signs_out(edge: Stage) -> None:
    with edge.visitor() as visitor:
        visitor.sign_in()
        page = visitor.sign_out()
        assert (page.url.path, page.status_code) == ("/auth/signed-out", 200)
        assert visitor.cookies == {}
        assert is_login_form(visitor.go("/"))


def test_without_signing_out_cognito_remembers(stage: Stage, visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.app.cookies.clear()
    assert visitor.go("/quietly").json()["path"] == "/quietly"
    assert stage.cognito.calls["login"] == 2  # the form and its submission, of the first sign-in


def test_another_person_replaces_the_first(stage: Stage, visitor: Visitor) -> None:
    visitor.sign_in("/", "ada")
    before = visitor.session
    visitor.cognito.cookies.clear()
    page = visitor.go("/auth/login?next=/mine")
    landed = visitor.follow(visitor.submit(page, "bob", PASSWORDS["bob"])).json()
    assert (landed["username"], landed["path"]) == ("bob", "/mine")
    assert not set(before.values()) & set(visitor.session.values())


def test_two_sign_ins_at_once_both_finish(visitor: Visitor) -> None:
    first, second = visitor.login_page("/first"), visitor.login_page("/second")
    for page, path in ((second, "/second"), (first, "/first")):
        landed = visitor.follow(visitor.submit(page, "ada", PASSWORDS["ada"]))
        assert landed.json()["path"] == path
    assert visitor.cookies == visitor.session


def test_a_callback_played_again_leads_home(visitor: Visitor) -> None:
    callback = visitor.callback_url("/x")
    visitor.go(callback)
    assert visitor.go(callback).json()["path"] == "/"


def test_a_callback_is_of_no_use_to_another_browser(stage: Stage, visitor: Visitor) -> None:
    callback = visitor.callback_url("/x")
    with stage.visitor() as other:
        assert is_login_form(other.go(callback))
        assert not other.session
    assert stage.cognito.calls["token"] == 0
    assert visitor.go(callback).json()["path"] == "/x"


def test_a_browser_without_cookies_gets_a_page_and_no_loop(visitor: Visitor) -> None:
    visitor.go(visitor.callback_url("/x"))  # from here on Cognito signs in by itself
    visitor.app.cookies.clear()
    response = visitor.ask("/x")
    for _ in range(10):
        visitor.app.cookies.clear()
        if not response.is_redirect:
            break
        response = visitor.ask(response.headers["location"])
    assert response.status_code == 400
    assert "allow cookies for this site" in response.text


def test_background_requests_start_nothing(stage: Stage, visitor: Visitor) -> None:
    for headers in ({"Sec-Fetch-Mode": "cors"}, {"Accept": "application/json"}):
        answer = visitor.ask("/data", headers=headers)
        assert answer.status_code == 401
        assert answer.json() == {"error": "login_required", "login_url": "/auth/login"}
    answer = visitor.app.post("/data", content=b"x" * 100_000)
    assert answer.status_code == 401
    assert visitor.cookies == {}
    assert stage.cognito.calls["authorize"] == 0


def link_of(html: str, label: str) -> str:
    """Where the link with this text leads."""
    before = html.partition(f">{label}</a>")[0]
    return before.rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
