"""Recognises a local Cognito of cognito-gate, and knows the command that starts it anew.

Asks at addresses of this machine only. Decides about words in remedies: no check reads what a
local Cognito says of itself here.
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .._gate.effects import Flow, HttpAnswer, HttpCall, call
from .._gate.protocol.strict_json import load
from ..settings import Settings
from ..settings.formats import CLIENT_ID, LOOPBACK, POOL_ID, web_origin
from . import domain
from .case import Case

_VERSION = 1
_MAX_BYTES, _MAX_URLS, _MAX_CHARS = 65_536, 50, 2048
_POOL = "us-east-1_LOCAL"


@dataclass(frozen=True, slots=True)
class LocalPool:
    """A local Cognito. `origin` is where it is; where it is not `running`, where it should be.

    `by_command` says that `cognito-gate local` has made it, or would.
    """

    origin: str
    running: bool
    by_command: bool
    pool_id: str = _POOL
    issuer: str = ""
    client_id: str = "localclient"
    callbacks: tuple[str, ...] = ("http://localhost:8000/auth/callback",)
    logouts: tuple[str, ...] = ("http://localhost:8000/auth/signed-out",)
    public: bool = False
    sample_users: bool = True
    rotation: bool = False
    access_seconds: int = 3600

    @property
    def port(self) -> int:
        """The port that it is, or should be, on."""
        return urlsplit(self.origin).port or 80

    def start(self, callback: str = "", logout: str = "") -> str:
        """The command that starts it as it is, with one more URL; empty where none would."""
        if not self.by_command:
            return ""
        callbacks, logouts = _first(callback, self.callbacks), _first(logout, self.logouts)
        words = (
            *("cognito-gate", "local"),
            *(("--port", str(self.port)) if self.port != DEFAULTS.port else ()),
            *(() if self.sample_users else ("--users", "USERS_FILE")),
            *_repeated("--callback-url", callbacks, DEFAULTS.callbacks),
            *_repeated("--logout-url", logouts, DEFAULTS.logouts),
            *(("--public",) if self.public else ()),
            *(("--rotation",) if self.rotation else ()),
            *_seconds(self.access_seconds),
        )
        return shlex.join(words)


DEFAULTS = LocalPool("http://127.0.0.1:9229", running=False, by_command=True)
"""What `cognito-gate local` makes without options."""


def _first(added: str, urls: tuple[str, ...]) -> tuple[str, ...]:
    """The added URL before the others, since the first one is printed as the app's."""
    return (added, *(url for url in urls if url != added)) if added else urls


def _repeated(flag: str, urls: tuple[str, ...], usual: tuple[str, ...]) -> tuple[str, ...]:
    return () if urls == usual else tuple(word for url in urls for word in (flag, url))


def _seconds(seconds: int) -> tuple[str, ...]:
    return () if seconds == DEFAULTS.access_seconds else ("--access-seconds", str(seconds))


# Recognising one


def recognise(case: Case) -> Flow[LocalPool | None]:
    """The local Cognito that the settings mean; None where they mean another pool.

    A login domain of this machine is not enough: the pool's own address must be on this machine as
    well, or what answers must have the very pool of the settings.
    """
    pool_is_here = _is_here(_pool_origin(case.settings))
    silent = True
    for origin in _origins(case.settings):
        answer = yield from call(_about(case.settings, origin))
        local = read_about(origin, answer)
        if local is not None and (pool_is_here or local.pool_id == case.settings.user_pool_id):
            return local
        silent = silent and answer.failure == "refused"
    left_over = bool(case.settings.domain) and domain.is_prefix(case.settings)
    return _absent(case) if pool_is_here and silent and not left_over else None


def _about(settings: Settings, origin: str) -> HttpCall:
    timeout = settings.http_timeout_seconds
    return HttpCall("GET", f"{origin}/_local/about", timeout=timeout, limit=_MAX_BYTES)


def _pool_origin(settings: Settings) -> str:
    return web_origin(settings.jwks_url)


def _origins(settings: Settings) -> tuple[str, ...]:
    """The addresses of this machine in the settings, each once."""
    urls = (settings.jwks_url, settings.issuer_url, settings.domain_origin)
    return tuple(dict.fromkeys(web_origin(url) for url in urls if _is_here(url)))


def _is_here(url: str) -> bool:
    return urlsplit(url).hostname in LOOPBACK


def read_about(origin: str, answer: HttpAnswer) -> LocalPool | None:
    """What a local Cognito says of itself; None where anything else answers."""
    try:
        record = load(answer.body) if answer.status == 200 else None
    except ValueError:
        return None
    if not isinstance(record, dict) or record.get("local_cognito") != _VERSION:
        return None
    return _local_pool(origin, record) if _is_sound(record) else None


def _is_sound(record: Mapping[str, Any]) -> bool:
    """Whether all of it may be printed, in words and in commands."""
    pool_id, client_id, seconds = map(record.get, ("pool_id", "client_id", "access_seconds"))
    return (
        isinstance(pool_id, str)
        and POOL_ID.fullmatch(pool_id) is not None
        and isinstance(client_id, str)
        and CLIENT_ID.fullmatch(client_id) is not None
        and type(seconds) is int
        and all(type(record.get(name)) is bool for name in ("public", "rotation", "sample_users"))
        and _are_urls([record.get("issuer")])
        and all(_are_urls(record.get(name)) for name in ("callback_urls", "logout_urls"))
    )


def _are_urls(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= _MAX_URLS
        and all(isinstance(url, str) and _is_url(url) for url in value)
    )


def _is_url(text: str) -> bool:
    plain = text.isascii() and text.isprintable() and " " not in text
    return plain and "://" in text and len(text) <= _MAX_CHARS


def _local_pool(origin: str, record: Mapping[str, Any]) -> LocalPool:
    return LocalPool(
        origin,
        running=True,
        by_command=record["pool_id"] == _POOL,
        pool_id=record["pool_id"],
        issuer=record["issuer"],
        client_id=record["client_id"],
        callbacks=tuple(record["callback_urls"]),
        logouts=tuple(record["logout_urls"]),
        public=record["public"],
        sample_users=record["sample_users"],
        rotation=record["rotation"],
        access_seconds=record["access_seconds"],
    )


def _absent(case: Case) -> LocalPool:
    """The one that the settings expect on this machine, where nothing answers."""
    settings = case.settings
    unknown = case.reason_to_skip("AWS_COGNITO_USER_POOL_ID")
    redirect, logout, secret = (
        "" if case.reason_to_skip(f"AWS_COGNITO_{name}") else value
        for name, value in (
            ("REDIRECT_URL", settings.redirect_url),
            ("LOGOUT_URL", settings.logout_url),
            ("USER_POOL_CLIENT_SECRET", settings.user_pool_client_secret or "none"),
        )
    )
    return LocalPool(
        _pool_origin(settings),
        running=False,
        by_command=bool(unknown) or settings.user_pool_id == _POOL,
        callbacks=(redirect,) if redirect else DEFAULTS.callbacks,
        logouts=(logout,) if logout else DEFAULTS.logouts,
        public=secret == "none",
    )
