"""The demo as `cognito-gate demo` runs it, with its pages to break things and to watch them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cognito_gate.cli.demo_parts import demo_app
from cognito_gate.local import LocalCognito
from tests.journey.serving import listen, port_of, serving
from tests.journey.stage import SECRET_KEY
from tests.signing_keys import with_ready_keys


@contextmanager
def open_demo() -> Iterator[tuple[str, LocalCognito]]:
    """Serve it on a free port; gives the origin, and its Cognito."""
    listener = listen()
    origin = f"http://localhost:{port_of(listener)}"
    back, out = f"{origin}/auth/callback", f"{origin}/auth/signed-out"
    cognito = with_ready_keys(LocalCognito(callback_urls=[back], logout_urls=[out]))
    cognito.switch(access_seconds=300, id_seconds=300, rotation=True)
    with cognito.serve(), serving(demo_app(cognito, SECRET_KEY, custom=False), listener):
        yield origin, cognito
