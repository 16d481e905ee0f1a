"""Rules on both edges: by cookie and bearer token, for pages and programs, under a mount."""

import json

import pytest

from cognito_gate import Require, Rule
from tests.edge.conftest import Open
from tests.world.browser import Browser
from tests.world.pool import Pool
from tests.world.site import Site

RULES = (
    Rule(("/open",), public=True),
    Rule(("/maybe",), optional=True),
    Rule(("/admin/*",), require=Require(groups=("admin",)), name="admins"),
    Rule(("/items/*",), methods=("DELETE",), require=Require(scopes=("shop/write",))),
    Rule(("/app/reports/*",), require=Require(groups=("admin",))),
)


@pytest.fixture
def site(make_site: Open) -> Site:
    return make_site(rules=RULES, bearer=True)


def session(browser: Browser, pool: Pool, *groups: str) -> dict[str, str]:
    pool.access["cognito:groups"] = list(groups)
    browser.sign_in(pool)
    return {}


def token(browser: Browser, pool: Pool, *groups: str) -> dict[str, str]:
    pool.access["cognito:groups"] = list(groups)
    return {"authorization": f"Bearer {pool.access_token()}"}


@pytest.mark.parametrize("sign_in", [session, token])
@pytest.mark.parametrize(("group", "status"), [("admin", 200), ("staff", 403)])
def test_by_cookie_and_by_token(
    browser: Browser, pool: Pool, sign_in: object, group: str, status: int
) -> None:
    assert callable(sign_in)
    headers = sign_in(browser, pool, group)
    for path in ("/admin/x", "/admin", "/ADMIN/x", "/x/../admin/y", "/admin%2fx"):
        for _ in range(2):  # the second time, the session is known
            reply = browser.fetch(path, headers=headers)
            assert (reply.status, reply.app is not None) == (status, status == 200), path
    assert browser.fetch("/other", headers=headers).status == 200


def test_nobody(browser: Browser) -> None:
    assert browser.go("/admin/x").status == 303
    assert browser.fetch("/admin/x").status == 401
    for path in ("/open", "/maybe"):
        reply = browser.fetch(path)
        assert reply.app is not None
        assert reply.app.identity is None


def test_a_person_gets_a_page_and_a_program_json(browser: Browser, pool: Pool) -> None:
    session(browser, pool, "staff")
    page = browser.go("/admin/x")
    assert (page.status, page.value("cache-control")) == (403, "no-store")
    assert b"signed in as ada" in page.body
    answer = browser.fetch("/items/1", method="DELETE")
    assert (answer.status, json.loads(answer.body)) == (403, {"error": "forbidden"})
    challenge = 'Bearer error="insufficient_scope", scope="shop/write"'
    assert answer.value("www-authenticate") == challenge


@pytest.mark.parametrize(
    ("method", "override", "status"),
    [
        ("GET", None, 200),
        ("DELETE", None, 403),
        ("POST", "DELETE", 403),
        ("POST", "PUT", 200),
    ],
)
@pytest.mark.parametrize("header", ["x-http-method-override", "x-http-method", "x-method-override"])
def test_the_method(
    browser: Browser, pool: Pool, header: str, method: str, override: str | None, status: int
) -> None:
    session(browser, pool)
    for _ in range(2):
        assert browser.fetch("/items/1").status == 200
        reply = browser.fetch("/items/1", method=method, headers={header: override})
        assert reply.status == status


def test_under_a_mount_rules_hold_for_both_spellings(make_site: Open, pool: Pool) -> None:
    """With and without it: frameworks take both for the same page."""
    browser = Browser(make_site(mount="/app", rules=RULES, bearer=True))
    headers = token(browser, pool, "staff")
    assert browser.fetch("/app/reports/x", headers=headers).status == 403
    assert browser.fetch("/app/admin/x", headers=headers).status == 403
    assert browser.fetch("/app/other", headers=headers).status == 200


def test_under_a_mount_of_any_letters(make_site: Open, pool: Pool) -> None:
    """A server gives WSGI the bytes of its name, one by one (PEP 3333, "Unicode Issues")."""
    browser = Browser(make_site(mount="/caf\u00e9", rules=RULES, bearer=True))
    headers = token(browser, pool, "staff")
    assert browser.fetch("/caf%C3%A9/admin/x", headers=headers).status == 403
    assert browser.fetch("/caf%C3%A9/other", headers=headers).status == 200
