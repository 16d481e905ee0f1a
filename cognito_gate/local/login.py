"""`/login` and `/error`: the pages a person sees. Must not know tokens or client secrets."""

from __future__ import annotations

import re
import secrets
import uuid
from urllib.parse import urlencode

from starlette.responses import Response

from .authorize import SESSION_COOKIE, Asked, code_answer, live_session, read_asked, stranded
from .model import Request
from .pages import page
from .pool import Pool
from .state import Session
from .wire import cookie, form, parameters, set_cookie

XSRF_COOKIE = "XSRF-TOKEN"
WRONG = "Incorrect username or password."
STALE = "This page was out of date. Please try again."


def login(pool: Pool, request: Request) -> Response:
    """Show the sign-in page, or take what was typed into it."""
    asked = read_asked(pool, request.query)
    return _show(pool, request, asked) if request.method == "GET" else _submit(pool, request, asked)


def error(pool: Pool, request: Request) -> Response:
    """Cognito's own error page, for what the app must not hear of."""
    try:
        given = parameters(request.query)
    except ValueError:
        given = {}
    return page("error.html", 400, error=given.get("error"), client_id=given.get("client_id"))


def _submit(pool: Pool, request: Request, asked: Asked) -> Response:
    try:
        typed = form(request)
    except ValueError as exc:
        raise stranded(pool, "invalid_request", asked.client.client_id) from exc
    if not _came_from_our_page(request, typed.get("_csrf", "")):
        return _show(pool, request, asked, complaint=STALE, status=400)
    if "continue" in typed:
        return _continue(pool, request, asked)
    username = typed.get("username", "")
    user = pool.sign_in(username, typed.get("password", ""))
    if user is None:
        return _show(pool, request, asked, complaint=WRONG, username=username)
    pool.state.close_session(cookie(request, SESSION_COOKIE))
    return _signed_in(pool, asked, user.username)


def _continue(pool: Pool, request: Request, asked: Asked) -> Response:
    session = _offered_session(pool, request, asked)
    if session is None:
        return _show(pool, request, asked, complaint=STALE, status=400)
    return code_answer(pool, asked, session)


def _signed_in(pool: Pool, asked: Asked, username: str) -> Response:
    now, seconds = pool.now(), pool.switches.session_seconds
    session = Session(username, int(now), now + seconds)
    response = code_answer(pool, asked, session)
    set_cookie(response, SESSION_COOKIE, pool.state.open_session(session), seconds)
    return response


def _show(
    pool: Pool,
    request: Request,
    asked: Asked,
    *,
    complaint: str | None = None,
    username: str | None = None,
    status: int = 200,
) -> Response:
    session = _offered_session(pool, request, asked)
    csrf = _csrf(request)
    response = page(
        "choose.html" if session and complaint is None else "login.html",
        status,
        action=f"/login?{asked.query}",
        another=f"/login?{urlencode({**asked.parameters, 'prompt': 'login'})}",
        cancel=asked.refusal("access_denied", "User cancelled the sign-in").location,
        complaint=complaint,
        csrf=csrf,
        samples=pool.users if pool.shows_samples else (),
        session_user=session.username if session else None,
        username=username if username is not None else asked.parameters.get("login_hint", ""),
    )
    set_cookie(response, XSRF_COOKIE, csrf)
    return response


def _offered_session(pool: Pool, request: Request, asked: Asked) -> Session | None:
    return None if "login" in asked.prompts else live_session(pool, request, asked)


def _csrf(request: Request) -> str:
    # Two tabs share one cookie: making a new value would invalidate the form in the other tab.
    known = cookie(request, XSRF_COOKIE)
    return known if re.fullmatch(r"[0-9a-f-]{36}", known) else str(uuid.uuid4())


def _came_from_our_page(request: Request, field: str) -> bool:
    known = cookie(request, XSRF_COOKIE)
    return bool(known) and secrets.compare_digest(known.encode(), field.encode())
