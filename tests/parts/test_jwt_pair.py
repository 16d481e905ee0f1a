"""What binds a token to its sign-in and to its sibling: nonce, at_hash, sub."""

import hashlib

import pytest

from cognito_gate._gate.protocol import jwt
from cognito_gate.errors import TokenRefused
from tests.parts.made import ACCESS, CLIENT, ID, access_token, b64, id_token, verify


def test_the_nonce() -> None:
    jwt.check_nonce(ID, "a-nonce")
    jwt.check_nonce({"nonce": "ä"}, "ä")
    for claims in ({}, {"nonce": None}, {"nonce": ""}, {"nonce": "A-nonce"}, {"nonce": 1}):
        with pytest.raises(TokenRefused, match="nonce is of another sign-in"):
            jwt.check_nonce(claims, "a-nonce")


def test_half_a_character_in_the_nonce() -> None:
    """JSON can say it, UTF-8 cannot: a refusal, and no error of another kind."""
    claims = verify(id_token(nonce="a-nonce\ud800"), "id")
    assert claims["nonce"] == "a-nonce\ud800"
    with pytest.raises(TokenRefused, match="nonce is of another sign-in"):
        jwt.check_nonce(claims, "a-nonce")


def test_the_hash_of_the_access_token() -> None:
    access = access_token()
    half = hashlib.sha256(access.encode()).digest()[:16]
    jwt.check_at_hash({"at_hash": b64(half)}, access)
    jwt.check_at_hash(ID, access)
    whole = b64(hashlib.sha256(access.encode()).digest())
    for value in ("", None, 1, [b64(half)], b64(half) + "==", b64(half)[:-1], whole):
        with pytest.raises(TokenRefused, match="another access token"):
            jwt.check_at_hash({"at_hash": value}, access)
    with pytest.raises(TokenRefused, match="another access token"):
        jwt.check_at_hash({"at_hash": b64(half)}, access_token(jti="other"))


def test_both_tokens_are_of_one_user() -> None:
    jwt.check_pair(ACCESS, ID)
    with pytest.raises(TokenRefused, match="different users"):
        jwt.check_pair(ACCESS, {**ID, "sub": "someone-else"})


def test_both_tokens_are_of_one_sign_in() -> None:
    first, second = {"origin_jti": "one"}, {"origin_jti": "two"}
    jwt.check_pair({**ACCESS, **first}, {**ID, **first})
    jwt.check_pair({**ACCESS, **first}, {"sub": ID["sub"]})  # where only one names it
    with pytest.raises(TokenRefused, match="different sign-ins"):
        jwt.check_pair({**ACCESS, **first}, {**ID, **second})


@pytest.mark.parametrize("value", [[], {}, [CLIENT], {CLIENT: 1}, [None]])
def test_an_authorized_party_that_is_no_text(value: object) -> None:
    with pytest.raises(TokenRefused, match="issued to another party"):
        verify(access_token(azp=value))
    with pytest.raises(TokenRefused, match="issued to another party"):
        verify(id_token(azp=value), "id")


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"origin_jti": "a-sign-in", "jti": "a-token"}, "a-sign-in"),
        ({"origin_jti": "", "jti": "a-token"}, "a-token"),
        ({"jti": "a-token"}, "a-token"),
        ({}, ""),
    ],
)
def test_what_names_a_session(claims: dict[str, str], name: str) -> None:
    assert jwt.session_of(claims) == name


@pytest.mark.parametrize(
    ("claims", "granted"),
    [
        ({"scope": "openid"}, True),
        ({"scope": "email openid profile"}, True),
        ({"scope": "openid2 email"}, False),
        ({"scope": "OPENID"}, False),
        ({"scope": ""}, False),
        ({}, False),
    ],
)
def test_an_id_token_belongs_to_what_grants_openid(claims: dict[str, str], granted: bool) -> None:
    assert jwt.grants_openid(claims) is granted
