"""One Flask view three ways: bare, behind the gate, and with flask-cognito-lib as it ships.

Configured by the environment. The library's keys come from the local Cognito on loopback, which is
its best case: in production they come over https from AWS, at each request.
"""

import os
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
    from flask_cognito_lib import CognitoAuth
    from flask_cognito_lib.config import Config
    from flask_cognito_lib.decorators import auth_required

    class Local(Config):  # type: ignore[misc, unused-ignore]  # typed where it is installed
        issuer = property(lambda self: os.environ["AWS_COGNITO_ISSUER"])
        jwk_endpoint = property(lambda self: f"{self.issuer}/.well-known/jwks.json")

    app = _made()
    app.config.update(
        {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    )
    CognitoAuth(app, cfg=Local())
    guard: Any = auth_required()
    app.get("/")(guard(hello))
    return app
