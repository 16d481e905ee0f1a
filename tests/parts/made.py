"""Keys, tokens and settings for the tests of the pure parts.

Signs with `cryptography` and `hmac` alone, so that no code under test makes its own test data.
"""

import json
from base64 import urlsafe_b64encode
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from cognito_gate import Settings
from cognito_gate._gate.appearance import Appearance
from cognito_gate._gate.languages import Languages
from cognito_gate._gate.protocol import jwt
from cognito_gate._gate.protocol.public_keys import PublicKey
from cognito_gate._sign_in.views import Views

NOW = 1_800_000_000.0
ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI"
CLIENT = "1example23456789"
KID = "key-1"
GONE: Any = object()
"""In place of a value: leave the name out."""

ENVIRON = {
    "AWS_COGNITO_DOMAIN": "my-app",
    "AWS_COGNITO_USER_POOL_ID": "eu-west-1_AbCdEfGhI",
    "AWS_COGNITO_USER_POOL_CLIENT_ID": CLIENT,
    "AWS_COGNITO_USER_POOL_CLIENT_SECRET": "client+secret/value=",
    "AWS_COGNITO_REDIRECT_URL": "https://app.example/auth/callback",
    "AWS_COGNITO_LOGOUT_URL": "https://app.example/auth/signed-out",
    "SECRET_KEY": "0123456789abcdef0123456789abcdef",
}
"""The smallest environment that is complete, with a client secret."""

HEADER: dict[str, Any] = {"alg": "RS256", "kid": KID}
ACCESS: dict[str, Any] = {
    "sub": "11111111-2222-3333-4444-555555555555",
    "iss": ISSUER,
    "client_id": CLIENT,
    "token_use": "access",
    "scope": "openid email",
    "auth_time": int(NOW) - 10,
    "iat": int(NOW) - 10,
    "exp": int(NOW) + 3590,
    "jti": "a-jti",
    "username": "ada",
    "cognito:groups": ["admin", "staff"],
    "version": 2,
}
ID: dict[str, Any] = {
    "sub": ACCESS["sub"],
    "iss": ISSUER,
    "aud": CLIENT,
    "token_use": "id",
    "nonce": "a-nonce",
    "auth_time": int(NOW) - 10,
    "iat": int(NOW) - 10,
    "exp": int(NOW) + 3590,
    "jti": "an-id-jti",
    "cognito:username": "ada",
    "cognito:groups": ["admin", "staff"],
    "email": "ada@example.com",
    "email_verified": True,
}


def changed(facts: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """A copy with some facts changed; those that become `GONE` are left out."""
    return {name: value for name, value in {**facts, **change}.items() if value is not GONE}


@cache
def private_key(name: str = "pool", bits: int = 2048) -> rsa.RSAPrivateKey:
    """An RSA key, always the same for the same name within a test run."""
    return rsa.generate_private_key(65537, bits)


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def number(value: int) -> str:
    """An integer as a JWK spells it."""
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def jwk(key: rsa.RSAPrivateKey | None = None, **change: Any) -> dict[str, Any]:
    """The public member of a JWKS for a key, as Cognito publishes it."""
    numbers = (key or private_key()).public_key().public_numbers()
    member = {
        "kty": "RSA",
        "kid": KID,
        "alg": "RS256",
        "use": "sig",
        "n": number(numbers.n),
        "e": number(numbers.e),
    }
    return changed(member, change)


def public_key(key: rsa.RSAPrivateKey | None = None) -> PublicKey:
    return PublicKey((key or private_key()).public_key())


def sign(signed: bytes, key: rsa.RSAPrivateKey | None = None) -> bytes:
    return (key or private_key()).sign(signed, padding.PKCS1v15(), SHA256())


def compact(header: str | bytes, body: str | bytes, key: rsa.RSAPrivateKey | None = None) -> str:
    """A correctly signed token of any two texts."""
    texts = (text.encode() if isinstance(text, str) else text for text in (header, body))
    signed = ".".join(b64(text) for text in texts)
    return f"{signed}.{b64(sign(signed.encode(), key))}"


def token(
    claims: dict[str, Any],
    header: dict[str, Any] | None = None,
    key: rsa.RSAPrivateKey | None = None,
) -> str:
    """A signed token as Cognito makes them."""
    return compact(json.dumps(header or HEADER), json.dumps(claims), key)


def access_token(**change: Any) -> str:
    return token(changed(ACCESS, change))


def id_token(**change: Any) -> str:
    return token(changed(ID, change))


def expected(**change: Any) -> jwt.Expected:
    return jwt.Expected(**{"issuer": ISSUER, "clients": frozenset({CLIENT}), **change})


def verify(
    text: str,
    use: jwt.Use = "access",
    *,
    now: float = NOW,
    leeway: int = 0,
    key: PublicKey | None = None,
) -> dict[str, Any]:
    """All checks of one token, in the order in which the gate makes them."""
    parsed = jwt.parse(text, use)
    jwt.check_claims(parsed, expected(leeway=leeway), now)
    jwt.check_signature(parsed, key or public_key())
    return parsed.claims


def settings(**change: str) -> Settings:
    """Settings from the smallest complete environment, with some variables changed."""
    return Settings.from_env({**ENVIRON, **change}, env_file=None)


def views(**change: str) -> Views:
    """The sign-in pages of such settings."""
    made = settings(**change)
    return Views(made, Languages(made.templates, made.languages), Appearance.of(made))
