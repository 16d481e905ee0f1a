"""What binds a token to its sign-in and to its sibling: nonce, at_hash, sub."""

import hashlib

import pytest

from cognito_gate._parts import tokens
from cognito_gate.errors import TokenRefused
from tests.parts.made import ACCESS, ID, access_token, b64


def test_the_nonce() -> None:
    tokens.check_nonce(ID, "a-nonce")
    tokens.check_nonce({"nonce": "ä"}, "ä")
    for claims in ({}, {"nonce": None}, {"nonce": ""}, {"nonce": "A-nonce"}, {"nonce": 1}):
        with pytest.raises(TokenRefused, match="nonce is of another sign-in"):
            tokens.check_nonce(claims, "a-nonce")


def test_the_hash_of_the_access_token() -> None:
    access = access_token()
    half = hashlib.sha256(access.encode()).digest()[:16]
    tokens.check_at_hash({"at_hash": b64(half)}, access)
    tokens.check_at_hash(ID, access)
    whole = b64(hashlib.sha256(access.encode()).digest())
    for value in ("", None, 1, [b64(half)], b64(half) + "==", b64(half)[:-1], whole):
        with pytest.raises(TokenRefused, match="another access token"):
            tokens.check_at_hash({"at_hash": value}, access)
    with pytest.raises(TokenRefused, match="another access token"):
        tokens.check_at_hash({"at_hash": b64(half)}, access_token(jti="other"))


def test_both_tokens_are_of_one_user() -> None:
    tokens.check_same_user(ACCESS, ID)
    with pytest.raises(TokenRefused, match="different users"):
        tokens.check_same_user(ACCESS, {**ID, "sub": "someone-else"})
