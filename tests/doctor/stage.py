"""The doctor as people run it, and a local Cognito for it to look at.

Knows what a healthy environment is; each test changes one fact of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from cognito_gate.doctor.findings import Fix
from cognito_gate.local import Client, LocalCognito
from tests.cli.command import here
from tests.doctor.remedies import check_fix
from tests.signing_keys import with_ready_keys

APP = "http://localhost:8000"
CALLBACK = f"{APP}/auth/callback"
SIGNED_OUT = f"{APP}/auth/signed-out"
SECRET_KEY = "hGm2vXw0Rr7kTQzN5cYpJ8sLdA1fUeBo4iKq9tVx"
CLIENT_SECRET = "9q2w8e7r6t5y4u3i1o0p9a8s7d6f5g4h3j2k1l0z"
REFRESH = {"AWS_COGNITO_REFRESH_FLOW_ENABLED": "true"}
HIDDEN = ("SECRET_KEY", "SECRET_KEY_FALLBACKS", "AWS_COGNITO_USER_POOL_CLIENT_SECRET")


@dataclass(frozen=True)
class Diagnosis:
    """What the doctor said, read from its JSON; `text` is what people see."""

    exit_code: int
    record: Mapping[str, Any]
    text: str

    @property
    def states(self) -> dict[str, str]:
        """The state of each line by its code, in order."""
        return {finding["code"]: finding["state"] for finding in self.record["findings"]}

    def codes(self, *states: str) -> set[str]:
        """The codes of all lines in one of these states."""
        return {code for code, state in self.states.items() if state in states}

    def finding(self, code: str) -> dict[str, Any]:
        """One line."""
        [found] = [item for item in self.record["findings"] if item["code"] == code]
        return dict(found)


def diagnose(environ: Mapping[str, str], *words: str) -> Diagnosis:
    """Run it twice, for both of its voices, which must agree and give no secret away."""
    result = here("doctor", "--json", *words, environ=environ)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    shown = here("doctor", *words, environ=environ)
    assert shown.exit_code == result.exit_code
    for name in HIDDEN:
        for secret in environ.get(name, "").replace(",", " ").split():
            assert secret not in result.output, name
            assert secret not in shown.output, name
    record = json.loads(result.output)
    assert record["ok"] is (result.exit_code == 0)
    for finding in record["findings"]:
        if finding["fix"]:
            check_fix(Fix(**finding["fix"]))
    return Diagnosis(result.exit_code, record, shown.output)


def client(**changes: Any) -> Client:
    """An app client that fits `healthy`."""
    usual: dict[str, Any] = {
        "client_id": "doctorsclient",
        "secret": CLIENT_SECRET,
        "callback_urls": (CALLBACK,),
        "logout_urls": (SIGNED_OUT,),
    }
    return Client(**{**usual, **changes})


@contextmanager
def pool(**changes: Any) -> Iterator[LocalCognito]:
    """A local Cognito that is served, with one client."""
    cognito = with_ready_keys(LocalCognito(clients=(client(**changes),)))
    with cognito.serve():
        yield cognito


def healthy(cognito: LocalCognito, **changes: str | None) -> dict[str, str]:
    """The environment of an app that works, but for `changes`; None takes a variable away."""
    environ = {**cognito.environment(), "SECRET_KEY": SECRET_KEY, **changes}
    return {name: value for name, value in environ.items() if value is not None}
