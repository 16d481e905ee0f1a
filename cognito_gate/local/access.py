"""Who may use the pages and addresses that are not Cognito's: the front page and `/_local/*`.

Knows the headers in which a browser says where a request comes from; must not know what is asked.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.responses import JSONResponse, Response

from .checks import is_loopback
from .model import Request

_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")  # RFC 9110 section 7.2: a host and a port, no more


def is_local(request: Request) -> bool:
    """Whether the request names this machine as its host."""
    # DNS rebinding: a page whose name resolves to 127.0.0.1 still sends that name as Host.
    host = request.headers.get("host", "")
    try:
        return _HOST.fullmatch(host) is not None and is_loopback(urlsplit(f"//{host}").hostname)
    except ValueError:
        return False


def is_own_form(request: Request) -> bool:
    """Whether a page of this very origin sent the request.

    Every browser of today says so in `Origin`, and most in `Sec-Fetch-Site`, too. What says
    neither is refused; programs have `/_local/switches`.
    """
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if not is_local(request) or origin is site is None:
        return False
    host = request.headers["host"]
    return site in (None, "same-origin") and origin in (None, f"http://{host}", f"https://{host}")


def refused(reason: str = "only for requests to a loopback host name") -> Response:
    """The answer to all others."""
    return JSONResponse({"error": reason}, 403)
