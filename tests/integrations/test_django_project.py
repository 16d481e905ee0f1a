"""The example of a whole Django project: its tests, `runserver` with the gate, static files, and
the admin with its log-out."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from cognito_gate.local import LocalCognito
from tests.cli.command import PATIENCE, Process, clean_environment, until_answers
from tests.integrations.stage import ASGISite, Site, WSGISite
from tests.journey.serving import listen, port_of
from tests.journey.visitor import Visitor, is_login_form
from tests.signing_keys import with_ready_keys

PROJECT = Path(__file__).parents[2] / "examples" / "django_project"
PATHS = os.pathsep.join([str(PROJECT), str(PROJECT.parents[1])])


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    pytest.importorskip("django", reason="Django is not installed")
    return {**clean_environment(), "DJANGO_DB": str(tmp_path / "db.sqlite3"), "PYTHONPATH": PATHS}


def manage(*words: str, environ: dict[str, str]) -> str:
    """Run `manage.py` as long as it takes; all that it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *words],
        cwd=PROJECT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE * 2,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_its_own_tests_pass(environ: dict[str, str]) -> None:
    said = manage("test", environ=environ)
    assert int(re.findall(r"Ran (\d+) tests", said)[0]) >= 6


@contextmanager
def runserver(environ: dict[str, str]) -> Iterator[tuple[Visitor, str]]:
    """`manage.py runserver` with its autoreloader, and a browser in front of it."""
    with listen() as listener:
        port = port_of(listener)
    origin = f"http://localhost:{port}"
    cognito = with_ready_keys(
        LocalCognito(
            callback_urls=(f"{origin}/auth/callback",), logout_urls=(f"{origin}/auth/signed-out",)
        )
    )
    manage("migrate", "--verbosity", "0", environ=environ)
    with cognito.serve():
        settings = {**cognito.environment(), "SECRET_KEY": "only-for-the-tests:32-characters"}
        command = [sys.executable, "-u", "manage.py", "runserver", f"localhost:{port}"]
        with Process(command, cwd=PROJECT, environ={**environ, **settings}) as process:
            assert until_answers(origin), process.output
            with Visitor(origin, cognito.origin) as visitor:
                yield visitor, origin


def test_runserver_has_the_gate_the_admin_and_static_files(environ: dict[str, str]) -> None:
    with runserver(environ) as (ada, origin):
        assert httpx.get(f"{origin}/").status_code == 401
        for path in ("/static/site.css", "/static/admin/css/base.css"):
            assert httpx.get(origin + path).status_code == 200
        index = ada.sign_in("/admin/")
        assert "Site administration" in index.text
        assert "Hello, ada." in ada.go("/").text

        signed_out = log_out_of_admin(ada, index)
        assert signed_out.status_code == 200
        assert not ada.session
        assert is_login_form(ada.go("/admin/"))

        refused = ada.sign_in("/admin/", "bob")  # not staff: Django's own page to log in
        assert "not authorized to access this page" in refused.text


def log_out_of_admin(ada: Visitor, index: httpx.Response) -> httpx.Response:
    """Press the admin's button; the page where that ends."""
    form = re.search(r'action="(/admin/logout/)".*?value="(\w+)"', index.text, re.DOTALL)
    assert form
    return ada.follow(ada.app.post(form[1], data={"csrfmiddlewaretoken": form[2]}))


@pytest.mark.parametrize("edge", ["asgi", "wsgi"])
def test_static_files_are_in_front_of_the_gate(
    edge: str, accounts: Any, asgi: Callable[..., ASGISite], wsgi: Callable[..., WSGISite]
) -> None:
    """As `runserver` puts them, that of daphne as well."""
    from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler, StaticFilesHandler
    from django.core.asgi import get_asgi_application
    from django.core.wsgi import get_wsgi_application
    from django.test import override_settings

    static = {
        "STATIC_URL": "static/",
        "STATICFILES_DIRS": [str(PROJECT / "assets")],
        "DEBUG": True,
    }
    with override_settings(**static):
        site: Site
        if edge == "asgi":
            site = asgi(get_asgi_application())
            gate: Any = site.gate
            site.gate = ASGIStaticFilesHandler(gate)  # type: ignore[assignment]
        else:
            site = wsgi(get_wsgi_application())
            gate = site.gate
            site.gate = StaticFilesHandler(gate)  # type: ignore[assignment]
        assert site.get("/static/site.css").status_code == 200
        assert site.get("/open/who").status_code == 401
        assert site.get("/open/who", "ada").status_code == 200
