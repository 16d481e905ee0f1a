"""The HTML pages and their headers. The only module here that imports jinja2; knows no pool."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse

from .checks import LocalConfigError
from .wire import NO_STORE

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def templates() -> Environment:
    """The templates of all pages.

    Raises:
        LocalConfigError: jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415
    except ModuleNotFoundError as error:
        problem = "the local Cognito needs jinja2: pip install 'cognito-gate[local]'"
        raise LocalConfigError(problem) from error
    made = Environment(
        loader=PackageLoader("cognito_gate.local", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["clock"] = lambda at: datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S")
    return made


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a page that loads nothing from anywhere and runs no script."""
    nonce = secrets.token_urlsafe(16)
    html = templates().get_template(template).render(nonce=nonce, **values)
    # No form-action: browsers apply it to the redirects after a form too, hence to the way back.
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    headers = {
        "Cache-Control": NO_STORE,
        "Content-Security-Policy": policy,
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    return HTMLResponse(html, status, headers)
