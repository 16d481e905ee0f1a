"""The two documents under the issuer."""

from tests.local.stage import ORIGIN, Stage


def test_the_configuration_names_every_address(stage: Stage) -> None:
    issuer = f"{ORIGIN}/{stage.cognito.pool_id}"
    response = stage.http.get(f"/{stage.cognito.pool_id}/.well-known/openid-configuration")
    document = response.json()
    assert document["issuer"] == issuer
    assert document["jwks_uri"] == f"{issuer}/.well-known/jwks.json"
    assert document["authorization_endpoint"] == f"{ORIGIN}/oauth2/authorize"
    assert document["token_endpoint"] == f"{ORIGIN}/oauth2/token"
    assert document["userinfo_endpoint"] == f"{ORIGIN}/oauth2/userInfo"
    assert document["end_session_endpoint"] == f"{ORIGIN}/logout"
    # Real Cognito does not announce it either, so nobody may depend on it.
    assert "code_challenge_methods_supported" not in document


def test_the_key_set_has_two_public_keys(stage: Stage) -> None:
    response = stage.http.get(f"/{stage.cognito.pool_id}/.well-known/jwks.json")
    keys = response.json()["keys"]
    assert len(keys) == 2
    for key in keys:
        assert key.keys() == {"alg", "e", "kid", "kty", "n", "use"}
        assert (key["alg"], key["e"], key["kty"], key["use"]) == ("RS256", "AQAB", "RSA", "sig")
    assert keys[0]["kid"] != keys[1]["kid"]


def test_both_live_under_the_issuer_only(stage: Stage) -> None:
    assert stage.http.get("/.well-known/openid-configuration").status_code == 404
    assert stage.cognito.calls["discovery"] == 0
