"""Gradio, mounted in FastAPI: its own login stays off, and its events know the visitor.

    pip install gradio
    cognito-gate run --local --factory --app-dir examples/recipes gradio_app:app

The package is heavy: `make judges` installs it for the tests, and without it they mount a small
app, which answers HTTP and a WebSocket, where Gradio's goes.
"""
# mypy: disable-error-code="import-not-found, no-any-unimported, no-any-return"

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse

from cognito_gate import ASGIGate
from cognito_gate.integrations.starlette import current_identity

PATH = "/chat"


def visitor(request: Request) -> str:
    """Gradio's `auth_dependency`: the name that events find in `gr.Request.username`."""
    who = current_identity(request)
    return who.username or who.sub


def front() -> FastAPI:
    """Everything but Gradio."""
    site = FastAPI()

    @site.get("/")
    def home() -> RedirectResponse:
        return RedirectResponse(f"{PATH}/")

    return site


def app() -> FastAPI:
    import gradio as gr  # noqa: PLC0415  (heavy: only where it is served)

    def greet(request: gr.Request) -> str:
        groups = current_identity(request.request).groups
        secret = "Only the group admin reads this." if "admin" in groups else ""
        return f"# Hello, {request.username}. {secret}"

    def answer(text: str, request: gr.Request) -> str:
        return f"{request.username} said {text!r}"

    with gr.Blocks() as blocks:
        gr.Interface(answer, "text", "text")
        blocks.load(greet, outputs=gr.Markdown())
    return gr.mount_gradio_app(front(), blocks, path=PATH, auth_dependency=visitor)


def gated() -> ASGIGate:
    return ASGIGate(app())
