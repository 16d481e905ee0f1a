"""For Django: `request.user` and `request.cognito` from the identity, under WSGI and ASGI.

Knows Django's own way to take users from in front of it (`RemoteUserMiddleware` and its backend);
must not know how a visitor was verified.
"""

import functools
import inspect
import logging
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, ParamSpec, TypeVar, cast

from asgiref.sync import sync_to_async
from django.apps import apps
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, load_backend, logout
from django.contrib.auth.backends import RemoteUserBackend
from django.contrib.auth.middleware import RemoteUserMiddleware
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse

from ..identity import Identity
from ._django_accounts import (
    AccountRules,
    can_store,
    create_account,
    fields_of,
    find_account,
    hand_over,
    mirror_groups,
    save_fields,
)
from ._visitor import Rule, present, visitor

__all__ = [
    "CognitoBackend",
    "CognitoMiddleware",
    "group_required",
    "hand_over",
    "maybe_identity",
]

P = ParamSpec("P")
R = TypeVar("R")
_User = TypeVar("_User", bound=AbstractBaseUser)
log = logging.getLogger("cognito_gate")


class CognitoBackend(RemoteUserBackend):
    """Keeps one Django account for each user of the pool, made at the first visit.

    Django's setting `COGNITO_GATE_ACCOUNT_KEY` says how it is found: by `sub` (default),
    `username` or `email` (a verified one). An account that is Django's own is not taken
    over: see `hand_over`. `create_unknown_user`, `user_can_authenticate` and so on are Django's.

    Example::

        AUTHENTICATION_BACKENDS = ["cognito_gate.integrations.django.CognitoBackend"]
        COGNITO_GATE_STAFF_GROUPS = ["staff"]
        COGNITO_GATE_SUPERUSER_GROUPS = ["admin"]
        COGNITO_GATE_SYNC_GROUPS = ["editors", "authors"]
    """

    def authenticate(  # type: ignore[override]  # as RemoteUserBackend, which differs as well
        self, request: HttpRequest | None, remote_user: str
    ) -> Any:
        """The account of the visitor behind this request, whom a gate has verified.

        Raises:
            PermissionDenied: it is somebody else's. Django then asks no other backend.
        """
        identity = getattr(request, "cognito", None)
        if identity is None or not remote_user:
            return None
        name, created = self.clean_username(remote_user), False
        account = find_account(identity, name, AccountRules.from_settings().key)
        if account is None and self.create_unknown_user:
            account, created = create_account(identity, name)
        account = self.configure_user(request, account, created=created)
        return account if self.user_can_authenticate(account) else None

    async def aauthenticate(  # type: ignore[override]  # as above
        self, request: HttpRequest | None, remote_user: str
    ) -> Any:
        """The same in a thread: Django's own would take any account of that name."""
        return await sync_to_async(self.authenticate, thread_sensitive=True)(request, remote_user)

    def fields_of(self, identity: Identity) -> dict[str, Any]:
        """The account's fields that Cognito decides: the e-mail address, once it is verified, the
        name, and with the settings for groups `is_staff` and `is_superuser`.

        They are compared at each request, and saved when they differ.
        """
        return fields_of(identity, AccountRules.from_settings())

    def configure_user(
        self, request: HttpRequest | None, user: _User, created: bool = True
    ) -> _User:
        """Bring an account up to date before it is logged in."""
        identity = getattr(request, "cognito", None)
        if user is not None and identity is not None:
            self.update(user, identity)
        return user

    def update(self, user: AbstractBaseUser, identity: Identity) -> None:
        """Save what is not as `fields_of` and `COGNITO_GATE_SYNC_GROUPS` say."""
        save_fields(user, self.fields_of(identity))
        mirror_groups(user, identity, AccountRules.from_settings())


