"""`LocalCognito` as its users see it."""

from typing import Any

import pytest

from cognito_gate import local
from cognito_gate.local import SAMPLE_USERS, Client, Fault, LocalCognito, LocalConfigError, User
from cognito_gate.local.model import DEFAULT_AUTH_FLOWS
from cognito_gate.local.tokens import at_hash
from tests.local.stage import CALLBACK, LOGOUT, ORIGIN, START, Stage, claims_of


def test_what_is_exported() -> None:
    assert sorted(local.__all__) == sorted(set(local.__all__))
    for name in local.__all__:
        assert getattr(local, name).__doc__ or name in {"AUTH_FLOWS", "SAMPLE_USERS"}


def test_one_client_is_made_from_urls() -> None:
    made = LocalCognito(callback_urls=(CALLBACK,), logout_urls=[LOGOUT])
    assert made.client.callback_urls == (CALLBACK,)
    assert made.client.logout_urls == (LOGOUT,)
    assert made.client.secret is not None
    assert len(made.client.secret) == 51
    assert made.clients == (made.client,)
    assert made.users == SAMPLE_USERS


def test_a_public_client_has_no_secret() -> None:
    assert LocalCognito(public=True).client.secret is None


def test_everything_random_is_new_each_time() -> None:
    first, second = LocalCognito(), LocalCognito()
    assert first.pool_id != second.pool_id
    assert first.pool_id.startswith("us-east-1_LOCAL")
    assert first.client.client_id != second.client.client_id
    assert first.client.secret != second.client.secret


def test_clients_and_urls_exclude_each_other() -> None:
    with pytest.raises(LocalConfigError, match="either clients or URLs"):
        LocalCognito(clients=(Client(),), callback_urls=(CALLBACK,))


def test_the_made_client_may_have_flows() -> None:
    assert LocalCognito().client.auth_flows == DEFAULT_AUTH_FLOWS
    flows = ("ALLOW_USER_PASSWORD_AUTH",)
    assert LocalCognito(auth_flows=flows).client.auth_flows == flows


@pytest.mark.parametrize("pool_id", ["pool", "us-1_", "us-1_a/b", "us 1_a", "a_b" * 20])
def test_the_pool_id_is_one_cognito_could_give(pool_id: str) -> None:
    with pytest.raises(LocalConfigError, match="pool_id"):
        LocalCognito(pool_id=pool_id)


def test_there_is_no_address_before_one_is_known() -> None:
    cognito = LocalCognito()
    for name in ("origin", "issuer"):
        with pytest.raises(LocalConfigError, match="not being served"):
            getattr(cognito, name)


def test_the_issuer_lies_under_the_origin_unless_given() -> None:
    cognito = LocalCognito(pool_id="eu-west-3_Example")
    cognito.app("http://localhost:4000/")
    assert cognito.origin == "http://localhost:4000"
    assert cognito.issuer == "http://localhost:4000/eu-west-3_Example"
    cognito.app("http://localhost:4000", issuer="https://issuer.example/eu-west-3_Example")
    assert cognito.issuer == "https://issuer.example/eu-west-3_Example"


def test_the_environment_points_an_app_here(stage: Stage) -> None:
    cognito = stage.cognito
    assert cognito.environment() == {
        "AWS_COGNITO_DOMAIN": ORIGIN,
        "AWS_COGNITO_ISSUER": f"{ORIGIN}/{cognito.pool_id}",
        "AWS_COGNITO_LOGOUT_URL": LOGOUT,
        "AWS_COGNITO_REDIRECT_URL": CALLBACK,
        "AWS_COGNITO_USER_POOL_CLIENT_ID": cognito.client.client_id,
        "AWS_COGNITO_USER_POOL_CLIENT_SECRET": cognito.client.secret,
        "AWS_COGNITO_USER_POOL_ID": cognito.pool_id,
        "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": ORIGIN,
        "AWS_REGION": "us-east-1",
    }


def test_the_environment_leaves_out_what_there_is_not() -> None:
    stage = Stage(clients=(Client(),))
    assert not stage.cognito.environment().keys() & {
        "AWS_COGNITO_LOGOUT_URL",
        "AWS_COGNITO_REDIRECT_URL",
        "AWS_COGNITO_USER_POOL_CLIENT_SECRET",
    }


