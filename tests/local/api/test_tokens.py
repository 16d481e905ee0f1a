"""Renewing, revoking, signing out everywhere; tokens of both kinds of sign-in."""

from typing import Any

import pytest

from cognito_gate.local import AUTH_FLOWS, Client
from tests.local.api.desk import Desk, hash_of, refused
from tests.local.stage import claims_of


def refresh_token(desk: Desk, username: str = "ada") -> str:
    token: str = desk.by_password(username)["AuthenticationResult"]["RefreshToken"]
    return token


def renew(desk: Desk, token: str, **members: Any) -> dict[str, Any]:
    known = {"ClientId": desk.client_id, "ClientSecret": desk.cognito.client.secret}
    answer = desk.call("GetTokensFromRefreshToken", **{**known, "RefreshToken": token, **members})
    assert answer.keys() == {"AuthenticationResult"}
    result: dict[str, Any] = answer["AuthenticationResult"]
    return result


def revoke(desk: Desk, token: str, **members: Any) -> dict[str, Any]:
    known = {"ClientId": desk.client_id, "ClientSecret": desk.cognito.client.secret}
    return desk.call("RevokeToken", **{**known, "Token": token, **members})


@pytest.mark.parametrize("flow", ["REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"])
def test_renewing_by_the_old_flow(desk: Desk, flow: str) -> None:
    first = desk.by_password()["AuthenticationResult"]
    desk.clock.now += 60
    renewed = desk.initiate(flow, REFRESH_TOKEN=first["RefreshToken"])["AuthenticationResult"]
    assert renewed.keys() == {"AccessToken", "ExpiresIn", "IdToken", "TokenType"}
    old, new = claims_of(first["AccessToken"]), claims_of(renewed["AccessToken"])
    assert new["iat"] == old["iat"] + 60
    for kept in ("auth_time", "origin_jti", "sub", "scope"):
        assert new[kept] == old[kept]


def test_the_hash_of_a_renewal_is_over_the_stored_name(desk: Desk) -> None:
    token = refresh_token(desk)
    secret = desk.cognito.client.secret or ""
    for name in ("ada@example.com", "ADA"):
        wrong = hash_of(secret, name, desk.client_id)
        with refused("NotAuthorizedException: Unable to verify secret hash for client"):
            desk.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token, SECRET_HASH=wrong)
    with refused("is configured with secret but SECRET_HASH was not received"):
        desk.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token, SECRET_HASH=None)


def test_the_old_flow_is_off_with_rotation(desk: Desk) -> None:
    token = refresh_token(desk)
    desk.cognito.switch(rotation=True)
    with refused("InvalidParameterException: REFRESH_TOKEN_AUTH flow not enabled for this client"):
        desk.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)


def test_renewing_without_rotation(desk: Desk) -> None:
    token = refresh_token(desk)
    for _ in range(2):
        assert "RefreshToken" not in renew(desk, token)


def test_renewing_with_rotation_and_reuse(desk: Desk) -> None:
    desk.cognito.switch(rotation=True, grace_seconds=10)
    first = refresh_token(desk)
    second = renew(desk, first)["RefreshToken"]
    desk.clock.now += 9
    third = renew(desk, first)["RefreshToken"]
    assert len({first, second, third}) == 3
    desk.clock.now += 1
    with refused("RefreshTokenReuseException: Refresh token has been invalidated"):
        renew(desk, first)
    desk.clock.now += 3600
    for token in (second, third):
        assert renew(desk, token)


def test_a_successor_lives_no_longer(desk: Desk) -> None:
    desk.cognito.switch(rotation=True, refresh_seconds=100)
    first = refresh_token(desk)
    desk.clock.now += 60
    second = renew(desk, first)["RefreshToken"]
    desk.clock.now += 40
    with refused("NotAuthorizedException: Refresh Token has expired"):
        renew(desk, second)


def test_tokens_of_the_hosted_pages_are_renewed_here_and_the_other_way_round(desk: Desk) -> None:
    hosted = desk.cognito.tokens_for("ada", nonce="n")
    renewed = renew(desk, hosted["refresh_token"])
    assert claims_of(renewed["AccessToken"])["version"] == 2
    assert "nonce" not in claims_of(renewed["IdToken"])
    by_api = desk.refresh(refresh_token(desk))
    assert "version" not in claims_of(by_api.json()["access_token"])
    assert by_api.json()["id_token"]


def test_without_openid_there_is_no_id_token(desk: Desk) -> None:
    hosted = desk.cognito.tokens_for("ada", scopes=("aws.cognito.signin.user.admin",))
    assert "IdToken" not in renew(desk, hosted["refresh_token"])


@pytest.mark.parametrize("token", ["x", "x.y.z"])
def test_tokens_that_are_none(desk: Desk, token: str) -> None:
    with refused("NotAuthorizedException: Invalid Refresh Token"):
        renew(desk, token)
    with refused("NotAuthorizedException: Invalid Refresh Token"):
        desk.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)


@pytest.mark.parametrize("secret", ["s" * 24, None])
def test_the_clients_own_secret_is_asked_for(desk: Desk, secret: str | None) -> None:
    token = refresh_token(desk)
    with refused("NotAuthorizedException: Unable to verify secret for client"):
        renew(desk, token, ClientSecret=secret)
    with refused("UnauthorizedException: Unauthorized"):
        revoke(desk, token, ClientSecret=secret)
    assert renew(desk, token)


