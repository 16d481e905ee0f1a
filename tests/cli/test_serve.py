"""Finding the app, telling ASGI from WSGI, and putting the gate around it."""

import functools
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette

from cognito_gate import ASGIGate, WSGIGate
from cognito_gate.cli import serve
from cognito_gate.cli.serve import AppError, Target, trim_header_values
from tests.cli.test_run import POOL

SOURCE = """
from starlette.applications import Starlette
from cognito_gate import ASGIGate, Settings, WSGIGate

made = []

async def app(scope, receive, send): ...
def wsgi(environ, start_response): ...

class Space:
    inner = staticmethod(wsgi)

def factory():
    made.append(1)
    return app

def needs_more(name): ...

def breaks():
    raise RuntimeError("no database")

def quiet():
    raise KeyError

class Flask:
    wsgi_app = WSGIGate(wsgi, settings=Settings(disabled=True))
    def __call__(self, environ, start_response): ...

gated = ASGIGate(app, settings=Settings(disabled=True))
added = Starlette()
added.add_middleware(ASGIGate)
flask = Flask()
number = 7
"""


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module of its own for each test; its name."""
    name = f"source_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


class Asgi3:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


class Plain3:
    def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


class Wsgi:
    def __call__(self, environ: Any, start_response: Any) -> None: ...


async def _asgi(scope: Any, receive: Any, send: Any) -> None: ...


def _wsgi(environ: Any, start_response: Any) -> None: ...


def _anything(*words: Any, **more: Any) -> None: ...


def _nothing() -> None: ...


@pytest.mark.parametrize(
    ("app", "interface"),
    [
        (_asgi, "asgi"),
        (functools.partial(_asgi), "asgi"),
        (Asgi3(), "asgi"),
        (Asgi3().__call__, "asgi"),
        (Plain3(), "asgi"),
        (Starlette(), "asgi"),
        (FastAPI(), "asgi"),
        (_wsgi, "wsgi"),
        (Wsgi(), "wsgi"),
        (Wsgi().__call__, "wsgi"),
    ],
)
def test_the_interface_shows_in_how_an_app_is_called(app: Any, interface: str) -> None:
    assert serve.interface_of("shop:app", app) == interface


@pytest.mark.parametrize(
    ("app", "complaint"),
    [
        (7, "shop:app is not an app but an int"),
        ("text", "shop:app is not an app but a str"),
        (_anything, "add --interface asgi or --interface wsgi"),
        (_nothing, r"neither an ASGI nor a WSGI app. If it is a factory, add --factory"),
        (Asgi3, r"neither an ASGI nor a WSGI app. If it is a factory"),
        (lambda name: name, "neither an ASGI nor a WSGI app.$"),
        (type, "neither|Cannot tell"),
    ],
)
def test_what_cannot_be_served_is_explained(app: Any, complaint: str) -> None:
    with pytest.raises(AppError, match=complaint):
        serve.interface_of("shop:app", app)


def test_an_app_is_found_also_within_something(source: str) -> None:
    found, interface = serve.load(Target(f"{source}:Space.inner"))
    assert found.__name__ == "wsgi"
    assert interface == "wsgi"


def test_the_interface_that_is_given_decides(source: str) -> None:
    assert serve.load(Target(f"{source}:app", "wsgi"))[1] == "wsgi"


def test_a_factory_is_called_once(source: str) -> None:
    target = Target(f"{source}:factory", factory=True)
    assert serve.load(target) == serve.load(Target(f"{source}:factory", factory=True))
    made = serve.load(Target(f"{source}:made.count", "asgi"))[0]
    assert made(1) == 1


@pytest.mark.parametrize(
    ("app", "factory", "complaint"),
    [
        ("nothing", False, "There is no 'nothing' in the module"),
        ("Space.nothing", False, "There is no 'Space.nothing' in the module"),
        ("number", True, "is not a factory: it cannot be called without arguments"),
        ("needs_more", True, "is not a factory: it cannot be called without arguments"),
        ("breaks", True, r"breaks\(\) failed: RuntimeError: no database\n"),
        ("quiet", True, r"quiet\(\) failed: KeyError\n"),
        ("gated", False, "is already behind a gate. Serve it directly"),
        ("added", False, "is already behind a gate"),
        ("flask", False, "is already behind a gate"),
    ],
)
def test_an_app_that_will_not_do(source: str, app: str, factory: bool, complaint: str) -> None:
    with pytest.raises(AppError, match=complaint):
        serve.load(Target(f"{source}:{app}", factory=factory))


def test_a_module_inside_a_package_that_is_not_there() -> None:
    with pytest.raises(AppError, match=r"There is no module 'no_such_package' in .*--app-dir"):
        serve.load(Target("no_such_package.web:app"))


@pytest.mark.parametrize(("app", "gate"), [("app", ASGIGate), ("wsgi", WSGIGate)])
def test_a_process_finds_its_app_in_the_environment(
    source: str, monkeypatch: pytest.MonkeyPatch, app: str, gate: Callable[..., Any]
) -> None:
    for name, value in POOL.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(serve.VARIABLE, Target(f"{source}:{app}", env_file=None).to_text())
    assert isinstance(serve.app(), gate)  # type: ignore[arg-type]


def test_a_process_that_cannot_start_says_so_and_leaves(
    source: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(serve.VARIABLE, Target(f"{source}:nothing").to_text())
    with caplog.at_level(logging.ERROR), pytest.raises(SystemExit) as caught:
        serve.app()
    assert caught.value.code == serve.STARTUP_FAILURE
    assert "There is no 'nothing'" in caplog.text


def test_a_target_travels_as_text() -> None:
    target = Target("shop:app", "wsgi", True, None)
    assert Target(**json.loads(target.to_text())) == target


def test_a_wsgi_apps_header_values_are_trimmed() -> None:
    """Django 5 begins its Set-Cookie with a blank, which h11 refuses to send."""
    given: list[Any] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Set-Cookie", " a=b; Path=/\t"), ("X-Plain", "as it is")], None)
        return [b"x"]

    assert trim_header_values(app)({}, lambda *said: given.append(said)) == [b"x"]
    assert given == [("200 OK", [("Set-Cookie", "a=b; Path=/"), ("X-Plain", "as it is")], None)]
