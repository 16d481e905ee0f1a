"""Every sign-in page in every state, from a tiny app that gives back what forms send, as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cognito_gate._gate.appearance import Appearance
from cognito_gate._gate.catalog import Catalog
from cognito_gate._gate.languages import Languages
from cognito_gate._gate.messages import Respond
from cognito_gate._gate.protocol import pages
from cognito_gate._gate.protocol.pages import Button, Fact, Form, Link, Page, Section
from cognito_gate._gate.records import Sentence
from cognito_gate._sign_in import totp
from cognito_gate._sign_in.records import View
from cognito_gate._sign_in.views import SAMPLES
from tests.journey.serving import listen, port_of, serving
from tests.parts.made import views

STATES = ("empty", "error", "fields", "notice")
FIELDS = {
    "sign-in": ("username", "password"),
    "sign-up": ("username", "email", "phone_number", "password"),
    "confirm": ("code",),
    "forgot": ("username",),
    "reset": ("code", "password"),
    "code": ("code",),
    "password": ("password",),
    "totp-setup": ("code",),
    "new-password": ("family_name", "password"),
    "account": ("previous", "password", "passkey"),
}
"""The fields of each screen that can be wrong."""
GATE_PAGES = sorted(
    {name.split(".")[1] for name in Languages().catalogs["en"].texts if name.startswith("gate.")}
)
"""The names of the gate's own pages."""
SECRETS = ("password", "previous", "code")
OPTIONS = {
    "AWS_COGNITO_REDIRECT_URL": "http://localhost:8000/auth/callback",
    "AWS_COGNITO_LOGOUT_URL": "http://localhost:8000/auth/signed-out",
    "COGNITO_GATE_LOGIN": "custom",
    "COGNITO_GATE_SIGN_IN": "both",
    "COGNITO_GATE_APP_NAME": "Analytical Engines",
}


def view(screen: str, state: str) -> View:
    """A page in a state; what has been typed is there again, but for secrets."""
    facts = dict(SAMPLES[screen])
    if "qr" in facts:
        facts["qr"] = totp.qr(facts["uri"])
    shown = View(screen=screen, token="a-token", return_to="/from?here=1", facts=facts)
    fields = FIELDS.get(screen, ())
    wrong = {
        name: Sentence("error.field.password", values=(("missing", "length digits"),))
        if name == "password" and "policy" in SAMPLES[screen]
        else Sentence("error.field.missing")
        for name in fields
    }
    typed = {name: "ada@example.com" for name in fields if name not in SECRETS}
    if state == "error":
        return replace(
            shown, error=Sentence("error.throttled", values=(("seconds", "30"),)), typed=typed
        )
    if state == "fields":
        return replace(shown, field_errors=wrong, typed=typed)
    return replace(shown, notice=Sentence("notice.code_sent")) if state == "notice" else shown


def gate_page(name: str, language: str) -> Respond:
    """One of the gate's own pages, by its name in the catalogs, with two links."""
    catalog = Languages().catalogs[language]
    links = (
        Link("/auth/login", catalog.text("page.try_again")),
        Link("/auth/logout", catalog.text("page.sign_out")),
    )
    page = Page(
        catalog.text(f"gate.{name}.title"),
        catalog.text(
            f"gate.{name}.{'refused' if name == 'not_signed_out' else 'text'}",
            name="ada",
            address="https://app.example/",
            methods="GET",
            path="/orders",
            seconds="15 minutes",
        ),
        links,
        language=language,
    )
    if name == "sessions":
        page = _with_sessions(page, catalog)
    if name == "resume":
        page = _with_kept_form(page, catalog)
    return pages.show(400, page, Appearance(OPTIONS["COGNITO_GATE_APP_NAME"]).frame())


def _with_sessions(page: Page, catalog: Catalog) -> Page:
    """The page of a visitor's sessions has parts and a form, too."""

    def text(name: str) -> str:
        return catalog.text(f"gate.sessions.{name}")

    at = "2026-11-21 12:00 UTC"
    here = Section(text("this"), facts=(Fact(text("since"), at), Fact(text("until"), at)))
    others = Section(text("others"), facts=(Fact("Firefox", at), Fact(text("unnamed"), at)))
    buttons = (Button("this", text("end_this")), Button("everywhere", text("end_all")))
    form = Form("/auth/sessions", buttons, text("only_here"))
    return page._replace(sections=(here, others), forms=(form,), links=page.links[:1])


def _with_kept_form(page: Page, catalog: Catalog) -> Page:
    """The page that offers a form again has two."""
    send, discard = catalog.text("gate.resume.send"), catalog.text("gate.resume.discard")
    forms = (
        Form("/orders", (Button("", send),), fields=(("note", "typed"),)),
        Form("/auth/resume", (Button("discard", discard),)),
    )
    return page._replace(forms=forms, links=page.links[:1])


def make_app(**change: str) -> Starlette:
    """The pages at /<state>/<screen>; anything may be sent to where the forms lead."""
    screens, languages = views(**OPTIONS, **change), Languages()

    async def show(request: Request) -> Response:
        state, screen = request.path_params["state"], request.path_params["screen"]
        accept = request.headers.get("accept-language", "").encode()
        language = languages.choose(accept, request.query_params.get("lang", ""))
        return _as_response(screens.show(view(screen, state), language))

    async def gate(request: Request) -> Response:
        language = languages.choose(b"", request.query_params.get("lang", ""))
        return _as_response(gate_page(request.path_params["name"], language))

    async def take(request: Request) -> Response:
        sent = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        return JSONResponse({"path": request.url.path, **sent})

    return Starlette(
        routes=[
            Route("/auth/{name:path}", take, methods=["GET", "POST"]),
            Route("/favicon.ico", lambda _: Response(status_code=204)),
            Route("/gate/{name}", gate),
            Route("/{state}/{screen}", show),
        ]
    )


def _as_response(answer: Respond) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers))


@contextmanager
def open_gallery(**change: str) -> Iterator[str]:
    """Serve it on a free port; gives the origin. Passkeys want a name: localhost, not 127.0.0.1."""
    listener = listen()
    with serving(make_app(**change), listener):
        yield f"http://localhost:{port_of(listener)}"
