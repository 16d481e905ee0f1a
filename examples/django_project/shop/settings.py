"""As `django-admin startproject` writes them, and what the gate adds, marked by "gate"."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).parent.parent
DEBUG = True
SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY", "only for development")  # not the gate's key
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"  # gate: runserver serves what wsgi.py wraps
ASGI_APPLICATION = "shop.asgi.application"
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "assets"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("DJANGO_DB", str(BASE_DIR / "db.sqlite3")),
    }
}
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cognito_gate.integrations.django.CognitoMiddleware",  # gate: after Django's own
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# gate: accounts are found by `sub`; those with a password of Django's, such as the superuser of
# `manage.py createsuperuser`, log in at /admin/login/ with the second backend.
AUTHENTICATION_BACKENDS = [
    "cognito_gate.integrations.django.CognitoBackend",
    "django.contrib.auth.backends.ModelBackend",
]
COGNITO_GATE_STAFF_GROUPS = ["staff"]
COGNITO_GATE_SUPERUSER_GROUPS = ["admin"]
COGNITO_GATE_SYNC_GROUPS = ["editors"]
LOGIN_URL = "/auth/login"
LOGOUT_REDIRECT_URL = "/auth/logout"  # the admin's "Log out" ends the gate's session, too
