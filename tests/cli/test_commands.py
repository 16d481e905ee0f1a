"""`demo`, `local`, `secret`, and what all commands have in common."""

import errno
import re
import signal
from importlib.metadata import version
from pathlib import Path

import click
import httpx
import pytest
from click.testing import CliRunner

from cognito_gate import Settings
from cognito_gate.cli import local_commands, main
from tests.cli.command import (
    Command,
    free_port,
    gone,
    here,
    here_until_ctrl_c,
    taken_port,
)
from tests.journey.visitor import Visitor


def test_help_names_every_command() -> None:
    result = here("--help")
    assert result.exit_code == 0
    for name in main.commands:
        assert re.search(rf"^  {name} ", result.output, re.MULTILINE)


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_option_of_every_command_has_a_help_text(command: str) -> None:
    assert here(command, "--help").exit_code == 0
    for parameter in main.commands[command].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


@pytest.mark.parametrize(("number", "handled"), [(errno.ENOSPC, True), (errno.EIO, False)])
def test_a_disk_that_is_full_is_told_in_a_sentence(number: int, handled: bool) -> None:
    @click.group(cls=type(main))
    def group() -> None:
        pass

    @group.command()
    def write() -> None:
        raise OSError(number, "as the system says it")

    result = CliRunner().invoke(group, ["write"])
    assert isinstance(result.exception, SystemExit) is handled
    assert ("the disk is full." in result.output) is handled


def test_version() -> None:
    result = here("--version")
    assert result.output.split()[-1] == version("cognito-gate")


# demo


def test_the_demo_is_a_whole_sign_in_and_ends_with_ctrl_c() -> None:
    port, pool = free_port(), free_port()
    pages: dict[str, httpx.Response] = {}

    def visit() -> None:
        with Visitor(f"http://localhost:{port}", f"http://127.0.0.1:{pool}") as ada:
            pages["open"] = ada.go("/public")
            pages["home"] = ada.sign_in()
            pages["admin"] = ada.go("/admin")
            pages["out"] = ada.follow(ada.app.post("/auth/logout"))
            pages["after"] = ada.go("/")
        with Visitor(f"http://localhost:{port}", f"http://127.0.0.1:{pool}") as bob:
            pages["bob"] = bob.sign_in("/admin", "bob")

    result = here_until_ctrl_c(
        "demo",
        f"--port={port}",
        f"--cognito-port={pool}",
        url=f"http://localhost:{port}/public",
        visit=visit,
    )
    assert result.exit_code == 0, result.output
    assert "Nobody is signed in" in pages["open"].text
    assert "Ada Lovelace" in pages["home"].text
    assert pages["admin"].status_code == 200
    assert "Signed out" in pages["out"].text
    assert 'name="password"' in pages["after"].text
    assert pages["bob"].status_code == 403
    assert gone(f"http://localhost:{port}/")
    assert gone(f"http://127.0.0.1:{pool}/")
    for said in ("not for production", "ada  Correct-Horse-7", "bob  Battery-Staple-8", "Ctrl-C"):
        assert said in result.output


# Ctrl-C ends the commands of all other tests. `local` is served, and ended, by the same function.
def test_a_signal_ends_the_demo_and_its_cognito(tmp_path: Path) -> None:
    with Command("demo", "--port", "0", cwd=tmp_path) as demo:
        app = demo.wait_for(r"Open +(\S+)")
        pool = demo.wait_for(r"Cognito +(http\S+) \(local: users, outbox, switches\)")
        assert f'href="{app}/auth/login?login_hint=ada' in httpx.get(pool).text
        with Visitor(app, pool) as visitor:
            assert "ada@example.com" in visitor.sign_in().text
        assert demo.end(signal.SIGTERM) == 0
        assert gone(app)
        assert gone(pool)
        assert "Traceback" not in demo.output


def test_the_demo_says_which_port_is_busy() -> None:
    with taken_port() as port:
        result = here("demo", "--port", str(port))
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: Port {port} is busy")
    assert "--port" in result.output


def test_the_demo_takes_the_next_free_port_when_none_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with taken_port() as port:
        monkeypatch.setattr(local_commands, "_DEMO_PORT", port)
        url = f"http://localhost:{port + 1}/public"
        result = here_until_ctrl_c("demo", url=url, visit=lambda: None)
    assert result.exit_code == 0
    assert f"Port {port} is busy, so the demo is on port {port + 1}." in result.output
    assert f"Open     http://localhost:{port + 1}\n" in result.output


