"""Streamlit behind the gate: an ASGI proxy to its server, which listens on this machine only.

    streamlit run your_app.py --server.address 127.0.0.1 --server.port 8501 --server.headless true
    cognito-gate run --local --app-dir examples/recipes streamlit_proxy:app

There the visitor is `urllib.parse.unquote(st.context.headers["X-Cognito-Username"])`. Streamlit is
too heavy for CI: the tests put a small server of HTTP and WebSockets in its place.
"""

import asyncio
from collections.abc import Mapping
from urllib.parse import quote

import httpx
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect

from cognito_gate.integrations.starlette import current_identity

SERVER, USER = "127.0.0.1:8501", "x-cognito-username"
OURS = (USER, "accept-encoding", "connection", "content-encoding", "content-length", "host")
OURS += ("origin", "sec-websocket", "transfer-encoding", "upgrade")


def kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if not name.lower().startswith(OURS)}


def asked(conn: HTTPConnection) -> tuple[str, dict[str, str]]:
    """Address and headers for Streamlit; who it is, the gate says, never the client."""
    who = current_identity(conn)
    target = f"{SERVER}{quote(conn.scope['path'])}?{conn.scope['query_string'].decode()}"
    return target, {**kept(conn.headers), USER: quote(who.username or who.sub, safe="@+")}


async def page(request: Request) -> Response:
    (target, sent), body = asked(request), await request.body()
    async with httpx.AsyncClient(trust_env=False, timeout=None) as client:
        got = await client.request(request.method, f"http://{target}", headers=sent, content=body)
    return Response(got.content, got.status_code, kept(got.headers))


async def socket(browser: WebSocket) -> None:
    (target, sent), names = asked(browser), browser.scope["subprotocols"]
    there = connect(f"ws://{target}", additional_headers=sent, subprotocols=names, max_size=None)
    async with there as server:
        await browser.accept(server.subprotocol)
        back = asyncio.create_task(answers(server, browser))
        async for message in browser.iter_bytes():
            await server.send(message)
        back.cancel()


async def answers(server: ClientConnection, browser: WebSocket) -> None:
    async for message in server:
        await browser.send_bytes(message)
    await browser.close()


METHODS = ["GET", "POST", "PUT", "DELETE", "OPTIONS"]
app = Starlette(
    routes=[WebSocketRoute("/{path:path}", socket), Route("/{path:path}", page, methods=METHODS)]
)
