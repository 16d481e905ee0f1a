"""`pool env` of pools and stacks that were made elsewhere, and a .env file brought up to date."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cognito_gate import Settings
from cognito_gate.pool.any_pool import read_pool
from cognito_gate.pool.aws import AwsError
from cognito_gate.pool.environment import EnvironmentProblem
from tests.pool.command import run
from tests.pool.fake_aws import CLIENT_ID, POOL_ID, SECRET, FakeAws, FakeStack

URL = "https://shop.example.com/oauth/callback"
CLIENT: dict[str, Any] = {
    "ClientSecret": SECRET,
    "CallbackURLs": ["shop://back", URL, "http://localhost:8000/auth/callback"],
    "LogoutURLs": ["https://shop.example.com/bye"],
    "AllowedOAuthFlowsUserPoolClient": True,
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthScopes": ["openid", "email", "shop/read"],
}
POOL: dict[str, Any] = {"Domain": "my-shop"}
WORDS = ("--user-pool-id", POOL_ID)
OWN = {
    "Domain": "",
    "UsernameAttributes": ["email"],
    "SchemaAttributes": [
        {"Name": "sub", "Required": True},
        {"Name": "email", "Required": True},
        {"Name": "name", "Required": False},
    ],
    "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True},
    "Policies": {"PasswordPolicy": {"MinimumLength": 10, "RequireNumbers": True}},
}


def account(pool: dict[str, Any] | None = None, client: dict[str, Any] | None = None) -> FakeAws:
    """A pool that Terraform has made, say, in no stack."""
    aws = FakeAws()
    aws.pools = {POOL_ID: {**POOL, **(pool or {})}}
    aws.client = {**CLIENT, **(client or {})}
    return aws


def values(aws: FakeAws, *words: str) -> dict[str, str]:
    ran = run(aws, "env", "--format", "json", *words)
    assert ran.code == 0, ran.told
    found: dict[str, str] = json.loads(ran.out)
    return found


def test_a_pool_by_its_ids() -> None:
    found = values(account(), *WORDS, "--client-id", CLIENT_ID, "--no-secret-key")
    assert found == {
        "AWS_REGION": "eu-west-1",
        "AWS_COGNITO_DOMAIN": "https://my-shop.auth.eu-west-1.amazoncognito.com",
        "AWS_COGNITO_USER_POOL_ID": POOL_ID,
        "AWS_COGNITO_USER_POOL_CLIENT_ID": CLIENT_ID,
        "AWS_COGNITO_USER_POOL_CLIENT_SECRET": SECRET,
        "AWS_COGNITO_REDIRECT_URL": URL,
        "AWS_COGNITO_LOGOUT_URL": "https://shop.example.com/bye",
        "AWS_COGNITO_SCOPES": "openid email",
        "AWS_COGNITO_REFRESH_FLOW_ENABLED": "true",
    }


def test_its_only_client_needs_no_name() -> None:
    assert values(account(), *WORDS)["AWS_COGNITO_USER_POOL_CLIENT_ID"] == CLIENT_ID


@pytest.mark.parametrize(
    ("clients", "told"),
    [
        ([], "has no app client"),
        (
            [{"ClientId": "a1", "ClientName": "web"}, {"ClientId": "b2", "ClientName": "app"}],
            "has 2 app clients; choose one by --client-id:\n  a1  web\n  b2  app",
        ),
    ],
)
def test_of_several_clients_one_is_chosen(clients: list[dict[str, str]], told: str) -> None:
    aws = account()
    aws.clients = clients
    ran = run(aws, "env", *WORDS)
    assert (ran.code, ran.out) == (1, "")
    assert told in ran.told


@pytest.mark.parametrize(
    ("pool", "client", "name", "value"),
    [
        ({"CustomDomain": "auth.example.com"}, {}, "DOMAIN", "https://auth.example.com"),
        (
            {"IssuerConfiguration": {"Type": "UPDATED"}},
            {},
            "ISSUER",
            f"https://issuer-cognito-idp.eu-west-1.amazonaws.com/{POOL_ID}",
        ),
        ({}, {"LogoutURLs": []}, "LOGOUT_URL", "https://shop.example.com/auth/signed-out"),
    ],
)
def test_what_pools_may_have(
    pool: dict[str, Any], client: dict[str, Any], name: str, value: str
) -> None:
    assert values(account(pool, client), *WORDS)[f"AWS_COGNITO_{name}"] == value


def test_a_public_client() -> None:
    found = values(account(client={"ClientSecret": ""}), *WORDS)
    assert "AWS_COGNITO_USER_POOL_CLIENT_SECRET" not in found


def test_a_sign_out_url_that_is_not_registered_is_told() -> None:
    aws = account(client={"LogoutURLs": []})
    out = run(aws, "env", *WORDS).out
    assert "# Not among the sign-out URLs of the app client" in out


@pytest.mark.parametrize(
    ("pool", "client", "told"),
    [
        ({"Domain": ""}, {}, "has no login domain. Create one"),
        ({}, {"AllowedOAuthFlowsUserPoolClient": False}, "the authorization code grant"),
        ({}, {"AllowedOAuthFlows": ["implicit"]}, "the authorization code grant"),
        ({}, {"AllowedOAuthScopes": ["email"]}, "does not allow the scope openid"),
        ({}, {"CallbackURLs": ["shop://back"]}, "has no callback URL that the gate could use"),
    ],
)
def test_what_keeps_everybody_out(pool: dict[str, Any], client: dict[str, Any], told: str) -> None:
    ran = run(account(pool, client), "env", *WORDS)
    assert (ran.code, ran.out) == (1, "")
    assert told in ran.told


@pytest.mark.parametrize(
    ("pool", "flows", "name", "value"),
    [
        ({}, [], "PASSWORD_POLICY", "10 digits"),
        ({}, [], "SIGN_UP", "false"),
        ({"AdminCreateUserConfig": {}}, [], "SIGN_UP", "true"),
        ({}, [], "SIGN_UP_ATTRIBUTES", "email"),
        ({}, [], "SIGN_IN", "email"),
        ({"UsernameAttributes": [], "AliasAttributes": ["email"]}, [], "SIGN_IN", "both"),
        ({"UsernameAttributes": []}, [], "SIGN_IN", "username"),
        ({}, ["ALLOW_USER_PASSWORD_AUTH"], "SIGN_IN_FLOW", "password"),
        ({}, ["ALLOW_USER_AUTH"], "SIGN_IN_FLOW", "choice"),
        (
            {"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}},
            ["ALLOW_USER_AUTH", "ALLOW_USER_SRP_AUTH"],
            "SIGN_IN_WAYS",
            "PASSWORD_SRP EMAIL_OTP",
        ),
    ],
)
def test_for_the_gates_own_pages(
    pool: dict[str, Any], flows: list[str], name: str, value: str
) -> None:
    aws = account({**OWN, **pool}, {"ExplicitAuthFlows": flows})
    found = values(aws, *WORDS, "--sign-in-pages", "custom")
    assert "AWS_COGNITO_DOMAIN" not in found
    assert found[f"COGNITO_GATE_{name}"] == value
    assert Settings.from_env(found, env_file=None).login == "custom"


@pytest.mark.parametrize("takes", [True, False])
def test_who_asks_is_told_to_clients_that_take_it(takes: bool) -> None:
    aws = account(OWN, {"EnablePropagateAdditionalUserContextData": takes})
    found = values(aws, *WORDS, "--sign-in-pages", "custom")
    assert found.get("COGNITO_GATE_USER_CONTEXT") == ("true" if takes else None)


def test_a_client_without_any_flow_for_them() -> None:
    aws = account(OWN, {"ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"]})
    ran = run(aws, "env", *WORDS, "--sign-in-pages", "custom")
    assert ran.code == 1
    assert "allows none of the flows of the gate's own sign-in pages" in ran.told


# Stacks


def stack(*kinds: str) -> FakeAws:
    """An account with a stack that somebody else's template made."""
    aws = account()
    ids = {"UserPool": POOL_ID, "UserPoolClient": CLIENT_ID}
    parts = tuple((kind, ids[kind], f"AWS::Cognito::{kind}", "CREATE_COMPLETE") for kind in kinds)
    aws.stacks = {"theirs": FakeStack("theirs", outputs={"ApiUrl": "x"}, parts=parts)}
    return aws


