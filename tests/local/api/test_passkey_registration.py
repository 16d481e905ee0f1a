"""Passkeys of one's own: made, listed, used, removed; every fact of a new one changed once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from cognito_gate.local import AUTH_FLOWS, Client
from tests.local.api.authenticator import (
    ATTESTED,
    BACKED_UP,
    ELIGIBLE,
    EXTENDED,
    PRESENT,
    VERIFIED,
    Authenticator,
    base64url,
    cbor,
    cose,
    raw,
)
from tests.local.api.desk import Desk, refused

RSA = rsa.generate_private_key(65537, 2048)
SHORT = rsa.generate_private_key(65537, 1024)
CURVE = ec.generate_private_key(ec.SECP256R1())
NEW = PRESENT | VERIFIED | ATTESTED
ORIGIN = "WebAuthnOriginNotAllowedException"
PARTY = "WebAuthnRelyingPartyMismatchException"
CHALLENGE = "WebAuthnChallengeNotFoundException"
UNSUPPORTED = "WebAuthnCredentialNotSupportedException"
MALFORMED = "InvalidParameterException"
WRONG = "NotAuthorizedException: Passkey could not be verified"


def pool(**options: Any) -> Desk:
    return Desk(**{"first_factors": ("PASSWORD", "WEB_AUTHN"), **options})


def start(desk: Desk, token: str) -> dict[str, Any]:
    answer = desk.call("StartWebAuthnRegistration", AccessToken=token)
    options: dict[str, Any] = answer["CredentialCreationOptions"]
    return options


def complete(desk: Desk, token: str, credential: Any) -> None:
    sent = {"AccessToken": token, "Credential": credential}
    assert desk.call("CompleteWebAuthnRegistration", **sent) == {}


def listed(desk: Desk, token: str) -> list[dict[str, Any]]:
    answer = desk.call("ListWebAuthnCredentials", AccessToken=token)
    passkeys: list[dict[str, Any]] = answer["Credentials"]
    return passkeys


def register(desk: Desk, device: Authenticator, **changes: Any) -> None:
    token = desk.access()
    complete(desk, token, device.create(start(desk, token), **changes))


def ask(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    asked = desk.initiate("USER_AUTH", PREFERRED_CHALLENGE="WEB_AUTHN")
    return asked, json.loads(asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"])


def sign_in(desk: Desk, device: Authenticator, **changes: Any) -> None:
    asked, options = ask(desk)
    answer = desk.respond(asked, CREDENTIAL=json.dumps(device.get(options, **changes)))
    assert answer["AuthenticationResult"]


@pytest.mark.parametrize("key", [CURVE, RSA])
def test_the_life_of_a_passkey(key: Any) -> None:
    desk = pool()
    token, device = desk.access(), Authenticator(key)
    options = start(desk, token)
    assert options["rp"]["id"] == "localhost"
    assert raw(options["user"]["id"]).decode() == desk.user().sub
    assert [each["alg"] for each in options["pubKeyCredParams"]] == [-7, -257]
    complete(desk, token, device.create(options))
    [one] = listed(desk, token)
    assert one.pop("CreatedAt") > 0
    assert one == {
        "CredentialId": base64url(device.name),
        "FriendlyCredentialName": "Passkey 1",
        "RelyingPartyId": "localhost",
        "AuthenticatorAttachment": "platform",
        "AuthenticatorTransports": ["internal"],
    }
    [excluded] = start(desk, token)["excludeCredentials"]
    assert excluded["id"] == one["CredentialId"]
    sign_in(desk, device)
    sign_in(desk, device, response={"userHandle": options["user"]["id"]})

    asked, request = ask(desk)
    gone = {"AccessToken": token, "CredentialId": one["CredentialId"]}
    assert desk.call("DeleteWebAuthnCredential", **gone) == {}
    assert listed(desk, token) == []
    with refused(WRONG):
        desk.respond(asked, CREDENTIAL=json.dumps(device.get(request)))
    with refused("ResourceNotFoundException"):
        desk.call("DeleteWebAuthnCredential", **gone)


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        (CURVE, {"fmt": "packed", "signs": True}),
        (RSA, {"fmt": "packed", "signs": True}),
        (CURVE, {"flags": NEW | ELIGIBLE | BACKED_UP}),
        (CURVE, {"flags": NEW & ~VERIFIED}),
        (CURVE, {"flags": NEW | EXTENDED, "tail": cbor({"credProtect": [2, True, None, -300]})}),
        (CURVE, {"top": {"authenticatorAttachment": None}, "response": {"transports": 7}}),
        (CURVE, {"client": {"crossOrigin": False, "origin": "http://app.localhost:8000"}}),
    ],
)
def test_what_else_is_right(key: Any, changes: dict[str, Any]) -> None:
    desk = pool()
    register(desk, Authenticator(key), **changes)
    assert len(desk.user().passkeys) == 1


@pytest.mark.parametrize(
    ("changes", "exception"),
    [
        ({"client": {"challenge": "another"}}, CHALLENGE),
        ({"client": {"type": "webauthn.get"}}, MALFORMED),
        ({"client": {"origin": "https://evil.example"}}, ORIGIN),
        ({"client": {"origin": "https://notlocalhost"}}, ORIGIN),
        ({"client": {"origin": "ftp://localhost"}}, ORIGIN),
        ({"client": {"origin": "https://["}}, ORIGIN),
        ({"client": {"origin": 7}}, ORIGIN),
        ({"client": {"crossOrigin": True}}, ORIGIN),
        ({"party": "evil.example"}, PARTY),
        ({"flags": NEW & ~PRESENT}, UNSUPPORTED),
        ({"flags": NEW | BACKED_UP}, MALFORMED),
        ({"flags": PRESENT | VERIFIED}, MALFORMED),
        ({"flags": NEW | EXTENDED}, MALFORMED),
        ({"flags": NEW | EXTENDED, "tail": cbor([])}, MALFORMED),
        ({"tail": b"?"}, MALFORMED),
        ({"cose": {3: -8}}, UNSUPPORTED),
        ({"cose": {3: -257}}, UNSUPPORTED),
        ({"cose": {-1: 2}}, UNSUPPORTED),
        ({"cose": {-2: bytes(32)}}, MALFORMED),
        ({"cose": {-2: bytes(31)}}, MALFORMED),
        ({"cose": {-3: "y"}}, MALFORMED),
        ({"key": cbor([])}, MALFORMED),
        ({"key": cbor(cose(SHORT))}, UNSUPPORTED),
        ({"key": b"\xbf\xff"}, MALFORMED),
        ({"key": b"\xa2\x01\x02\x01\x02"}, MALFORMED),
        ({"key": b"\xa1\x40\x02"}, MALFORMED),
        ({"key": b"\xc0\x00"}, MALFORMED),
        ({"key": b"\xf9\x00\x00"}, MALFORMED),
        ({"key": b"\x81" * 6 + b"\x00"}, MALFORMED),
        ({"key": b"\x9a\xff\xff\xff\xff"}, MALFORMED),
        ({"fmt": "packed"}, UNSUPPORTED),
        ({"fmt": "packed", "signs": True, "statement": {"x5c": [b"cert"]}}, UNSUPPORTED),
        ({"fmt": "packed", "signs": True, "statement": {"alg": -257}}, MALFORMED),
        ({"fmt": "packed", "signs": True, "statement": {"sig": b"no"}}, MALFORMED),
        ({"fmt": "packed", "signs": True, "statement": {"sig": "no"}}, MALFORMED),
        ({"fmt": "none", "statement": {"sig": b"no"}}, UNSUPPORTED),
        ({"fmt": "fido-u2f", "signs": True}, UNSUPPORTED),
        ({"object": {"authData": "text"}}, MALFORMED),
        ({"object": {"authData": b"short"}}, MALFORMED),
        ({"object": {"attStmt": []}}, MALFORMED),
        ({"raw": b"\x80"}, MALFORMED),
        ({"raw": b"\xa1\x61"}, MALFORMED),
        ({"raw": cbor({}) + b"?"}, MALFORMED),
        ({"top": {"id": base64url(b"another"), "rawId": base64url(b"another")}}, MALFORMED),
        ({"top": {"rawId": "another"}}, MALFORMED),
        ({"top": {"id": ["a"]}}, MALFORMED),
        ({"top": {"type": "password"}}, MALFORMED),
        ({"top": {"response": "text"}}, MALFORMED),
        ({"response": {"clientDataJSON": base64url(b"[]")}}, MALFORMED),
        ({"response": {"clientDataJSON": base64url(b"[" * 5_000)}}, MALFORMED),
        ({"response": {"clientDataJSON": "YQ=="}}, MALFORMED),
        ({"response": {"clientDataJSON": "YR"}}, MALFORMED),
        ({"response": {"attestationObject": 7}}, MALFORMED),
    ],
)
def test_every_fact_of_a_new_passkey_counts(changes: dict[str, Any], exception: str) -> None:
    desk = pool()
    token, device = desk.access(), Authenticator(CURVE)
    options = start(desk, token)
    with refused(exception):
        complete(desk, token, device.create(options, **changes))
    assert desk.user().passkeys == ()
    with refused(CHALLENGE):  # one answer to each challenge, a right one included
        complete(desk, token, device.create(options))
    register(desk, device)


def test_a_name_that_is_cut_short() -> None:
    desk = pool()
    for name in (b"", b"x" * 1024):
        with refused(MALFORMED):
            register(desk, Authenticator(CURVE, name=name))


def test_whose_challenge_it_is() -> None:
    """Nobody's but the user's and the client's that began, for five minutes."""
    clients = [Client(secret=None, auth_flows=AUTH_FLOWS) for _ in range(2)]
    desk = pool(clients=clients)
    token, device = desk.access(), Authenticator(CURVE)
    options = start(desk, token)
    with refused(CHALLENGE):
        complete(desk, desk.access("bob"), device.create(options))
    scope = "aws.cognito.signin.user.admin"
    other = desk.cognito.tokens_for("ada", scopes=(scope,), client=clients[1])["access_token"]
    with refused("WebAuthnClientMismatchException"):
        complete(desk, other, device.create(options))
    options = start(desk, token)
    desk.clock.now += 301
    with refused(CHALLENGE):
        complete(desk, token, device.create(options))
    with refused(MALFORMED):  # of somebody else already
        register(desk, device)
        bobs = desk.access("bob")
        complete(desk, bobs, device.create(start(desk, bobs)))
    with refused("ResourceNotFoundException"):
        named = base64url(device.name)
        desk.call("DeleteWebAuthnCredential", AccessToken=desk.access("bob"), CredentialId=named)
    assert len(desk.user().passkeys) == 1


