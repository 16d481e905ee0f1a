"""All pages about moving here: each shows an app that runs behind the gate, as it says there."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask

from tests.integrations.conftest import OpenASGI, OpenWSGI
from tests.integrations.stage import Site

PAGES = Path(__file__).parents[2] / "docs" / "how-to"


class Moved(NamedTuple):
    """A page's app: which of its blocks, what it tells bob and where, and what only admins read."""

    block: int = 0
    path: str = "/"
    told: str = "Hello, bob"
    admins: str = ""


MOVED = {
    "an-alb": Moved(),
    "authlib": Moved(),
    "fastapi-libraries": Moved(path="/me", told='"bob"', admins="/admin"),
    "flask-awscognito": Moved(admins="/admin"),
    "flask-cognito-lib": Moved(1, "/claims", '"username":"bob"', "/admin"),
    "oauth2-proxy": Moved(),
}


def _app(page: str) -> Any:
    text = (PAGES / f"moving-from-{page}.md").read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {"__name__": __name__}  # Flask looks up its module
    exec(blocks[MOVED[page].block], names)
    return names["app"]


@pytest.mark.parametrize("page", MOVED)
def test_the_app_of_the_page(page: str, asgi: OpenASGI, wsgi: OpenWSGI) -> None:
    app, moved = _app(page), MOVED[page]
    make: Callable[..., Site] = wsgi if isinstance(app, Flask) else asgi
    site = make(app, COGNITO_GATE_HEADERS="x-auth-request")
    assert moved.told in site.get(moved.path, "bob").text
    assert site.get(moved.path).headers["location"].startswith(site.cognito.origin)
    if moved.admins:
        assert site.get(moved.admins, "ada").status_code == 200
        assert site.get(moved.admins, "bob").status_code == 403


def test_each_page_is_tried() -> None:
    found = {path.stem.removeprefix("moving-from-") for path in PAGES.glob("moving-from-*.md")}
    assert found == set(MOVED)
