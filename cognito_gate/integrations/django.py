"""For Django: `request.user` and `request.cognito` from the identity, under WSGI and ASGI.

Knows Django's own way to take users from in front of it (`RemoteUserMiddleware` and its backend);
must not know how a visitor was verified.
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, ParamSpec, TypeVar, cast

from asgiref.sync import sync_to_async
from django.contrib.auth import BACKEND_SESSION_KEY, load_backend
from django.contrib.auth.backends import RemoteUserBackend
from django.contrib.auth.middleware import RemoteUserMiddleware
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse

from ..identity import Identity
from ._visitor import Rule, present, visitor

P = ParamSpec("P")
R = TypeVar("R")
_User = TypeVar("_User", bound=AbstractBaseUser)


class CognitoBackend(RemoteUserBackend):
    """Keeps one Django account for each username of the pool, made at the first visit.

    An account of the same name that is there already is taken: do not keep privileged accounts of
    Django's own beside a pool in which people choose their usernames. `create_unknown_user`,
    `user_can_authenticate` and so on are Django's.

    Example::

        AUTHENTICATION_BACKENDS = ["cognito_gate.integrations.django.CognitoBackend"]

        class StaffBackend(CognitoBackend):
            def fields_of(self, identity):
                return {**super().fields_of(identity), "is_staff": "staff" in identity.groups}
    """

    def fields_of(self, identity: Identity) -> dict[str, Any]:
        """The account's fields that Cognito decides: the e-mail address, once it is verified.

        They are compared at each request, and saved when they differ.
        """
        verified_email = identity.email if identity.email_verified else None
        return {"email": verified_email} if verified_email else {}

    def configure_user(
        self, request: HttpRequest | None, user: _User, created: bool = True
    ) -> _User:
        """Bring an account up to date before it is logged in."""
        identity = getattr(request, "cognito", None)
        if user is not None and identity is not None:
            self.update(user, identity)
        return user

    def update(self, user: AbstractBaseUser, identity: Identity) -> None:
        """Save the fields of the account that are not as `fields_of` says."""
        fields = self.fields_of(identity)
        changed = [name for name, value in fields.items() if getattr(user, name) != value]
        for name in changed:
            setattr(user, name, fields[name])
        if changed:
            user.save(update_fields=changed)


class CognitoMiddleware(RemoteUserMiddleware):
    """Sets `request.cognito` (the `Identity`, or None) and `request.user`. Sync and async.

    Who is not signed in is `AnonymousUser`; who has signed out, or is somebody else now, is
    logged out of Django's session too. Logins by other backends than `RemoteUserBackend` and its
    children stay Django's own. `request.auser()` says the same as `request.user`. Django keeps a
    session for each login, also for a bearer token's. Needs Django 5.2.2 or newer.

    Raises:
        RuntimeError: at a request, when no gate is in front of the app.
        ImproperlyConfigured: at a request, without Django's middleware for sessions and users.

    Example::

        MIDDLEWARE = [
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "cognito_gate.integrations.django.CognitoMiddleware",
        ]
    """

    # No header can have this name in META, and the gate clears it in an environ.
    header: ClassVar[str] = "cognito_gate.username"

    def name_of(self, identity: Identity) -> str:
        """The name of the account: the username, or a machine's `sub`. Override it to key by
        `identity.sub`, say, which a pool never gives to somebody else."""
        return identity.username or identity.sub

    def process_request(self, request: HttpRequest) -> None:
        """Find the account, log in or out where it is another one, and bring it up to date."""
        identity = visitor(_facts(request))
        request.cognito = identity  # type: ignore[attr-defined]  # Django's way to extend requests
        request.META.pop(self.header, None)
        if identity is not None:
            request.META[self.header] = self.name_of(identity)
        super().process_request(request)
        user = request.user

        async def auser() -> Any:
            return user

        request.auser = auser  # Django's own would return the user from before the login
        if identity is not None and user.is_authenticated:
            backend = load_backend(request.session[BACKEND_SESSION_KEY])
            if isinstance(backend, CognitoBackend):
                backend.update(user, identity)

    async def aprocess_request(self, request: HttpRequest) -> None:
        """The same in a thread, as Django's ORM requires."""
        # Django's own method would trust a client's header: it looks for "HTTP_" + header.
        await sync_to_async(self.process_request, thread_sensitive=True)(request)


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
