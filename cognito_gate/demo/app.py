"""The demo's routes. Knows which page a visitor gets; pages.py renders them.

`/admin` is restricted as usual in Starlette: the gate gives each group of the visitor as the
permission `group:<name>`. With a `Backstage` there are pages to break things and to watch them.
"""

from starlette.applications import Starlette
from starlette.authentication import requires
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from .._gate.cookie_kinds import Names
from ..settings import Settings
from .backstage import Backstage
from .breaking import BUTTONS, GROUPS, Bench, is_own_form
from .facts import read_facts
from .pages import Pages
from .story import tell

OPEN_PATHS = ("/public", "/break", "/break/*", "/live")
"""What the gate is to leave open: who broke their own session must be able to repair things."""


def make_app(settings: Settings, backstage: Backstage | None = None) -> Starlette:
    """The app, not yet behind a gate; `settings` are those of the gate that it will get."""
    routes = [Route("/", home), Route("/admin", admin), Route("/public", public)]
    if backstage is not None:
        routes += [
            Route("/break", breaking),
            Route("/break/{name}", press, methods=["POST"]),
            Route("/live", live),
        ]
    app = Starlette(routes=routes, exception_handlers={403: forbidden, 404: missing})
    app.state.pages = Pages(settings)
    app.state.settings = settings
    app.state.backstage = backstage
    return app


def home(request: Request) -> Response:
    identity = request.scope.get("cognito_gate.identity")
    if identity is None:  # the gate is turned off
        return public(request)
    settings: Settings = request.app.state.settings
    return _render_page(
        request, "home.html", facts=read_facts(identity, settings), steps=_steps(request, settings)
    )


def _steps(request: Request, settings: Settings) -> object:
    behind: Backstage | None = request.app.state.backstage
    if behind is None:
        return ()
    return tell(behind.trace.exchanges, behind.cognito.requests, settings.prefix)


@requires("group:admin", status_code=403)
def admin(request: Request) -> Response:
    return _render_page(request, "admin.html")


def public(request: Request) -> Response:
    return _render_page(request, "public.html")


def breaking(request: Request) -> Response:
    """The buttons, and what the one that was just pressed did."""
    behind: Backstage = request.app.state.backstage
    return _render_page(
        request,
        "break.html",
        buttons=BUTTONS,
        groups=GROUPS,
        pressed=BUTTONS.get(request.query_params.get("did", "")),
        is_down=behind.cognito.is_down,
    )


def press(request: Request) -> Response:
    """Do what a button is for."""
    state, button = request.app.state, BUTTONS.get(request.path_params["name"])
    if button is None:
        return missing(request)
    if not is_own_form(request, state.settings):
        return Response("only for forms of this very app\n", 403, media_type="text/plain")
    response = RedirectResponse(f"/break?did={request.path_params['name']}", 303)
    button.press(Bench(state.backstage.cognito, request, Names.of(state.settings)), response)
    return response


def live(request: Request) -> Response:
    """The audit log, the counts and the latest requests."""
    behind: Backstage = request.app.state.backstage
    return _render_page(
        request,
        "live.html",
        lines=behind.activity.lines,
        counts=behind.activity.counts,
        exchanges=behind.trace.exchanges[:-16:-1],
        metrics=behind.metrics,
    )


def forbidden(request: Request, error: Exception) -> Response:
    return _render_page(request, "forbidden.html", 403)


def missing(request: Request, error: Exception | None = None) -> Response:
    return _render_page(request, "missing.html", 404)


def _render_page(request: Request, template: str, status: int = 200, **values: object) -> Response:
    pages: Pages = request.app.state.pages
    return pages.render(
        template,
        status,
        here=request.url.path,
        backstage=request.app.state.backstage is not None,
        visitor=request.scope.get("cognito_gate.identity"),
        **values,
    )
