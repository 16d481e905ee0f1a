"""After a sign-out no response brings the session's cookies back, on either edge."""

from tests.edge.browser import NAVIGATION, Browser, Reply, Request
from tests.edge.conftest import Open
from tests.edge.pool import Pool
from tests.edge.site import ASGISite, Site


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
