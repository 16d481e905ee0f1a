"""Reads requests and makes responses: forms, cookies, redirects, OAuth errors.

Must not know users, tokens or the pool.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, RedirectResponse, Response

from .model import Request

MAX_BODY = 64 * 1024
Form = Mapping[str, str]

NO_STORE = "no-cache, no-store, max-age=0, must-revalidate"


class OAuthError(Exception):
    """An error of the server-to-server endpoints."""

    def __init__(self, error: str, description: str | None = None, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status

    @property
    def body(self) -> dict[str, str]:
        """The JSON members: Cognito often leaves the description out."""
        described = {} if self.description is None else {"error_description": self.description}
        return {"error": self.error, **described}


class RedirectTo(Exception):
    """Redirect the browser to Cognito's own error page, or back to the app with an error."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


class CognitoJSON(JSONResponse):
    """JSON under Cognito's exact media type."""

    media_type = "application/json;charset=UTF-8"

    def __init__(
        self, content: Any, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(
            content, status, {"Cache-Control": NO_STORE, "Pragma": "no-cache", **(headers or {})}
        )


def parameters(raw: str) -> dict[str, str]:
    """Query or form parameters; ValueError for repeated ones, bad UTF-8, or far too many.

    Repeating is forbidden, and one without a value counts as omitted, by RFC 6749 section 3.1.
    """
    pairs = parse_qsl(raw, keep_blank_values=True, errors="strict", max_num_fields=100)
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("repeated parameter")
    return {name: value for name, value in values.items() if value}


def form(request: Request) -> dict[str, str]:
    """The parameters of a form body; ValueError when it is none."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise ValueError("not a form")
    return parameters(request.body.decode("utf-8"))


def oauth_form(request: Request) -> dict[str, str]:
    """The parameters of a form body; `invalid_request` when it is none."""
    try:
        return form(request)
    except ValueError as exc:
        raise OAuthError("invalid_request") from exc


def needed(form: Form, name: str) -> str:
    """A required parameter; `invalid_request` when it is missing."""
    if name not in form:
        raise OAuthError("invalid_request")
    return form[name]


def cookie(request: Request, name: str) -> str:
    """A cookie's value, or the empty string."""
    return cookie_parser(request.headers.get("cookie", "")).get(name, "")


def with_parameters(url: str, values: Mapping[str, str | None]) -> str:
    """The URL with more query parameters; those that are None are left out."""
    query = urlencode({name: value for name, value in values.items() if value is not None})
    # Joined as text, because parsing and unparsing a URL would change `myapp://`.
    return f"{url}{'&' if '?' in url else '?'}{query}"


def redirect(location: str) -> Response:
    """Cognito redirects with 302 throughout. The location is registered or encoded already."""
    response = RedirectResponse(location, 302, {"Cache-Control": NO_STORE})
    # RedirectResponse re-quotes; a registered URL must go out exactly as registered.
    response.headers["location"] = location
    return response


def set_cookie(response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """A cookie as Cognito's own, but without Secure: this server speaks plain http on loopback."""
    response.set_cookie(name, value, max_age=seconds, path="/", httponly=True, samesite="lax")
