"""The demo's gate, and what its buttons do to the local Cognito.

Knows the settings that the demo runs with. Must not know its pages, nor the command line.
"""

from collections.abc import Sequence
from importlib.util import find_spec

from starlette.types import ASGIApp

from ..asgi import ASGIGate
from ..demo import Backstage, make_app
from ..demo.app import OPEN_PATHS
from ..local import Fault, LocalCognito, Request
from ..settings import Settings

_OWN_PAGES = {
    "COGNITO_GATE_LOGIN": "custom",
    "COGNITO_GATE_SIGN_IN": "both",
    "COGNITO_GATE_SIGN_UP": "true",
    "COGNITO_GATE_APP_NAME": "Demo",
}


class DemoCognito:
    """The local Cognito, as the demo's buttons work on it."""

    def __init__(self, cognito: LocalCognito) -> None:
        self._cognito = cognito
        self.rotate_keys = cognito.rotate_keys
        self.sign_out = cognito.sign_out_user

    @property
    def requests(self) -> Sequence[Request]:
        return self._cognito.requests

    @property
    def is_down(self) -> bool:
        return self._cognito.is_failing

    def go_down(self) -> None:
        self._cognito.fail_everywhere(Fault("status", status=503))

    def come_back(self) -> None:
        self._cognito.heal()


def demo_app(cognito: LocalCognito, secret_key: str, *, custom: bool) -> ASGIApp:
    """The demo behind its gate, its requests noted."""
    metrics = find_spec("prometheus_client") is not None
    settings = Settings.from_env(
        {
            **cognito.environment(),
            **(_OWN_PAGES if custom else {}),
            **({"COGNITO_GATE_METRICS_ADDRESSES": "127.0.0.1, ::1"} if metrics else {}),
            "SECRET_KEY": secret_key,
            "AWS_COGNITO_REFRESH_FLOW_ENABLED": "true",
            # Early, so that a refresh can be seen after half a minute.
            "COGNITO_GATE_REFRESH_BEFORE_SECONDS": "270",
            "COGNITO_GATE_PUBLIC_PATHS": ", ".join(OPEN_PATHS),
        },
        env_file=None,
    )
    behind = Backstage(DemoCognito(cognito), metrics=metrics)
    app = make_app(settings, behind)
    return behind.trace.noting(ASGIGate(app, settings, on_event=behind.activity.note))
