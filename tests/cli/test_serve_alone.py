"""`serve`: the gate alone, for a proxy that asks it."""

from pathlib import Path

import httpx
import pytest

from tests.cli.command import free_port, here, here_until_ctrl_c
from tests.cli.test_run import POOL

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
PROXIED = {
    "AWS_COGNITO_REDIRECT_URL": "http://localhost:8080/auth/callback",
    "COGNITO_GATE_TRUSTED_PROXIES": "127.0.0.1",
}
ASKED = {"x-original-method": "GET", "x-original-uri": "/page?x=1", "accept": "text/html"}


def test_it_says_whom_it_answers_and_answers_them(tmp_path: Path) -> None:
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    seen: dict[str, httpx.Response] = {}

    def ask() -> None:
        with httpx.Client(base_url=origin) as proxy:
            seen["nobody"] = proxy.get("/auth/verify", headers=ASKED)
            # A visitor's address that the proxy passes on makes it no other proxy.
            said = {**ASKED, "x-forwarded-for": "192.0.2.1"}
            seen["for a visitor"] = proxy.get("/auth/verify", headers=said)
            seen["at a wrong address"] = proxy.get("/auth/verfy", headers=ASKED)
            seen["signing in"] = proxy.get("/auth/login", headers={"accept": "text/html"})
            seen["public"] = proxy.get("/public")

    result = here_until_ctrl_c(
        *("serve", "--local", "--port", str(port)),
        url=f"{origin}/public",
        visit=ask,
        environ={
            **PROXIED,
            "COGNITO_GATE_HEADERS": "x-user=sub",
            "COGNITO_GATE_PUBLIC_PATHS": "/public",
        },
    )
    for line in (
        "cognito-gate answers the proxy in front of your apps (nginx, Caddy, Traefik, Envoy).",
        "  Open     http://localhost:8080 (the proxy)",
        f"  Verify   {origin}/auth/verify",
        "  Proxies  127.0.0.1",
        "  Headers  x-user",
        "  Public   /public",
    ):
        assert line in result.output
    redirect = "http://localhost:8080/auth/login?next=/page%3Fx%3D1"
    for name in ("nobody", "for a visitor"):
        assert seen[name].status_code == 401
        assert seen[name].headers["x-auth-request-redirect"] == redirect
    assert seen["at a wrong address"].status_code == 303
    assert seen["signing in"].status_code == 303
    # Whoever asks at a wrong address must not be told that all is well.
    assert seen["public"].status_code == 404
    assert "no app behind it" in seen["public"].text


@pytest.mark.parametrize(
    ("missing", "variable"),
    [
        ({"COGNITO_GATE_TRUSTED_PROXIES": ""}, "COGNITO_GATE_TRUSTED_PROXIES: is missing"),
        ({"AWS_COGNITO_DISABLED": "true"}, "AWS_COGNITO_DISABLED: is set"),
    ],
)
def test_settings_without_which_it_answers_nobody(missing: dict[str, str], variable: str) -> None:
    result = here("serve", "--port", "0", environ={**POOL, **PROXIED, **missing})
    assert result.exit_code == 1
    assert variable in result.output


@pytest.mark.parametrize(
    ("words", "environ", "said"),
    [
        (("--users", "users.toml"), PROXIED, "--users needs --local"),
        (("--local",), {}, "--local needs AWS_COGNITO_REDIRECT_URL"),
        (("--local", "--host", "0.0.0.0"), PROXIED, "publicly known passwords"),
    ],
)
def test_what_cannot_be_asked_for(
    words: tuple[str, ...],
    environ: dict[str, str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("users.toml").write_text("")
    result = here("serve", *words, environ=environ)
    assert result.exit_code == 2
    assert said in result.output


def test_a_unix_socket_needs_no_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = here("serve", f"--uds={tmp_path / 'x.sock'}")
    assert result.exit_code == 1
    assert "AWS_COGNITO_USER_POOL_ID" in result.output
