"""CORS preflights reach the app without a sign-in: only an answer to one goes out."""

import pytest

from tests.edge.conftest import Open
from tests.world.browser import Browser, Reply
from tests.world.site import Site

PREFLIGHT = {"origin": "https://other.example", "access-control-request-method": "PUT"}
ALLOWED = [("Access-Control-Allow-Origin", "https://other.example"), ("Content-Length", "18")]


@pytest.fixture
def site(make_site: Open) -> Site:
    return make_site(bearer=True, public_paths=("/open",))


def asked(site: Site, path: str = "/api") -> Reply:
    site.body = b"hello from the app"
    reply = Browser(site).send("OPTIONS", path, PREFLIGHT)
    assert reply.app is not None
    assert reply.app.identity is None
    return reply


def test_the_answer_to_one_goes_out_without_its_body(site: Site) -> None:
    site.headers += ALLOWED
    reply = asked(site)
    assert (reply.status, reply.body, reply.value("content-length")) == (200, b"", "0")
    assert reply.value("access-control-allow-origin") == "https://other.example"


def test_no_content_says_nothing_of_a_length(site: Site) -> None:
    site.status, site.headers, site.body = 204, ALLOWED[:1], b""
    reply = Browser(site).send("OPTIONS", "/api", PREFLIGHT)
    assert (reply.status, reply.headers) == (204, ALLOWED[:1])


def test_what_a_view_says_to_any_method_is_for_nobody(site: Site) -> None:
    site.headers += [("x-secret", "of the app"), ("set-cookie", "a=b"), ("Vary", "origin")]
    reply = asked(site)
    assert (reply.status, reply.body) == (200, b"")
    assert [name.lower() for name, _ in reply.headers] == ["content-type", "vary", "content-length"]


def test_on_a_public_path_anybody_gets_all_of_it(site: Site) -> None:
    assert asked(site, "/open").body == b"hello from the app"
