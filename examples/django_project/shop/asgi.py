"""The project for ASGI servers, behind the gate."""

import os

from django.core.asgi import get_asgi_application

from cognito_gate import ASGIGate

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
django_app = get_asgi_application()
application = ASGIGate(django_app)  # type: ignore[arg-type]  # Django types a scope as dict
