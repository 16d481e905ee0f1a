"""`POST /_local/controls`: what the forms of the front page change.

Turns a form into the changes that `/_local/switches` takes as JSON; every rule about values is the
model's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from starlette.responses import RedirectResponse, Response

from .access import is_own_form, refused
from .checks import LocalConfigError
from .control import apply_changes
from .front import front_page
from .model import CHOICES, ENDPOINTS, OPERATIONS, Request, Switches
from .pool import Pool
from .wire import Form, form

_READY_MADE: Mapping[str, dict[str, Any]] = {
    "down": {"kind": "status", "status": 503},
    "slow": {"kind": "slow", "seconds": 3},
    "reset": {"kind": "reset"},
    "limited": {"kind": "status", "status": 429},
}


def controls(pool: Pool, request: Request) -> Response:
    """Do what one form asks for, then show the page again."""
    if not is_own_form(request):
        return refused("only for forms of this very page")
    try:
        done = _do(pool, _read(request))
    except LocalConfigError as exc:
        return front_page(pool, complaint=str(exc), status=400)
    return RedirectResponse(f"/?done={done}#switches", 303)


def _read(request: Request) -> Form:
    try:
        return form(request)
    except ValueError as exc:
        raise LocalConfigError("the form cannot be read") from exc


def _do(pool: Pool, typed: Form) -> str:
    """Do it; the word for what was done."""
    wanted = typed.get("do", "")
    if wanted in _READY_MADE:
        return _fail(pool, "", _READY_MADE[wanted])
    action = _ACTIONS.get(wanted)
    if action is None:
        raise LocalConfigError("the form asks for something unknown")
    return action(pool, typed)


def _switch(pool: Pool, typed: Form) -> str:
    apply_changes(pool, {item.name: _value(item.name, typed) for item in fields(Switches)})
    return "switches"


def _value(name: str, typed: Form) -> bool | int | str:
    """One switch from the form of all; a box that is not ticked is not sent."""
    if name in CHOICES:
        return typed.get(name, "")
    if isinstance(getattr(Switches(), name), bool):
        return name in typed
    return _number(name, typed.get(name, ""))


def _number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError as exc:  # also for more digits than Python reads
        raise LocalConfigError(f"{name} must be a whole number") from exc


def _fault(pool: Pool, typed: Form) -> str:
    """One fault; what is left empty has the fault's default."""
    chosen: dict[str, Any] = {"kind": typed.get("kind", "")}
    chosen |= {name: _number(name, typed[name]) for name in ("status", "seconds") if name in typed}
    chosen |= {name: typed[name] for name in ("error",) if name in typed}
    times = _number("times", typed["times"]) if "times" in typed else None
    return _fail(pool, typed.get("endpoint", ""), chosen, times)


def _fail(pool: Pool, endpoint: str, fault: dict[str, Any], times: int | None = None) -> str:
    for name in [endpoint] if endpoint else _everywhere(fault["kind"]):
        apply_changes(pool, {"fail": {"endpoint": name, "times": times, **fault}})
    return "fault"


def _everywhere(kind: str) -> tuple[str, ...]:
    """The endpoints that can play a fault of that kind."""
    if kind in ("api_error", "oauth_error"):
        return tuple(name for name in ENDPOINTS if (name in OPERATIONS) == (kind == "api_error"))
    return ENDPOINTS


def _heal(pool: Pool, typed: Form) -> str:
    apply_changes(pool, {"heal": True})
    return "heal"


def _rotate(pool: Pool, typed: Form) -> str:
    apply_changes(pool, {"rotate_keys": True, "keep_old": typed["do"] == "rotate-keep"})
    return "keys"


_ACTIONS: Mapping[str, Callable[[Pool, Form], str]] = {
    "fault": _fault,
    "heal": _heal,
    "rotate": _rotate,
    "rotate-keep": _rotate,
    "switches": _switch,
}
