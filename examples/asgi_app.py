"""Plain ASGI, no framework: the visitor is in the scope.

With a Cognito on this machine:

    COGNITO_GATE_PUBLIC_PATHS=/health cognito-gate run --local --app-dir examples asgi_app:app

With your own pool, its settings in the environment or in .env (`cognito-gate` puts the gate
around `app`; for uvicorn `gated` does):

    cognito-gate run --app-dir examples asgi_app:app
    uvicorn --app-dir examples --factory asgi_app:gated
"""

from starlette.types import Receive, Scope, Send

from cognito_gate import ASGIGate, Identity


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        return await lifespan(receive, send)
    if scope["type"] != "http":
        raise NotImplementedError(scope["type"])
    status, text = answer(scope["path"], scope["cognito_gate.identity"])
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


async def lifespan(receive: Receive, send: Send) -> None:
    for step in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{step}.complete"})


def answer(path: str, identity: Identity | None) -> tuple[int, str]:
    if path == "/health":
        return 200, "ok"
    if identity is None:
        return 401, "Please sign in."
    if path == "/":
        return 200, f"Hello, {identity.username}."
    if path == "/admin" and "admin" in identity.groups:
        return 200, "Only the group admin reads this."
    return (403, "Only for admins.") if path == "/admin" else (404, "No such page.")


def gated() -> ASGIGate:
    """The app behind the gate; a function, so that importing this file needs no settings."""
    return ASGIGate(app)
