"""The project for WSGI servers and `manage.py runserver`, behind the gate."""

import os

from django.core.wsgi import get_wsgi_application

from cognito_gate import WSGIGate

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
django_app = get_wsgi_application()
application = WSGIGate(django_app)