def test_tokens_without_a_browser_are_real(stage: Stage) -> None:
    tokens = stage.cognito.tokens_for("ada", nonce="n")
    claims = stage.verified(tokens["id_token"])
    assert claims["nonce"] == "n"
    assert claims["auth_time"] == START
    assert claims["cognito:groups"] == ["admin"]
    assert stage.verified(tokens["access_token"])["token_use"] == "access"
    assert stage.refresh(tokens["refresh_token"]).status_code == 200
    assert stage.userinfo(tokens["access_token"]).json()["username"] == "ada"


def test_tokens_of_chosen_scopes_and_client() -> None:
    first, second = Client(), Client()
    stage = Stage(clients=(first, second))
    tokens = stage.cognito.tokens_for("bob", scopes=("api/read",), client=second)
    assert tokens.keys() == {"access_token", "expires_in", "refresh_token", "token_type"}
    claims = claims_of(tokens["access_token"])
    assert (claims["client_id"], claims["scope"]) == (second.client_id, "api/read")


@pytest.mark.parametrize("kind", ["id_token", "access_token"])
def test_claims_may_be_overridden(stage: Stage, kind: str) -> None:
    overrides: dict[str, Any] = {"cognito:groups": None, "exp": 5, "extra": ["x"]}
    claims = stage.verified(stage.cognito.tokens_for("ada", **overrides)[kind])
    assert (claims["exp"], claims["extra"]) == (5, ["x"])
    assert "cognito:groups" not in claims


def test_at_hash_fits_overridden_tokens(stage: Stage) -> None:
    tokens = stage.cognito.tokens_for("ada", extra=1)
    assert claims_of(tokens["id_token"])["at_hash"] == at_hash(tokens["access_token"])


def test_there_are_no_tokens_for_strangers(stage: Stage) -> None:
    with pytest.raises(LocalConfigError, match="no user 'eve'"):
        stage.cognito.tokens_for("eve")


def test_switches_are_replaced_whole(stage: Stage) -> None:
    before = stage.cognito.switches
    after = stage.cognito.switch(access_seconds=5)
    assert stage.cognito.switches is after
    assert (before.access_seconds, after.access_seconds) == (3600, 5)
    with pytest.raises(LocalConfigError, match="speed"):
        stage.cognito.switch(speed=1)


def test_users_may_be_put_and_removed(stage: Stage) -> None:
    stage.cognito.put_user(User("eve", "Some-Password-1"))
    assert stage.cognito.tokens_for("eve")
    stage.cognito.remove_user("eve")
    assert [user.username for user in stage.cognito.users] == ["ada", "bob"]


def test_an_authenticator_app_is_at_hand(stage: Stage) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    stage.cognito.put_user(User("eve", "Some-Password-1", mfa=("totp",), totp_secret=secret))
    assert stage.cognito.totp_code("eve") == local.totp_code(secret, START)
    assert stage.cognito.totp_code("eve", 1) == local.totp_code(secret, START + 30)
    for nobody in ("ada", "mallory"):
        with pytest.raises(LocalConfigError, match=f"'{nobody}' has no authenticator app"):
            stage.cognito.totp_code(nobody)


def test_users_keep_their_places_and_strangers_are_not_missed(stage: Stage) -> None:
    ada = stage.cognito.users[0]
    stage.cognito.put_user(User("ada", "Some-Password-1", sub=ada.sub))
    stage.cognito.remove_user("mallory")
    assert [user.username for user in stage.cognito.users] == ["ada", "bob"]


def test_switches_may_be_given_from_the_start() -> None:
    made = LocalCognito(mfa="on", sign_up=False, challenge_seconds=60)
    assert (made.switches.mfa, made.switches.sign_up) == ("on", False)
    assert made.switches.challenge_seconds == 60


def test_faults_and_calls_are_at_hand(stage: Stage) -> None:
    stage.cognito.fail("authorize", Fault("status", status=503), times=1)
    assert [stage.authorize().status_code for _ in range(2)] == [503, 302]
    assert stage.cognito.calls["authorize"] == 2
    assert stage.cognito.requests[0].params["state"] == "st&te"
    stage.cognito.fail("authorize", Fault("status"))
    stage.cognito.heal("authorize")
    assert stage.authorize().status_code == 302
