"""`/_local/*`: switches and outbox over HTTP, for demos and for tests in another process.

Not part of Cognito. Knows JSON; every rule about values is the model's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from starlette.responses import JSONResponse, Response

from .access import is_local, refused
from .api.outbox import Message
from .checks import LocalConfigError, require
from .model import Fault, Request
from .pages import page
from .pool import Pool
from .wire import NO_STORE


def switches(pool: Pool, request: Request) -> Response:
    """Change how the pool behaves: see `apply_changes` for the members understood."""
    if not is_local(request):
        return refused()
    # Browsers send JSON to another origin only after a preflight, which this server refuses.
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        return JSONResponse({"error": "Content-Type must be application/json"}, 400)
    try:
        apply_changes(pool, _read_object(request.body))
    except LocalConfigError as exc:
        return JSONResponse({"error": str(exc)}, 400)
    return JSONResponse({"switches": asdict(pool.switches)})


def state(pool: Pool, request: Request) -> Response:
    """The number of calls per endpoint, and the pool's switches."""
    if not is_local(request):
        return refused()
    return JSONResponse({"calls": dict(pool.traffic.calls), "switches": asdict(pool.switches)})


def about(pool: Pool, request: Request) -> Response:
    """What it is and how it was made, for `cognito-gate doctor`; no secret."""
    if not is_local(request):
        return refused()
    client = pool.clients[0]
    return JSONResponse(
        {
            "local_cognito": 1,  # the version of this record
            "pool_id": pool.pool_id,
            "issuer": pool.issuer,
            "client_id": client.client_id,
            "public": client.secret is None,
            "callback_urls": client.callback_urls,
            "logout_urls": client.logout_urls,
            "sample_users": pool.sample_users,
            "rotation": pool.switches.rotation,
            "access_seconds": pool.switches.access_seconds,
        }
    )


def outbox(pool: Pool, request: Request) -> Response:
    """The messages with codes, newest first: as a page, or as JSON if the client accepts that."""
    if not is_local(request):
        return refused()
    messages = pool.outbox.messages[::-1]
    if "application/json" in request.headers.get("accept", ""):
        return _as_json(messages)
    return page("outbox.html", messages=messages)


def outbox_json(pool: Pool, request: Request) -> Response:
    """The messages with codes as JSON, whatever the client accepts."""
    return _as_json(pool.outbox.messages[::-1]) if is_local(request) else refused()


def _as_json(messages: tuple[Message, ...]) -> Response:
    listed = [asdict(message) for message in messages]
    return JSONResponse({"messages": listed}, headers={"Cache-Control": NO_STORE})


def apply_changes(pool: Pool, changes: Mapping[str, Any]) -> None:
    """Change switches, arm and remove faults, rotate keys; LocalConfigError for what is invalid."""
    rest = dict(changes)
    fail, heal = rest.pop("fail", None), rest.pop("heal", False)
    rotate, keep_old = rest.pop("rotate_keys", False), rest.pop("keep_old", False)
    for name, value in (("rotate_keys", rotate), ("keep_old", keep_old)):
        require(isinstance(value, bool), f"{name} must be true or false")
    require(isinstance(heal, bool | str), "heal must be true or an endpoint")
    pool.change_switches(rest)
    if heal:
        pool.traffic.heal(heal if isinstance(heal, str) else None)
    if fail is not None:
        _arm(pool, fail)
    if rotate:
        pool.keys.rotate(keep_old=keep_old)


def _arm(pool: Pool, settings: object) -> None:
    if not isinstance(settings, dict):
        raise LocalConfigError("fail must be an object")
    rest = dict(settings)
    endpoint, times = rest.pop("endpoint", None), rest.pop("times", None)
    fields = Fault.__dataclass_fields__
    for name in rest:
        require(
            name in fields, f"fail: {name!r} is not one of endpoint, times, {', '.join(fields)}"
        )
    require("kind" in rest, "fail: kind is missing")
    pool.traffic.fail(endpoint, Fault(**rest), times)


def _read_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise LocalConfigError("the body is not JSON") from exc
    if not isinstance(value, dict):
        raise LocalConfigError("the body must be a JSON object")
    return value