def test_a_stack_that_was_made_elsewhere() -> None:
    found = values(stack("UserPool", "UserPoolClient"), "theirs")
    assert found["AWS_COGNITO_USER_POOL_ID"] == POOL_ID
    assert found["AWS_COGNITO_REDIRECT_URL"] == URL


def test_of_several_clients_of_a_stack_the_pool_is_asked() -> None:
    aws = stack("UserPool", "UserPoolClient", "UserPoolClient")
    assert values(aws, "theirs")["AWS_COGNITO_USER_POOL_CLIENT_ID"] == CLIENT_ID
    assert len(aws.asked("list_user_pool_clients")) == 1


@pytest.mark.parametrize(
    ("kinds", "told"), [((), "has no user pools"), (("UserPool", "UserPool"), "has 2 user pools")]
)
def test_a_stack_without_one_pool(kinds: tuple[str, ...], told: str) -> None:
    ran = run(stack(*kinds), "env", "theirs")
    assert ran.code == 1
    assert told in ran.told
    assert "--user-pool-id" in ran.told


def test_a_url_that_such_a_client_does_not_have() -> None:
    ran = run(account(), "env", *WORDS, "--callback-url", "https://b.example.com/cb")
    assert ran.code == 1
    assert "Console: App clients > the client > Login pages > Edit." in ran.told


