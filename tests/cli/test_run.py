"""`run`: what is checked before anything is served, and what `--local` sets and leaves."""

import json
import re
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from cognito_gate.cli import web_sockets
from cognito_gate.cli.listen import is_loopback
from tests.cli.command import free_port, gone, here, here_until_ctrl_c, taken_port
from tests.journey.visitor import Visitor

# uvicorn's automatic choice of a WebSocket protocol may be a deprecated one; that is its own.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

POOL = {
    "AWS_COGNITO_DOMAIN": "my-app",
    "AWS_COGNITO_USER_POOL_ID": "eu-west-1_AbCdEfGhI",
    "AWS_COGNITO_USER_POOL_CLIENT_ID": "theclient",
    "AWS_COGNITO_REDIRECT_URL": "http://localhost:8000/auth/callback",
    "AWS_COGNITO_LOGOUT_URL": "http://localhost:8000/auth/signed-out",
    "SECRET_KEY": "a secret of the tests, known to all",
}

# An app that shows what its process has in the environment, and who asks.
SHOWS = """
import os

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

async def show(request):
    identity = request.scope["cognito_gate.identity"]
    return JSONResponse({"environ": dict(os.environ), "who": identity and identity.username})

app = Starlette(routes=[Route("/{path:path}", show)])
"""


def module(path: Path, name: str, text: str) -> Path:
    """A file of that name, to be imported with `--app-dir`."""
    path.mkdir(exist_ok=True)
    (path / f"{name}.py").write_text(text)
    return path


def local_run(
    tmp_path: Path, name: str, *words: str, environ: Mapping[str, str] | None = None
) -> tuple[str, dict[str, Any]]:
    """Run the app above with `--local`, sign in as ada; the output and what the app showed."""
    port = free_port()
    app = f"http://localhost:{port}"
    shown: dict[str, Any] = {}

    def visit() -> None:
        login = httpx.get(f"{app}/", headers={"accept": "text/html"})
        pool = login.headers["location"].partition("/oauth2/")[0]
        with Visitor(app, pool) as ada:
            shown.update(json.loads(ada.sign_in().text))
        shown["pool"] = pool

    result = here_until_ctrl_c(
        *("run", "--local", f"--port={port}", *words, f"{name}:app"),
        url=app,
        visit=visit,
        environ=environ,
    )
    assert result.exit_code == 0, result.output
    assert gone(app)
    assert gone(shown["pool"])
    return result.output, shown


def test_local_needs_no_other_setting(tmp_path: Path) -> None:
    directory = module(tmp_path / "src", "bare_app", SHOWS)
    output, shown = local_run(tmp_path, "bare_app", f"--app-dir={directory}")
    assert shown["who"] == "ada"
    assert "not for production" in output
    assert "ada  Correct-Horse-7" in output
    assert "is not used" not in output
    found = shown["environ"]
    assert found["AWS_COGNITO_DOMAIN"] == shown["pool"]
    assert found["AWS_COGNITO_REDIRECT_URL"].endswith("/auth/callback")
    assert len(found["SECRET_KEY"]) >= 43


def test_what_it_did_is_said_on_standard_error(tmp_path: Path) -> None:
    """So that it can be read, too, where the output goes to a file."""
    directory = module(tmp_path / "src", "told_app", SHOWS)
    port = free_port()
    result = here_until_ctrl_c(
        *("run", "--local", f"--port={port}", f"--app-dir={directory}", "told_app:app"),
        url=f"http://localhost:{port}",
        visit=lambda: None,
        environ={"COGNITO_GATE_PUBLIC_PATH": "/x"},
    )
    assert result.exit_code == 0, result.output
    told = result.stderr.partition("INFO:")[0]
    assert re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:1", told) == (
        "Warning: COGNITO_GATE_PUBLIC_PATH is not a variable of the gate; did you mean "
        "COGNITO_GATE_PUBLIC_PATHS?\n"
        "cognito-gate protects told_app:app (ASGI).\n"
        "\n"
        f"  Open     http://localhost:{port}\n"
        "  Sign in  ada  Correct-Horse-7  (group admin)\n"
        "           bob  Battery-Staple-8  (no group)\n"
        "  Public   nothing: every path needs a sign-in\n"
        "\n"
        "A local Cognito is on http://127.0.0.1:1: for development on this machine, not for "
        "production.\n"
        "Open that address for its users, outbox and switches.\n"
        "Ctrl-C ends both.\n"
    )
    assert result.output.count("COGNITO_GATE_PUBLIC_PATH is not") == 1


