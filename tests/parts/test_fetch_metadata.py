"""What a request is after, told by its headers: one table for each of the three answers."""

from typing import Literal

import pytest

from cognito_gate._gate.messages import Incoming
from cognito_gate._gate.protocol import fetch_metadata
from tests.parts.made import NOW

ORIGIN = "https://app.example"
CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


def incoming(
    headers: dict[str, str],
    *,
    method: str = "GET",
    kind: Literal["http", "websocket"] = "http",
) -> Incoming:
    lines = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Incoming(kind, method, "/page", b"/page", b"", lines, NOW)


PAGES: dict[str, dict[str, str]] = {
    "a browser that names nothing": {"sec-fetch-mode": "navigate"},
    "a browser that takes anything": {"sec-fetch-mode": "navigate", "accept": " */* "},
    "an empty accept": {"sec-fetch-mode": "navigate", "accept": ""},
    "a browser": {"accept": CHROME, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
    "an older browser": {"accept": CHROME},
    "Firefox": {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
    "XHTML alone": {"accept": "application/xhtml+xml"},
    "in capitals": {"accept": "TEXT/HTML"},
    "with a weight": {"accept": "application/json, text/html;q=0.001"},
    "with a charset": {"accept": "text/html;charset=utf-8"},
    "a frame": {"accept": CHROME, "sec-fetch-dest": "iframe"},
    "an older frame": {"accept": CHROME, "sec-fetch-dest": "frame"},
    "an embedded page": {"accept": CHROME, "sec-fetch-dest": "embed"},
    "an object": {"accept": CHROME, "sec-fetch-dest": "object"},
    "a document": {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
    "a form's type": {"accept": CHROME, "content-type": "text/plain"},
    "another requester": {"accept": CHROME, "x-requested-with": "com.example.webview"},
    "another purpose": {"accept": CHROME, "purpose": "preview"},
}
BESIDES: dict[str, dict[str, str]] = {
    "nothing at all": {},
    "curl and HTTP clients": {"accept": "*/*"},
    "a client with a blank": {"accept": " */* "},
    "a client with an empty accept": {"accept": ""},
    "a bearer token": {"accept": CHROME, "authorization": "Bearer x"},
    "a browser with credentials": {
        **{"accept": CHROME, "sec-fetch-mode": "navigate"},
        "authorization": "Basic x",
    },
    "axios": {"accept": "application/json, text/plain, */*"},
    "jQuery": {"accept": "application/json, text/javascript, */*; q=0.01"},
    "JSON before all": {"accept": "application/json;q=0.9,*/*;q=0.1"},
    "JSON": {"accept": "application/json"},
    "all, but weighed against": {"accept": "*/*;q=0.1, application/json"},
    "an image": {"accept": "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"},
    "a style": {"accept": "text/css,*/*;q=0.1"},
    "events": {"accept": "text/event-stream"},
    "no page, please": {"accept": "text/html;q=0, application/json"},
    "no page at all, please": {"accept": "text/html; q=0.000, */*"},
    "a type like a page's": {"accept": "text/html-fragment"},
    "a script's destination": {"accept": CHROME, "sec-fetch-dest": "empty"},
    "an image's destination": {"accept": CHROME, "sec-fetch-dest": "image"},
    "a worker's destination": {"accept": CHROME, "sec-fetch-dest": "serviceworker"},
    "a script's mode": {"accept": CHROME, "sec-fetch-mode": "cors"},
    "an image's mode": {"accept": CHROME, "sec-fetch-mode": "no-cors"},
    "an upgrade": {"accept": CHROME, "upgrade": "websocket"},
    "a body of JSON": {"accept": CHROME, "content-type": "application/json"},
    "a body of more JSON": {"accept": CHROME, "content-type": "application/vnd.api+JSON"},
    "HTMX": {"accept": CHROME, "hx-request": "true"},
    "XHR": {"accept": CHROME, "x-requested-with": "XMLHttpRequest"},
}
GUESSES: dict[str, dict[str, str]] = {
    "Chrome": {"sec-purpose": "prefetch"},
    "Chrome, rendering": {"sec-purpose": "prefetch;prerender"},
    "Safari": {"purpose": "prefetch"},
    "others": {"x-purpose": "Prefetch"},
    "old Firefox": {"x-moz": "prefetch"},
}


@pytest.mark.parametrize("headers", PAGES.values(), ids=PAGES)
def test_a_page_is_gone_to(headers: dict[str, str]) -> None:
    assert fetch_metadata.is_navigation(incoming(headers))
    assert not fetch_metadata.is_prefetch(incoming(headers))


@pytest.mark.parametrize("headers", BESIDES.values(), ids=BESIDES)
def test_something_in_the_background(headers: dict[str, str]) -> None:
    assert not fetch_metadata.is_navigation(incoming(headers))


def test_accept_over_several_lines() -> None:
    lines = [(b"accept", b"application/json"), (b"accept", b"text/html")]
    assert fetch_metadata.is_navigation(Incoming("http", "GET", "/", b"/", b"", lines, NOW))
    lines = [(b"accept", b"*/*"), (b"accept", b"application/json")]
    assert not fetch_metadata.is_navigation(Incoming("http", "GET", "/", b"/", b"", lines, NOW))


@pytest.mark.parametrize("headers", GUESSES.values(), ids=GUESSES)
def test_a_guess_of_the_browser(headers: dict[str, str]) -> None:
    assert fetch_metadata.is_prefetch(incoming(headers))
    assert not fetch_metadata.is_navigation(incoming({"accept": CHROME, **headers}))


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT", "DELETE", "OPTIONS", "get", ""])
def test_another_method(method: str) -> None:
    assert not fetch_metadata.is_navigation(incoming({"accept": CHROME}, method=method))


def test_a_websocket() -> None:
    assert not fetch_metadata.is_navigation(incoming({"accept": CHROME}, kind="websocket"))


OURS: dict[str, dict[str, str]] = {
    "nothing told": {},
    "typed in": {"sec-fetch-site": "none"},
    "its own": {"sec-fetch-site": "same-origin"},
    "of its domain": {"sec-fetch-site": "same-site"},
    "its own, referer hidden": {"sec-fetch-site": "same-origin", "origin": "null"},
    "its origin": {"origin": ORIGIN},
    "its origin in capitals": {"origin": ORIGIN.upper()},
    "its referer": {"referer": f"{ORIGIN}/page?x=https://evil.example/"},
    "its bare referer": {"referer": ORIGIN},
    "its origin comes before": {"origin": ORIGIN, "referer": "https://evil.example/"},
}
OTHERS: dict[str, dict[str, str]] = {
    "cross-site": {"sec-fetch-site": "cross-site"},
    "cross-site in capitals": {"sec-fetch-site": "Cross-Site"},
    "cross-site, whatever the rest": {"sec-fetch-site": "cross-site", "origin": ORIGIN},
    "another origin": {"origin": "https://evil.example"},
    "an origin that begins alike": {"origin": f"{ORIGIN}.evil"},
    "an origin with another port": {"origin": f"{ORIGIN}:8443"},
    "an origin before it": {"origin": "https://evil.app.example"},
    "an origin over http": {"origin": "http://app.example"},
    "an origin of nobody": {"origin": "null"},
    "another referer": {"referer": "https://evil.example/page"},
    "a referer that begins alike": {"referer": f"{ORIGIN}.evil/"},
    "a referer with a user": {"referer": f"{ORIGIN}@evil.example/"},
    "a referer that names it": {"referer": f"https://evil.example/?{ORIGIN}/"},
    "a referer of nobody": {"referer": "null"},
    "an origin before a referer": {"origin": "null", "referer": f"{ORIGIN}/page"},
    "bytes": {"referer": "\xe9"},
}


@pytest.mark.parametrize("headers", OURS.values(), ids=OURS)
def test_this_site_asks(headers: dict[str, str]) -> None:
    assert fetch_metadata.of_this_site(incoming(headers), ORIGIN)


@pytest.mark.parametrize("headers", OTHERS.values(), ids=OTHERS)
def test_another_site_asks(headers: dict[str, str]) -> None:
    assert not fetch_metadata.of_this_site(incoming(headers), ORIGIN)
