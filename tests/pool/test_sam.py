"""The pool as text for SAM, in the documentation, is that of `pool template`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from cfnlint.api import lint

from cognito_gate.pool.options import PoolOptions
from tests.pool.cfn import PSEUDO, Stack, load

APP = "https://app.example.com"
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "pool-in-your-stack.md"
RESOURCES, VARIABLES = re.findall(
    r"^```yaml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
HEAD = 'AWSTemplateFormatVersion: "2010-09-09"\nTransform: AWS::Serverless-2016-10-31\n'


class _Shown(Stack):
    """The resources of the page, worked out as CloudFormation would."""

    def __init__(self, variables: str = "") -> None:
        self.template = load(RESOURCES)
        self._pseudo, self._parameters = dict(PSEUDO), {}
        self.resources: dict[str, Any] = self.value(self.template["Resources"])
        self.variables: dict[str, str] = self.value(load(variables)) if variables else {}


def test_it_is_the_template_word_for_word() -> None:
    described = Stack(
        PoolOptions(
            callback_urls=(f"{APP}/auth/callback",), logout_urls=(f"{APP}/auth/signed-out",)
        )
    )
    assert _Shown().resources == described.resources


def test_it_passes_cfn_lint() -> None:
    assert [str(found) for found in lint(HEAD + RESOURCES, regions=["eu-west-1"])] == []


def _secret(name: str) -> str:
    return f"{{{{resolve:secretsmanager:my-app:SecretString:{name}}}}}"


def test_the_variables_of_a_function_are_those_of_the_pool() -> None:
    assert _Shown(VARIABLES).variables == {
        "AWS_COGNITO_USER_POOL_ID": "<UserPool>",
        "AWS_COGNITO_USER_POOL_CLIENT_ID": "<UserPoolClient>",
        "AWS_COGNITO_USER_POOL_CLIENT_SECRET": _secret("CLIENT_SECRET"),
        "AWS_COGNITO_DOMAIN": "https://login-5f3c9a10.auth.eu-west-1.amazoncognito.com",
        "AWS_COGNITO_REDIRECT_URL": f"{APP}/auth/callback",
        "AWS_COGNITO_LOGOUT_URL": f"{APP}/auth/signed-out",
        "AWS_COGNITO_REFRESH_FLOW_ENABLED": "true",
        "SECRET_KEY": _secret("SECRET_KEY"),
    }
