"""The recipes for data apps with the real packages, each in a process of its own, and in Chromium:
these apps draw their pages by scripts and WebSockets.

`make judges` installs the packages; COGNITO_GATE_DATA_APPS may name another interpreter with them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cognito_gate.local import LocalCognito
from tests.servers.process import free_port, served
from tests.signing_keys import with_ready_keys

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
PYTHON = Path(
    os.environ.get("COGNITO_GATE_DATA_APPS")
    or Path(sys.prefix, "judges", "data-apps", "bin", "python")
)
SECRET = "Only the group admin reads this."
HEADERS = "x-user=username x-groups=cognito:groups"
PATIENCE = 60_000
# Where each has its page.
APPS = {
    "gradio_app": "/chat/",
    "marimo_app": "/",
    "panel_app": "/panel",
    "streamlit_app": "/",
}


@contextmanager
def app(name: str) -> Iterator[str]:
    """The recipe behind its gate, before a local Cognito; its origin."""
    if not os.access(PYTHON, os.X_OK):
        pytest.skip(
            f"the data apps are not installed: no {PYTHON} (`make data-apps` installs them)"
        )
    port = free_port()
    origin = f"http://localhost:{port}"
    callback, after = f"{origin}/auth/callback", f"{origin}/auth/signed-out"
    cognito = with_ready_keys(LocalCognito(callback_urls=[callback], logout_urls=[after]))
    with cognito.serve():
        environment = {
            **cognito.environment(),
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'examples' / 'recipes'}",
            "SECRET_KEY": "a secret key of the tests, known to all",
            "COGNITO_GATE_HEADERS": HEADERS,
            "GRADIO_ANALYTICS_ENABLED": "False",
            "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
        }
        command = [str(PYTHON), "-m", "uvicorn", "--factory", f"{name}:gated", f"--port={port}"]
        with served(command, port, environment):
            yield origin


@pytest.mark.parametrize("name", APPS)
def test_it_knows_its_visitors(chromium: Browser, name: str) -> None:
    with app(name) as origin, chromium.new_context(base_url=origin) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        for username, password in (("ada", "Correct-Horse-7"), ("bob", "Battery-Staple-8")):
            page.goto(APPS[name])
            page.get_by_label("Username").fill(username)
            page.get_by_label("Password").fill(password)
            page.get_by_role("button", name="Sign in").click()
            page.get_by_text(f"Hello, {username}.").first.wait_for()
            assert page.get_by_text(SECRET).count() == (1 if username == "ada" else 0)
            page.goto("/auth/logout")
            page.get_by_text("Signed out").first.wait_for()
        page.goto(APPS[name])
        page.get_by_label("Password").wait_for()
