"""Fail closed: whatever breaks, the app is not called. And no secret in any log line."""

import asyncio
import logging
from typing import Any

import httpx
import pytest

from tests.edge.conftest import Open
from tests.world import faults
from tests.world.browser import Browser
from tests.world.pool import Pool

# Not of the httpx.HTTPError family; test_driver_failures.py has more of them.
BROKEN = faults.raises(httpx.InvalidURL)


@pytest.mark.parametrize("endpoint", ["jwks", "token"])
def test_a_client_that_breaks_at_sign_in(browser: Browser, pool: Pool, endpoint: str) -> None:
    url = pool.sign_in(browser.go("/page").location)
    pool.faults[endpoint] = BROKEN
    reply = browser.go(url)
    assert reply.status in (500, 503)
    assert (reply.app, reply.stored) == (None, [])
    assert b"a fault of this test" not in reply.body
    assert b"Traceback" not in reply.body


def test_a_client_that_breaks_at_a_renewal(make_site: Open, pool: Pool) -> None:
    browser = Browser(make_site(refresh_flow_enabled=True))
    browser.sign_in(pool)
    browser.jar = {name: value for name, value in browser.jar.items() if "refresh" in name}
    held = dict(browser.jar)
    pool.faults["token"] = BROKEN
    reply = browser.go("/page")
    assert reply.status in (500, 503)
    assert (reply.app, reply.cookies) == (None, {})
    assert browser.jar == held


def test_a_client_that_breaks_at_a_sign_out(make_site: Open, pool: Pool) -> None:
    browser = Browser(make_site(refresh_flow_enabled=True))
    browser.sign_in(pool)
    pool.faults["revoke"] = BROKEN
    reply = browser.go("/auth/logout")
    assert reply.app is None
    assert reply.status == 303  # best effort: signing out must not hang on it
    assert not browser.jar


def test_an_unexpected_error_in_a_flow_is_a_500(
    make_site: Open, pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    """Something of another type where keys should be breaks inside the flow."""
    site = make_site(public_paths=("/open",))
    browser = Browser(site)
    browser.sign_in(pool)
    keys: Any = site.gate._gate._context.keys  # type: ignore[attr-defined]
    keys._keys = {"key-a": "no key", "key-b": "no key"}
    known: Any = site.gate._gate._context.session_cache  # type: ignore[attr-defined]
    known._young.clear()
    for path in ("/page", "/open", "/auth/me"):
        reply = browser.go(path)
        assert (reply.status, reply.app) == (500, None)
        assert reply.value("cache-control") == "no-store"
        assert b"no key" not in reply.body
    assert "an unexpected error in the gate" in caplog.text


def test_turned_off_every_request_passes_with_nobody(
    make_site: Open, pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    browser = Browser(make_site(disabled=True))
    assert "AWS_COGNITO_DISABLED" in caplog.text
    for path in ("/", "/auth/me", "/auth/callback?code=x"):
        reply = browser.go(path, headers={"authorization": f"Bearer {pool.access_token()}"})
        assert reply.status == 200
        assert reply.app is not None
        assert reply.app.identity is None
        assert reply.app.facts["cognito_gate.disabled"] is True
    assert not pool.calls


def test_it_is_on_by_default(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    assert browser.go("/").status == 303
    assert "DISABLED" not in caplog.text


# Logs


def journey(make_site: Open, pool: Pool) -> set[str]:
    """Sign in, renew, fail in many ways, sign out; returns every secret that was about."""
    browser = Browser(make_site(refresh_flow_enabled=True, bearer=True))
    secrets = {pool.secret, "0123456789abcdef0123456789abcdef"}
    pool.lifetime = 30
    started = browser.go("/page")
    url = pool.sign_in(started.location)
    secrets |= {part.partition("=")[2] for part in url.partition("?")[2].split("&")}
    secrets |= set(browser.jar.values())
    for error in ("access_denied\r\nFORGED", "x" * 200):
        browser.go(f"/auth/callback?error={error}&error_description=a-secret-text")
    for name in ("503", "garbage", "slow answer"):
        pool.faults = {"token": faults.OUTAGES[name]}
        browser.go(url)
        pool.faults = {"jwks": faults.OUTAGES[name]}
        browser.go(url)
    pool.faults = {}
    browser.go(url)
    secrets |= set(browser.jar.values()) | set(pool.refreshes) | {"a-secret-text"}
    browser.go(url)
    for fault in (faults.reply(500), faults.refuses("invalid_client")):
        pool.faults["token"] = fault
        browser.go("/page")
    pool.faults = {}
    pool.id["sub"] = "sub-of-bob"
    browser.go("/page")
    pool.id.clear()
    browser.go("/page")
    token = pool.access_token()
    browser.fetch("/api", headers={"authorization": f"Bearer {token}x"})
    browser.fetch("/api", headers={"authorization": f"Bearer {pool.id_token()}"})
    pool.faults["revoke"] = faults.reply(400, b'{"error":"invalid_request"}')
    secrets |= set(browser.jar.values()) | set(pool.refreshes) | {token}
    secrets |= {call.form.get("code_verifier", pool.secret) for call in pool.named("token")}
    browser.go("/auth/logout")
    return {secret for secret in secrets if len(secret) > 8}


def test_no_log_line_holds_a_secret(
    make_site: Open, pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = journey(make_site, pool)
    lines = [record.getMessage() + (record.exc_text or "") for record in caplog.records]
    assert len([record for record in caplog.records if record.name == "cognito_gate"]) > 10
    assert len(secrets) > 10
    for line in lines:
        assert not [secret for secret in secrets if secret in line]
        assert "\n" not in line
        assert "FORGED" not in line


def test_cognitos_request_id_is_logged_with_errors(
    make_site: Open, pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    browser = Browser(make_site())
    url = pool.sign_in(browser.go("/").location)
    for name, fault in (("jwks", 500), ("token", 503), ("token", 400)):
        body = b'{"error":"invalid_client"}' if fault == 400 else b""
        pool.faults = {name: faults.reply(fault, body)}
        caplog.clear()
        browser.go(url)
        assert f"(request id request-{len(pool.calls)})" in caplog.text


def test_every_call_says_who_calls(make_site: Open, pool: Pool) -> None:
    browser = Browser(make_site(refresh_flow_enabled=True))
    pool.lifetime = 30
    browser.sign_in(pool)
    browser.go("/")
    browser.go("/auth/logout")
    assert {call.name for call in pool.calls} == {"jwks", "token", "revoke"}
    for call in pool.calls:
        assert call.request.headers["user-agent"].startswith("cognito-gate/")
        assert call.request.headers["accept-encoding"] == "identity"
        assert "cookie" not in call.request.headers


def test_a_site_serves_several_loops_one_after_another(
    edge: str, make_site: Open, pool: Pool
) -> None:
    site = make_site()
    browser = Browser(site)
    browser.sign_in(pool)
    if edge == "asgi":
        site.close()
        site.runner = asyncio.Runner()  # type: ignore[attr-defined]
    assert browser.go("/").status == 200
