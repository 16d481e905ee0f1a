"""A Django site in one file: `request.user` is the visitor, with an account made at first sight.

With a Cognito on this machine:

    COGNITO_GATE_PUBLIC_PATHS=/health cognito-gate run --local --app-dir examples django_app:app

With your own pool: the same without --local, or gunicorn --chdir examples "django_app:gated()".
"""

from tempfile import mkdtemp

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

from cognito_gate import WSGIGate

FILE = mkdtemp() + "/db.sqlite3"  # a new one at each start
settings.configure(
    SECRET_KEY="yours comes from the environment",
    ALLOWED_HOSTS=["localhost", "127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[f"django.contrib.{name}" for name in ("auth", "contenttypes", "sessions")],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FILE}},
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "cognito_gate.integrations.django.CognitoMiddleware",
    ],
    AUTHENTICATION_BACKENDS=["cognito_gate.integrations.django.CognitoBackend"],
    COGNITO_GATE_ACCOUNT_KEY="username",  # where nobody can choose one freely; else by their sub
)
django.setup()
call_command("migrate", verbosity=0)

from cognito_gate.integrations.django import group_required  # noqa: E402  (it needs the apps)


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"Hello, {request.user}.", content_type="text/plain; charset=utf-8")


@group_required("admin")
def admin(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Only the group admin reads this.")


def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("", home), path("admin", admin), path("health", health)]
app = get_wsgi_application()


def gated() -> WSGIGate:
    return WSGIGate(app)
