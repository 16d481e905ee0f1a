"""The page about moving from flask-cognito-lib: what its code does behind the gate."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cognito_gate.events import RequestFacts, SignedIn, SignedOut
from tests.integrations.conftest import OpenWSGI
from tests.integrations.stage import WSGISite

PAGE = Path(__file__).parents[2] / "docs/how-to/moving-from-flask-cognito-lib.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
FACTS = RequestFacts(0, "http", "GET", "/auth/callback")


@pytest.fixture
def rest() -> Any:
    """The module that the page shows as the rest of an app."""
    pytest.importorskip("flask", reason="Flask is not installed")
    (source,) = [block for block in BLOCKS if "def at_sign_in" in block]
    names: dict[str, Any] = {"__name__": "yourmodule"}
    exec(compile(source, str(PAGE), "exec"), names)
    return SimpleNamespace(**names)


@pytest.fixture
def site(rest: Any, wsgi: OpenWSGI) -> WSGISite:
    return wsgi(rest.app, COGNITO_GATE_PUBLIC_PATHS="/,/login,/logout,/static/*")


def test_all_of_its_code_is_python() -> None:
    assert len(BLOCKS) == 4
    for block in BLOCKS:
        compile(block, str(PAGE), "exec")


def test_a_public_page_knows_its_visitors(site: WSGISite) -> None:
    assert site.get("/").text == '<a href="/login">Sign in</a>'
    assert site.get("/", "ada").text == "Hello, ada"


def test_views_that_others_link_to_lead_on(site: WSGISite) -> None:
    to_login = site.get("/login", params={"next": "/admin?x=1"})
    assert to_login.headers["location"] == "/auth/login?next=%2Fadmin%3Fx%3D1"
    assert site.get("/logout", "ada").headers["location"] == "/auth/logout"


def test_an_error_page_of_the_apps_own(site: WSGISite) -> None:
    assert site.get("/admin", "ada").text == "admins only"
    refused = site.get("/admin", "bob")
    assert (refused.status_code, refused.text) == (403, "That page is for admins.")


def test_something_happens_at_each_sign_in(rest: Any) -> None:
    rest.at_sign_in(SignedOut(FACTS, "sub-1", "", False))
    rest.at_sign_in(SignedIn(FACTS, "sub-2", "ada", "", "cognito"))
    assert rest.greeted == ["sub-2"]


def test_settings_of_the_apps_config(
    rest: Any, site: WSGISite, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in site.cognito.environment().items():
        if name != "AWS_COGNITO_DOMAIN":
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("SECRET_KEY", "a-secret-of-the-tests-that-all-may-know")
    rest.app.config["AWS_COGNITO_DOMAIN"] = site.cognito.origin
    rest.app.config["AWS_COGNITO_REFRESH_FLOW_ENABLED"] = True
    settings = rest.settings()
    assert settings.scopes == ("openid", "email")
    assert settings.refresh_flow_enabled
    gate = rest.gated()
    assert gate.app is rest.app
    gate.close()
