"""A local Cognito is recognised, and what fixes a set-up with it is local as well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cognito_gate.cli.local_commands import local
from cognito_gate.doctor.local_pool import DEFAULTS
from cognito_gate.local import Client, Fault, LocalCognito, User
from tests.cli.command import free_port, here_until_ctrl_c
from tests.doctor.aws import ENVIRON, Cognito, found, page, says
from tests.doctor.remedies import is_local
from tests.doctor.stage import (
    CALLBACK,
    CLIENT_SECRET,
    REFRESH,
    SECRET_KEY,
    SIGNED_OUT,
    Diagnosis,
    diagnose,
    healthy,
)
from tests.signing_keys import with_ready_keys

ENDPOINT = "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"
POOL = "us-east-1_LOCAL"
OTHER = "http://localhost:3000/auth/callback"


@contextmanager
def started(
    client: dict[str, Any] | None = None, **options: Any
) -> Iterator[tuple[LocalCognito, str]]:
    """A pool as `cognito-gate local` makes one, and its port in a command."""
    values: dict[str, Any] = {
        "client_id": "localclient",
        "secret": CLIENT_SECRET,
        "callback_urls": (CALLBACK,),
        "logout_urls": (SIGNED_OUT,),
    }
    made = Client(**{**values, **(client or {})})
    cognito = with_ready_keys(LocalCognito(**{"clients": (made,), "pool_id": POOL, **options}))
    with cognito.serve() as origin:
        yield cognito, f"--port {origin.rpartition(':')[2]}"


def fix(diagnosis: Diagnosis, code: str) -> dict[str, str]:
    assert code in diagnosis.codes("wrong", "warning"), diagnosis.text
    return dict(diagnosis.finding(code)["fix"])


# What it says


def test_a_healthy_one_is_called_by_its_name() -> None:
    with started() as (cognito, _):
        diagnosis = diagnose(healthy(cognito))
    assert diagnosis.exit_code == 0
    assert diagnosis.finding("user-pool")["found"].endswith("a local Cognito, for development only")


@pytest.mark.parametrize(
    ("changes", "code", "setting"),
    [
        ({"AWS_COGNITO_USER_POOL_ID": "us-east-1"}, "setting:AWS_COGNITO_USER_POOL_ID",
         f"AWS_COGNITO_USER_POOL_ID={POOL}"),
        ({"AWS_COGNITO_USER_POOL_ID": None}, "setting:AWS_COGNITO_USER_POOL_ID",
         f"AWS_COGNITO_USER_POOL_ID={POOL}"),
        ({"AWS_COGNITO_USER_POOL_ID": "us-east-1_Other", ENDPOINT: None}, "issuer",
         f"AWS_COGNITO_USER_POOL_ID={POOL}"),
        ({"AWS_COGNITO_USER_POOL_CLIENT_ID": None}, "setting:AWS_COGNITO_USER_POOL_CLIENT_ID",
         "AWS_COGNITO_USER_POOL_CLIENT_ID=localclient"),
        ({"AWS_COGNITO_USER_POOL_CLIENT_ID": "nobody"}, "client-id",
         "AWS_COGNITO_USER_POOL_CLIENT_ID=localclient"),
        ({"AWS_COGNITO_DOMAIN": None}, "setting:AWS_COGNITO_DOMAIN", "AWS_COGNITO_DOMAIN={origin}"),
        ({"AWS_COGNITO_DOMAIN": "http://127.0.0.1:1"}, "domain", "AWS_COGNITO_DOMAIN={origin}"),
        ({"AWS_COGNITO_REDIRECT_URL": None}, "setting:AWS_COGNITO_REDIRECT_URL",
         f"AWS_COGNITO_REDIRECT_URL={CALLBACK}"),
        ({"AWS_COGNITO_LOGOUT_URL": None}, "setting:AWS_COGNITO_LOGOUT_URL",
         f"AWS_COGNITO_LOGOUT_URL={SIGNED_OUT}"),
        ({"AWS_COGNITO_ISSUER": "x"}, "setting:AWS_COGNITO_ISSUER",
         "AWS_COGNITO_ISSUER={origin}/us-east-1_LOCAL"),
        ({"AWS_COGNITO_ISSUER": None}, "issuer", "AWS_COGNITO_ISSUER={origin}/us-east-1_LOCAL"),
        ({ENDPOINT: "http://127.0.0.1:1"}, "user-pool", ENDPOINT + "={origin}"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_replaced_by_what_the_local_cognito_has(
    changes: dict[str, str | None], code: str, setting: str
) -> None:
    with started() as (cognito, _):
        told = fix(diagnose(healthy(cognito, **changes)), code)
        assert told["setting"] == setting.replace("{origin}", cognito.origin)
    assert told["console"] == told["command"] == ""


def test_the_lines_that_make_it_local_may_be_missing() -> None:
    """The settings then mean a pool at AWS, and the domain tells that they should not."""
    with started() as (cognito, _):
        environ = healthy(cognito, AWS_COGNITO_ISSUER=None, **{ENDPOINT: None})
        about = Cognito(about=lambda _: says(200, **_about(cognito)), discovery=page(404),
                        **{"jwks.json": page(404)})  # fmt: skip
        changes = {**dict.fromkeys(ENVIRON), **environ}
        told = found(about, changes)["user-pool"].fix
        assert told is not None
        assert told.setting == f"{ENDPOINT}={cognito.origin}"


def _about(cognito: LocalCognito) -> dict[str, Any]:
    return {
        "local_cognito": 1,
        "pool_id": cognito.pool_id,
        "issuer": cognito.issuer,
        "client_id": cognito.client.client_id,
        "public": False,
        "callback_urls": list(cognito.client.callback_urls),
        "logout_urls": list(cognito.client.logout_urls),
        "sample_users": True,
        "rotation": False,
        "access_seconds": 3600,
    }


# How to start it anew


def test_a_callback_url_is_added_by_the_whole_command() -> None:
    with started() as (cognito, port):
        told = fix(diagnose(healthy(cognito, AWS_COGNITO_REDIRECT_URL=OTHER)), "callback-url")
    assert told["command"] == (
        f"cognito-gate local {port} --callback-url {OTHER} --callback-url {CALLBACK}"
    )
    assert told["console"] == ""


def test_a_sign_out_url_too_and_other_options_stay() -> None:
    url = "http://localhost:8000/bye"
    eve = User("eve", "Secret-Word-7")
    options = {"users": (eve,), "rotation": True, "access_seconds": 60}
    with started({"secret": None, "callback_urls": (OTHER,)}, **options) as (cognito, port):
        environ = healthy(cognito, AWS_COGNITO_LOGOUT_URL=url, COGNITO_GATE_PUBLIC_PATHS="/bye")
        told = fix(diagnose(environ), "sign-out-url")
    assert told["command"] == (
        f"cognito-gate local {port} --users USERS_FILE --callback-url {OTHER} "
        f"--logout-url {url} --logout-url {SIGNED_OUT} --public --rotation --access-seconds 60"
    )
    assert "USERS_FILE is your file of users" in told["what"]


def test_a_sign_out_that_lands_on_a_protected_page_gets_the_gates_own() -> None:
    home = "http://localhost:8000/"
    with started({"logout_urls": (home,)}) as (cognito, port):
        told = fix(diagnose(healthy(cognito)), "after-sign-out")
    assert told["setting"] == f"AWS_COGNITO_LOGOUT_URL={SIGNED_OUT}"
    assert told["command"] == (
        f"cognito-gate local {port} --logout-url {SIGNED_OUT} --logout-url {home}"
    )


def test_a_sign_out_that_lands_elsewhere_needs_no_new_start() -> None:
    with started({"callback_urls": (OTHER,)}) as (cognito, _):
        assert fix(diagnose(healthy(cognito)), "after-sign-out")["command"] == ""


def test_one_that_was_started_in_another_way_is_told_so() -> None:
    with started(pool_id="us-east-1_Mine") as (cognito, _):
        told = fix(diagnose(healthy(cognito, AWS_COGNITO_REDIRECT_URL=OTHER)), "callback-url")
    assert told["command"] == ""
    assert "where this local Cognito is made" in told["what"]
    assert "callback_urls" in told["what"]


def test_one_that_is_not_running_is_to_be_started() -> None:
    with started() as (cognito, port):
        environ = healthy(cognito, AWS_COGNITO_USER_POOL_CLIENT_SECRET=None)
    diagnosis = diagnose(environ)
    assert fix(diagnosis, "user-pool")["command"] == f"cognito-gate local {port} --public"
    assert "Start the local Cognito" in fix(diagnosis, "user-pool")["what"]
    assert fix(diagnosis, "domain")["command"] == f"cognito-gate local {port} --public"
    for finding in diagnosis.record["findings"]:
        is_local(finding["fix"])


def test_one_of_other_addresses_that_is_not_running() -> None:
    with started() as (cognito, port):
        environ = healthy(cognito, AWS_COGNITO_REDIRECT_URL=OTHER,
                          AWS_COGNITO_LOGOUT_URL="http://localhost:3000/")  # fmt: skip
    told = fix(diagnose(environ), "user-pool")["command"]
    assert told == (
        f"cognito-gate local {port} --callback-url {OTHER} --logout-url http://localhost:3000/"
    )


def test_a_line_that_is_missing_where_it_is_not_running() -> None:
    with started() as (cognito, port):
        environ = healthy(cognito, AWS_COGNITO_USER_POOL_CLIENT_ID=None)
    told = fix(diagnose(environ), "setting:AWS_COGNITO_USER_POOL_CLIENT_ID")
    assert told["command"] == f"cognito-gate local {port}"


def test_another_pools_that_is_not_running_has_no_command() -> None:
    with started(pool_id="us-east-1_Mine") as (cognito, _):
        environ = healthy(cognito)
    told = fix(diagnose(environ), "user-pool")
    assert told["command"] == ""
    assert "the emulator" in told["what"]


def test_the_command_makes_what_the_doctor_takes_for_usual(tmp_path: Path) -> None:
    usual = {parameter.name: parameter.default for parameter in local.params}
    assert usual["port"] == DEFAULTS.port
    assert usual["access_seconds"] == DEFAULTS.access_seconds
    port = free_port()
    found: list[Diagnosis] = []
    result = here_until_ctrl_c(
        "local",
        f"--port={port}",
        url=f"http://127.0.0.1:{port}/",
        visit=lambda: (
            found.append(diagnose({}, "--env-file", str(tmp_path / "it.env")))
            if (tmp_path / "it.env").write_text(_env_file(port))
            else None
        ),
    )
    assert result.exit_code == 0
    assert fix(found[0], "callback-url")["command"] == (
        f"cognito-gate local --port {port} --callback-url {OTHER} --callback-url {CALLBACK}"
    )


def _env_file(port: int) -> str:
    origin = f"http://127.0.0.1:{port}"
    return (
        f"AWS_COGNITO_DOMAIN={origin}\nAWS_COGNITO_ISSUER={origin}/{POOL}\n"
        f"AWS_COGNITO_USER_POOL_CLIENT_ID=localclient\nAWS_COGNITO_USER_POOL_ID={POOL}\n"
        f"{ENDPOINT}={origin}\nAWS_COGNITO_REDIRECT_URL={OTHER}\n"
        f"AWS_COGNITO_LOGOUT_URL={SIGNED_OUT}\nSECRET_KEY={SECRET_KEY}\n"
        "AWS_COGNITO_USER_POOL_CLIENT_SECRET=local0client0secret0not0for0production\n"
    )


# Switches and faults


@pytest.mark.parametrize(
    ("endpoint", "fault", "code"),
    [
        ("jwks", Fault("garbage"), "signing-keys"),
        ("authorize", Fault("waf"), "firewall"),
        ("authorize", Fault("status", status=404, body="Hm?"), "domain"),
        ("login", Fault("status", status=400, body="Hm?"), "login-page"),
    ],
)
def test_a_fault_is_to_be_switched_off(endpoint: str, fault: Fault, code: str) -> None:
    with started() as (cognito, _):
        cognito.fail(endpoint, fault)
        told = fix(diagnose(healthy(cognito)), code)
        assert f"{cognito.origin}/#switches" in told["what"]


def test_revocation_is_a_switch() -> None:
    with started(revocation=False) as (cognito, _):
        told = fix(diagnose(healthy(cognito, **REFRESH)), "revocation")
        assert f"{cognito.origin}/#switches" in told["what"]
