"""The body of a form that meets an ended session: read in time and up to a limit, on both edges;
the app's other bodies stay the app's."""

import itertools
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from cognito_gate import Require, Rule
from cognito_gate._gate.messages import FORM_SECONDS, MAX_FORM_BYTES
from tests.edge.conftest import Open
from tests.edge.test_form_bodies import FORM, Slow, Stream, Wire, chunks, through
from tests.parts.html import Page
from tests.world.browser import ORIGIN, Browser, Request
from tests.world.pool import Pool
from tests.world.site import ASGISite, Site, WSGISite

KEPT = "__Host-cognito_kept_form"
USER = "__Host-cognito_last_user"
BODY = urlencode({"note": "Grüße", "more": "a&b"}).encode()


def over(site: Site, pool: Pool) -> Browser:
    """A browser whose session is over."""
    browser = Browser(site)
    browser.sign_in(pool)
    browser.jar = {USER: browser.jar[USER]}
    return browser


def test_kept_and_sent_again(make_site: Open, pool: Pool) -> None:
    browser = over(make_site(keep_forms=True), pool)
    shown = browser.send_form("/orders", BODY, FORM)
    assert (shown.status, shown.app, shown.stored) == (401, None, [KEPT])
    link = Page(shown.body.decode()).every("a")[0].get("href")
    offered = browser.go(browser.sign_in(pool, link).location)
    page = Page(offered.body.decode())
    assert page.sent(page.every("form")[0]) == {"note": "Grüße", "more": "a&b"}
    sent = browser.send_form("/orders", BODY, {**FORM, "referer": f"{ORIGIN}/auth/resume"})
    assert sent.identity.username == "ada"
    assert sent.cleared == [KEPT]


def test_kept_for_a_newer_sign_in(make_site: Open, pool: Pool) -> None:
    rules = (Rule(("/orders",), require=Require(max_auth_age=300)),)
    browser = Browser(make_site(keep_forms=True, rules=rules))
    pool.access["auth_time"] = int(time.time()) - 600
    browser.sign_in(pool)
    shown = browser.send_form("/orders", BODY, FORM)
    assert (shown.status, shown.app) == (401, None)
    assert set(shown.stored) == {KEPT, "__Host-cognito_step_up"}
    pool.access.pop("auth_time")
    link = Page(shown.body.decode()).every("a")[0].get("href")
    offered = browser.go(browser.sign_in(pool, link).location)
    page = Page(offered.body.decode())
    assert page.sent(page.every("form")[0]) == {"note": "Grüße", "more": "a&b"}
    assert browser.send_form("/orders", BODY, FORM).identity.username == "ada"


def posted(browser: Browser, **headers: str) -> Request:
    return browser.request("POST", "/orders", {**FORM, **headers})


@pytest.fixture
def asgi(pool: Pool) -> Iterator[ASGISite]:
    site = ASGISite(pool.settings(keep_forms=True), pool)
    yield site
    site.close()


def test_a_body_that_never_ends(
    asgi: ASGISite, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = over(asgi, pool)
    endless = Wire(*[{"type": "http.request", "body": b"x" * 5_000, "more_body": True}] * 9)
    assert "too large" in endless.through(asgi, posted(browser)).body.decode()
    assert len(endless.left) == 9 - (MAX_FORM_BYTES // 5_000 + 1)
    monkeypatch.setattr("cognito_gate._asgi_request.FORM_SECONDS", 0.01)
    slow = Slow({"type": "http.request", "body": BODY, "more_body": True})
    reply = slow.through(asgi, posted(browser))
    assert (reply.status, "could not be kept" in reply.body.decode()) == (401, True)


def test_what_is_not_for_the_gate_stays_the_apps(asgi: ASGISite, pool: Pool) -> None:
    browser = over(asgi, pool)
    for jar, headers in (({}, {}), (browser.jar, {"sec-fetch-site": "cross-site"})):
        browser.jar = dict(jar)
        wire = Wire(*chunks(BODY))
        assert wire.through(asgi, posted(browser, **headers)).status == 401
        assert len(wire.left) == 1
    browser.sign_in(pool)
    wire = Wire(*chunks(BODY))
    assert wire.through(asgi, posted(browser)).status == 200
    assert len(wire.left) == 1


def test_a_body_that_drips_in(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A WSGI server's thread waits for one byte after the other."""
    site = WSGISite(pool.settings(keep_forms=True), pool)
    browser = over(site, pool)
    large = Stream(b"a=" + b"x" * 20_000)
    reply = through(site, posted(browser), large, **{"wsgi.input_terminated": True})
    assert "too large" in reply.body.decode()
    assert sum(large.asked) == MAX_FORM_BYTES + 1
    clock = itertools.count(1_000_000.0)
    monkeypatch.setattr("cognito_gate.wsgi.time.monotonic", lambda: next(clock))
    stream = Stream(BODY)
    reply = through(site, posted(browser), stream, CONTENT_LENGTH=str(len(BODY)))
    assert (reply.status, "could not be kept" in reply.body.decode()) == (401, True)
    assert sum(stream.asked) == FORM_SECONDS + 1
    browser.jar = {}
    stranger = Stream(BODY)
    assert through(site, posted(browser), stranger, CONTENT_LENGTH="5").status == 401
    assert stranger.asked == []
