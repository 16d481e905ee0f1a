"""The WSGI edge: environ -> facts; decision -> start_response (PEP 3333).

Knows WSGI; nothing of OAuth, tokens or cookies. The app's streaming, `close()`, `write` and
`exc_info` go through untouched.
"""

import logging
import re
import time
from collections.abc import Iterable
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote, unquote

from . import _lambda_event
from ._app_headers import AppHeaders, native_bytes
from ._delivery import Delivery, OnEvent
from ._driver.loading import fleet_calls
from ._driver.stores.opening import store_of
from ._driver.threads import Sender, run
from ._gate.gate import Gate
from ._gate.messages import (
    FORM_SECONDS,
    MAX_FORM_BYTES,
    METHOD_OVERRIDES,
    Decision,
    Headers,
    Incoming,
    Pass,
    Respond,
    caches,
)
from ._metrics_extra import metrics_of
from ._preflight import wsgi_answer as preflight_answer
from .identity import DISABLED, REQUEST_ID, Identity
from .settings import WSGI_SESSION_BYTES, Settings

if TYPE_CHECKING:
    from wsgiref.types import InputStream, StartResponse, WSGIApplication, WSGIEnvironment

    import httpx

IDENTITY = "cognito_gate.identity"
# What the short way leaves to the long one: that these are there, whatever they say.
_TELLING = {
    f"HTTP_{name.decode().upper().replace('-', '_')}": name
    for name in (b"upgrade", *METHOD_OVERRIDES)
}
_ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType]
_Sent: TypeAlias = list[tuple[str, str]]
log = logging.getLogger("cognito_gate")


class WSGIGate:
    """Put Amazon Cognito in front of any WSGI app.

    Args:
        app: the app to protect.
        settings: where not from the environment (see `Settings.from_env`).
        client: an httpx client for all calls to Cognito; yours to close.
        on_event: a function that is given each `Event`, beside the requests: in a thread of its
            own, one event after the other. What it raises is logged.

    Raises:
        SettingsError: the settings are wrong; all problems at once.
        TypeError: `on_event` is an async function.

    Example::

        app = WSGIGate(app)
        flask_app.wsgi_app = WSGIGate(flask_app.wsgi_app)
    """

    def __init__(
        self,
        app: "WSGIApplication",
        settings: Settings | None = None,
        client: "httpx.Client | None" = None,
        on_event: OnEvent | None = None,
    ) -> None:
        settings = settings or Settings.from_env()
        metrics = metrics_of(settings)
        store = store_of(settings, metrics.asked)
        self._delivery = Delivery.of(settings, on_event, metrics=metrics)
        self.app = app
        self._gate: Gate | None = None
        if not settings.disabled:
            self._gate = Gate(settings, session_bytes=WSGI_SESSION_BYTES, scrape=metrics.scrape)
            metrics.watch(self._gate)
            if store is not None and self._gate.shared is not None:
                store.listen(self._gate.shared.hear, self._gate.shared.missed)
        self._ids = self._gate.request_ids if self._gate and settings.request_id_header else None
        self._id_key = f"HTTP_{settings.request_id_header.upper().replace('-', '_')}"
        self._sender = Sender(client, metrics.called, store, fleet_calls(settings))
        self._headers = AppHeaders(settings.headers)
        if settings.disabled:
            log.warning("AWS_COGNITO_DISABLED is set: every request passes without a sign-in")

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        decision = self._cached(environ) or self._decide(environ)
        if isinstance(decision, Respond):
            status = HTTPStatus(decision.status)
            start_response(f"{status.value} {status.phrase}", list(decision.headers))
            return [decision.body]
        inner = _environ(environ, decision, self._headers)
        request_id = decision.request_id or None
        if request_id is None and self._ids is not None:
            request_id = self._ids.accepted(_values(environ, self._id_key))
        inner[REQUEST_ID] = request_id
        if self._gate is None:
            inner[DISABLED] = True
        if decision.preflight:
            return preflight_answer(self.app, inner, start_response)
        return self.app(inner, self._with_cookies(decision, start_response))

    def _with_cookies(self, decision: Pass, start_response: "StartResponse") -> "StartResponse":
        """The server's own `start_response`, unless cookies have to ride on the app's response.
        They do not when the visitor has signed out meanwhile."""
        gate = self._gate
        if gate is None or not decision.headers:
            return start_response

        def with_cookies(status: str, headers: _Sent, exc_info: _ExcInfo | None = None) -> Any:
            if not gate.signed_out(decision, time.time()):
                headers = _with_set_cookie(headers, decision.headers)
            return start_response(status, headers, *filter(None, [exc_info]))

        return with_cookies  # type: ignore[return-value]  # exc_info's type is the protocol's

    def close(self) -> None:
        """Wait, some seconds at most, for what `on_event` is about, and close the connections to
        Cognito that the gate opened itself, and the audit log. The end of the process waits for
        events, too."""
        self._sender.close()
        self._delivery.close()

    def _cached(self, environ: "WSGIEnvironment") -> Pass | None:
        if self._gate is None:
            return None
        path, mount = _place(environ)
        method = environ["REQUEST_METHOD"]
        return self._gate.cached(path, _quick_headers(environ), time.time(), method, mount)

    def _decide(self, environ: "WSGIEnvironment") -> Decision:
        if self._gate is None:
            return Pass(None)
        incoming = _incoming(environ)
        if self._gate.takes_form(incoming):
            body = _form(environ)
            incoming = incoming._replace(body=body or b"", late=body is None)
        read_form = partial(_form, environ)
        decision = run(self._gate.decide(incoming), self._sender, read_form)
        self._delivery.deliver(decision.events)
        return decision


