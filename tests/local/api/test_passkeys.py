"""WEB_AUTHN: an authenticator of the tests' own, and every fact of its assertion changed once."""

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cognito_gate.local import LocalConfigError, Passkey
from tests.local.api.desk import Desk, refused

PRIVATE = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())
REFUSED = "NotAuthorizedException: Passkey could not be verified"


def pem(key: Any) -> str:
    public: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return public.decode()


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


PASSKEY = Passkey(base64url(b"credential"), pem(PRIVATE))


def assertion(
    challenge: str,
    *,
    origin: str = "https://app.example.com",
    kind: str = "webauthn.get",
    party: str = "example.com",
    flags: int = 0x01,
    key: ec.EllipticCurvePrivateKey = PRIVATE,
    credential_id: str = PASSKEY.credential_id,
) -> dict[str, Any]:
    """What `navigator.credentials.get` would give."""
    told = {"type": kind, "challenge": challenge, "origin": origin}
    client_data = json.dumps(told).encode()
    data = hashlib.sha256(party.encode()).digest() + bytes([flags]) + bytes(4)
    signature = key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
    return {
        "id": credential_id,
        "type": "public-key",
        "response": {
            "authenticatorData": base64url(data),
            "clientDataJSON": base64url(client_data),
            "signature": base64url(signature),
        },
    }


@pytest.fixture
def desk() -> Desk:
    """A pool where ada has a passkey."""
    desk = Desk(first_factors=("PASSWORD", "WEB_AUTHN"), relying_party="example.com")
    desk.change(passkeys=(PASSKEY,))
    return desk


def asked(desk: Desk) -> tuple[dict[str, Any], str]:
    """The challenge of the API, and that inside its options."""
    answer = desk.initiate("USER_AUTH", PREFERRED_CHALLENGE="WEB_AUTHN")
    options = json.loads(answer["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"])
    assert options["allowCredentials"] == [{"type": "public-key", "id": PASSKEY.credential_id}]
    assert (options["rpId"], options["timeout"]) == ("example.com", 180_000)
    return answer, options["challenge"]


@pytest.mark.parametrize("origin", ["https://example.com", "https://app.example.com:8443"])
def test_a_passkey_is_enough(desk: Desk, origin: str) -> None:
    answer, challenge = asked(desk)
    given = json.dumps(assertion(challenge, origin=origin))
    assert desk.respond(answer, CREDENTIAL=given)["AuthenticationResult"]
    with refused("session can only be used once"):
        desk.respond(answer, CREDENTIAL=given)


def test_it_may_be_chosen_when_asked(desk: Desk) -> None:
    choosing = desk.initiate("USER_AUTH")
    assert "WEB_AUTHN" in choosing["AvailableChallenges"]
    assert desk.respond(choosing, ANSWER="WEB_AUTHN")["ChallengeName"] == "WEB_AUTHN"


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "https://evil.example"},
        {"origin": "https://notexample.com"},
        {"origin": "nowhere"},
        {"origin": "https://["},
        {"kind": "webauthn.create"},
        {"party": "app.example.com"},
        {"flags": 0x04},
        {"key": OTHER},
        {"credential_id": "other"},
    ],
)
def test_every_fact_of_an_assertion_counts(desk: Desk, changes: dict[str, Any]) -> None:
    answer, challenge = asked(desk)
    with refused(REFUSED):
        desk.respond(answer, CREDENTIAL=json.dumps(assertion(challenge, **changes)))
    assert desk.respond(answer, CREDENTIAL=json.dumps(assertion(challenge)))


def test_another_challenge_was_signed(desk: Desk) -> None:
    (answer, _), (_, other) = asked(desk), asked(desk)
    with refused(REFUSED):
        desk.respond(answer, CREDENTIAL=json.dumps(assertion(other)))


MALFORMED: list[Callable[[dict[str, Any]], object]] = [
    lambda good: [],
    lambda good: None,
    lambda good: {**good, "response": "x"},
    lambda good: {"id": good["id"]},
    lambda good: {**good, "response": {**good["response"], "signature": 1}},
    lambda good: {**good, "response": {**good["response"], "signature": "!"}},
    lambda good: {**good, "response": {**good["response"], "clientDataJSON": "AAAA"}},
    lambda good: {**good, "response": {**good["response"], "clientDataJSON": base64url(b"[]")}},
    lambda good: {**good, "response": {**good["response"], "authenticatorData": ""}},
]


@pytest.mark.parametrize("change", MALFORMED)
def test_assertions_that_are_none(desk: Desk, change: Callable[[dict[str, Any]], object]) -> None:
    answer, challenge = asked(desk)
    with refused(REFUSED):
        desk.respond(answer, CREDENTIAL=json.dumps(change(assertion(challenge))))


@pytest.mark.parametrize("text", ["{", "[" * 60_000])
def test_assertions_that_are_not_even_json(desk: Desk, text: str) -> None:
    answer, _ = asked(desk)
    with refused(REFUSED):
        desk.respond(answer, CREDENTIAL=text)


def test_data_that_is_cut_short(desk: Desk) -> None:
    answer, challenge = asked(desk)
    given = assertion(challenge)
    given["response"]["authenticatorData"] = base64url(hashlib.sha256(b"example.com").digest())
    with refused(REFUSED):
        desk.respond(answer, CREDENTIAL=json.dumps(given))


@pytest.mark.parametrize(
    "key",
    [pem(rsa.generate_private_key(65537, 2048)), "-----BEGIN PUBLIC KEY-----\nnone"],
)
def test_keys_of_other_kinds_are_refused(desk: Desk, key: str) -> None:
    desk.change(passkeys=(Passkey(PASSKEY.credential_id, key),))
    answer, challenge = asked(desk)
    with refused(REFUSED):
        desk.respond(answer, CREDENTIAL=json.dumps(assertion(challenge)))


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        (("", pem(PRIVATE)), "credential_id must be base64url"),
        (("a=", pem(PRIVATE)), "credential_id must be base64url"),
        (("a", "none"), "public_key must be a public key in PEM"),
        (("a", 7), "public_key must be a public key in PEM"),
    ],
)
def test_passkeys_that_cannot_be(values: tuple[Any, Any], complaint: str) -> None:
    with pytest.raises(LocalConfigError, match=complaint):
        Passkey(*values)
