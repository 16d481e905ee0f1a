"""What all events have: the request, and who sent it.

Knows facts only, and never a token, a code, a cookie or a password.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whose verified session or token a request came with; all is empty where it had none.

    `session` names the session until sign-out, and opens nothing; it is the `origin_jti` of
    Cognito's tokens where they have one. `app_client` is the id of the app client that the tokens
    were made for. `username` is empty for machines.
    """

    sub: str = ""
    username: str = ""
    session: str = ""
    app_client: str = ""


NOBODY = Visitor()


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """The request that an event belongs to.

    `at` is Unix time; `client` is the address that the request came from, as the server says;
    `path` has no query, which may hold secrets. `id` is the request's, as the trusted proxy or the
    gate made it; `user_agent` is what the client calls itself; `visitor` is who sent the request,
    as far as that was known by then.
    """

    at: float
    kind: Literal["http", "websocket"]
    method: str
    path: str
    client: str = ""
    id: str = ""
    user_agent: str = ""
    visitor: Visitor = NOBODY


@dataclass(frozen=True, slots=True)
class Event:
    """What all events have: the request. Each kind is a class of its own.

    Example::

        def count(event: Event) -> None:
            counters[type(event).__name__] += 1

        app = ASGIGate(app, on_event=count)
    """

    request: RequestFacts
