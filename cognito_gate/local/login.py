"""`/login` and `/error`: the pages a person sees. Must not know tokens or client secrets."""

from __future__ import annotations

import re
import secrets
import uuid
from urllib.parse import urlencode

from starlette.responses import Response

from .authorize import (
    SESSION_COOKIE,
    AuthorizeRequest,
    code_answer,
    error_page_redirect,
    live_session,
    read_authorize_request,
)
from .model import Request
from .pages import page
from .pool import Pool
from .state import Session
from .wire import cookie, form, parameters, set_cookie

XSRF_COOKIE = "XSRF-TOKEN"
WRONG = "Incorrect username or password."
STALE = "This page was out of date. Please try again."


def login(pool: Pool, request: Request) -> Response:
    """Show the sign-in page, or handle its form."""
    authorize_request = read_authorize_request(pool, request.query)
    return (
        _render_page(pool, request, authorize_request)
        if request.method == "GET"
        else _submit(pool, request, authorize_request)
    )


def error(pool: Pool, request: Request) -> Response:
    """Cognito's own error page, for errors that must not go to the app."""
    try:
        params = parameters(request.query)
    except ValueError:
        params = {}
    return page("error.html", 400, error=params.get("error"), client_id=params.get("client_id"))


def _submit(pool: Pool, request: Request, authorize_request: AuthorizeRequest) -> Response:
    try:
        typed = form(request)
    except ValueError as exc:
        raise error_page_redirect(
            pool, "invalid_request", authorize_request.client.client_id
        ) from exc
    if not _csrf_matches(request, typed.get("_csrf", "")):
        return _render_page(pool, request, authorize_request, complaint=STALE, status=400)
    if "continue" in typed:
        return _continue(pool, request, authorize_request)
    username = typed.get("username", "")
    user = pool.sign_in(username, typed.get("password", ""))
    if user is None:
        return _render_page(pool, request, authorize_request, complaint=WRONG, username=username)
    pool.state.close_session(cookie(request, SESSION_COOKIE))
    return _establish_session(pool, authorize_request, user.username)


def _continue(pool: Pool, request: Request, authorize_request: AuthorizeRequest) -> Response:
    session = _offered_session(pool, request, authorize_request)
    if session is None:
        return _render_page(pool, request, authorize_request, complaint=STALE, status=400)
    return code_answer(pool, authorize_request, session)


def _establish_session(pool: Pool, authorize_request: AuthorizeRequest, username: str) -> Response:
    now, seconds = pool.now(), pool.switches.session_seconds
    session = Session(username, int(now), now + seconds)
    response = code_answer(pool, authorize_request, session)
    set_cookie(response, SESSION_COOKIE, pool.state.open_session(session), seconds)
    return response


def _render_page(
    pool: Pool,
    request: Request,
    authorize_request: AuthorizeRequest,
    *,
    complaint: str | None = None,
    username: str | None = None,
    status: int = 200,
) -> Response:
    session = _offered_session(pool, request, authorize_request)
    csrf = _csrf(request)
    response = page(
        "choose.html" if session and complaint is None else "login.html",
        status,
        action=f"/login?{authorize_request.query}",
        another=f"/login?{urlencode({**authorize_request.parameters, 'prompt': 'login'})}",
        cancel=authorize_request.refusal("access_denied", "User cancelled the sign-in").location,
        complaint=complaint,
        csrf=csrf,
        samples=pool.users if pool.shows_samples else (),
        session_user=session.username if session else None,
        username=username
        if username is not None
        else authorize_request.parameters.get("login_hint", ""),
    )
    set_cookie(response, XSRF_COOKIE, csrf)
    return response


def _offered_session(
    pool: Pool, request: Request, authorize_request: AuthorizeRequest
) -> Session | None:
    return (
        None
        if "login" in authorize_request.prompts
        else live_session(pool, request, authorize_request)
    )


def _csrf(request: Request) -> str:
    # Two tabs share one cookie: making a new value would invalidate the form in the other tab.
    token = cookie(request, XSRF_COOKIE)
    return token if re.fullmatch(r"[0-9a-f-]{36}", token) else str(uuid.uuid4())


def _csrf_matches(request: Request, field: str) -> bool:
    token = cookie(request, XSRF_COOKIE)
    return bool(token) and secrets.compare_digest(token.encode(), field.encode())
