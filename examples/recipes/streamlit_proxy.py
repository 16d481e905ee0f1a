"""Streamlit (too heavy for CI: the tests use a small server) behind the gate, by an ASGI proxy.

streamlit run your_app.py --server.address 127.0.0.1 --server.port 8501 --server.headless true
cognito-gate run --local --app-dir examples/recipes streamlit_proxy:app
"""

import asyncio
from contextlib import suppress
from urllib.parse import quote

import httpx
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets import ConnectionClosed, connect

from cognito_gate.integrations.starlette import current_identity

SERVER, USER = "127.0.0.1:8501", "x-cognito-username"
DROPPED = (USER, "accept-encoding", "connection", "host", "origin", "sec-websocket", "upgrade")


def asked(conn: HTTPConnection) -> tuple[str, dict[str, str]]:
    """For Streamlit, where the visitor is `st.context.headers["X-Cognito-Username"]`."""
    who, scope = current_identity(conn), conn.scope
    kept = {name: value for name, value in conn.headers.items() if not name.startswith(DROPPED)}
    target = f"{SERVER}{quote(scope['path'])}?{scope['query_string'].decode()}"
    return target, {**kept, USER: quote(who.username or who.sub, safe="@+")}


async def page(request: Request) -> Response:
    (target, sent), body = asked(request), await request.body()
    async with httpx.AsyncClient(trust_env=False, timeout=None) as client:
        got = await client.request(request.method, f"http://{target}", headers=sent, content=body)
    kept = {k: v for k, v in got.headers.items() if not k.endswith(("-encoding", "-length"))}
    return Response(got.content, got.status_code, kept)


async def socket(browser: WebSocket) -> None:
    (target, sent), names = asked(browser), browser.scope["subprotocols"]
    there = connect(f"ws://{target}", additional_headers=sent, subprotocols=names, max_size=None)
    async with there as server:

        async def answers() -> None:
            with suppress(ConnectionClosed):
                while True:
                    await browser.send_bytes(await server.recv(decode=False))
            await browser.close()

        await browser.accept(server.subprotocol)
        back = asyncio.create_task(answers())
        async for message in browser.iter_bytes():
            await server.send(message)
        back.cancel()


pages = Route("/{path:path}", page, methods=["GET", "POST", "PUT", "DELETE"])
app = Starlette(routes=[WebSocketRoute("/{path:path}", socket), pages])
