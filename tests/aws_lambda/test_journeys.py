"""The gate in a Lambda function: a journey for each adapter and each shape of events."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cognito_gate import Require, Rule
from tests.aws_lambda.events import SHAPES, Shape, response_2
from tests.aws_lambda.site import ADAPTERS, LambdaSite
from tests.world.browser import Browser
from tests.world.pool import APP, DOMAIN, Pool

SESSION = {f"__Host-cognito_{kind}_token" for kind in ("access", "id", "refresh")}
VISITOR = "192.0.2.1"


# serverless-wsgi knows no `cookies` of format 2.0: of several Set-Cookie lines one would survive.
WAYS = [
    (adapter, shape)
    for adapter in ADAPTERS
    for shape in SHAPES
    if adapter != "serverless-wsgi" or SHAPES[shape].response is not response_2
]


@pytest.fixture(params=WAYS, ids=": ".join)
def way(request: pytest.FixtureRequest) -> tuple[str, str]:
    found: tuple[str, str] = request.param
    return found


@pytest.fixture
def adapter(way: tuple[str, str]) -> str:
    return way[0]


@pytest.fixture
def shape(way: tuple[str, str]) -> Shape:
    return SHAPES[way[1]]


@pytest.fixture
def pool(shape: Shape) -> Pool:
    return Pool(callback=f"{APP}{shape.mount}/auth/callback")


@pytest.fixture
def make_site(adapter: str, shape: Shape, pool: Pool) -> Iterator[Callable[..., LambdaSite]]:
    opened: list[LambdaSite] = []

    def make(**changes: Any) -> LambdaSite:
        usual = {
            "prefix": f"{shape.mount}/auth",
            "logout_url": f"{APP}{shape.mount}/auth/signed-out",
            "refresh_flow_enabled": True,
        }
        site = LambdaSite(adapter, shape, pool.settings(**{**usual, **changes}), pool)
        opened.append(site)
        return site

    yield make
    for site in opened:
        site.close()


def test_a_journey(make_site: Callable[..., LambdaSite], shape: Shape, pool: Pool) -> None:
    browser, page = Browser(make_site()), f"{shape.mount}/reports?year=2026"
    started = browser.go(page)
    assert (started.status, started.app, started.body) == (303, None, b"")
    assert started.location.startswith(f"{DOMAIN}/oauth2/authorize?")
    pool.lifetime = 30
    returned = browser.go(pool.sign_in(started.location))
    assert (returned.status, returned.location) == (303, page)
    assert set(returned.stored) == SESSION
    pool.lifetime = 3600
    renewed = browser.go(page)
    assert (renewed.status, renewed.body) == (200, b"hello from the app")
    assert set(renewed.stored) == {*SESSION, "app"}
    assert renewed.identity.email == "ada@example.com"
    known = browser.go(page)
    assert (known.identity.username, known.stored) == ("ada", ["app"])
    assert len(pool.named("token")) == 2
    headers = {"sec-fetch-site": "same-origin", "origin": APP}
    left = browser.go(f"{shape.mount}/auth/logout", method="POST", headers=headers)
    assert (left.status, left.location.partition("?")[0]) == (303, f"{DOMAIN}/logout")
    assert set(left.cleared) >= SESSION
    page_after = browser.go(f"{shape.mount}/auth/signed-out")
    assert b"Signed out" in page_after.body
    assert int(page_after.value("content-length")) == len(page_after.body)


def test_the_paths_that_browsers_ask_for(
    make_site: Callable[..., LambdaSite], adapter: str, shape: Shape, pool: Pool
) -> None:
    """Settings and rules name whole paths; apps see the rest of them, as without the gate."""
    at = shape.mount
    rules = (Rule((f"{at}/admin", f"{at}/admin/*"), require=Require(groups=("admin",))),)
    browser = Browser(make_site(rules=rules, public_paths=(f"{at}/open", "/shop/open-to-all")))
    assert browser.go(f"{at}/open").app is not None
    assert browser.go("/open").app is None or not at
    assert browser.fetch(f"{at}/auth/me").status == 401
    browser.sign_in(pool, f"{at}/page")
    for _ in range(2):  # verified, then known
        assert browser.go(f"{at}/admin/users").status == 403
        assert browser.go(f"{at}/%61dmin").status == 403
        assert browser.go(f"{at}/administration").status == 200
        if shape.strip and adapter != "apig-wsgi":  # "admin" is left, which apps take for "/admin"
            assert browser.go(f"{shape.strip}admin").status == 403


def test_who_sent_it(make_site: Callable[..., LambdaSite], pool: Pool) -> None:
    """Not who X-Forwarded-For says at its beginning, which each client may write."""
    site = make_site()
    Browser(site).go(f"{site.shape.mount}/auth/callback?error=access_denied")
    assert [event.request.client for event in site.events] == [VISITOR]


def test_text_that_is_no_latin_1(make_site: Callable[..., LambdaSite], shape: Shape) -> None:
    """Events hold text, and adapters pass it on: also where WSGI has bytes as Latin-1 only."""
    site = make_site()
    request = Browser(site).request("GET", f"{shape.mount}/\u65e5%20%E6%97%A5?\u65e5", {})
    request.headers.append((b"cookie", "x=\u65e5; __Host-cognito_access_token=\u65e5".encode()))
    reply = site.handle(request)
    assert (reply.status, reply.app) == (401, None)
