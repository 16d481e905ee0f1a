"""A Django site in one file: `request.user` is the visitor, with an account made at first sight.

With a Cognito on this machine:

    COGNITO_GATE_PUBLIC_PATHS=/health cognito-gate run --local --app-dir examples django_app:app

With your own pool: the same without --local, or gunicorn --chdir examples "django_app:gated()".
"""

import tempfile
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.core.management.utils import get_random_secret_key
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.html import format_html

from cognito_gate import WSGIGate

settings.configure(
    SECRET_KEY=get_random_secret_key(),
    ALLOWED_HOSTS=["localhost", "127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": Path(tempfile.mkdtemp(), "db.sqlite3"),  # a new one at each start
        }
    },
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "cognito_gate.integrations.django.CognitoMiddleware",
    ],
    AUTHENTICATION_BACKENDS=["cognito_gate.integrations.django.CognitoBackend"],
)
django.setup()
call_command("migrate", verbosity=0)

from cognito_gate.integrations.django import group_required  # noqa: E402  (it needs the apps)


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse(format_html("Hello, {} ({}).", request.user, request.user.email))


@group_required("admin")
def admin(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Only the group admin reads this.")


def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("", home), path("admin", admin), path("health", health)]
app = get_wsgi_application()


def gated() -> WSGIGate:
    """The app behind the gate; a function, so that importing this file needs no settings."""
    return WSGIGate(app)
