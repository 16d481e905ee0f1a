"""Mistakes that look alike from outside: each is told by its own name, with its own fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from cognito_gate._gate.effects import HttpAnswer
from cognito_gate.doctor import report
from cognito_gate.doctor.findings import Check, Finding, Fix
from cognito_gate.doctor.reading import read
from tests.doctor.account import CUSTOM, lines
from tests.doctor.aws import (
    ENVIRON,
    ISSUER,
    LOGIN,
    Cognito,
    case,
    document,
    error_page,
    fixing,
    found,
    page,
    says,
    to,
    wrong,
)

DNS = HttpAnswer(0, failure="dns")
SECRET = ENVIRON["AWS_COGNITO_USER_POOL_CLIENT_SECRET"]
OTHER = LOGIN.replace("my-app", "the-pools-own")
MOVED = to("https://www.example.com/oauth2/authorize?client_id=1example23456789")


# Addresses in each other's place


@pytest.mark.parametrize("issuer", [LOGIN, f"{LOGIN}/eu-west-1_AbCdEfGhI"])
def test_the_login_domain_as_issuer(issuer: str) -> None:
    cognito = Cognito()
    seen = found(cognito, AWS_COGNITO_ISSUER=issuer)
    assert wrong(seen) == {"issuer"}
    assert f"is {issuer}, the login domain" in seen["issuer"].found
    assert ISSUER in seen["issuer"].found
    # The pool is looked for where it is.
    assert cognito.asked[0].url.startswith(ISSUER)
    assert seen["user-pool"].state == "ok"


def test_a_custom_login_domain_as_issuer() -> None:
    login = "https://login.example.com"
    cognito = Cognito(discovery=document(login=login))
    seen = found(cognito, AWS_COGNITO_DOMAIN=login, AWS_COGNITO_ISSUER=f"{login}/x")
    assert wrong(seen) == {"issuer"}


@pytest.mark.parametrize("host", ["cognito-idp", "issuer-cognito-idp"])
def test_the_api_as_login_domain(host: str) -> None:
    cognito = Cognito()
    seen = found(cognito, AWS_COGNITO_DOMAIN=f"https://{host}.eu-west-1.amazonaws.com")
    assert wrong(seen) == {"domain"}
    assert "is Cognito's API" in seen["domain"].found
    assert not [ask for ask in cognito.asked if "/oauth2/" in ask.url]


# The domain that the pool itself names


@pytest.mark.parametrize(
    ("changes", "authorize", "code"),
    [
        ({"AWS_COGNITO_DOMAIN": None}, DNS, "setting:AWS_COGNITO_DOMAIN"),
        ({"AWS_COGNITO_DOMAIN": "No Domain"}, DNS, "setting:AWS_COGNITO_DOMAIN"),
        ({}, DNS, "domain"),
        ({}, page(404), "domain"),
        ({}, MOVED, "domain"),
        ({"AWS_COGNITO_DOMAIN": "https://auth.example.com"}, DNS, "domain"),
    ],
)
def test_the_pools_own_domain_is_offered(
    changes: dict[str, str | None], authorize: HttpAnswer, code: str
) -> None:
    seen = found(Cognito(discovery=document(login=OTHER), authorize=authorize), changes)
    assert wrong(seen) == {code}
    fix = seen[code].fix
    assert fix is not None
    assert fix.setting == f"AWS_COGNITO_DOMAIN={OTHER}"
    assert f"names {OTHER}" in fix.what


# A prefix takes its region from elsewhere


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("user-pool", {"AWS_COGNITO_USER_POOL_ID": "us-east-1_AbCdEfGhI"}),
        ("region", {"AWS_REGION": "us-east-1"}),
    ],
)
def test_a_prefix_is_not_blamed_for_a_region_that_is_wrong(
    code: str, changes: dict[str, str]
) -> None:
    gone = says(404, message="User pool does not exist.")
    cognito = Cognito(discovery=gone, authorize=page(404), **{"jwks.json": gone})
    seen = found(cognito, changes)
    assert wrong(seen) == {code}
    assert seen["domain"].found.startswith(f"not checked: see {seen[code].title} first")
    # A domain that is given in full has its own region.
    assert wrong(found(cognito, changes, AWS_COGNITO_DOMAIN=LOGIN)) >= {"domain"}


def test_which_of_two_addresses_on_one_host_is_meant() -> None:
    seen = found(Cognito(), AWS_COGNITO_DOMAIN="https://app.example.com")
    assert "If app.example.com is the app's, set AWS_COGNITO_DOMAIN" in fixing(seen, "app-host")


# Values in each other's place


@pytest.mark.parametrize(("client", "secret"), [(SECRET, "1example23456789"), (SECRET, SECRET)])
def test_a_secret_in_the_clients_place_is_not_shown(client: str, secret: str) -> None:
    changes = {
        "AWS_COGNITO_USER_POOL_CLIENT_ID": client,
        "AWS_COGNITO_USER_POOL_CLIENT_SECRET": secret,
    }
    seen = found(Cognito(), changes)
    assert wrong(seen) == {"setting:AWS_COGNITO_USER_POOL_CLIENT_ID"}
    assert SECRET not in str(seen)
    assert SECRET in case(**changes).reading.secrets


@pytest.mark.parametrize(
    "longer",
    [
        "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_AbCdEfGhI",
        "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI",
    ],
)
def test_the_pools_id_is_taken_out_of_what_holds_it(longer: str) -> None:
    code = "setting:AWS_COGNITO_USER_POOL_ID"
    fix = found(Cognito(), AWS_COGNITO_USER_POOL_ID=longer)[code].fix
    assert fix is not None
    assert fix.setting == "AWS_COGNITO_USER_POOL_ID=eu-west-1_AbCdEfGhI"
    other = found(Cognito(), AWS_COGNITO_USER_POOL_ID="my-pool")[code].fix
    assert other is not None
    assert other.setting == ""


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"])
def test_an_endpoint_is_called_as_it_was_given(name: str) -> None:
    seen = found(Cognito(), {name: "http://localstack:4566"})
    [code] = wrong(seen)
    assert seen[code].found.startswith(f"{name} is 'http://localstack:4566'")
    assert "Remove it" in fixing(seen, code)


# Values as other tools leave them


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize(
    "name", ["AWS_COGNITO_USER_POOL_CLIENT_SECRET", "AWS_COGNITO_USER_POOL_ID"]
)
def test_quotation_marks_are_told(name: str, quote: str) -> None:
    quoted = f"{quote}{ENVIRON[name]}{quote}"
    seen = found(Cognito(), {name: quoted})
    assert wrong(seen) == {f"setting:{name}"}
    assert "has quotation marks around its value" in seen[f"setting:{name}"].found
    assert SECRET in case(**{name: quoted}).reading.secrets
    if name.endswith("SECRET"):  # nor is anything asked with a secret that is none
        assert seen["revocation"].found == f"not checked: {name} is wrong"


def test_a_key_may_have_quotation_marks() -> None:
    quoted = f'"{ENVIRON["SECRET_KEY"]}"'
    assert wrong(found(Cognito(), SECRET_KEY=quoted)) == set()


def test_an_env_file_of_shells_and_of_windows_is_read(tmp_path: Path) -> None:
    text = "\r\n".join(f'export {name}="{value}"' for name, value in ENVIRON.items())
    for encoding in ("utf-8-sig", "utf-16"):
        (tmp_path / "x.env").write_bytes(text.encode(encoding))
        reading = read({}, str(tmp_path / "x.env"))
        assert (reading.problems, reading.unreadable) == ({}, "")
        assert reading.settings.user_pool_client_secret == SECRET


def test_rules_that_are_wrong_are_told_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text("[[rules]]\n")
    seen = found(Cognito(), COGNITO_GATE_RULES_FILE=str(tmp_path / "rules.toml"))
    code = "setting:COGNITO_GATE_RULES_FILE"
    assert wrong(seen) == {code}
    assert "line 1" in seen[code].found
    assert "cognito-gate rules check" in fixing(seen, code)


# App clients


def test_a_client_for_machines_and_one_without_oauth() -> None:
    machines = lines(
        {"AllowedOAuthFlows": ["client_credentials"], "CallbackURLs": [], "LogoutURLs": []},
        cognito=Cognito(authorize=error_page("redirect_mismatch")),
    )
    assert "for machines (client_credentials)" in machines["code-grant"].found
    assert "update-user-pool-client" not in fixing(machines, "code-grant")
    off = lines({"AllowedOAuthFlowsUserPoolClient": False})
    assert "turned off" in off["code-grant"].found
    assert wrong(machines) == wrong(off) == {"code-grant"}


def test_a_client_that_lacks_openid_alone() -> None:
    seen = lines({"AllowedOAuthScopes": ["email"]}, {"AWS_COGNITO_SCOPES": "openid email"})
    assert wrong(seen) == {"scopes"}
    assert "--arg value openid" in fixing(seen, "scopes")


@pytest.mark.parametrize(
    ("client", "state", "said"),
    [
        ({}, "ok", "Cognito's own login offers what these allow"),
        ({"ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"]}, "warning", "none by which"),
        ({"ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"], "SupportedIdentityProviders": ["Google"]},
         "ok", "ALLOW_CUSTOM_AUTH"),
    ],
)  # fmt: skip
def test_what_cognitos_own_login_can_offer(
    client: dict[str, list[str]], state: str, said: str
) -> None:
    line = lines(client)["auth-flows"]
    assert (line.state, said in line.found) == (state, True)


# What decides

CHECK, SMALL = Check("a", "a", decides=True), Check("b", "b")


@pytest.mark.parametrize(
    ("finding", "ok", "strict"),
    [
        (CHECK.ok(""), True, True),
        (CHECK.unchecked("x"), False, False),
        (CHECK.warning("x", Fix("y")), True, False),
        (SMALL.unchecked("x"), True, False),
        (SMALL.warning("x", Fix("y")), True, False),
        (SMALL.wrong("x", Fix("y")), False, False),
    ],
)
def test_what_makes_it_fail(finding: Finding, ok: bool, strict: bool) -> None:
    assert report.is_ok([finding]) is ok
    assert report.is_ok([finding], strict=True) is strict


def sound(lines: dict[str, Finding]) -> bool:
    """Whether it succeeds; the clock has no time to compare with here."""
    return report.is_ok(line for code, line in lines.items() if code != "clock")


def test_an_outage_is_no_success() -> None:
    """Nothing is wrong, and nobody knows whether anybody can sign in."""
    seen = found(Cognito(authorize=page(503)))
    assert wrong(seen) == set()
    assert not sound(seen)
    assert sound(found())


def test_a_domain_that_pages_of_our_own_do_not_need_decides_nothing() -> None:
    seen = found(Cognito(), CUSTOM)
    assert seen["domain"].state == "unknown"
    assert sound(seen)
    down = Cognito(**{"": says(500, __type="InternalErrorException")})
    assert not sound(found(down, CUSTOM))
