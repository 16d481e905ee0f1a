"""Streamlit's ASGI app (1.67) behind the gate: the script finds its visitor in request headers.

    pip install 'streamlit>=1.67'
    COGNITO_GATE_HEADERS="x-user=username x-groups=cognito:groups" \
        cognito-gate run --local --app-dir examples/recipes streamlit_app:app

Only the gate can set these headers, on pages and WebSockets alike. Streamlit before its `App`:
streamlit_proxy.py.
"""
# mypy: disable-error-code="import-not-found, no-any-unimported"

from pathlib import Path

from streamlit.starlette import App

from cognito_gate import ASGIGate

app = App(Path(__file__).with_name("streamlit_script.py"))


def gated() -> ASGIGate:
    """For `uvicorn --factory streamlit_app:gated`."""
    return ASGIGate(app)
