"""For Flask: the visitor behind the request, and who may use a view. There is nothing to set up.

Knows Flask's request and werkzeug's HTTP errors; must not know how a visitor was verified.
"""

import functools
from collections.abc import Callable, Collection
from typing import Any, ParamSpec, TypeVar, overload

from flask import current_app, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized
from werkzeug.local import LocalProxy

from ..identity import Identity
from ._visitor import Rule, present, visitor

P = ParamSpec("P")
R = TypeVar("R")


def maybe_identity() -> Identity | None:
    """The visitor, or None on a public path while nobody is signed in.

    Raises:
        RuntimeError: there is no request, or no gate is in front of the app.

    Example::

        who = maybe_identity()
        return f"Hello, {who.username}" if who else "Hello"
    """
    return visitor(request.environ)


def _present() -> Identity:
    identity = present(request.environ)
    if identity is None:
        raise Unauthorized("Sign-in required.", www_authenticate=WWWAuthenticate("bearer"))
    return identity


current_identity: Identity = LocalProxy(_present)  # type: ignore[assignment]  # it stands for one
"""The visitor of the request at hand, as `flask.request` is the request at hand.

Each use raises werkzeug's `Unauthorized` (401) where nobody is signed in (on a public path), and
`RuntimeError` outside of a request or without a gate. It is a proxy: what outlives the request, a
thread or a task queue, is given `current_identity._get_current_object()`. While
`AWS_COGNITO_DISABLED` is set it is an identity without a name.

Example::

    @app.get("/")
    def home():
        return f"Hello, {current_identity.username}"
"""


@overload
def auth_required(groups: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def auth_required(
    groups: Collection[str] | None = None, any_group: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def auth_required(groups: Any = None, any_group: bool = False) -> Any:
    """A decorator: only visitors who are signed in, and in these groups, may use the view.

    Signature and meaning are flask-cognito-lib's, but nobody signed in is 401, not 403. It goes
    below `@app.get(...)`, takes sync and async views, and works with or without parentheses.
    Everybody passes while `AWS_COGNITO_DISABLED` is set.

    Args:
        groups: names of `cognito:groups`; all of them are needed.
        any_group: one of the groups is enough.

    Raises:
        TypeError: at decoration, when groups are no list of names.
        Unauthorized: 401, nobody is signed in; `@app.errorhandler(401)` sees it.
        Forbidden: 403, the wrong visitor; `@app.errorhandler(403)` sees it.

    Example::

        @app.get("/report")
        @auth_required(groups=["admin", "staff"], any_group=True)
        def report(): ...
    """
    if callable(groups):
        return auth_required()(groups)
    rule = Rule(() if groups is None else groups, any_group=any_group)

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if not rule.allows(_present()):
                raise Forbidden("Access denied.")
            return current_app.ensure_sync(view)(*args, **kwargs)

        return wrapper

    return decorate
