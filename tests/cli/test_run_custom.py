"""`run --local` and `demo` with sign-in pages of the app's own, in every way to sign in."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.command import free_port, here_until_ctrl_c
from tests.journey.guest import Guest

# uvicorn's automatic choice of a WebSocket protocol may be a deprecated one; that is its own.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
EXAMPLES = Path(__file__).parents[2] / "examples"
CUSTOM = "COGNITO_GATE_LOGIN"
NOWHERE = "http://127.0.0.1:1"  # nothing of these pages leads to the pool's own
# What signs in, and what does not, by COGNITO_GATE_SIGN_IN.
NAMES = {
    "email": (["ada@example.com"], ["grace@example.com"]),
    "username": (["ada"], ["ada@example.com"]),
    "both": (["ada", "ada@example.com"], ["grace"]),
}


def run(visit: Callable[[Guest], None], **environ: str) -> tuple[str, str]:
    """Run the plain example with `--local`; the output, and the address of the app."""
    port = free_port()
    origin = f"http://localhost:{port}"

    def visited() -> None:
        with Guest(origin, NOWHERE) as guest:
            visit(guest)

    words = ("run", "--local", f"--port={port}", f"--app-dir={EXAMPLES}", "asgi_app:app")
    result = here_until_ctrl_c(*words, url=origin, visit=visited, environ=environ)
    assert result.exit_code == 0, result.output
    return result.output, origin


@pytest.mark.parametrize("sign_in", NAMES)
def test_an_example_with_pages_of_its_own(sign_in: str, tmp_path: Path) -> None:
    good, bad = NAMES[sign_in]
    pages = {CUSTOM: "custom", "COGNITO_GATE_SIGN_IN": sign_in}
    if sign_in == "username":  # settings come from either place
        (tmp_path / ".env").write_text("".join(f"{key}={pages[key]}\n" for key in pages))

    def visit(guest: Guest) -> None:
        for name in bad:
            refused = guest.sign_in("/admin", name, "Correct-Horse-7")
            assert refused.status_code == 400
            assert "password is not right" in refused.text
        for name in good:
            guest.app.cookies.clear()
            assert "Only the group admin" in guest.sign_in("/admin", name, "Correct-Horse-7").text
            assert guest.ask("/").text == "Hello, ada."
        assert guest.ask("/auth/account").status_code == 200

    output, origin = run(visit, **({} if sign_in == "username" else pages))
    assert (
        f"  Open     {origin}\n  Sign in  {good[-1] if sign_in == 'email' else 'ada'}  " in output
    )
    assert re.search(r"^  Codes    http://127\.0\.0\.1:\d+/_local/outbox$", output, re.MULTILINE)
    assert "not for production" in output


def test_the_pool_keeps_to_the_password_policy_of_the_pages() -> None:
    """One that takes what the pool by itself would refuse."""
    policy, short, right = "12 upper digits", "ABCDEFGHIJ1", "ABCDEFGHIJK1"

    def visit(guest: Guest) -> None:
        guest.open("/auth/sign-up")
        guest.send(email="grace@example.com", password=short)
        assert "That password lacks something. It needs at least" in guest.page.text
        guest.send(email="grace@example.com", password=right)
        assert guest.heading == "Confirm your account"

    pages = {"COGNITO_GATE_SIGN_UP": "true", "COGNITO_GATE_PASSWORD_POLICY": policy}
    run(visit, **{CUSTOM: "custom"}, **pages)


def test_codes_are_printed_when_they_are_sent() -> None:
    def visit(guest: Guest) -> None:
        guest.open("/auth/forgot")
        guest.send(username="bob@example.com")
        assert guest.heading == "Set a new password"

    output, _ = run(visit, **{CUSTOM: "custom"})
    assert re.search(r"^# EMAIL to bob@example\.com: \d{6} \(forgot-password\)$", output, re.M)


def test_without_pages_of_its_own_no_outbox_is_named() -> None:
    def visit(guest: Guest) -> None:
        assert "/oauth2/authorize" in guest.ask("/").headers["location"]

    output, _ = run(visit, COGNITO_GATE_SIGN_IN="email")
    assert "Sign in  ada  " in output
    assert "/_local/outbox" not in output


def test_the_demo_says_where_to_sign_up_and_where_codes_are() -> None:
    port, pool = free_port(), free_port()
    app, cognito = f"http://localhost:{port}", f"http://127.0.0.1:{pool}"

    def visit() -> None:
        with Guest(app, cognito) as guest:
            guest.register("grace", "grace@example.com", "First-Compiler-1")
            assert "grace" in guest.sign_in("/", "grace", "First-Compiler-1").text

    words = ("demo", "--custom", f"--port={port}", f"--cognito-port={pool}")
    result = here_until_ctrl_c(*words, url=f"{app}/public", visit=visit)
    assert result.exit_code == 0, result.output
    for line in (
        "  Sign in  ada  Correct-Horse-7  (group admin)",
        f"  Sign up  {app}/auth/sign-up",
        f"  Account  {app}/auth/account (password, authenticator app)",
        f"  Codes    {cognito}/_local/outbox (and here below)",
    ):
        assert f"\n{line}\n" in result.output
    assert re.search(r"^# EMAIL to grace@example\.com: \d{6} \(sign-up\)$", result.output, re.M)
