"""Loads what only calls to Cognito, cookies and tokens need: httpx, authlib, joserfc, cryptography
and the system's certificates. They are most of the time that a start would take.

Not loaded at construction by a thread beside it: a server that forks then (gunicorn with `preload`)
would copy import locks that no thread of the child ever releases.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from ..settings import Settings

if TYPE_CHECKING:
    import httpx

    from .connections import AsyncConnections, Connections
    from .fleet_calls import FleetCalls

_USED_BY_FLOWS = ("encryption", "oauth_messages", "public_keys")


def connections(client: "httpx.Client | None") -> "Connections":
    """What makes the calls of threads. A thread that serves a request may wait for its imports."""
    from .connections import Connections  # noqa: PLC0415

    return Connections(client)


def async_connections(client: "httpx.AsyncClient | None") -> "AsyncConnections":
    """What makes the calls of event loops, and all libraries that flows use there: for a thread,
    as this takes a tenth of a second."""
    from .connections import AsyncConnections  # noqa: PLC0415

    for name in _USED_BY_FLOWS:
        import_module(f"cognito_gate._gate.protocol.{name}")
    return AsyncConnections(client)


def fleet_calls(settings: Settings) -> "FleetCalls | None":
    """What makes refreshes once for all processes; None where they share no store."""
    if settings.disabled or not settings.store or not settings.refresh_flow_enabled:
        return None
    from .fleet_calls import FleetCalls  # noqa: PLC0415

    return FleetCalls(settings.secrets)
