"""What the ASGI servers of this suite serve: the journey's probe behind the gate.

Configured by the environment alone. `/stream` sends its second half when the test says so.
"""

from __future__ import annotations

import asyncio

from starlette.types import Receive, Scope, Send

from cognito_gate import ASGIGate
from tests.journey.probe import Probe
from tests.servers.release import wait_for_release

_probe = Probe()


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http" or not scope["path"].endswith("/stream"):
        await _probe(scope, receive, send)
        return
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"first\n", "more_body": True})
    await asyncio.to_thread(wait_for_release)
    await send({"type": "http.response.body", "body": b"second\n"})


app = ASGIGate(_app)
