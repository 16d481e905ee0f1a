"""The door to what only a gate with a store needs: loaded where COGNITO_GATE_STORE is set.

Must not know what the parts do.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from ..settings import Settings
from .context import Context
from .sessions.cookie_sessions import CookieSessions
from .sessions.interface import LastUse, Sessions

if TYPE_CHECKING:
    from .shared import Shared


def prepare(context: Context) -> Context:
    """The parts of a gate, with those to share a store with other processes where it has one."""
    if not context.settings.store:
        return context
    from .shared import Shared  # noqa: PLC0415

    shared = Shared(context.settings)
    sessions, idle = _places(context, context.settings, shared)
    return replace(
        context, shared=shared, revocations=shared.revocations, sessions=sessions, idle=idle
    )


def _places(
    context: Context, settings: Settings, shared: "Shared"
) -> tuple[Sessions, LastUse | None]:
    """Where sessions live, and when they were last used."""
    if settings.store_for == "refresh" or not isinstance(context.sessions, CookieSessions):
        return context.sessions, context.idle
    from .sessions.large_sessions import LargeSessions  # noqa: PLC0415
    from .sessions.store_idle import StoreIdle  # noqa: PLC0415
    from .sessions.store_sessions import StoreSessions  # noqa: PLC0415

    places = StoreSessions(settings, context.names, shared, context.token)
    if settings.store_for == "large":
        return LargeSessions(context.sessions, places), context.idle
    return places, StoreIdle(places, settings.idle_seconds) if settings.idle_seconds else None
