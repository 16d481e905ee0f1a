"""cognito-gate: Amazon Cognito in front of any web app. The public names, and nothing else."""

from .asgi import ASGIGate as ASGIGate
from .errors import GateError as GateError
from .errors import SettingsError as SettingsError
from .identity import Identity as Identity
from .settings import Settings as Settings
from .wsgi import WSGIGate as WSGIGate

__all__ = ["ASGIGate", "GateError", "Identity", "Settings", "SettingsError", "WSGIGate"]