def _values(environ: "WSGIEnvironment", key: str) -> list[bytes]:
    """The values of one header, where it is there; servers join several by commas."""
    return [str(environ[key]).encode("latin-1", "replace")] if key in environ else []


def _place(environ: "WSGIEnvironment") -> tuple[str, str]:
    """The whole path, as an ASGI server gives it, and the part of it where the app is mounted."""
    raw, inside = environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", "")
    mount, event = _text(raw), _event(environ)
    if event is not None:
        return _lambda_event.place(event, _text(inside), mount)
    # Frameworks take a path for one that begins with a slash: so do the rules.
    slash = "/" if raw and inside and not inside.startswith("/") else ""
    return _text(raw + slash + inside), mount


def _text(raw: str) -> str:
    """A path. Bytes that are no UTF-8 make it non-ASCII."""
    return raw if raw.isascii() else native_bytes(raw).decode("utf-8", "replace")


def _event(environ: "WSGIEnvironment") -> _lambda_event.Event | None:
    for key in _lambda_event.ENVIRON_KEYS:
        if key in environ:
            event: _lambda_event.Event = environ[key]
            return event
    return None


def _quick_headers(environ: "WSGIEnvironment") -> Iterable[tuple[bytes, bytes]]:
    cookie = environ.get("HTTP_COOKIE")
    if cookie:
        yield b"cookie", native_bytes(cookie)
    if "HTTP_AUTHORIZATION" in environ:
        yield b"authorization", native_bytes(environ["HTTP_AUTHORIZATION"])
    for key, name in _TELLING.items():
        if key in environ:
            yield name, b""


def _incoming(environ: "WSGIEnvironment") -> Incoming:
    path, mount = _place(environ)
    event = _event(environ)
    return Incoming(
        "http",
        environ["REQUEST_METHOD"],
        path,
        _target(environ, path),
        native_bytes(environ.get("QUERY_STRING", "")),
        _headers(environ),
        time.time(),
        mount,
        environ.get("REMOTE_ADDR", "") if event is None else _lambda_event.client(event),
        folded=True,
    )


def _headers(environ: "WSGIEnvironment") -> list[tuple[bytes, bytes]]:
    headers = [
        (native_bytes(key[5:].replace("_", "-").lower()), native_bytes(value))
        for key, value in environ.items()
        if key.startswith("HTTP_")
    ]
    for key in ("CONTENT_TYPE", "CONTENT_LENGTH"):  # PEP 3333 keeps these elsewhere
        value = environ.get(key)
        if value:
            raw = value.encode("latin-1", "replace")
            headers.append((key.replace("_", "-").lower().encode(), raw))
    return headers


def _form(environ: "WSGIEnvironment") -> bytes | None:
    """The body of a form for the gate itself, as far as one may be long; empty when it was cut off:
    half a form could set half a password. None when it did not come in time."""
    stated = environ.get("CONTENT_LENGTH") or ""
    length = min(int(stated), MAX_FORM_BYTES + 1) if re.fullmatch("[0-9]{1,18}", stated) else 0
    # Without a length the end can be told only where the server promises it (chunked bodies).
    ends = bool(environ.get("wsgi.input_terminated"))
    size = length or (MAX_FORM_BYTES + 1 if ends else 0)
    body = _read(environ["wsgi.input"], size)
    return body if body is None or len(body) >= length else b""


def _read(stream: "InputStream", size: int) -> bytes | None:
    """Up to `size` bytes; None when they do not come in time.

    Read one by one: a read for more would wait for all of them, however slowly they drip in. How
    long one byte may take is the server's to say (PEP 3333 has no time-outs).
    """
    body, deadline = bytearray(), time.monotonic() + FORM_SECONDS
    while len(body) < size and (byte := stream.read(1)):
        body += byte
        if time.monotonic() > deadline:
            return None
    return bytes(body)


def _target(environ: "WSGIEnvironment", path: str) -> bytes:
    """The path as it was on the wire, where the server tells; else encoded anew."""
    for name in ("RAW_URI", "REQUEST_URI"):  # gunicorn, mod_wsgi, uWSGI
        raw = str(environ.get(name, "")).partition("?")[0]
        if raw and unquote(raw) == path:
            return raw.encode("latin-1", "replace")
    return quote(path, safe="/~!$&'()*+,;=:@").encode()


def _environ(environ: "WSGIEnvironment", decision: Pass, headers: AppHeaders) -> dict[str, Any]:
    """A copy with the identity in it; whatever stood there before is gone."""
    identity = decision.identity
    inner = headers.wsgi(environ, identity, shown=decision.shown)
    inner[IDENTITY] = identity
    if identity is not None:
        inner["REMOTE_USER"] = _remote_user(identity)
        inner["AUTH_TYPE"] = "Cognito"
    return inner


def _remote_user(identity: Identity) -> str:
    """The username as a WSGI native string (UTF-8 bytes as latin-1); never an altered one."""
    name = identity.username or ""
    return (name if name.isprintable() and name else identity.sub).encode().decode("latin-1")


def _with_set_cookie(headers: _Sent, extra: Headers) -> _Sent:
    kept = [pair for pair in headers if not caches(pair[0])]
    # As frameworks write it: some adapters take `set-cookie` for the name of another header.
    return [*kept, *((name.title(), value) for name, value in extra), ("Cache-Control", "no-store")]