def two_clients() -> Desk:
    return Desk(clients=(Client(auth_flows=AUTH_FLOWS), Client(auth_flows=AUTH_FLOWS)))


def test_a_token_is_its_clients_own() -> None:
    desk = two_clients()
    token, other = refresh_token(desk), desk.cognito.clients[1].client_id
    with refused("Invalid Refresh Token"):
        renew(desk, token, ClientId=other)
    assert revoke(desk, token, ClientId=other) == {}
    assert renew(desk, token)


def test_a_public_client_has_no_secret_to_tell() -> None:
    desk = Desk(public=True)
    token = refresh_token(desk)
    assert renew(desk, token)
    with refused("Unable to verify secret for client"):
        renew(desk, token, ClientSecret="s" * 24)


@pytest.mark.parametrize("changes", [{"enabled": False}, None])
def test_whose_user_is_gone_or_disabled(
    desk: Desk, open_desk: Desk, changes: dict[str, Any] | None
) -> None:
    expected = {
        desk: "NotAuthorizedException: Invalid Refresh Token",
        open_desk: "UserNotFoundException: User does not exist.",
    }
    for each, message in expected.items():
        token = refresh_token(each)
        if changes is None:
            each.cognito.remove_user("ada")
        else:
            each.change(**changes)
        with refused(message if changes is None else "NotAuthorizedException: User is disabled."):
            renew(each, token)


def test_revoking(desk: Desk) -> None:
    result = desk.by_password()["AuthenticationResult"]
    other = refresh_token(desk)
    assert revoke(desk, result["RefreshToken"]) == {}
    with refused("NotAuthorizedException: Refresh Token has been revoked"):
        renew(desk, result["RefreshToken"])
    with refused("NotAuthorizedException: Access Token has been revoked"):
        desk.call("GetUser", AccessToken=result["AccessToken"])
    assert renew(desk, other)
    for token in (result["RefreshToken"], "unknown"):
        assert revoke(desk, token) == {}


def test_what_cannot_be_revoked(desk: Desk) -> None:
    result = desk.by_password()["AuthenticationResult"]
    for name in ("AccessToken", "IdToken"):
        with refused("UnsupportedTokenTypeException"):
            revoke(desk, result[name])
    desk.cognito.switch(revocation=False)
    with refused("UnsupportedOperationException"):
        revoke(desk, result["RefreshToken"])
    desk.cognito.switch(revocation=True)
    assert renew(desk, result["RefreshToken"])


def test_signing_out_everywhere_ends_both_kinds(desk: Desk) -> None:
    mine, theirs = desk.by_password()["AuthenticationResult"], refresh_token(desk, "bob")
    hosted = desk.cognito.tokens_for("ada")
    assert desk.call("GlobalSignOut", AccessToken=mine["AccessToken"]) == {}
    assert desk.userinfo(hosted["access_token"]).status_code == 401
    assert desk.refresh(hosted["refresh_token"]).status_code == 400
    with refused("Refresh Token has been revoked"):
        renew(desk, mine["RefreshToken"])
    with refused("Access Token has been revoked"):
        desk.call("GlobalSignOut", AccessToken=mine["AccessToken"])
    assert renew(desk, theirs)
    assert desk.by_password()


def test_an_operator_ends_a_users_sessions(desk: Desk) -> None:
    mine, theirs = refresh_token(desk, "ada"), refresh_token(desk, "bob")
    pool = desk.cognito.pool_id
    assert desk.call("AdminUserGlobalSignOut", UserPoolId=pool, Username="ada") == {}
    with refused("Refresh Token has been revoked"):
        renew(desk, mine)
    assert renew(desk, theirs)
    with refused("UserNotFoundException"):
        desk.call("AdminUserGlobalSignOut", UserPoolId=pool, Username="nobody")
    with refused("ResourceNotFoundException"):
        desk.call("AdminUserGlobalSignOut", UserPoolId="us-east-1_Other", Username="ada")


def test_it_takes_the_users_own_scope(desk: Desk) -> None:
    hosted = desk.cognito.tokens_for("ada", scopes=("openid",))
    with refused("NotAuthorizedException: Access Token does not have required scopes"):
        desk.call("GlobalSignOut", AccessToken=hosted["access_token"])
    assert desk.call("GetUser", AccessToken=desk.cognito.tokens_for("ada")["access_token"])


def test_access_tokens_that_will_not_do(desk: Desk) -> None:
    result = desk.by_password()["AuthenticationResult"]
    for token in ("x", result["IdToken"], result["AccessToken"][:-4] + "AAAA"):
        with refused("NotAuthorizedException: Invalid Access Token"):
            desk.call("GetUser", AccessToken=token)
    desk.clock.now += 3600
    with refused("NotAuthorizedException: Access Token has expired"):
        desk.call("GetUser", AccessToken=result["AccessToken"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"enabled": False}, "NotAuthorizedException: User is disabled."),
        ({"status": "RESET_REQUIRED"}, "PasswordResetRequiredException: Password reset required"),
    ],
)
def test_whose_standing_has_changed(desk: Desk, changes: dict[str, Any], message: str) -> None:
    token = desk.access()
    desk.change(**changes)
    with refused(message):
        desk.call("GetUser", AccessToken=token)
    desk.cognito.remove_user("ada")
    with refused("UserNotFoundException: User does not exist."):
        desk.call("GetUser", AccessToken=token)
