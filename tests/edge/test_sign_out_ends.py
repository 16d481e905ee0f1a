"""After a sign-out no response brings the session's cookies back, on either edge."""

import time

from cognito_gate._gate.exchange import Exchange
from cognito_gate._gate.finishing import finish
from cognito_gate._gate.messages import Incoming, Pass, Respond, SessionMarks
from tests.edge.conftest import Open
from tests.world.browser import NAVIGATION, Browser, Reply, Request
from tests.world.pool import Pool
from tests.world.site import ASGISite, Site


def during(site: Site, request: Request, action: Request) -> Reply:
    """A request whose app has another one handled before it answers."""
    if isinstance(site, ASGISite):
        inner = site.gate.app

        async def asgi(scope, receive, send):  # type: ignore[no-untyped-def]
            site.gate.app = inner
            await site.one(action)
            await inner(scope, receive, send)

        site.gate.app = asgi
    else:
        inner = site.gate.app  # type: ignore[attr-defined]

        def wsgi(environ, start_response):  # type: ignore[no-untyped-def]
            site.gate.app = inner  # type: ignore[attr-defined]
            site.handle(action)
            return inner(environ, start_response)

        site.gate.app = wsgi  # type: ignore[attr-defined]
    return site.handle(request)


def test_a_slow_response_signs_nobody_in_again(make_site: Open, pool: Pool) -> None:
    site = make_site(refresh_flow_enabled=True)
    browser = Browser(site)
    browser.sign_in(pool)
    browser.jar = {name: value for name, value in browser.jar.items() if "refresh" in name}
    request = browser.request("GET", "/slow", NAVIGATION)
    sign_out = browser.request("GET", "/auth/logout", NAVIGATION)
    reply = during(site, request, sign_out)
    assert reply.identity.username == "ada"  # it was let through before
    assert reply.cookies == {}


def test_but_one_of_somebody_signed_in_does_carry_them(make_site: Open, pool: Pool) -> None:
    site = make_site(refresh_flow_enabled=True)
    browser = Browser(site)
    browser.sign_in(pool)
    browser.jar = {name: value for name, value in browser.jar.items() if "refresh" in name}
    request = browser.request("GET", "/slow", NAVIGATION)
    reply = during(site, request, browser.request("GET", "/auth/me", NAVIGATION))
    assert len(reply.stored) == 3


def test_a_page_of_ours_that_was_slow_signs_nobody_in_again(pool: Pool) -> None:
    """Its session was refreshed, and then the visitor signed out elsewhere while it was made."""
    site = ASGISite(pool.settings(refresh_flow_enabled=True), pool)
    browser = Browser(site)
    browser.sign_in(pool)
    gate = site.gate._gate
    assert gate is not None
    refreshed = browser.request("GET", "/auth/me", NAVIGATION)
    facts = Incoming("http", "GET", "/auth/me", b"/auth/me", b"", refreshed.headers, time.time())
    lines = tuple(
        ("set-cookie", f"{name}={value}; Max-Age=60; Path=/") for name, value in browser.jar.items()
    )
    page = Respond(200, (*lines, ("content-type", "text/html")))
    for over, kept in ((False, 3), (True, 0)):
        if over:
            gate._context.revocations.end("a-session", until=time.time() + 60)
        exchange = Exchange(gate._context, facts)
        # Sign-in pages have a view of their own of the exchange.
        view = Exchange.sharing(exchange, gate._context)
        view.remember_visitor(Pass(None, marks=SessionMarks(("a-session",))))
        done = finish(exchange, page)
        assert sum(name == "set-cookie" for name, _ in done.headers) == kept
    site.close()
