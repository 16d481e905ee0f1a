"""A FastAPI app with a WebSocket: the same visitor on the page and on the socket it opens.

With a Cognito on this machine:

    COGNITO_GATE_PUBLIC_PATHS=/health cognito-gate run --local --app-dir examples fastapi_websocket:app

With your own pool, its settings in the environment or in .env: the same without --local, or
uvicorn --app-dir examples --factory fastapi_websocket:gated
"""  # noqa: E501

from html import escape
from typing import Annotated

from fastapi import Depends, FastAPI, WebSocket
from fastapi.responses import HTMLResponse

from cognito_gate import ASGIGate, Identity
from cognito_gate.integrations.fastapi import current_identity, require

PAGE = """<!doctype html><title>Echo</title>
<p>Hello, {username}. The socket says: <output></output>
<script>
  const socket = new WebSocket(location.href.replace(/^http/, "ws") + "echo")
  socket.onopen = () => socket.send("hello")
  socket.onmessage = event => document.querySelector("output").textContent = event.data
</script>"""

Visitor = Annotated[Identity, Depends(current_identity)]

app = FastAPI(title="A WebSocket behind cognito-gate")


@app.get("/", response_class=HTMLResponse)
def home(who: Visitor) -> str:
    return PAGE.replace("{username}", escape(who.username or ""))


@app.websocket("/echo")
async def echo(socket: WebSocket, who: Visitor) -> None:
    await socket.accept()
    async for text in socket.iter_text():
        await socket.send_text(f"{who.username}: {text}")


@app.get("/admin", dependencies=[Depends(require(groups=["admin"]))])
def admin() -> str:
    return "Only the group admin reads this."


@app.get("/health")
def health() -> str:
    return "ok"


def gated() -> ASGIGate:
    """The app behind the gate; a function, so that importing this file needs no settings."""
    return ASGIGate(app)
