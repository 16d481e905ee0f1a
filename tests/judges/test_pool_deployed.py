"""From an empty account to a sign-in, by the commands that README names; then update and delete."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from cognito_gate import ASGIGate, Settings
from examples import asgi_app
from tests.journey.serving import listen, serving
from tests.judges.account import CLASSIC, GATE, Account, Address, address, password_of, running_app
from tests.judges.pool import Guest

SECRET = "AWS_COGNITO_USER_POOL_CLIENT_SECRET"


def piped(account: Account, stack: str, *flags: str) -> str:
    """`pool template | pool deploy --template -`, as a shell runs it; the environment."""
    line = f'"{GATE}" pool template "$@" | "{GATE}" pool deploy {stack} --template - --yes'
    done = subprocess.run(
        ["/bin/sh", "-c", line, "sh", *flags],
        env=account.variables,
        cwd=account.home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^\d\d:\d\d:\d\d  CREATE_COMPLETE     UserPoolClient$", done.stderr, re.M)
    return done.stdout


def signs_in(account: Account, at: Address, login: str, password: str, name: str) -> None:
    """A person signs in, sees a name and what the group may see, and signs out."""
    with Guest(at.origin, account.judge.origin) as guest:
        page = guest.follow(guest.ask("/admin"))
        landed = guest.follow(guest.submit(page, login, password))
        assert landed.text == "Only the group admin reads this."
        assert guest.ask("/").text == f"Hello, {name}."
        assert "Signed out" in guest.sign_out().text
        assert not guest.cookies


def test_from_nothing_to_a_sign_in(account: Account, tmp_path: Path) -> None:
    login, at, file = "ada@example.com", address(), tmp_path / ".env"
    deployed = piped(account, "piped", *CLASSIC, "--group", "admin", *at.flags)
    file.write_text(account.gate("pool", "env", "piped")[0], encoding="utf-8")
    lines = [line for line in file.read_text().splitlines() if not line.startswith("SECRET_KEY")]
    assert lines == [line for line in deployed.splitlines() if not line.startswith("SECRET_KEY")]
    settings = Settings.from_env({}, env_file=file)
    assert settings.user_pool_client_secret
    password = password_of("ada")
    name = account.add_user(settings.user_pool_id, login, password, ["admin"])
    with running_app(at, file):
        signs_in(account, at, login, password, name)


def test_an_update_and_its_other_address(account: Account, tmp_path: Path) -> None:
    first, second = address(), address()
    account.gate("pool", "deploy", "moving", *CLASSIC, "--group", "admin", *first.flags, "--yes")
    before = account.values("moving")
    _, told = account.gate(
        *("pool", "deploy", "moving", *CLASSIC, "--group", "admin", *first.flags, *second.flags),
        typed="y\n",
    )
    assert re.search(r"^  Modify  UserPoolClient .*CallbackURLs, LogoutURLs$", told, re.M)
    assert "UPDATE_COMPLETE     moving\n" in told
    callback = f"{second.origin}/auth/callback"
    text, _ = account.gate(
        *("pool", "env", "moving", "--callback-url", callback),
        *("--logout-url", f"{second.origin}/auth/signed-out"),
    )
    file = tmp_path / ".env"
    file.write_text(text, encoding="utf-8")
    after = Settings.from_env({}, env_file=file)
    assert after.redirect_url == callback
    assert after.user_pool_client_id == before["AWS_COGNITO_USER_POOL_CLIENT_ID"]
    assert account.values("moving")["AWS_COGNITO_REDIRECT_URL"] == f"{first.origin}/auth/callback"
    name = account.add_user(after.user_pool_id, "bob@example.com", password_of("bob"), ["admin"])
    with (
        listen(second.port) as listener,
        serving(ASGIGate(asgi_app.app, settings=after), listener),
    ):
        signs_in(account, second, "bob@example.com", password_of("bob"), name)


def test_a_failed_creation_is_gone_on_from(account: Account) -> None:
    taken = ("--domain-prefix", "taken-by-another", "--yes", "--no-env")
    account.gate("pool", "deploy", "first", *CLASSIC, *taken)
    _, told = account.gate("pool", "deploy", "second", *CLASSIC, *taken, code=1)
    assert "Error: The stack second could not be created (ROLLBACK_COMPLETE):\n  UserPool" in told
    words = ("pool", "deploy", "second", *CLASSIC, "--no-env")
    _, told = account.gate(*words, "--domain-prefix", "not-taken", typed="y\ny\n")
    assert told.startswith("An earlier creation of the stack second has failed")
    [left] = re.findall(r"a user pool without users: (\S+)\.", told)
    assert left not in account.pools()


def test_a_deletion_leaves_the_users(account: Account) -> None:
    account.gate("pool", "deploy", "ending", *CLASSIC, "--yes")
    pool_id = account.values("ending")["AWS_COGNITO_USER_POOL_ID"]
    account.add_user(pool_id, "ada@example.com", password_of("ada"), [])
    _, told = account.gate("pool", "delete", "ending", typed="ending\n")
    assert f"  kept     UserPool: {pool_id} with about 1 user\n" in told
    assert "DELETE_SKIPPED      UserPool\n" in told
    assert account.pool(pool_id)["EstimatedNumberOfUsers"] == 1


def test_a_deletion_takes_the_users_if_asked_to(account: Account) -> None:
    account.gate("pool", "deploy", "going", *CLASSIC, "--yes")
    pool_id = account.values("going")["AWS_COGNITO_USER_POOL_ID"]
    assert account.pool(pool_id)["DeletionProtection"] == "ACTIVE"
    _, told = account.gate("pool", "delete", "going", "--users", typed=f"going\n{pool_id}\n")
    assert told.endswith(f"The user pool {pool_id} is deleted.\n")
    assert pool_id not in account.pools()
