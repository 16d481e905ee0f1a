"""`cognito-gate sessions` and the store that an app's processes share."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cognito_gate.cli.sessions_command import sessions
from tests.world.browser import Browser
from tests.world.pool import SECRET, SECRET_KEY, Pool
from tests.world.site import Site, WSGISite

SUB = "sub-of-ada"


def run(*words: str) -> Result:
    return CliRunner().invoke(sessions, words)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Site]:
    """An app with a store, whose settings are in the environment, too."""
    pool, store = Pool(), f"sqlite:///{tmp_path}/sessions.db"
    settings = pool.settings(store=store, refresh_flow_enabled=True)
    variables = {
        "AWS_COGNITO_DOMAIN": settings.domain,
        "AWS_COGNITO_USER_POOL_ID": settings.user_pool_id,
        "AWS_COGNITO_USER_POOL_CLIENT_ID": settings.user_pool_client_id,
        "AWS_COGNITO_USER_POOL_CLIENT_SECRET": SECRET,
        "AWS_COGNITO_REDIRECT_URL": settings.redirect_url,
        "AWS_COGNITO_LOGOUT_URL": settings.logout_url,
        "SECRET_KEY": SECRET_KEY,
        "COGNITO_GATE_STORE": store,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    site = WSGISite(settings, pool)
    yield site
    site.close()


def signed_in(site: Site) -> Browser:
    browser = Browser(site)
    assert isinstance(site.pool, Pool)
    browser.sign_in(site.pool)
    assert browser.go("/").status == 200
    return browser


def is_over(browser: Browser) -> bool:
    """A message takes a moment."""
    end = time.monotonic() + 20
    while browser.fetch("/").status != 401:
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_the_sessions_of_a_user(site: Site) -> None:
    browser = signed_in(site)
    listed = run("list", SUB, "--store", "--json")
    (one,) = json.loads(listed.output)["sessions"]
    assert (one["kind"], one["device"]) == ("STORE", "Mozilla/5.0")
    assert browser.jar["__Host-cognito_session"] not in listed.output
    shown = run("show", SUB, one["id"])
    assert shown.output.splitlines()[0].startswith(f"id: {one['id']}")
    assert "device: Mozilla/5.0" in shown.output
    assert run("list", "sub-of-ben", "--store").output == "No sessions.\n"


def ids() -> list[str]:
    listed = json.loads(run("list", SUB, "--store", "--json").output)
    return [one["id"] for one in listed["sessions"]]


def test_one_is_ended_and_then_all(site: Site) -> None:
    browser, other = signed_in(site), signed_in(site)
    assert run("end", SUB, "--store", "--session", ids()[0]).exit_code == 0
    assert len(ids()) == 1
    assert "1 of them were in it" in run("end", SUB, "--store").output
    assert is_over(browser)
    assert is_over(other)


def test_what_does_not_work_is_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = run("show", SUB, "abc")
    assert missing.exit_code == 1
    assert "0 sessions of sub-of-ada have an ID that begins with abc" in missing.output
    monkeypatch.delenv("COGNITO_GATE_STORE")
    assert "no processes share sessions" in run("list", SUB, "--store").output