def test_twenty_are_enough() -> None:
    desk = pool()
    for number in range(20):
        register(desk, Authenticator(CURVE, name=bytes([number] * 16)))
    with refused("LimitExceededException"):
        start(desk, desk.access())


def test_pools_without_them() -> None:
    for options, exception in (
        ({"first_factors": ("PASSWORD",)}, "WebAuthnNotEnabledException"),
        ({"relying_party": ""}, "WebAuthnConfigurationMissingException"),
    ):
        desk = pool(**options)
        with refused(exception):
            start(desk, desk.access())


def test_where_somebody_has_to_prove_to_be_there() -> None:
    desk = pool(user_verification="required")
    device = Authenticator(CURVE)
    with refused(UNSUPPORTED):
        register(desk, device, flags=NEW & ~VERIFIED)
    register(desk, device)
    with refused(WRONG):
        sign_in(desk, device, flags=PRESENT)
    sign_in(desk, device)


@pytest.mark.parametrize("changes", [
    {"count": 4}, {"count": 5}, {"count": 0}, {"tail": b"?"}, {"flags": PRESENT | BACKED_UP},
    {"client": {"crossOrigin": True}}, {"client": {"type": "webauthn.create"}},
    {"response": {"userHandle": base64url(b"bob")}}, {"response": {"signature": "AAAA"}},
    {"top": {"rawId": "another"}}, {"top": {"type": ""}}, {"top": {"id": "x", "rawId": "x"}},
])  # fmt: skip
def test_every_fact_of_its_use_counts(changes: dict[str, Any]) -> None:
    desk = pool()
    device = Authenticator(CURVE)
    register(desk, device)
    sign_in(desk, device, count=5)
    with refused(WRONG):
        sign_in(desk, device, **changes)
    sign_in(desk, device, count=6)
    assert desk.user().passkeys[0].sign_count == 6


def test_a_rsa_passkeys_signature_counts() -> None:
    desk, device = pool(), Authenticator(RSA)
    register(desk, device)
    with refused(WRONG):
        sign_in(desk, device, response={"signature": base64url(bytes(256))})