class CognitoMiddleware(RemoteUserMiddleware):
    """Sets `request.cognito` (the `Identity`, or None) and `request.user`. Sync and async.

    Who is not signed in is `AnonymousUser`; who has signed out, or is somebody else now, is
    logged out of Django's session too. A login by a password of Django's (`ModelBackend`) stays
    for as long as the same visitor is there. `request.auser()` says the same as `request.user`.
    Django keeps a session for each login, also for a bearer token's. Needs Django 5.2.2 or newer.

    Raises:
        RuntimeError: at a request, when no gate is in front of the app.
        ImproperlyConfigured: at the start, a setting is wrong; at a request, without Django's
            middleware for sessions and users.

    Example::

        MIDDLEWARE = [
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "cognito_gate.integrations.django.CognitoMiddleware",
        ]
    """

    # No header can have this name in META, and the gate clears it in an environ.
    header: ClassVar[str] = "cognito_gate.username"

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        AccountRules.from_settings()
        if apps.is_installed("django.contrib.admin") and not settings.LOGOUT_REDIRECT_URL:
            log.warning(
                "the admin's log-out ends Django's session only, and the visitor is back at the "
                'next request: set LOGOUT_REDIRECT_URL to the gate\'s log-out, "/auth/logout"'
            )

    def name_of(self, identity: Identity) -> str:
        """The name of a new account: the `sub`, or with `COGNITO_GATE_ACCOUNT_KEY = "username"`
        the username (a machine has none)."""
        by_username = AccountRules.from_settings().key == "username"
        name = identity.username if by_username else None
        return name if name and can_store(name) else identity.sub

    def process_request(self, request: HttpRequest) -> None:
        """Find the account, log in or out where it is another one, and bring it up to date."""
        identity = visitor(_facts(request))
        request.cognito = identity  # type: ignore[attr-defined]  # Django's way to extend requests
        request.META.pop(self.header, None)
        if identity is not None:
            request.META[self.header] = self.name_of(identity)
        if not self._goes_on(request, identity):
            super().process_request(request)
        user = request.user

        async def auser() -> Any:
            return user

        request.auser = auser  # Django's own would return the user from before the login
        if identity is not None and user.is_authenticated:
            request.session[_SUB] = identity.sub
            backend = load_backend(request.session[BACKEND_SESSION_KEY])
            if isinstance(backend, CognitoBackend):
                backend.update(user, identity)

    def _goes_on(self, request: HttpRequest, identity: Identity | None) -> bool:
        """Whether somebody stays logged in. A session that belongs to another visitor ends, however
        they logged in: the next person at this browser must not go on with it."""
        if not hasattr(request, "user"):
            return False  # Django's own middleware says what is missing
        known = request.session.get(_SUB)
        sub = identity.sub if identity else None
        if known not in (None, sub) or (known is None and _by_remote_user(request)):
            logout(request)
        return identity is not None and request.user.is_authenticated

    async def aprocess_request(self, request: HttpRequest) -> None:
        """The same in a thread, as Django's ORM requires."""
        # Django's own method would trust a client's header: it looks for "HTTP_" + header.
        await sync_to_async(self.process_request, thread_sensitive=True)(request)


_SUB = "cognito_gate.sub"
"""In Django's session: the visitor behind the gate when it began."""


def _by_remote_user(request: HttpRequest) -> bool:
    """Whether somebody is logged in by a backend that believes the gate."""
    if not request.user.is_authenticated:
        return False
    return isinstance(load_backend(request.session[BACKEND_SESSION_KEY]), RemoteUserBackend)


def maybe_identity(request: HttpRequest) -> Identity | None:
    """The visitor, or None on a public path while nobody is signed in: `request.cognito`, typed.

    Raises:
        RuntimeError: no gate is in front of the app.

    Example::

        who = maybe_identity(request)
    """
    return visitor(_facts(request))


def group_required(
    *groups: str, any_group: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator: only visitors in these groups of the pool may use the view, sync or async.

    Nobody signed in is answered 401; it does not need `CognitoMiddleware`. Everybody passes while
    `AWS_COGNITO_DISABLED` is set.

    Args:
        groups: names of `cognito:groups`; all of them are needed.
        any_group: one of the groups is enough.

    Raises:
        TypeError: at decoration, when a group is no string.
        PermissionDenied: 403, the wrong visitor; `handler403` sees it.

    Example::

        @group_required("admin", "staff", any_group=True)
        def report(request): ...
    """
    rule = Rule(groups, any_group=any_group)

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        if inspect.iscoroutinefunction(view):

            @functools.wraps(view)
            async def async_wrapper(*args: P.args, **kwargs: P.kwargs) -> Any:
                return _refusal(rule, args) or await view(*args, **kwargs)

            return cast(Callable[P, R], async_wrapper)

        @functools.wraps(view)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> Any:
            return _refusal(rule, args) or view(*args, **kwargs)

        return cast(Callable[P, R], wrapper)

    return decorate


def _refusal(rule: Rule, args: tuple[Any, ...]) -> HttpResponse | None:
    """The response to a visitor who is not signed in; None for one who is allowed. The request is
    the first argument of a view, or the second of a method."""
    request = next(value for value in args if isinstance(value, HttpRequest))
    identity = present(_facts(request))
    if identity is None:
        return HttpResponse("Sign-in required.", status=401, headers={"WWW-Authenticate": "Bearer"})
    if not rule.allows(identity):
        raise PermissionDenied("Access denied.")
    return None


def _facts(request: HttpRequest) -> Mapping[str, Any]:
    if isinstance(request, ASGIRequest):
        return request.scope
    if isinstance(request, WSGIRequest):
        return request.environ
    raise TypeError(f"a request of neither WSGI nor ASGI: {type(request).__name__}")
