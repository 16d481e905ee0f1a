"""The way from this machine to Cognito: proxies, certificates, left-over endpoints, no network."""

from __future__ import annotations

import errno
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import certifi
import pytest

from cognito_gate._driver.connections import Connections
from cognito_gate._gate.effects import HttpAnswer, HttpCall
from cognito_gate.doctor import command
from cognito_gate.doctor.description import Described
from cognito_gate.doctor.reading import read
from cognito_gate.doctor.surroundings import read_surroundings
from cognito_gate.doctor.watch import Watch
from tests.doctor.aws import (
    ENVIRON,
    LOGIN,
    Cognito,
    fixing,
    found,
    page,
    to,
    wrong,
)

DNS = HttpAnswer(0, failure="dns")
LOST = HttpAnswer(0, failure="no route")
BEHIND = HttpAnswer(0, failure="proxy, ProxyError: 407 Proxy Authentication Required")
PEM = certifi.where()
PROXY = "http://ada:lovelace@proxy.example:3128"


def away(answer: HttpAnswer, elsewhere: HttpAnswer | None = None) -> Cognito:
    """Neither pool nor domain answers; `elsewhere` is what Cognito in another region says."""
    return Cognito(discovery=answer, authorize=answer,
                   **{"jwks.json": answer, "": elsewhere or answer})  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """A fault of the surroundings, the one line that is wrong, and what it says."""

    code: str
    said: str
    cognito: Cognito = field(default_factory=Cognito)
    environ: Mapping[str, str] = field(default_factory=dict)