@pytest.mark.parametrize("words", [(), ("shop", *WORDS)])
def test_one_of_both_is_named(words: tuple[str, ...]) -> None:
    ran = run(account(), "env", *words)
    assert ran.code == 2
    assert "name a STACK, or a pool by --user-pool-id" in ran.told


# Several addresses

HERE = "http://localhost:8000/auth"


def test_of_several_addresses_those_of_one_app_go_together() -> None:
    aws = account(
        client={
            "CallbackURLs": [URL, f"{HERE}/callback"],
            "LogoutURLs": ["https://www.example.com/", f"{HERE}/signed-out", f"{URL}/bye"],
        }
    )
    assert values(aws, *WORDS)["AWS_COGNITO_LOGOUT_URL"] == f"{URL}/bye"
    told = run(aws, "env", *WORDS).told
    assert f"Sign-ins come back to {URL}." in told
    assert f"--callback-url takes:\n  {HERE}/callback\n" in told
    words = (*WORDS, "--callback-url", f"{HERE}/callback")
    assert values(aws, *words)["AWS_COGNITO_LOGOUT_URL"] == f"{HERE}/signed-out"
    assert "--callback-url takes" not in run(aws, "env", *words).told
    given = values(aws, *words, "--logout-url", "https://www.example.com/")
    assert given["AWS_COGNITO_LOGOUT_URL"] == "https://www.example.com/"


def test_a_sign_out_elsewhere_is_better_than_one_that_ends_on_an_error_page() -> None:
    other = "https://www.example.com/"
    aws = account(client={"CallbackURLs": [URL], "LogoutURLs": [other]})
    assert values(aws, *WORDS)["AWS_COGNITO_LOGOUT_URL"] == other
    assert values(aws, *WORDS, "--callback-url", URL)["AWS_COGNITO_LOGOUT_URL"] == other
    assert "--callback-url takes" not in run(aws, "env", *WORDS).told


# Ids that lead nowhere


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--user-pool-id", "my-pool"), "'my-pool' is not the id of a user pool"),
        (
            ("--user-pool-id", f"{POOL_ID}x"),
            f"no user pool {POOL_ID}x in eu-west-1 for these credentials. `aws cognito-idp list",
        ),
        ((*WORDS, "--client-id", "another"), f"has no app client another. It has:\n  {CLIENT_ID}"),
    ],
)
def test_ids_that_lead_nowhere(words: tuple[str, ...], told: str) -> None:
    ran = run(account(), "env", *words)
    assert ran.code != 0
    assert told in ran.told


def test_a_pool_of_another_region() -> None:
    with pytest.raises(EnvironmentProblem, match="begins with us-east-1: leave --region out"):
        read_pool(account(), "us-east-1_Example")


@pytest.mark.parametrize("operation", ["describe_user_pool", "describe_user_pool_client"])
def test_what_these_credentials_may_not_do_is_told(operation: str) -> None:
    aws = account()
    aws.failures[operation] = [AwsError("These AWS credentials are not allowed", "AccessDenied")]
    ran = run(aws, "env", *WORDS)
    assert (ran.code, "not allowed" in ran.told) == (1, True)


@pytest.mark.parametrize("status", ["CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS"])
def test_a_stack_that_is_not_there_yet_or_no_more(status: str) -> None:
    aws = stack("UserPool")
    aws.stacks["theirs"].status = status
    ran = run(aws, "env", "theirs")
    assert ran.code == 1
    assert f"The stack theirs is busy ({status}). Wait" in ran.told
