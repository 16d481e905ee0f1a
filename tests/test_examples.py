"""The examples: short, runnable as they say, and doing what they say."""

import importlib
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from cognito_gate import ASGIGate, Settings, WSGIGate
from cognito_gate.local import LocalCognito
from tests.cli.command import Command, free_port, here_until_ctrl_c, until_answers
from tests.journey.serving import listen, port_of, serving, serving_wsgi
from tests.journey.visitor import Visitor
from tests.signing_keys import with_ready_keys

FOLDER = Path(__file__).parent.parent / "examples"
ALL = sorted(path.stem for path in FOLDER.glob("*.py"))
EXAMPLES = ["asgi_app", "fastapi_app", "starlette_app", "wsgi_app"]  # the same for each interface


def module(name: str) -> Any:
    return importlib.import_module(f"examples.{name}")


@contextmanager
def served(name: str) -> Iterator[Visitor]:
    """The example behind the gate, and a browser in front of it."""
    listener = listen()
    origin = f"http://localhost:{port_of(listener)}"
    cognito = with_ready_keys(
        LocalCognito(
            callback_urls=(f"{origin}/auth/callback",), logout_urls=(f"{origin}/auth/signed-out",)
        )
    )
    with listener, cognito.serve():
        variables = {
            "SECRET_KEY": "only-for-the-tests:32-characters",
            "COGNITO_GATE_PUBLIC_PATHS": "/health",
        }
        environ = {**cognito.environment(), **variables}
        settings = Settings.from_env(environ, env_file=None)
        app = module(name).app
        with Visitor(origin, cognito.origin) as visitor:
            if name == "wsgi_app":
                gate = WSGIGate(app, settings=settings)
                with serving_wsgi(gate, listener):
                    yield visitor
                gate.close()
            else:
                with serving(ASGIGate(app, settings=settings), listener):
                    yield visitor


def test_there_is_one_for_each_kind_of_app() -> None:
    assert set(EXAMPLES) <= set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_it_is_short_and_begins_with_how_to_run_it(name: str) -> None:
    text = (FOLDER / f"{name}.py").read_text()
    assert len(text.splitlines()) <= 60
    said = text.split('"""')[1]
    assert f"cognito-gate run --local --app-dir examples {name}:app" in said
    assert "gated" in said
    assert "COGNITO_GATE_PUBLIC_PATHS=/health" in said


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_knows_its_visitors(name: str) -> None:
    with served(name) as ada:
        health = ada.ask("/health")
        assert health.status_code == 200
        assert "ok" in health.text
        home = ada.sign_in()
        assert home.status_code == 200
        assert "ada" in home.text
        admin = ada.go("/admin")
        assert admin.status_code == 200
        assert "Only the group admin reads this." in admin.text
        assert ada.go("/nowhere").status_code == 404
        ada.sign_out()
        assert "bob" in ada.sign_in(username="bob").text
        refused = ada.go("/admin")
        assert refused.status_code == 403
        assert "Only the group admin reads this." not in refused.text


@pytest.mark.parametrize("name", ["asgi_app", "wsgi_app"])
def test_where_everything_is_public_nobody_is_greeted(name: str) -> None:
    assert "401" in str(module(name).answer("/", None)[0])


@pytest.mark.parametrize("name", EXAMPLES)
def test_gated_is_the_app_behind_the_gate(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    monkeypatch.setenv("AWS_COGNITO_DISABLED", "true")
    gate = module(name).gated()
    assert isinstance(gate, WSGIGate if name == "wsgi_app" else ASGIGate)
    assert gate.app is module(name).app


def told(name: str) -> tuple[list[str], dict[str, str]]:
    """How an example says that it is run: the words after `cognito-gate`, and the variables."""
    said = (FOLDER / f"{name}.py").read_text()
    found = re.search(r"^    (\w+)=(\S+) cognito-gate (run .*)$", said, re.MULTILINE)
    assert found
    variable, value, words = found.groups()
    return words.split(), {variable: value}


# uvicorn's automatic choice of a WebSocket protocol may be a deprecated one; that is its own.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_it_runs_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER.parent)
    monkeypatch.setattr(sys, "path", list(sys.path))
    words, variables = told("asgi_app")
    port = free_port()
    origin = f"http://localhost:{port}"

    def visit() -> None:
        assert httpx.get(f"{origin}/health").status_code == 200
        login = httpx.get(f"{origin}/", headers={"accept": "text/html"})
        pool = login.headers["location"].partition("/oauth2/")[0]
        with Visitor(origin, pool) as ada:
            assert "ada" in ada.sign_in().text

    words += [f"--port={port}"]
    result = here_until_ctrl_c(*words, url=origin, visit=visit, environ=variables)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("name", ["wsgi_app", "django_app"])
def test_it_runs_as_it_says_in_a_process(name: str) -> None:
    """Django is set up once in a process, and nobody closes the client of a WSGI gate before it
    ends."""
    words, variables = told(name)
    with Command(*words, "--port", "0", cwd=FOLDER.parent, environ=variables) as command:
        pool = command.wait_for(r"local Cognito is on (\S+):")
        app = command.wait_for(r"Open +(\S+)")
        assert until_answers(app)
        assert httpx.get(f"{app}/health").status_code == 200
        with Visitor(app, pool) as ada:
            assert "ada" in ada.sign_in().text
        assert command.end() == 0
