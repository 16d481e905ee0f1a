"""One FastAPI route, bare and behind the gate; configured by the environment."""

from fastapi import FastAPI

from cognito_gate import ASGIGate


def bare() -> FastAPI:
    app = FastAPI()

    @app.get("/")
    async def hello() -> dict[str, str]:
        return {"hello": "world"}

    return app


def gated() -> ASGIGate:
    return ASGIGate(bare())
