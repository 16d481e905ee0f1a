"""How the demo's pages look, and the headers they go out with.

Knows templates. Everything put into them is escaped; the one style sheet and the one script are
in the page itself and named in the policy by their hash, so no other can run.
"""

import hashlib
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from ..settings import Settings

_ENVIRONMENT = Environment(
    loader=PackageLoader("cognito_gate.demo"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters["clock"] = lambda unix: f"{datetime.fromtimestamp(unix, UTC):%H:%M:%S}"
_DESIGN = Path(__file__).parents[1] / "templates" / "design.css"
_STYLE = _DESIGN.read_text("utf-8") + _ENVIRONMENT.get_template("demo.css").render()
_SCRIPT = _ENVIRONMENT.get_template("demo.js").render()


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class Pages:
    """The templates, knowing where the gate's routes are."""

    def __init__(self, settings: Settings) -> None:
        self._prefix = settings.prefix
        # Browsers apply form-action to redirects too, and signing out redirects to Cognito.
        away = "" if settings.disabled else f" {settings.domain_origin}"
        self._headers = {
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": (
                f"default-src 'none'; style-src {_hash(_STYLE)}; script-src {_hash(_SCRIPT)}; "
                f"connect-src 'self'; img-src data:; "
                f"form-action 'self'{away}; base-uri 'none'; frame-ancestors 'none'"
            ),
            # Not no-referrer: a form would then be sent with "Origin: null".
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }

    def render(self, template: str, status: int = 200, **values: object) -> HTMLResponse:
        """Render a page."""
        html = _ENVIRONMENT.get_template(template).render(
            prefix=self._prefix, style=_STYLE, script=_SCRIPT, **values
        )
        return HTMLResponse(html.encode("utf-8", "replace"), status, self._headers)
