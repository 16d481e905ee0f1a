"""Request ids: from a trusted proxy alone, else made where somebody needs one."""

import re

import pytest

from cognito_gate._on_event import Hook
from cognito_gate.events import Event
from cognito_gate.identity import REQUEST_ID
from tests.edge.conftest import Open
from tests.world.browser import NAVIGATION, Browser, Reply
from tests.world.pool import Pool
from tests.world.site import ASGISite, Site

MADE = re.compile("[A-Za-z0-9_-]{22}")
SENT = {"x-request-id": "from.the-proxy_1"}
WRONG = ["", " ", "a b", "a,b", "a\xe4", "x" * 129, "a<b>", "a\x7f", "a\t"]


@pytest.fixture
def events() -> list[Event]:
    return []


def listen(site: Site, events: list[Event]) -> Site:
    """The site, whose gate tells its events from now on."""
    assert hasattr(site, "gate")
    site.gate._delivery._hook = Hook(events.append, None, waits=True)
    return site


def app_id(reply: Reply) -> object:
    assert reply.app is not None
    return reply.app.facts[REQUEST_ID]


def test_a_response_of_the_gate_its_event_and_its_page_have_the_same(
    make_site: Open, events: list[Event]
) -> None:
    browser = Browser(listen(make_site(), events))
    reply = browser.go("/auth/logout", headers={"sec-fetch-site": "cross-site"})
    made = reply.value("x-request-id")
    assert reply.status == 403
    assert MADE.fullmatch(made)
    assert [event.request.id for event in events] == [made]
    assert f"Request ID: {made}" in reply.body.decode()
    other = browser.go("/auth/logout", headers={"sec-fetch-site": "cross-site"})
    assert other.value("x-request-id") != made


def test_pages_that_nobody_needs_to_ask_about_show_none(make_site: Open) -> None:
    for path in ("/auth/signed-out", "/auth/callback?code=a&code=b"):
        reply = Browser(make_site()).go(path)
        assert reply.status in (200, 400)
        assert MADE.fullmatch(reply.value("x-request-id"))
        assert b"Request ID" not in reply.body


def test_nobody_is_believed_by_default(make_site: Open, pool: Pool, events: list[Event]) -> None:
    browser = Browser(listen(make_site(public_paths=("/open",)), events))
    reply = browser.go("/auth/me", method="POST", headers=SENT)
    assert MADE.fullmatch(reply.value("x-request-id"))
    assert MADE.fullmatch(events[0].request.id)
    assert app_id(browser.go("/open", headers=SENT)) is None
    browser.sign_in(pool)
    assert app_id(browser.go("/", headers=SENT)) is None, "nothing is told of this request"


def test_the_proxys_id_is_everywhere(make_site: Open, pool: Pool, events: list[Event]) -> None:
    browser = Browser(listen(make_site(request_id_header="x-request-id"), events))
    reply = browser.go("/auth/me", method="POST", headers=SENT)
    assert reply.value("x-request-id") == "from.the-proxy_1"
    assert events[0].request.id == "from.the-proxy_1"
    browser.sign_in(pool)
    assert app_id(browser.go("/", headers=SENT)) == "from.the-proxy_1", "found in the cache"
    first = browser.go("/", headers=SENT)
    assert app_id(first) == "from.the-proxy_1"
    made = app_id(browser.go("/"))
    assert isinstance(made, str)
    assert MADE.fullmatch(made)


@pytest.mark.parametrize("sent", WRONG)
def test_an_id_that_is_none_is_replaced(make_site: Open, pool: Pool, sent: str) -> None:
    browser = Browser(make_site(request_id_header="x-request-id"))
    reply = browser.go("/auth/me", method="POST", headers={"x-request-id": sent})
    assert MADE.fullmatch(reply.value("x-request-id"))
    browser.sign_in(pool)
    made = app_id(browser.go("/", headers={"x-request-id": sent}))
    assert isinstance(made, str)
    assert MADE.fullmatch(made)


def test_of_two_ids_none_counts(make_site: Open) -> None:
    site = make_site(request_id_header="x-request-id")
    request = Browser(site).request("POST", "/auth/me", NAVIGATION)
    request.headers.extend([(b"x-request-id", b"a"), (b"x-request-id", b"b")])
    assert MADE.fullmatch(site.handle(request).value("x-request-id"))


def test_what_stood_in_the_place_of_the_id_is_gone(make_site: Open, pool: Pool) -> None:
    site = make_site()
    browser = Browser(site)
    browser.sign_in(pool)
    if isinstance(site, ASGISite):
        make = site.scope
        site.scope = lambda *given: {**make(*given), REQUEST_ID: "forged"}  # type: ignore[method-assign]
    else:
        environ = site.environ  # type: ignore[attr-defined]
        site.environ = lambda *given: {**environ(*given), REQUEST_ID: "forged"}  # type: ignore[attr-defined]
    assert app_id(browser.go("/")) is None


def test_a_request_that_passes_and_has_something_to_tell_has_one(
    make_site: Open, pool: Pool, events: list[Event]
) -> None:
    site = listen(make_site(refresh_flow_enabled=True, refresh_before_seconds=3600), events)
    browser = Browser(site)
    browser.sign_in(pool)
    reply = browser.go("/")
    assert [type(event).__name__ for event in events] == ["SignedIn", "Refreshed"]
    assert app_id(reply) == events[1].request.id
    assert MADE.fullmatch(events[1].request.id)
    assert events[1].request.visitor.username == "ada"
    assert events[1].request.user_agent == "Mozilla/5.0"
