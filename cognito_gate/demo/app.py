"""The demo's routes. Knows which page a visitor gets; pages.py renders them.

`/admin` is restricted as usual in Starlette: the gate gives each group of the visitor as the
permission `group:<name>`.
"""

from starlette.applications import Starlette
from starlette.authentication import requires
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..settings import Settings
from .facts import read_facts
from .pages import Pages


def make_app(settings: Settings) -> Starlette:
    """The app, not yet behind a gate; `settings` are those of the gate that it will get."""
    app = Starlette(
        routes=[Route("/", home), Route("/admin", admin), Route("/public", public)],
        exception_handlers={403: forbidden, 404: missing},
    )
    app.state.pages = Pages(settings)
    app.state.settings = settings
    return app


def home(request: Request) -> Response:
    identity = request.scope.get("cognito_gate.identity")
    if identity is None:  # the gate is turned off
        return public(request)
    return _render_page(
        request, "home.html", facts=read_facts(identity, request.app.state.settings)
    )


@requires("group:admin", status_code=403)
def admin(request: Request) -> Response:
    return _render_page(request, "admin.html")


def public(request: Request) -> Response:
    return _render_page(request, "public.html")


def forbidden(request: Request, error: Exception) -> Response:
    return _render_page(request, "forbidden.html", 403)


def missing(request: Request, error: Exception) -> Response:
    return _render_page(request, "missing.html", 404)


def _render_page(request: Request, template: str, status: int = 200, **values: object) -> Response:
    pages: Pages = request.app.state.pages
    return pages.render(
        template,
        status,
        here=request.url.path,
        visitor=request.scope.get("cognito_gate.identity"),
        **values,
    )
