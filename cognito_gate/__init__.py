"""cognito-gate: Amazon Cognito in front of any web app. The public names, and nothing else.

Each is imported when it is first asked for: an app of one kind does not pay for the other, nor a
test run for either.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .asgi import ASGIGate as ASGIGate
    from .errors import GateError as GateError
    from .errors import SettingsError as SettingsError
    from .identity import Identity as Identity
    from .settings import Settings as Settings
    from .settings.rules import Require as Require
    from .settings.rules import Rule as Rule
    from .wsgi import WSGIGate as WSGIGate

__all__ = [
    "ASGIGate",
    "GateError",
    "Identity",
    "Require",
    "Rule",
    "Settings",
    "SettingsError",
    "WSGIGate",
]

_PLACES = {
    "ASGIGate": ".asgi",
    "GateError": ".errors",
    "Identity": ".identity",
    "Require": ".settings.rules",
    "Rule": ".settings.rules",
    "Settings": ".settings",
    "SettingsError": ".errors",
    "WSGIGate": ".wsgi",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name], __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
