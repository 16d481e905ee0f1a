"""Real sockets that misbehave: TLS, silence, hostile answers, other issuers, other times."""

from __future__ import annotations

import json
import socket
import time
from base64 import b64encode
from email.utils import formatdate
from pathlib import Path
from urllib.parse import quote

import pytest

from cognito_gate._gate.effects import HttpCall
from cognito_gate.doctor.command import make_findings
from cognito_gate.doctor.description import Described
from cognito_gate.doctor.reading import read
from cognito_gate.doctor.watch import Watch
from cognito_gate.local import LocalCognito
from tests.doctor.servers import Given, Reply, answering, self_signed
from tests.doctor.stage import CLIENT_SECRET, client, diagnose, healthy, pool
from tests.journey.serving import listen, port_of, serving
from tests.signing_keys import with_ready_keys

QUICK = {"COGNITO_GATE_HTTP_TIMEOUT_SECONDS": "0.3"}


# TLS and silence


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    with pool() as cognito, answering(lambda given: (200, {}, b""), self_signed(tmp_path)) as port:
        found = diagnose(healthy(cognito, AWS_COGNITO_DOMAIN=f"https://127.0.0.1:{port}"))
    assert found.codes("wrong") == {"domain"}
    assert "TLS fails: self-signed certificate" in found.finding("domain")["found"].replace(
        "self signed", "self-signed"
    )
    assert "SSL_CERT_FILE" in found.finding("domain")["fix"]["what"]


def test_https_where_http_is_spoken() -> None:
    with pool() as cognito:
        origin = cognito.origin.replace("http:", "https:")
        found = diagnose(healthy(cognito, AWS_COGNITO_DOMAIN=origin))
    assert found.codes("wrong") == {"domain"}
    assert "TLS fails: " in found.finding("domain")["found"]


def test_a_server_that_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pool() as cognito:
        origin = f"http://127.0.0.1:{port_of(silent)}"
        found = diagnose(healthy(cognito, AWS_COGNITO_DOMAIN=origin, **QUICK))
    assert "domain" in found.codes("wrong")
    assert "does not answer in time" in found.finding("domain")["found"]


def test_a_server_that_hangs_up() -> None:
    def hang_up(given: Given) -> Reply:
        raise ConnectionResetError

    with answering(hang_up) as port:
        watch = Watch(time.time)
        answer = watch.answer(HttpCall("GET", f"http://127.0.0.1:{port}/"))
        watch.close()
    assert (answer.status, answer.failure) == (0, "RemoteProtocolError")


# Other issuers


@pytest.mark.parametrize("updated", [True, False])
def test_a_pool_with_the_updated_issuer(updated: bool) -> None:
    issuer = "https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_Local"
    listener = listen()
    origin = f"http://127.0.0.1:{port_of(listener)}"
    cognito = with_ready_keys(LocalCognito(clients=(client(),), pool_id="us-east-1_Local"))
    with serving(cognito.app(origin, issuer=issuer), listener):
        environ = healthy(
            cognito,
            AWS_COGNITO_ISSUER=issuer if updated else None,
            AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER=origin,
        )
        found = diagnose(environ, "--no-aws")
    assert found.codes("wrong") == (set() if updated else {"issuer"})
    if not updated:
        assert "(the updated form), ours is" in found.finding("issuer")["found"]
        assert found.finding("issuer")["fix"]["setting"] == f"AWS_COGNITO_ISSUER={issuer}"
    assert found.finding("aws")["found"] == "not checked: --no-aws was given"


# Other times


@pytest.mark.parametrize(
    ("ahead", "state"),
    [(0, "ok"), (20, "warning"), (-20, "warning"), (90, "wrong"), (-90, "wrong")],
)
def test_a_clock_that_is_off(ahead: float, state: str) -> None:
    with pool() as cognito:
        reading = read(healthy(cognito), ".env")
        findings = make_findings(reading, Described(), lambda: time.time() + ahead)
    states = {finding.code: finding.state for finding in findings}
    assert states.pop("clock") == state
    assert set(states.values()) == {"ok", "unknown"}


def test_a_date_from_a_cache_is_not_believed() -> None:
    def old(given: Given) -> Reply:
        return 404, {"date": formatdate(0, usegmt=True), "age": "99"}, b""

    with answering(old) as port:
        reading = read({**_at(port)}, ".env")
        findings = {line.code: line for line in make_findings(reading, Described(), time.time)}
    assert findings["clock"].state == "unknown"


# Hostile answers


def _at(port: int) -> dict[str, str]:
    origin = f"http://127.0.0.1:{port}"
    return {
        "AWS_COGNITO_DOMAIN": origin,
        "AWS_COGNITO_ISSUER": f"{origin}/us-east-1_Local",
        "AWS_COGNITO_USER_POOL_ID": "us-east-1_Local",
        "AWS_COGNITO_USER_POOL_CLIENT_ID": "doctorsclient",
        "AWS_COGNITO_USER_POOL_CLIENT_SECRET": CLIENT_SECRET,
        "AWS_COGNITO_REDIRECT_URL": "http://localhost:8000/auth/callback",
        "AWS_COGNITO_LOGOUT_URL": "http://localhost:8000/auth/signed-out",
        "SECRET_KEY": "hGm2vXw0Rr7kTQzN5cYpJ8sLdA1fUeBo4iKq9tVx",
    }


def _echo(given: Given) -> Reply:
    """All that it was told, in every place where somebody might look."""
    _, target, headers, body = given
    heard = f"{CLIENT_SECRET} {headers.get('authorization')} {target} {body.decode()}"
    record = {"error": heard, "issuer": f"https://x/{quote(heard)}", "error_description": heard}
    return 400, {"x-heard": quote(heard)}, json.dumps(record).encode()


HOSTILE = {
    "huge": lambda given: (200, {}, b"x" * 3_000_000),
    "html": lambda given: (200, {"content-type": "text/html"}, b"<html>Hello</html>"),
    "binary": lambda given: (200, {}, bytes(range(256))),
    "empty": lambda given: (200, {}, b""),
    "wrong types": lambda given: (200, {}, b'{"keys": {"a": 1}, "issuer": [], "error": {}}'),
    "deep": lambda given: (200, {}, b"[" * 5000),
    "a loop": lambda given: (302, {"location": given[1]}, b""),
    "another loop": lambda given: (302, {"location": "/login?" + "a" * 50}, b""),
    "no location": lambda given: (302, {}, b""),
    "an odd location": lambda given: (302, {"location": "http://[::1"}, b""),
    "a long location": lambda given: (302, {"location": "/x?" + "y" * 20_000}, b""),
    "compressed": lambda given: (200, {"content-encoding": "gzip"}, b"x"),
    "an odd date": lambda given: (404, {"date": "Mon, 99 Foo 9999999 99:99:99"}, b""),
    "overloaded": lambda given: (503, {}, b""),
    "echo": _echo,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_answers_never_crash_it(name: str) -> None:
    with answering(HOSTILE[name]) as port:
        found = diagnose(_at(port))
    assert found.exit_code in (0, 1)
    credentials = b64encode(f"doctorsclient:{CLIENT_SECRET}".encode()).decode()
    assert credentials not in found.text
    # Nobody is told that something is well which such a server cannot show.
    for code in ("issuer", "signing-keys", "client-secret", "sign-out-url", "callback-url"):
        assert found.states[code] != "ok" or name == "another loop", code
    assert found.codes("ok") >= {"settings", "secret-key", "public-paths"}