def test_a_variable_that_is_not_the_gates_is_told_before_what_is_missing(tmp_path: Path) -> None:
    module(tmp_path, "typo_app", SHOWS)
    environ = {**POOL, "AWS_COGNITO_DOMAIN": "", "AWS_COGNITO_DOMIAN": "my-app"}
    result = here("run", "--port=0", "typo_app:app", environ=environ)
    assert result.exit_code == 1
    assert "did you mean AWS_COGNITO_DOMAIN?\n" in result.stderr
    assert "AWS_COGNITO_DOMAIN: is missing" in result.stderr


def test_an_env_file_that_is_not_clear_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SECRET_KEY of-mine\n")
    for words in (["run", "--port=0", "x:app"], ["run", "--local", "--port=0", "x:app"],
                  ["secret", "--rotate"]):  # fmt: skip
        result = here(*words)
        assert result.exit_code == 1
        assert ".env, line 1: is not NAME=value" in result.stderr
        assert "of-mine" not in result.output


def test_local_keeps_what_is_set_apart_from_the_pool(tmp_path: Path) -> None:
    module(tmp_path, "kept_app", SHOWS)
    environ = {
        "COGNITO_GATE_PREFIX": "/sign",
        "SECRET_KEY": "only-for-the-tests:40-characters-of-a-key",
        "AWS_REGION": "eu-central-1",
        "AWS_COGNITO_SCOPES": "openid shop/read",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    }
    _, shown = local_run(tmp_path, "kept_app", environ=environ)
    found = shown["environ"]
    assert {name: found[name] for name in environ} == environ
    assert found["AWS_COGNITO_REDIRECT_URL"].endswith("/sign/callback")
    assert found["AWS_COGNITO_LOGOUT_URL"].endswith("/sign/signed-out")


def test_local_takes_the_place_of_a_pool_in_the_env_file(tmp_path: Path) -> None:
    module(tmp_path, "real_app", SHOWS)
    real = {name: value for name, value in POOL.items() if "_URL" not in name}
    real["AWS_COGNITO_USER_POOL_CLIENT_SECRET_FILE"] = "/nowhere"
    lines = "".join(f"{name}={value}\n" for name, value in real.items())
    (tmp_path / ".env").write_text(lines)
    output, shown = local_run(tmp_path, "real_app")
    assert "the pool in your environment or .env is not used" in output
    assert shown["who"] == "ada"


def test_local_serves_users_of_a_file(tmp_path: Path) -> None:
    module(tmp_path, "users_app", SHOWS)
    file = tmp_path / "users.toml"
    file.write_text('[[users]]\nusername = "ada"\npassword = "Correct-Horse-7"\n')
    output, _ = local_run(tmp_path, "users_app", f"--users={file}")
    assert "ada  (password as in your file)  (no group)" in output


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", "localhost.evil"])
@pytest.mark.parametrize("own", [False, True], ids=["samples", "their passwords in a file"])
def test_published_passwords_are_not_for_the_network(tmp_path: Path, host: str, own: bool) -> None:
    directory = module(tmp_path, "open_app", SHOWS)
    file = tmp_path / "users.toml"
    file.write_text('[[users]]\nusername = "eve"\npassword = "Battery-Staple-8"\n')
    users = [f"--users={file}"] if own else []
    words = ("run", "--local", f"--host={host}", "--port=0", f"--app-dir={directory}", *users)
    result = here(*words, "open_app:app")
    assert result.exit_code != 0
    assert f"publicly known passwords, and {host} is" in result.output
    assert "--host 127.0.0.1" in result.output
    assert "--users" in result.output


@pytest.mark.parametrize(
    ("host", "here_only"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("::1", True),
        ("", False),
        ("0.0.0.0", False),
        ("0", False),
        ("::", False),
        ("127.0.0.1.example.com", False),
    ],
)
def test_which_addresses_are_of_this_machine_alone(host: str, here_only: bool) -> None:
    assert is_loopback(host) is here_only


def test_settings_come_from_the_env_file_that_is_given(tmp_path: Path) -> None:
    module(tmp_path, "env_app", SHOWS)
    lines = "".join(f"{name}={value}\n" for name, value in POOL.items())
    (tmp_path / "other.env").write_text(lines + "COGNITO_GATE_PUBLIC_PATHS=/open\n")
    port = free_port()
    answers: list[httpx.Response] = []
    result = here_until_ctrl_c(
        *("run", f"--port={port}", "--env-file=other.env", "env_app:app"),
        url=f"http://127.0.0.1:{port}/",
        visit=lambda: answers.extend(
            httpx.get(f"http://127.0.0.1:{port}/{path}", headers={"accept": "text/html"})
            for path in ("open", "shut")
        ),
    )
    assert result.exit_code == 0, result.output
    assert f"and this server is on port {port}\n" in result.stderr
    assert "  Public   /open\n" in result.stderr
    assert "WebSocket" not in result.stderr
    assert answers[0].json()["who"] is None
    assert (
        answers[1]
        .headers["location"]
        .startswith("https://my-app.auth.eu-west-1.amazoncognito.com/oauth2/authorize?")
    )


