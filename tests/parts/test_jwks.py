"""JWKS documents, whatever they hold, and when the ring may fetch again."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._gate.protocol.jwks import (
    AWAITED,
    COLD_PENALTY,
    MAX_KEYS,
    PENALTY,
    STALE_AFTER,
    KeyRing,
    read_jwks,
)
from cognito_gate._gate.protocol.public_keys import PublicKey
from cognito_gate.errors import CognitoUnavailable
from tests.parts.made import GONE, KID, NOW, jwk, number, private_key, public_key

GOOD = jwk(kid="good")


def body(*members: Any) -> bytes:
    return json.dumps({"keys": members}).encode()


def modulus(key: PublicKey) -> str:
    return number(key.modulus)


def test_a_document_as_cognito_publishes_it() -> None:
    other = private_key("other")
    found = read_jwks(body(jwk(), jwk(other, kid="key-2")))
    assert {kid: modulus(key) for kid, key in found.items()} == {
        KID: jwk()["n"],
        "key-2": jwk(other)["n"],
    }


DOCUMENTS: dict[str, bytes] = {
    "empty": b"",
    "a portal's page": b"<!doctype html><title>Sign in to the Wi-Fi</title>",
    "a list": b"[]",
    "a list of keys": json.dumps([jwk()]).encode(),
    "null": b"null",
    "a number": b"1",
    "a text": b'"keys"',
    "no keys": b"{}",
    "keys null": b'{"keys":null}',
    "keys a text": b'{"keys":"keys"}',
    "keys a number": b'{"keys":1}',
    "keys a dict": json.dumps({"keys": {KID: jwk()}}).encode(),
    "keys true": b'{"keys":true}',
    "a bare JWK": json.dumps(jwk()).encode(),
    "cut short": body(jwk())[:-3],
    "invalid UTF-8": b'{"keys":["\xff"]}',
    "UTF-16": body(jwk()).decode().encode("utf-16"),
    "deep": b'{"keys":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a number that is none": body(jwk(), float("nan")),
    "a number of 5000 digits": b'{"keys":' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_what_is_no_jwks_document(document: bytes) -> None:
    with pytest.raises(CognitoUnavailable, match="are not a JWKS document"):
        read_jwks(document)


UNUSABLE: dict[str, Any] = {
    "null": None,
    "a text": "key",
    "a number": 5,
    "a list": [jwk()],
    "an empty dict": {},
    "no kid": jwk(kid=GONE),
    "kid null": jwk(kid=None),
    "kid int": jwk(kid=7),
    "kid list": jwk(kid=["bad"]),
    "no kty": jwk(kty=GONE),
    "kty unknown": jwk(kty="AKP"),
    "kty list": jwk(kty=["RSA"]),
    "kty in small letters": jwk(kty="rsa"),
    "EC": {"kty": "EC", "kid": "bad", "crv": "P-256", "x": "AQ", "y": "AQ"},
    "OKP": {"kty": "OKP", "kid": "bad", "crv": "Ed25519", "x": "AQ"},
    "oct": {"kty": "oct", "kid": "bad", "k": "c2VjcmV0"},
    "use enc": jwk(use="enc"),
    "use null": jwk(use=None),
    "use list": jwk(use=["sig"]),
    "alg RS512": jwk(alg="RS512"),
    "alg PS256": jwk(alg="PS256"),
    "alg none": jwk(alg="none"),
    "alg null": jwk(alg=None),
    "alg list": jwk(alg=["RS256"]),
    "key_ops of signing": jwk(key_ops=["sign"]),
    "key_ops empty": jwk(key_ops=[]),
    "key_ops null": jwk(key_ops=None),
    "key_ops a number": jwk(key_ops=5),
    "key_ops a part of a text": jwk(key_ops="no-verify-please"),
    "no n": jwk(n=GONE),
    "n null": jwk(n=None),
    "n a number": jwk(n=65537),
    "n a list": jwk(n=[]),
    "n empty": jwk(n=""),
    "n zero": jwk(n="AA"),
    "n junk": jwk(n="****"),
    "n non-ASCII": jwk(n="é" * 300),
    "n tiny": jwk(n=number(3233)),
    "n of 1024 bits": jwk(private_key("short", 1024)),
    "n of 2047 bits": jwk(n=number((1 << 2046) + 1)),
    "n of 8193 bits": jwk(n=number((1 << 8192) + 1)),
    "n of a million bits": jwk(n=number((1 << 1_000_000) + 1)),
    "no e": jwk(e=GONE),
    "e null": jwk(e=None),
    "e a number": jwk(e=65537),
    "e zero": jwk(e="AA"),
    "e one": jwk(e=number(1)),
    "e two": jwk(e=number(2)),
    "e even": jwk(e=number(65536)),
    "e larger than n": jwk(e=number((1 << 2100) + 1)),
}


@pytest.mark.parametrize("member", UNUSABLE.values(), ids=UNUSABLE)
def test_a_bad_member_is_passed_over_and_spoils_nothing(member: Any) -> None:
    assert list(read_jwks(body(member, GOOD))) == ["good"]
    assert list(read_jwks(body(GOOD, member))) == ["good"]


@pytest.mark.parametrize("member", UNUSABLE.values(), ids=UNUSABLE)
def test_a_document_without_a_usable_key(member: Any) -> None:
    with pytest.raises(CognitoUnavailable, match="holds no usable key"):
        read_jwks(body(member))


def test_an_empty_document() -> None:
    with pytest.raises(CognitoUnavailable, match="holds no usable key"):
        read_jwks(body())


USABLE: dict[str, dict[str, Any]] = {
    "no use": jwk(use=GONE),
    "no alg": jwk(alg=GONE),
    "key_ops of verifying": jwk(key_ops=["verify"]),
    "an unknown member": jwk(new=[1], x5t="x"),
    "a certificate": jwk(x5c=["junk"], x5u="https://evil.example/"),
    "e three": jwk(e=number(3)),
    "8192 bits": jwk(n=number((1 << 8191) + 1)),
}


@pytest.mark.parametrize("member", USABLE.values(), ids=USABLE)
def test_a_member_that_is_taken(member: dict[str, Any]) -> None:
    assert list(read_jwks(body(member))) == [KID]


def test_private_members_are_left_behind() -> None:
    numbers = private_key().private_numbers()
    member = jwk(d=number(numbers.d), p=number(numbers.p), q="junk")
    key = read_jwks(body(member))[KID]
    assert modulus(key) == jwk()["n"]


def test_a_key_id_used_twice() -> None:
    assert list(read_jwks(body(jwk(), jwk(private_key("other"))))) == [KID]
    # What cannot be used does not take the place of what can.
    assert modulus(read_jwks(body(jwk(), jwk(e=number(1))))[KID]) == jwk()["n"]


def test_a_thousand_members() -> None:
    found = read_jwks(body(*(jwk(kid=f"key-{index}") for index in range(1000))))
    assert len(found) == MAX_KEYS
    assert "key-0" in found


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_document(document: bytes) -> None:
    with pytest.raises(CognitoUnavailable):
        read_jwks(document)


@given(st.sampled_from(["kty", "use", "alg", "key_ops", "n", "e", "kid", "d", "x"]), JSON)
def test_any_value_in_a_member(name: str, value: Any) -> None:
    assert "good" in read_jwks(body(jwk(**{"kid": "bad", name: value}), GOOD))


# The ring

KEYS = {KID: public_key()}
OTHERS = {"key-2": public_key(private_key("other"))}


def warm(**change: float) -> KeyRing:
    ring = KeyRing()
    ring.learn(KEYS, KID, change.get("at", NOW), trusted=False)
    return ring


def test_a_cold_ring_fetches_at_once() -> None:
    ring = KeyRing()
    assert ring.cold
    assert not ring.failed
    assert ring.get(KID) is None
    assert ring.may_fetch(KID, NOW, trusted=False)
    assert ring.may_fetch("", NOW, trusted=True)


def test_a_key_that_is_held_needs_no_fetch() -> None:
    ring = warm()
    assert not ring.cold
    assert ring.get(KID) is KEYS[KID]
    assert not ring.may_fetch(KID, NOW, trusted=False)
    assert not ring.may_fetch(KID, NOW + STALE_AFTER, trusted=True)


def test_a_rotation_works_at_once() -> None:
    ring = warm()
    assert ring.may_fetch("key-2", NOW, trusted=False)
    ring.learn({**KEYS, **OTHERS}, "key-2", NOW, trusted=False)
    assert ring.get("key-2") is OTHERS["key-2"]
    # That fetch helped, so the next rotation may follow directly.
    assert ring.may_fetch("key-3", NOW, trusted=False)


def test_a_fetch_for_no_key_in_particular_costs_nothing() -> None:
    ring = KeyRing()
    ring.learn(KEYS, "", NOW, trusted=True)
    assert ring.may_fetch("key-2", NOW, trusted=True)


def test_a_fetch_that_did_not_help_is_followed_by_a_pause() -> None:
    ring = warm()
    ring.learn(KEYS, "made-up", NOW, trusted=False)
    for kid in ("made-up", "another"):
        assert not ring.may_fetch(kid, NOW, trusted=False)
        assert not ring.may_fetch(kid, NOW + PENALTY - 0.1, trusted=False)
        assert ring.may_fetch(kid, NOW + PENALTY, trusted=False)
    assert not ring.failed


def test_made_up_key_ids_never_stand_in_the_way_of_a_sign_in() -> None:
    ring = warm()
    ring.learn(KEYS, "made-up", NOW, trusted=False)
    assert ring.may_fetch("key-2", NOW + 1, trusted=True)
    ring.learn(KEYS, "key-2", NOW + 1, trusted=True)
    assert not ring.may_fetch("key-2", NOW + 2, trusted=True)


def test_a_cold_failure_is_followed_by_a_short_pause() -> None:
    ring = KeyRing()
    ring.missed(NOW, trusted=True)
    assert ring.cold
    assert ring.failed
    assert not ring.may_fetch(KID, NOW + COLD_PENALTY - 0.1, trusted=True)
    assert ring.may_fetch(KID, NOW + COLD_PENALTY, trusted=True)
    assert ring.may_fetch(KID, NOW, trusted=False)


def test_a_failure_takes_no_key_away() -> None:
    ring = warm()
    ring.missed(NOW, trusted=False)
    assert ring.get(KID) is KEYS[KID]
    assert ring.failed
    assert not ring.cold
    assert not ring.may_fetch("key-2", NOW + PENALTY - 0.1, trusted=False)
    assert ring.may_fetch("key-2", NOW + PENALTY, trusted=False)
    ring.learn({**KEYS, **OTHERS}, "key-2", NOW + PENALTY, trusted=False)
    assert not ring.failed


def test_keys_are_looked_at_again_after_a_day() -> None:
    ring = warm()
    later = NOW + STALE_AFTER + 1
    assert ring.may_fetch(KID, later, trusted=False)
    ring.missed(later, trusted=False)
    # While that fails the old key serves, and each try has its pause.
    assert ring.get(KID) is KEYS[KID]
    assert not ring.may_fetch(KID, later + 1, trusted=False)
    assert ring.may_fetch(KID, later + PENALTY, trusted=False)
    ring.learn(OTHERS, KID, later + PENALTY, trusted=False)
    assert ring.get(KID) is None


def test_a_clock_set_back_does_not_close_the_gate() -> None:
    ring = KeyRing()
    ring.missed(NOW, trusted=False)
    assert ring.may_fetch(KID, NOW - 3600, trusted=False)
    ring = warm()
    ring.learn(KEYS, "made-up", NOW, trusted=False)
    assert ring.may_fetch("made-up", NOW - 3600, trusted=False)
    assert not ring.may_fetch(KID, NOW - 3600, trusted=False)


def test_a_key_that_cognito_signs_with_is_awaited_for_a_while() -> None:
    ring = warm()
    assert ring.awaited(NOW) == ""
    ring.missed(NOW, "key-2", trusted=True)
    for late in (0, AWAITED - 0.1):
        assert ring.awaited(NOW + late) == "key-2"
    for late in (-0.1, AWAITED):  # a clock that was set back awaits nothing
        assert ring.awaited(NOW + late) == ""
    ring.learn({**KEYS, **OTHERS}, "", NOW, trusted=True)
    assert ring.awaited(NOW) == ""


def test_a_good_fetch_without_the_key_awaits_it_too() -> None:
    ring = warm()
    ring.learn(KEYS, "key-2", NOW, trusted=True)
    assert ring.awaited(NOW) == "key-2"


def test_nothing_is_awaited_for_tokens_of_visitors() -> None:
    ring = warm()
    ring.missed(NOW, "key-2", trusted=False)
    ring.learn(KEYS, "key-3", NOW, trusted=False)
    assert ring.awaited(NOW) == ""


def test_nothing_in_particular_is_not_awaited() -> None:
    ring = KeyRing()
    ring.missed(NOW, "key-2", trusted=True)
    ring.missed(NOW, trusted=True)
    ring.learn(KEYS, KID, NOW, trusted=True)
    assert ring.awaited(NOW) == "key-2"