PLANTED = {
    "no network": Planted("network", "neither the user pool .* no route", away(LOST)),
    "no name resolves": Planted("network", r"neither .* names do not resolve \(DNS\)", away(DNS)),
    "a guest network's own page": Planted(
        "network",
        r"answers HTTP 200 \(text/html\), where Cognito has JSON alone",
        away(page(200, "<form></form>")),
    ),
    "a way to a guest network's page": Planted(
        "network", "answers HTTP 302, where Cognito has JSON", away(to("https://portal.example/"))
    ),
    "a network that says it wants a sign-in": Planted(
        "network", "HTTP 511, a sign-in to the network", away(page(511))
    ),
    "a proxy's own refusal": Planted("network", "answers HTTP 403", away(page(403))),
    "no such region": Planted("network", "may be no such region", away(DNS, page(400))),
    "a proxy that refuses": Planted(
        "proxy",
        r"go through http://proxy.example:3128 \(HTTPS_PROXY\), and fail: the proxy refuses: 407",
        away(BEHIND),
        {"HTTPS_PROXY": PROXY},
    ),
    "the older name of a proxy": Planted(
        "proxy", r"proxy:3128 \(all_proxy\)", away(BEHIND), {"all_proxy": "proxy:3128"}
    ),
    "a proxy for the login alone": Planted(
        "proxy",
        "calls of https://my-app",
        Cognito(authorize=BEHIND),
        {"HTTPS_PROXY": PROXY, "NO_PROXY": ".amazonaws.com"},
    ),
    "a proxy that is no address": Planted(
        "proxy", "is not the address of a proxy", away(LOST), {"HTTPS_PROXY": "ftp://proxy"}
    ),
    "a proxy with an odd port": Planted(
        "proxy", "is not a URL", away(LOST), {"HTTPS_PROXY": "http://proxy:port"}
    ),
    "certificates that are not there": Planted(
        "certificates", "/nowhere.pem', which does not exist", away(LOST),
        {"SSL_CERT_FILE": "/nowhere.pem"},
    ),
    "certificates that are none": Planted(
        "certificates", "holds no certificates", away(LOST), {"SSL_CERT_FILE": __file__}
    ),
    "certificates that are a directory": Planted(
        "certificates", "cannot be read", away(LOST), {"SSL_CERT_FILE": "/"}
    ),
    "a directory that is not there": Planted(
        "certificates", "is not a directory", away(LOST), {"SSL_CERT_DIR": "/nowhere"}
    ),
    "an endpoint left over": Planted(
        "endpoint",
        "AWS_ENDPOINT_URL is http://127.0.0.1:4566, an emulator's",
        Cognito(discovery=LOST, **{"jwks.json": LOST}),
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"},
    ),
    "an endpoint by its longer name": Planted(
        "endpoint",
        "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER is",
        Cognito(),
        {"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": "http://localhost:4566"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_each_is_named_and_nothing_else_is_blamed(name: str) -> None:
    planted = PLANTED[name]
    lines = found(planted.cognito, planted.environ)
    assert wrong(lines) == {planted.code}
    assert re.search(planted.said, lines[planted.code].found), lines[planted.code].found
    assert "prefix" not in " ".join(fixing(lines, code) for code in wrong(lines))
    assert lines["user-pool"].state != "wrong"


def test_nothing_is_believed_that_answers_in_the_place_of_aws() -> None:
    cognito = away(page(200, "<form></form>"))
    lines = found(cognito)
    assert lines["domain"].found == "not checked: see network first"
    believed = {"domain", "client-id", "callback-url", "client-secret", "sign-out-url", "pkce"}
    assert {lines[code].state for code in believed} == {"unknown"}
    assert not [ask for ask in cognito.asked if ask.url.startswith(LOGIN)]


def test_nobody_is_sent_to_the_prefix_where_the_pool_cannot_be_reached_either() -> None:
    lines = found(away(DNS))
    for code in ("domain", "issuer", "client-secret", "revocation", "sign-out-url"):
        assert lines[code].found == "not checked: see network first", code
    # The pool answers, and then the prefix is what remains.
    assert "the prefix 'my-app'" in fixing(found(Cognito(authorize=DNS)), "domain")


@pytest.mark.parametrize(
    ("environ", "code", "said"),
    [
        ({"https_proxy": PROXY}, "proxy", "go through http://proxy.example:3128 (https_proxy)"),
        ({"SSL_CERT_DIR": "/"}, "certificates", "/ (SSL_CERT_DIR)"),
        ({"SSL_CERT_FILE": PEM}, "certificates", f"{PEM} (SSL_CERT_FILE)"),
    ],
)  # fmt: skip
def test_what_is_set_and_works_is_said(environ: dict[str, str], code: str, said: str) -> None:
    line = found(Cognito(), environ)[code]
    assert (line.state, line.found.removeprefix("calls ")) == ("ok", said)


@pytest.mark.parametrize("excepted", ["*", "amazonaws.com, .amazoncognito.com", "other.example,*"])
def test_hosts_that_need_no_proxy(excepted: str) -> None:
    assert "proxy" not in found(Cognito(), HTTPS_PROXY=PROXY, NO_PROXY=excepted)


def test_a_proxy_for_this_machine_itself() -> None:
    local = "http://127.0.0.1:9229"
    lines = found(away(BEHIND), HTTP_PROXY=PROXY, AWS_COGNITO_DOMAIN=local, AWS_ENDPOINT_URL=local)
    assert wrong(lines) == {"proxy"}
    assert "this machine itself through http://proxy.example:3128" in lines["proxy"].found
    assert "NO_PROXY=localhost,127.0.0.1" in fixing(lines, "proxy")


def test_a_proxy_in_the_env_file_counts_for_nothing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HTTPS_PROXY=http://proxy:1\nSSL_CERT_FILE=/nowhere\n")
    lines = found(Cognito())
    assert {lines["proxy"].state, lines["certificates"].state} == {"warning"}
    assert "HTTPS_PROXY in the env file has no effect" in lines["proxy"].found


def test_socks_needs_its_extra() -> None:
    proxy = read_surroundings({"ALL_PROXY": "socks5://127.0.0.1:1"}, {}).proxy(LOGIN)
    assert proxy is not None
    assert "SOCKS" in proxy.problem or not proxy.problem  # where the extra is installed


# On real sockets


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({"HTTPS_PROXY": "http://127.0.0.1:1"}, "proxy"),
        ({"HTTPS_PROXY": "http://[::"}, "proxy"),
        ({"HTTPS_PROXY": "socks5://127.0.0.1:1"}, "proxy"),
    ],
)
def test_no_proxy_ends_in_a_traceback(
    environ: dict[str, str], code: str, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    findings = command.make_findings(
        read({**ENVIRON, **environ}, ".env"), Described(), time.time
    )  # fmt: skip
    assert {each.code for each in findings if each.state == "wrong"} == {code}
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("code", [errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN])
def test_a_host_to_which_no_route_leads(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(self: Connections, call: HttpCall) -> HttpAnswer:
        raise OSError(code, "no way")

    monkeypatch.setattr(Connections, "_exchange", nowhere)
    watch = Watch(time.time)
    assert watch.answer(HttpCall("GET", "http://192.0.2.1/")).failure == "no route"
    watch.close()


def test_a_failure_that_nobody_has_foreseen_is_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(time.time)
    monkeypatch.setenv("HTTP_PROXY", "ftp://127.0.0.1:1")
    assert watch.answer(HttpCall("GET", "http://127.0.0.1:1/")).failure == "ValueError"
    watch.close()
