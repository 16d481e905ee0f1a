"""Streamlit behind the gate: an ASGI proxy to its server, which listens on this machine only.

    streamlit run your_app.py --server.address 127.0.0.1 --server.port 8501 --server.headless true
    cognito-gate run --local --app-dir examples/recipes streamlit_proxy:app

There the visitor is `urllib.parse.unquote(st.context.headers["X-Cognito-Username"])`. Streamlit is
too heavy for CI: the tests put a small server of HTTP and WebSockets in its place.
"""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import HTTPConnection, Request
from starlette.responses import StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketState
from websockets.asyncio.client import connect

from cognito_gate.integrations.starlette import current_identity

SERVER, USER = "127.0.0.1:8501", "x-cognito-username"
DROPPED = {USER, "host", "origin", "connection", "keep-alive", "upgrade", "te", "transfer-encoding"}
METHODS = ["GET", "POST", "PUT", "DELETE", "OPTIONS"]


def there(conn: HTTPConnection) -> tuple[str, list[tuple[str, str]]]:
    """Address and headers for Streamlit: the client's, but never its word on who it is."""
    who, sent = current_identity(conn), conn.headers.items()
    kept = [(k, v) for k, v in sent if k not in DROPPED and not k.startswith("sec-websocket-")]
    target = f"{SERVER}{quote(conn.scope['path'])}?{conn.scope['query_string'].decode()}"
    return target, [*kept, (USER, quote(who.username or who.sub, safe="@+"))]


async def page(request: Request) -> StreamingResponse:
    target, headers = there(request)
    client = httpx.AsyncClient(trust_env=False, timeout=None)
    asked = client.build_request(request.method, f"http://{target}", headers=headers)
    asked.stream = httpx.AsyncByteStream()
    answer = await client.send(asked, stream=True)
    response = StreamingResponse(answer.aiter_raw(), answer.status_code, background=BackgroundTask(client.aclose))
    return response


async def socket(browser: WebSocket) -> None:
    target, headers = there(browser)
    offered = browser.scope["subprotocols"]
    options = {"max_size": None, "proxy": None}
    async with connect(f"ws://{target}", subprotocols=offered, additional_headers=headers) as server:
        await browser.accept(server.subprotocol)

        async def up() -> None:
            while (message := await browser.receive())["type"] == "websocket.receive":
                await server.send(message.get("bytes") or message["text"])

        async def down() -> None:
            async for data in server:
                await (browser.send_bytes(data) if isinstance(data, bytes) else browser.send_text(data))
