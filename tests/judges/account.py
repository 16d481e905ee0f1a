"""An account in MiniStack, and `cognito-gate` as people run it there."""

from __future__ import annotations

import json
import os
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.command import here
from tests.journey.visitor import PASSWORDS
from tests.judges.ministack import CREDENTIALS, MiniStack, client
from tests.servers.process import ROOT, free_port, served

SERVICES = "acm,cloudformation,cognito-idp,dynamodb,iam,lambda,route53"
GATE = str(Path(sysconfig.get_path("scripts"), "cognito-gate"))
# Its CloudFormation has no AWS::Cognito::ManagedLoginBranding (test_pool_differences.py).
CLASSIC = ("--login", "classic")


@dataclass(frozen=True)
class Account:
    """MiniStack, and a folder that is home."""

    judge: MiniStack
    home: Path

    @property
    def variables(self) -> dict[str, str]:
        """All that says where AWS is, and nothing of this machine's own set-up."""
        return {
            **CREDENTIALS,
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.judge.origin,
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],
        }

    def gate(self, *words: str, typed: str = "", code: int = 0) -> tuple[str, str]:
        """Run `cognito-gate`, which ends with that code: its output and what it told."""
        with chdir(self.home):
            done = here(*words, environ=self.variables, typed=typed)
        assert done.exit_code == code, done.stderr
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done.stdout, done.stderr

    def values(self, stack: str, *words: str) -> dict[str, str]:
        """The environment of a stack's pool."""
        text, _ = self.gate("pool", "env", stack, "--format", "json", *words)
        found: dict[str, str] = json.loads(text)
        return found

    def client(self, service: str) -> Any:
        """A client of boto3's for a service."""
        return client(self.judge.origin, service)

    def pool(self, pool_id: str) -> dict[str, Any]:
        """A user pool, as Cognito's API describes it."""
        answer = self.client("cognito-idp").describe_user_pool(UserPoolId=pool_id)
        found: dict[str, Any] = answer["UserPool"]
        return found

    def pools(self) -> set[str]:
        """The ids of all user pools."""
        answer = self.client("cognito-idp").list_user_pools(MaxResults=60)
        return {pool["Id"] for pool in answer["UserPools"]}

    def add_user(self, pool_id: str, login: str, password: str, groups: Sequence[str]) -> str:
        """Add somebody with boto3, as an administrator would; the username."""
        cognito, who = self.client("cognito-idp"), {"UserPoolId": pool_id, "Username": login}
        made = cognito.admin_create_user(
            **who,
            UserAttributes=[
                {"Name": "email", "Value": login if "@" in login else f"{login}@example.com"},
                {"Name": "email_verified", "Value": "true"},
            ],
            MessageAction="SUPPRESS",
        )
        cognito.admin_set_user_password(**who, Password=password, Permanent=True)
        for name in groups:
            cognito.admin_add_user_to_group(**who, GroupName=name)
        username: str = made["User"]["Username"]
        return username


@dataclass(frozen=True)
class Address:
    """Where an app is, or will be."""

    port: int

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def flags(self) -> tuple[str, ...]:
        """The options of a pool for it."""
        return (
            *("--callback-url", f"{self.origin}/auth/callback"),
            *("--logout-url", f"{self.origin}/auth/signed-out"),
        )


def address() -> Address:
    """A free one."""
    return Address(free_port())


@contextmanager
def running_app(at: Address, env_file: Path) -> Iterator[None]:
    """An example behind the gate, which knows nothing but that file."""
    words = ["run", "asgi_app:app", "--app-dir", str(ROOT / "examples")]
    command = [GATE, *words, "--env-file", str(env_file), "--port", str(at.port)]
    with served(command, at.port, {}):
        yield


def password_of(username: str) -> str:
    """A password of the journey's, made longer than the template demands."""
    return f"{PASSWORDS[username]}-And-More-1"
