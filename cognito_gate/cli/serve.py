"""What `cognito-gate run` serves: the app named by MODULE:APP, behind the gate that fits it.

uvicorn's reloader and workers are new processes: they find what to serve in one environment
variable and call `app()`. Must not know of the local Cognito, which lives in the parent.
"""

import functools
import importlib
import inspect
import json
import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from socket import socket
from types import ModuleType
from typing import Any, TypeAlias

import uvicorn

from ..asgi import ASGIGate
from ..errors import SettingsError
from ..settings import Settings
from ..wsgi import WSGIGate
from .process import exported, log_config

VARIABLE = "COGNITO_GATE_RUN"
"""Carries the `Target` to the processes that uvicorn starts."""

STARTUP_FAILURE = 3  # uvicorn's exit code for it: its parent process does not try again
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


def check(target: Target) -> str:
    """All that can be checked in the parent, before anything is served; the app's interface.

    Raises:
        SettingsError, AppError: what is wrong.
    """
    try:
        Settings.from_env(env_file=target.env_file)
    except SettingsError as error:
        if "AWS_COGNITO_USER_POOL_ID" not in error.problems:
            raise
        hint = "To try it without a pool of your own, add --local."
        raise AppError(f"{error}\n{hint}") from error
    return load(target)[1]


def serve(target: Target, interface: str, server: dict[str, Any]) -> None:
    """Let uvicorn serve `app()`, with its own options from `server`, until a signal comes."""
    wsgi = interface == "wsgi"
    with exported({VARIABLE: target.to_text()}):
        uvicorn.run(
            f"{__name__}:app",
            factory=True,
            interface="wsgi" if wsgi else "asgi3",
            lifespan="off" if wsgi else "auto",
            log_config=log_config(server["log_level"]),
            **server,
        )


def serve_on(listeners: list[socket], asgi_app: App, announce: Callable[[], None]) -> None:
    """Serve quietly in this process, until a signal comes; `announce` once signals are heard."""
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
        # Before this, a KeyboardInterrupt could be raised where Python ignores it, while importing.
        with super().capture_signals():
            self._announce()
            yield


def app() -> App:
    """The gated app, for uvicorn (`--factory`), in whichever process it runs."""
    target = Target(**json.loads(os.environ[VARIABLE]))
    try:
        found, interface = load(target)
        return gated(found, interface, Settings.from_env(env_file=target.env_file))
    except (AppError, SettingsError) as error:
        log.error("%s", error)
        sys.exit(STARTUP_FAILURE)


@functools.cache  # one process loads once: a factory may open connections
def load(target: Target) -> tuple[App, str]:
    """The app and its interface, `asgi` or `wsgi`.

    Raises:
        AppError: it is not there, breaks, is no app, or is already behind a gate.
    """
    found = _find(target.app)
    if target.factory:
        found = _made(target.app, found)
    _check_not_gated(target.app, found)
    if target.interface != "auto":
        return found, target.interface
    return found, interface_of(target.app, found)


def gated(found: App, interface: str, settings: Settings) -> App:
    """The app behind the gate of its interface."""
    if interface == "wsgi":
        return WSGIGate(trimmed(found), settings=settings)
    return ASGIGate(found, settings=settings)


def trimmed(app: App) -> App:
    """The WSGI app without blanks around its header values.

    The Set-Cookie of Django 5 begins with one; uvicorn passes it on, and h11 refuses it.
    """

    def trim(environ: Any, start_response: Any) -> Any:
        def start(status: str, headers: Any, *exc_info: Any) -> Any:
            clean = [(name, value.strip(" \t")) for name, value in headers]
            return start_response(status, clean, *exc_info)

        return app(environ, start)

    return trim


def interface_of(name: str, found: Any) -> str:
    """Whether an app is `asgi` or `wsgi`, by how it can be called.

    Raises:
        AppError: neither, or both are possible.
    """
    if not callable(found):
        raise AppError(f"{name} is no app but {_article(type(found).__name__)}.")
    if inspect.iscoroutinefunction(found) or inspect.iscoroutinefunction(_call(found)):
        return "asgi"
    match [count for count in (2, 3) if _takes(found, count)]:
        case [3]:
            return "asgi"
        case [2]:
            return "wsgi"
        case []:
            hint = " Is it a factory? Then add --factory." if _takes(found, 0) else ""
            raise AppError(f"{name} is neither an ASGI nor a WSGI app.{hint}")
    raise AppError(
        f"Cannot tell whether {name} is ASGI or WSGI: add --interface asgi or --interface wsgi."
    )


def _call(found: App) -> Any:
    return None if inspect.isclass(found) else getattr(found, "__call__", None)  # noqa: B004


def _takes(found: App, count: int) -> bool:
    try:
        inspect.signature(found).bind(*[None] * count)
    except (TypeError, ValueError):  # ValueError: a callable without a signature
        return False
    return True


def _find(name: str) -> Any:
    module_name, _, path = name.partition(":")
    found: Any = _module(module_name)
    for attribute in path.split("."):
        if not hasattr(found, attribute):
            raise AppError(f"There is no {path!r} in the module {module_name!r}.")
        found = getattr(found, attribute)
    return found


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as exc:
        if exc.name is not None and (exc.name == name or name.startswith(f"{exc.name}.")):
            raise AppError(
                f"There is no module {exc.name!r} in {sys.path[0]}: is --app-dir right?"
            ) from exc
        raise AppError(f"Cannot import {name}: {_reason(exc)}") from exc
    except Exception as exc:
        raise AppError(f"Cannot import {name}: {_reason(exc)}") from exc


def _made(name: str, factory: Any) -> Any:
    if not callable(factory) or not _takes(factory, 0):
        raise AppError(f"{name} is no factory: it cannot be called without arguments.")
    try:
        return factory()
    except Exception as exc:
        raise AppError(f"{name}() failed: {_reason(exc)}") from exc


def _check_not_gated(name: str, found: Any) -> None:
    added: Iterable[Any] = getattr(found, "user_middleware", ())  # of Starlette and FastAPI
    inner = getattr(found, "wsgi_app", None)  # of Flask
    if isinstance(found, _GATES) or isinstance(inner, _GATES) or any(map(_adds_gate, added)):
        raise AppError(
            f"{name} is already behind a gate. Serve it as it is (uvicorn {name}), or give "
            "`cognito-gate run` the app without the gate."
        )


def _adds_gate(middleware: Any) -> bool:
    return getattr(middleware, "cls", None) in _GATES


def _reason(exc: Exception) -> str:
    """One line: what happened, and in which line of whose file."""
    if isinstance(exc, SyntaxError) and exc.filename:
        where = f"{exc.filename}, line {exc.lineno}"
        text = exc.msg
    else:
        frame = traceback.extract_tb(exc.__traceback__)[-1]
        where, text = f"{frame.filename}, line {frame.lineno}", str(exc)
    said = f"{type(exc).__name__}: {text}" if text else type(exc).__name__
    return f"{said} ({where})"


def _article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
