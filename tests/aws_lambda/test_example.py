"""The example answers as a function, and its template is sound."""

import asyncio
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.aws_lambda.events import SHAPES
from tests.pool.linter import lint
from tests.world.browser import NAVIGATION, Browser
from tests.world.pool import APP, CLIENT, DOMAIN, POOL_ID, SECRET, SECRET_KEY

FOLDER = Path(__file__).parents[2] / "examples" / "lambda"


@pytest.fixture
def loop() -> Iterator[None]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()
    asyncio.set_event_loop(None)


def test_the_handler(loop: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    variables = {
        "AWS_COGNITO_USER_POOL_ID": POOL_ID,
        "AWS_COGNITO_USER_POOL_CLIENT_ID": CLIENT,
        "AWS_COGNITO_USER_POOL_CLIENT_SECRET": SECRET,
        "AWS_COGNITO_DOMAIN": DOMAIN,
        "AWS_COGNITO_REDIRECT_URL": f"{APP}/auth/callback",
        "AWS_COGNITO_LOGOUT_URL": f"{APP}/auth/signed-out",
        "SECRET_KEY": SECRET_KEY,
        "COGNITO_GATE_SESSION_BYTES": "apigateway",
    }
    text = (FOLDER / "template.yaml").read_text()
    for name, value in variables.items():
        assert f"          {name}: " in text
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COGNITO_GATE_PUBLIC_PATHS", "/open")
    monkeypatch.chdir(tmp_path)
    handler: Any = runpy.run_path(str(FOLDER / "handler.py"))["handler"]
    shape = SHAPES["HTTP API"]
    site: Any = None
    request = Browser(site).request
    opened = handler(shape.event(request("GET", "/open", NAVIGATION)), None)
    assert (opened["statusCode"], opened["body"]) == (200, "Hello nobody\n")
    started = shape.response(handler(shape.event(request("GET", "/", NAVIGATION)), None))
    assert (started.status, started.location.partition("?")[0]) == (
        303,
        f"{DOMAIN}/oauth2/authorize",
    )


def test_the_template() -> None:
    assert lint((FOLDER / "template.yaml").read_text()) == []
