"""One Flask view three ways: bare, behind the gate, and with flask-cognito-lib as it ships.

Configured by the environment. The library's keys come from the local Cognito on loopback, which is
its best case: in production they come over https from AWS, at each request.
"""

import os
from importlib import import_module
from typing import Any

from flask import Flask

from cognito_gate import WSGIGate


def _made() -> Flask:
    app = Flask("bench")
    app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
    return app


def hello() -> str:
    return "hello"


def bare() -> Flask:
    app = _made()
    app.get("/")(hello)
    return app


def gated() -> WSGIGate:
    return WSGIGate(bare())


def peer() -> Flask:
    library: Any = import_module("flask_cognito_lib")
    config: Any = import_module("flask_cognito_lib.config")
    guard: Any = import_module("flask_cognito_lib.decorators").auth_required()
    issuer = os.environ["AWS_COGNITO_ISSUER"]
    local = {"issuer": issuer, "jwk_endpoint": f"{issuer}/.well-known/jwks.json"}
    app = _made()
    app.config.update(
        {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    )
    library.CognitoAuth(app, cfg=type("Local", (config.Config,), local)())
    app.get("/")(guard(hello))
    return app
