"""The plain ASGI app, bare and behind the gate; configured by the environment."""

from starlette.types import ASGIApp

from cognito_gate import ASGIGate
from tests.bench import inprocess


def bare() -> ASGIApp:
    return inprocess.bare


def gated() -> ASGIGate:
    return ASGIGate(inprocess.bare)
