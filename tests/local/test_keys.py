"""Signing keys: their names, their signatures, their rotation."""

import base64

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from cognito_gate.local.keys import BadToken, KeyRing, random_kid
from tests.local.stage import segment


def kids(ring: KeyRing) -> list[str]:
    return [str(key["kid"]) for key in ring.jwks()["keys"]]


def test_key_names_look_like_cognitos() -> None:
    for _ in range(20):
        kid = random_kid()
        assert len(kid) == 44
        assert kid.endswith("=")
        assert {"+", "/"} <= set(kid)
        assert len(base64.b64decode(kid)) == 32


def test_each_kind_of_token_has_its_own_key() -> None:
    ring = KeyRing()
    keys = KeySet.import_key_set(ring.jwks())
    for use in ("id", "access"):
        token = jwt.decode(ring.sign(use, {"use": use}), keys, algorithms=["RS256"])
        assert token.claims == {"use": use}
        assert token.header.keys() == {"kid", "alg"}
    assert segment(ring.sign("id", {}), 0) != segment(ring.sign("access", {}), 0)


def test_slashes_are_escaped_and_other_text_is_not() -> None:
    token = KeyRing().sign("id", {"iss": "http://x/y", "name": "Zoë"})
    assert segment(token, 1) == '{"iss":"http:\\/\\/x\\/y","name":"Zoë"}'.encode()
    assert b"\\/" in segment(token, 0)
    assert segment(token, 0).startswith(b'{"kid":"')


def test_rotation_takes_the_old_keys_away() -> None:
    ring = KeyRing()
    before, token = kids(ring), ring.sign("access", {"a": 1})
    ring.rotate()
    assert len(kids(ring)) == 2
    assert not set(before) & set(kids(ring))
    with pytest.raises(BadToken):
        ring.verify(token)


def test_rotation_keeps_the_old_keys_if_asked() -> None:
    ring = KeyRing()
    before, token = kids(ring), ring.sign("access", {"a": 1})
    ring.rotate(keep_old=True)
    assert len(kids(ring)) == 4
    assert set(before) < set(kids(ring))
    assert ring.verify(token) == {"a": 1}
    assert ring.verify(ring.sign("access", {"b": 2})) == {"b": 2}


def test_old_keys_are_bounded() -> None:
    ring = KeyRing()
    for _ in range(5):
        ring.rotate(keep_old=True)
    assert len(kids(ring)) == 10


def test_a_changed_token_is_bad() -> None:
    ring = KeyRing()
    for part in range(3):
        parts = ring.sign("id", {"sub": "x"}).split(".")
        parts[part] = ("A" if parts[part][0] != "A" else "B") + parts[part][1:]
        with pytest.raises(BadToken):
            ring.verify(".".join(parts))


def test_garbage_is_a_bad_token() -> None:
    ring = KeyRing()
    for token in ("", "x", "a.b", "a.b.c", "a.b.c.d.e", "ä.ä.ä"):
        with pytest.raises(BadToken):
            ring.verify(token)
