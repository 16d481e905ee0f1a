"""A FastAPI app whose handlers ask for the visitor as for any other dependency.

With a Cognito on this machine:

    COGNITO_GATE_PUBLIC_PATHS=/health cognito-gate run --local --app-dir examples fastapi_app:app

With your own pool, its settings in the environment or in .env (`cognito-gate` puts the gate
around `app`; for uvicorn `gated` does):

    cognito-gate run --app-dir examples fastapi_app:app
    uvicorn --app-dir examples --factory fastapi_app:gated
"""

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request

from cognito_gate import ASGIGate, Identity


def visitor(request: Request) -> Identity:
    identity: Identity | None = request.scope["cognito_gate.identity"]
    if identity is None:  # on a public path only
        raise HTTPException(401, "Please sign in.")
    return identity


Visitor = Annotated[Identity, Depends(visitor)]


def admin_only(who: Visitor) -> Identity:
    if "admin" not in who.groups:
        raise HTTPException(403, "Only the group admin may see this.")
    return who


app = FastAPI(title="An app behind cognito-gate")


@app.get("/")
def home(who: Visitor) -> dict[str, str | None]:
    return {"username": who.username, "email": who.email}


@app.get("/admin", dependencies=[Depends(admin_only)])
def admin() -> dict[str, str]:
    return {"secret": "Only the group admin reads this."}


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


def gated() -> ASGIGate:
    """The app behind the gate; a function, so that importing this file needs no settings."""
    return ASGIGate(app)
