"""A Starlette app that leaves signing in to the gate. Nothing in it knows Cognito.

With a Cognito on this machine:

    COGNITO_GATE_PUBLIC_PATHS=/health cognito-gate run --local --app-dir examples starlette_app:app

With your own pool, its settings in the environment or in .env (`cognito-gate` puts the gate
around `app`; for uvicorn `gated` does):

    cognito-gate run --app-dir examples starlette_app:app
    uvicorn --app-dir examples --factory starlette_app:gated
"""

from starlette.applications import Starlette
from starlette.authentication import requires
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from cognito_gate import ASGIGate, Identity


async def home(request: Request) -> PlainTextResponse:
    identity: Identity = request.scope["cognito_gate.identity"]
    return PlainTextResponse(f"Hello, {identity.username}.")


@requires("group:admin", status_code=403)
async def admin(request: Request) -> PlainTextResponse:
    return PlainTextResponse("Only the group admin reads this.")


async def health(request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


app = Starlette(
    routes=[Route("/", home), Route("/admin", admin), Route("/health", health)],
)


def gated() -> ASGIGate:
    """The app behind the gate; a function, so that importing this file needs no settings."""
    return ASGIGate(app)
