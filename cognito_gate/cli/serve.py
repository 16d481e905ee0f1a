"""What `cognito-gate run` serves: the app named by MODULE:APP, behind the gate for its interface.

uvicorn's reloader and workers are new processes: they read what to serve from one environment
variable and call `app()`. Must not know the local Cognito, which runs in the parent process.
"""

import functools
import importlib
import inspect
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from socket import socket
from types import ModuleType
from typing import Any, TypeAlias

import uvicorn

from ..asgi import ASGIGate
from ..errors import SettingsError
from ..settings import Settings, unknown_variables
from ..settings.reading import read_variables
from ..settings.unknown_variables import UnknownVariable
from ..wsgi import WSGIGate
from .alone import NAME as ALONE
from .alone import behind_proxies
from .import_errors import explain
from .process import export_variables, log_config

VARIABLE = "COGNITO_GATE_RUN"
"""Carries the `Target` to the processes that uvicorn starts."""

STARTUP_FAILURE = 3  # uvicorn's exit code; its parent process does not start another worker
log = logging.getLogger("cognito_gate")

App: TypeAlias = Callable[..., Any]
_GATES = (ASGIGate, WSGIGate)


class AppError(Exception):
    """MODULE:APP does not lead to an app that can be served; the text says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """What to serve. `interface` is `auto`, `asgi` or `wsgi`."""

    app: str
    interface: str = "auto"
    factory: bool = False
    env_file: str | None = ".env"

    def to_text(self) -> str:
        return json.dumps(asdict(self))


def unknown_variables_of(target: Target) -> tuple[UnknownVariable, ...]:
    """The variables that look like the gate's and are not.

    Raises:
        SettingsError: the env file cannot be read.
    """
    return unknown_variables(read_variables(os.environ, target.env_file))


def read_settings(target: Target) -> Settings:
    """The settings of the gate that will be around the app.

    Raises:
        SettingsError, AppError: what is wrong.
    """
    try:
        return _settings(target)
    except SettingsError as error:
        if "AWS_COGNITO_USER_POOL_ID" not in error.problems:
            raise
        hint = "To try it without a pool of your own, add --local."
        raise AppError(f"{error}\n{hint}") from error


def _settings(target: Target) -> Settings:
    # Not by from_env: the parent process has warned already.
    return Settings.from_variables(read_variables(os.environ, target.env_file))


def serve(target: Target, interface: str, server: dict[str, Any]) -> None:
    """Serve `app()` by uvicorn, with the options in `server`, until a signal comes."""
    wsgi = interface == "wsgi"
    with export_variables({VARIABLE: target.to_text()}):
        uvicorn.run(
            f"{__name__}:app",
            factory=True,
            interface="wsgi" if wsgi else "asgi3",
            lifespan="off" if wsgi else "auto",
            log_config=log_config(server["log_level"]),
            **server,
        )


def serve_on(listeners: list[socket], asgi_app: App, announce: Callable[[], None]) -> None:
    """Serve in this process without logging, until a signal comes.

    `announce` is called as soon as signals are handled.
    """
    config = uvicorn.Config(
        asgi_app,
        interface="asgi3",
        log_config=log_config("warning"),
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    _Announcing(config, announce).run(listeners)


class _Announcing(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Announce only now: earlier, Python could ignore a KeyboardInterrupt during an import.
        with super().capture_signals():
            self._announce()
            yield


def app() -> App:
    """The gated app, for uvicorn (`--factory`), in whichever process it runs."""
    target = Target(**json.loads(os.environ[VARIABLE]))
    try:
        loaded_app, interface = load(target)
        settings = _settings(target)
        gated = wrap_in_gate(loaded_app, interface, settings)
        return behind_proxies(gated, settings) if target.app == ALONE else gated
    except (AppError, SettingsError) as error:
        log.error("%s", error)
        sys.exit(STARTUP_FAILURE)


@functools.cache  # one process loads once: a factory may open connections
def load(target: Target) -> tuple[App, str]:
    """The app and its interface, `asgi` or `wsgi`.

    Raises:
        AppError: it does not exist, fails, is not an app, or is already behind a gate.
    """
    loaded_app = _find(target.app)
    if target.factory:
        loaded_app = _call_factory(target.app, loaded_app)
    _check_not_gated(target.app, loaded_app)
    if target.interface != "auto":
        return loaded_app, target.interface
    return loaded_app, interface_of(target.app, loaded_app)


def wrap_in_gate(app: App, interface: str, settings: Settings) -> App:
    """The app behind the gate of its interface."""
    if interface == "wsgi":
        return WSGIGate(trim_header_values(app), settings=settings)
    return ASGIGate(app, settings=settings)


def trim_header_values(app: App) -> App:
    """The WSGI app, with spaces around its header values removed.

    Django 5 starts Set-Cookie values with a space, which h11 under uvicorn refuses.
    """

    def trim(environ: Any, start_response: Any) -> Any:
        def start(status: str, headers: Any, *exc_info: Any) -> Any:
            clean = [(name, value.strip(" \t")) for name, value in headers]
            return start_response(status, clean, *exc_info)

        return app(environ, start)

    return trim


def interface_of(name: str, app: Any) -> str:
    """Whether an app is `asgi` or `wsgi`, by how it can be called.

    Raises:
        AppError: neither, or both are possible.
    """
    if not callable(app):
        raise AppError(f"{name} is not an app but {_article(type(app).__name__)}.")
    if inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(_call_method(app)):
        return "asgi"
    match [count for count in (2, 3) if _accepts(app, count)]:
        case [3]:
            return "asgi"
        case [2]:
            return "wsgi"
        case []:
            hint = " If it is a factory, add --factory." if _accepts(app, 0) else ""
            raise AppError(f"{name} is neither an ASGI nor a WSGI app.{hint}")
    raise AppError(
        f"Cannot tell whether {name} is ASGI or WSGI: add --interface asgi or --interface wsgi."
    )


def _call_method(app: App) -> Any:
    # The method itself is looked at, not only whether there is one.
    return None if inspect.isclass(app) else getattr(app, "__call__", None)  # noqa: B004


def _accepts(app: App, count: int) -> bool:
    try:
        inspect.signature(app).bind(*[None] * count)
    except (TypeError, ValueError):  # ValueError: a callable without a signature
        return False
    return True


def _find(name: str) -> Any:
    module_name, _, path = name.partition(":")
    attribute_value: Any = _module(module_name)
    for attribute in path.split("."):
        if not hasattr(attribute_value, attribute):
            raise AppError(f"There is no {path!r} in the module {module_name!r}.")
        attribute_value = getattr(attribute_value, attribute)
    return attribute_value


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as exc:
        if exc.name is not None and (exc.name == name or name.startswith(f"{exc.name}.")):
            raise AppError(
                f"There is no module {exc.name!r} in {sys.path[0]}: is --app-dir right?"
            ) from exc
        raise AppError(f"Cannot import {name}: {explain(exc)}") from exc
    except Exception as exc:
        raise AppError(f"Cannot import {name}: {explain(exc)}") from exc


def _call_factory(name: str, factory: Any) -> Any:
    if not callable(factory) or not _accepts(factory, 0):
        raise AppError(f"{name} is not a factory: it cannot be called without arguments.")
    try:
        return factory()
    except Exception as exc:
        raise AppError(f"{name}() failed: {explain(exc)}") from exc


def _check_not_gated(name: str, app: Any) -> None:
    added: Iterable[Any] = getattr(app, "user_middleware", ())  # of Starlette and FastAPI
    inner = getattr(app, "wsgi_app", None)  # of Flask
    if isinstance(app, _GATES) or isinstance(inner, _GATES) or any(map(_adds_gate, added)):
        raise AppError(
            f"{name} is already behind a gate. Serve it directly (by uvicorn, gunicorn, ...; "
            "`cognito-gate local > .env` brings a local Cognito), or give `cognito-gate run` "
            "the app without the gate."
        )


def _adds_gate(middleware: Any) -> bool:
    return getattr(middleware, "cls", None) in _GATES


def _article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