def test_websockets_without_a_library_for_them_are_told_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_sockets, "_LIBRARIES", ("not_installed_here",))
    socket_route = "\nfrom fastapi import FastAPI\napp = FastAPI()\napp.websocket('/')(show)\n"
    module(tmp_path, "socket_app", SHOWS + socket_route)
    port = free_port()
    result = here_until_ctrl_c(
        *("run", "--local", f"--port={port}", "socket_app:app"),
        url=f"http://127.0.0.1:{port}/",
        visit=lambda: None,
    )
    assert result.exit_code == 0, result.output
    assert "Warning: The app has WebSockets, and no WebSocket library is" in result.stderr
    assert "pip install websockets\n" in result.stderr


def test_a_unix_socket_needs_no_port(tmp_path: Path) -> None:
    module(tmp_path, "uds_app", SHOWS)
    result = here("run", "--local", f"--uds={tmp_path / 'x.sock'}", "uds_app:app")
    assert result.exit_code == 2
    assert "AWS_COGNITO_REDIRECT_URL" in result.output
    result = here("run", "--local", "--port=0", "--root-path=/shop", "uds_app:app")
    assert result.exit_code == 2


# What is wrong is said before anything is served


def test_missing_settings_are_all_named_and_local_is_offered(tmp_path: Path) -> None:
    module(tmp_path, "unset_app", SHOWS)
    result = here("run", "--port=0", "unset_app:app")
    assert result.exit_code == 1
    for name in POOL:
        assert f"\n  {name}: is missing" in result.output
    assert "--local" in result.output
    assert "Traceback" not in result.output


def test_a_wrong_setting_is_named_and_nothing_offered(tmp_path: Path) -> None:
    module(tmp_path, "wrong_app", SHOWS)
    environ = {**POOL, "AWS_COGNITO_COOKIE_SAMESITE": "no"}
    result = here("run", "--port=0", "wrong_app:app", environ=environ)
    assert result.exit_code == 1
    assert "AWS_COGNITO_COOKIE_SAMESITE: is 'no'" in result.output
    assert "--local" not in result.output


def test_a_wrong_setting_stops_local_too(tmp_path: Path) -> None:
    module(tmp_path, "prefix_app", SHOWS)
    environ = {"COGNITO_GATE_PREFIX": "no path"}
    result = here("run", "--local", "--port=0", "prefix_app:app", environ=environ)
    assert result.exit_code == 1
    assert "COGNITO_GATE_PREFIX" in result.output


@pytest.mark.parametrize("app", ["shop", "shop:", ":app", ""])
def test_the_app_is_named_as_module_and_app(app: str) -> None:
    result = here("run", "--", app)
    assert result.exit_code == 2
    assert "MODULE:APP" in result.output


def test_users_without_local_would_be_without_effect(tmp_path: Path) -> None:
    (tmp_path / "users.toml").touch()
    result = here("run", "--users=users.toml", "shop:app")
    assert result.exit_code == 2
    assert "--users needs --local" in result.output


def test_an_app_that_is_not_there(tmp_path: Path) -> None:
    result = here("run", "--local", "--port=0", "nowhere_app:app")
    assert result.exit_code == 1
    assert f"There is no module 'nowhere_app' in {tmp_path}" in result.output
    assert "Traceback" not in result.output


def test_a_busy_port() -> None:
    with taken_port() as port:
        result = here("run", f"--port={port}", "shop:app")
    assert result.exit_code == 1
    assert f"Port {port} is busy" in result.output


def test_a_directory_to_watch_replaces_the_apps_own(tmp_path: Path) -> None:
    result = here("run", "--reload", f"--reload-dir={tmp_path}", "--port=0", "nowhere_app:app")
    assert result.exit_code == 1


def test_a_certificate_makes_the_local_addresses_https(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").touch()
    module(tmp_path, "https_app", SHOWS)
    environ = {"AWS_COGNITO_COOKIE_DOMAIN": "example.com"}
    result = here(
        *("run", "--local", "--port=0", "--ssl-certfile=cert.pem", "https_app:app"),
        environ=environ,
    )
    # The cookie domain cannot fit; and that is all that is wrong.
    assert result.exit_code == 1
    assert result.output.count("\n  ") == 1


def test_the_port_is_free_again_after_a_failed_start(tmp_path: Path) -> None:
    port = free_port()
    assert here("run", f"--port={port}", "nowhere_app:app").exit_code == 1
    with socket.create_server(("127.0.0.1", port)):
        pass
