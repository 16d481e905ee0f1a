"""The stage of the integrations' tests: a pool with three people, and sites before it."""

import importlib
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest

from cognito_gate.local import SAMPLE_USERS, LocalCognito, User
from tests.integrations.stage import ORIGIN, ASGISite, WSGISite
from tests.signing_keys import with_ready_keys

EVE = User("eve", "Stapled-Horse-9", "eve@example.com", groups=("admin", "staff"))
OpenASGI: TypeAlias = Callable[..., ASGISite]
OpenWSGI: TypeAlias = Callable[..., WSGISite]


@pytest.fixture(scope="session")
def cognito() -> Iterator[LocalCognito]:
    """ada is in the group admin, bob in none, eve in admin and staff."""
    cognito = with_ready_keys(
        LocalCognito(
            users=(*SAMPLE_USERS, EVE),
            callback_urls=(f"{ORIGIN}/auth/callback",),
            logout_urls=(f"{ORIGIN}/auth/signed-out",),
        )
    )
    with cognito.serve():
        yield cognito


@pytest.fixture
def asgi(cognito: LocalCognito) -> Iterator[OpenASGI]:
    """Puts an ASGI app behind the gate, with some variables changed."""
    opened: list[ASGISite] = []

    def make(app: Any, **changes: str) -> ASGISite:
        opened.append(ASGISite(app, cognito, changes))
        return opened[-1]

    yield make
    for site in opened:
        site.close()


@pytest.fixture
def wsgi(cognito: LocalCognito) -> Iterator[OpenWSGI]:
    """Puts a WSGI app behind the gate, with some variables changed."""
    opened: list[WSGISite] = []

    def make(app: Any, **changes: str) -> WSGISite:
        opened.append(WSGISite(app, cognito, changes))
        return opened[-1]

    yield make
    for site in opened:
        site.close()


@pytest.fixture
def accounts() -> Iterator[Any]:
    """Django, set up by the example (one process sets it up once), with no account."""
    pytest.importorskip("django", reason="Django is not installed")
    importlib.import_module("examples.django_app")
    from django.contrib.auth.models import User as Account
    from django.test import override_settings

    Account.objects.all().delete()
    settings = {
        "ROOT_URLCONF": "tests.integrations.django_views",
        "ALLOWED_HOSTS": ["localhost", "testserver"],
        # Django's own takes a quarter of a second for each password, on purpose.
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    }
    with override_settings(**settings):
        yield Account.objects