def test_the_demo_reads_no_settings_of_yours(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("AWS_COGNITO_DOMAIN=not a domain\n")
    port, pool = free_port(), free_port()
    app, cognito = f"http://localhost:{port}", f"http://127.0.0.1:{pool}"
    pages: list[str] = []

    def visit() -> None:
        with Visitor(app, cognito) as visitor:
            pages.append(visitor.sign_in().text)

    result = here_until_ctrl_c(
        *("demo", f"--port={port}", f"--cognito-port={pool}"),
        url=f"{app}/public",
        visit=visit,
        environ={"COGNITO_GATE_PREFIX": "no path", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
    )
    assert result.exit_code == 0, result.output
    assert "Ada Lovelace" in pages[0]


# local


def test_what_local_prints_is_a_env_file(tmp_path: Path) -> None:
    port = free_port()
    result = here_until_ctrl_c(
        "local", f"--port={port}", url=f"http://127.0.0.1:{port}/", visit=lambda: None
    )
    assert result.exit_code == 0, result.output
    assert "not for production" in result.stdout
    assert "#  Sign in  ada  Correct-Horse-7  (group admin)" in result.stdout
    file = tmp_path / "printed.env"
    file.write_text(result.stdout)
    settings = Settings.from_env({}, file)
    assert settings.domain == f"http://127.0.0.1:{port}"
    assert settings.redirect_url == "http://localhost:8000/auth/callback"
    assert settings.logout_url == "http://localhost:8000/auth/signed-out"
    assert settings.user_pool_client_secret


def test_where_its_output_goes_to_a_file_local_says_on_the_terminal_what_it_did() -> None:
    port = free_port()
    result = here_until_ctrl_c(
        "local", f"--port={port}", url=f"http://127.0.0.1:{port}/", visit=lambda: None
    )
    assert result.stderr.startswith(f"A local Cognito on http://127.0.0.1:{port}: for development")
    assert "\n  Sign in  ada  Correct-Horse-7  (group admin)\n" in result.stderr
    assert result.stderr.endswith("Its settings, as a .env file, are in the redirected output.\n")
    assert "SECRET" not in result.stderr


def test_local_takes_its_options() -> None:
    port = free_port()
    result = here_until_ctrl_c(
        *("local", f"--port={port}", "--public", "--rotation", "--access-seconds=7"),
        *("--callback-url=https://a.example/cb", "--logout-url=https://a.example/bye"),
        url=f"http://127.0.0.1:{port}/",
        visit=lambda: None,
    )
    assert "CLIENT_SECRET" not in result.output
    assert "AWS_COGNITO_REDIRECT_URL=https://a.example/cb\n" in result.output
    assert "AWS_COGNITO_LOGOUT_URL=https://a.example/bye\n" in result.output


@pytest.mark.parametrize(
    ("words", "link"),
    [
        ((), "http://localhost:8000/auth/login?login_hint=ada"),
        (("--callback-url=https://a.example/x/callback",), "https://a.example/x/login?login_hint="),
        (("--callback-url=https://a.example/cb",), "/login?response_type=code"),
    ],
)
def test_local_says_where_its_front_page_is_which_leads_to_the_app(
    words: tuple[str, ...], link: str
) -> None:
    port = free_port()
    pages: list[str] = []
    url = f"http://127.0.0.1:{port}"
    result = here_until_ctrl_c(
        "local", f"--port={port}", *words, url=url, visit=lambda: pages.append(httpx.get(url).text)
    )
    assert f"\n  Open     {url} (its users, outbox and switches)\n" in result.stderr
    assert f"\n#  Open     {url} (its users, outbox and switches)\n" in result.stdout
    assert f'href="{link}' in pages[0]


def test_local_prints_the_same_ids_each_time() -> None:
    ids = []
    for _ in range(2):
        port = free_port()
        result = here_until_ctrl_c(
            "local", f"--port={port}", url=f"http://127.0.0.1:{port}/", visit=lambda: None
        )
        ids.append(re.findall(r"^AWS_COGNITO_USER_POOL.*$", result.output, re.MULTILINE))
    assert len(ids[0]) == 3
    assert ids[0] == ids[1]


def test_local_takes_users_of_a_file_and_keeps_their_passwords_to_itself(tmp_path: Path) -> None:
    port = free_port()
    file = tmp_path / "users.toml"
    file.write_text('[[users]]\nusername = "eve"\npassword = "Secret-Word-1"\n')
    result = here_until_ctrl_c(
        "local",
        f"--port={port}",
        f"--users={file}",
        url=f"http://127.0.0.1:{port}/",
        visit=lambda: None,
    )
    assert "eve  (password as in your file)  (no group)" in result.output
    assert "Secret-Word-1" not in result.output
    assert "ada" not in result.output


def test_local_explains_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "users.toml"
    file.write_text("users = 7\n")
    result = here("local", "--port=0", f"--users={file}")
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {file}: needs at least one [[users]] entry")
    result = here("local", "--port=0", "--callback-url=http://app.example.com/")
    assert result.exit_code == 1
    assert "must use https" in result.output
    with taken_port() as port:
        result = here("local", f"--port={port}")
    assert result.exit_code == 1
    assert f"Port {port} is busy" in result.output
