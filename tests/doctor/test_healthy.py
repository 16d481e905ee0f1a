"""A set-up that works: everything is well, whoever the client is."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.cli.command import here
from tests.doctor.stage import REFRESH, SIGNED_OUT, diagnose, healthy, pool

# In the order in which a person would fix things.
LINES = [
    *("env-file", "settings", "region", "user-pool", "issuer", "signing-keys"),
    *("domain", "firewall", "client-id", "callback-url", "code-grant", "scopes", "pkce"),
    *("login-page", "sign-out-url", "client-secret", "revocation"),
    *("app-host", "cookie-domain", "after-sign-out", "public-paths"),
    "session-size",
    *("secret-key", "secret-key-fallbacks"),
    *("session-lifetimes", "renewal", "sign-in-time", "clock", "aws"),
]


@pytest.mark.parametrize("secret", ["s3cret" * 8, None], ids=["confidential", "public"])
@pytest.mark.parametrize("refresh", [{}, REFRESH], ids=["refresh off", "refresh on"])
def test_a_healthy_set_up_is_all_well(secret: str | None, refresh: dict[str, str]) -> None:
    with pool(secret=secret) as cognito:
        found = diagnose(healthy(cognito, **refresh))
    assert found.exit_code == 0
    assert list(found.states) == LINES
    assert found.codes("wrong", "warning") == set()
    assert found.codes("unknown") == {"aws"}
    assert "✗" not in found.text
    assert found.text.endswith(f"1 not checked, {len(LINES) - 1} ok.\n")


@pytest.mark.parametrize(
    "changes",
    [
        {"AWS_COGNITO_SCOPES": "openid email profile"},
        {"AWS_REGION": None},
        {"SECRET_KEY_FALLBACKS": "jW5mZr8QeXv2Tn0KcYp7LdAs4fUhBo1iGq9tVx3R"},
        {"COGNITO_GATE_PUBLIC_PATHS": "/health,/static/*"},
        {"COGNITO_GATE_PREFIX": "/gate"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_other_sound_settings_are_well(changes: dict[str, str | None]) -> None:
    with pool() as cognito:
        found = diagnose(healthy(cognito, **changes))
    assert found.codes("wrong", "warning") == set()
    assert found.exit_code == 0


def test_nothing_is_spent_and_nobody_is_signed_out() -> None:
    with pool() as cognito:
        tokens = cognito.tokens_for("ada")
        here("doctor", environ=healthy(cognito))
        endpoints = [request.endpoint for request in cognito.requests]
        assert sorted(set(endpoints)) == [
            *("authorize", "discovery", "jwks", "login", "logout", "revoke", "token")
        ]
        assert len(endpoints) == 8
        assert tokens["refresh_token"] not in str(cognito.requests)


def test_it_always_says_who_is_asking() -> None:
    """A firewall may turn away whoever does not."""
    with pool() as cognito:
        here("doctor", environ=healthy(cognito))
        agents = {request.headers.get("user-agent", "") for request in cognito.requests}
        cookies = [request.headers.get("cookie") for request in cognito.requests]
    assert len(agents) == 1
    assert agents.pop().startswith("cognito-gate/")
    assert set(cookies) == {None}


def test_the_settings_may_stand_in_a_file(tmp_path: Path) -> None:
    with pool() as cognito:
        lines = "\n".join(f"{name}={value}" for name, value in healthy(cognito).items())
        (tmp_path / ".env").write_text(lines)
        found = diagnose({})
        assert found.exit_code == 0
        assert ".env is read" in found.finding("env-file")["found"]
        os.rename(tmp_path / ".env", tmp_path / "other.env")
        again = diagnose({}, "--env-file", "other.env")
        assert again.exit_code == 0
        assert "other.env is read" in again.finding("env-file")["found"]
        # The environment goes before the file.
        environ = {"AWS_COGNITO_LOGOUT_URL": f"{SIGNED_OUT}/x"}
        assert diagnose(environ, "--env-file", "other.env").codes("wrong") == {"sign-out-url"}


def test_the_shape_of_the_json() -> None:
    with pool() as cognito:
        result = here("doctor", "--json", environ=healthy(cognito, SECRET_KEY="short"))
    record = json.loads(result.output)
    assert list(record) == ["version", "ok", "counts", "findings"]
    assert record["version"] == 1
    counts = {"ok": len(LINES) - 3, "wrong": 1, "warning": 0, "unknown": 2}
    assert record["counts"] == counts
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    documented = readme.partition("`--json` prints one object")[2].partition("\n## ")[0]
    for member in (*record, *record["findings"][0], "what", "setting", "console", "command"):
        assert re.search(rf"[`.]{member}`", documented), member
    for finding in record["findings"]:
        assert list(finding) == ["code", "title", "state", "found", "fix", "decides"]
        if finding["state"] in ("wrong", "warning"):
            assert list(finding["fix"]) == ["what", "setting", "console", "command"]
            assert finding["fix"]["what"]
        else:
            assert finding["fix"] is None
