"""A JWT's form: everything that is refused before any key is looked at.

Every refusal changes one fact of a token that is accepted.
"""

import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cognito_gate._gate.protocol import jwt
from cognito_gate.errors import TokenRefused
from tests.parts.made import (
    ACCESS,
    GONE,
    HEADER,
    ID,
    access_token,
    b64,
    changed,
    compact,
    id_token,
    jwk,
    private_key,
    sign,
    token,
    verify,
)

BODY = json.dumps(ACCESS)
HEAD = json.dumps(HEADER)


def test_the_accepted_tokens() -> None:
    assert verify(access_token(), "access") == ACCESS
    assert verify(id_token(), "id") == ID


def test_what_parsing_finds() -> None:
    text = access_token()
    signed, _, signature = text.rpartition(".")
    parsed = jwt.parse(text, "access")
    assert (parsed.use, parsed.kid, parsed.claims) == ("access", "key-1", ACCESS)
    assert (parsed.signed, b64(parsed.signature)) == (signed.encode(), signature)
    assert repr(parsed) == "Parsed(use='access', kid='key-1')"  # nothing of what it claims


HEADERS: dict[str, tuple[dict[str, Any], str]] = {
    "alg none": ({"alg": "none"}, "not signed with RS256"),
    "alg None": ({"alg": "None"}, "not signed with RS256"),
    "alg HS256": ({"alg": "HS256"}, "not signed with RS256"),
    "alg ES256": ({"alg": "ES256"}, "not signed with RS256"),
    "alg PS256": ({"alg": "PS256"}, "not signed with RS256"),
    "alg RS384": ({"alg": "RS384"}, "not signed with RS256"),
    "alg RS512": ({"alg": "RS512"}, "not signed with RS256"),
    "alg rs256": ({"alg": "rs256"}, "not signed with RS256"),
    "alg with a blank": ({"alg": "RS256 "}, "not signed with RS256"),
    "alg missing": ({"alg": GONE}, "not signed with RS256"),
    "alg null": ({"alg": None}, "not signed with RS256"),
    "alg list": ({"alg": ["RS256"]}, "not signed with RS256"),
    "alg dict": ({"alg": {"RS256": 1}}, "not signed with RS256"),
    "alg of encryption": ({"alg": "PBES2-HS256+A128KW"}, "not signed with RS256"),
    "kid missing": ({"kid": GONE}, "without a usable key id"),
    "kid null": ({"kid": None}, "without a usable key id"),
    "kid empty": ({"kid": ""}, "without a usable key id"),
    "kid int": ({"kid": 1}, "without a usable key id"),
    "kid list": ({"kid": ["key-1"]}, "without a usable key id"),
    "kid of 257 characters": ({"kid": "k" * 257}, "without a usable key id"),
    "crit empty": ({"crit": []}, "unusual header"),
    "crit b64": ({"crit": ["b64"], "b64": True}, "unusual header"),
    "crit exp": ({"crit": ["exp"], "exp": 1}, "unusual header"),
    "crit text": ({"crit": "kid"}, "unusual header"),
    "crit null": ({"crit": None}, "unusual header"),
    "b64 false": ({"b64": False}, "unusual header"),
    "b64 true": ({"b64": True}, "unusual header"),
    "jwk": ({"jwk": jwk(private_key("other"))}, "unusual header"),
    "jwk null": ({"jwk": None}, "unusual header"),
    "jku": ({"jku": "https://evil.example/jwks.json"}, "unusual header"),
    "x5u": ({"x5u": "https://evil.example/cert.pem"}, "unusual header"),
    "x5c": ({"x5c": ["MIIB"]}, "unusual header"),
    "zip": ({"zip": "DEF"}, "unusual header"),
    "enc": ({"enc": "A128GCM"}, "unusual header"),
    "cty": ({"cty": "JWT"}, "unusual header"),
    "typ null": ({"typ": None}, "another type"),
    "typ logout+jwt": ({"typ": "logout+jwt"}, "another type"),
    "typ empty": ({"typ": ""}, "another type"),
    "typ int": ({"typ": 1}, "another type"),
    "typ list": ({"typ": ["JWT"]}, "another type"),
    "typ dict": ({"typ": {}}, "another type"),
    "typ dpop+jwt": ({"typ": "dpop+jwt"}, "another type"),
}


@pytest.mark.parametrize(("change", "reason"), HEADERS.values(), ids=HEADERS)
def test_a_header_that_is_refused(change: dict[str, Any], reason: str) -> None:
    text = token(ACCESS, changed(HEADER, change))
    with pytest.raises(TokenRefused, match=reason):
        jwt.parse(text, "access")


@pytest.mark.parametrize("typ", ["JWT", "jwt", "at+jwt", "AT+JWT"])
def test_types_of_an_access_token(typ: str) -> None:
    assert verify(token(ACCESS, {**HEADER, "typ": typ}), "access") == ACCESS


def test_types_of_an_id_token() -> None:
    assert verify(token(ID, {**HEADER, "typ": "JWT"}), "id") == ID
    with pytest.raises(TokenRefused, match="another type"):
        verify(token(ID, {**HEADER, "typ": "at+jwt"}), "id")


def test_the_longest_key_id_is_accepted() -> None:
    assert verify(token(ACCESS, {**HEADER, "kid": "k" * 256})) == ACCESS


def test_an_unknown_header_is_ignored() -> None:
    assert verify(token(ACCESS, {**HEADER, "x-new": [1]})) == ACCESS


PUBLIC = private_key().public_key()
SECRETS = {
    "PEM": PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    "PEM without line end": PUBLIC.public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    ).strip(),
    "PKCS 1 PEM": PUBLIC.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
    "DER": PUBLIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    "JWK": json.dumps(jwk()).encode(),
    "modulus": jwk()["n"].encode(),
    "empty": b"",
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("alg", ["HS256", "RS256"])
def test_the_public_key_as_a_shared_secret(secret: bytes, alg: str) -> None:
    signed = f"{b64(json.dumps({**HEADER, 'alg': alg}).encode())}.{b64(BODY.encode())}"
    mac = hmac.digest(secret, signed.encode(), hashlib.sha256)
    reason = "not signed with RS256" if alg == "HS256" else "signature is wrong"
    with pytest.raises(TokenRefused, match=reason):
        verify(f"{signed}.{b64(mac)}")


def _signed(alg: str) -> str:
    return f"{b64(json.dumps({**HEADER, 'alg': alg}).encode())}.{b64(BODY.encode())}"


def test_true_signatures_of_other_algorithms() -> None:
    pss = padding.PSS(padding.MGF1(SHA256()), SHA256().digest_size)
    good = private_key().sign(_signed("PS256").encode(), pss, SHA256())
    curve = ec.generate_private_key(ec.SECP256R1()).sign(
        _signed("ES256").encode(), ec.ECDSA(SHA256())
    )
    for alg, signature in (("PS256", good), ("ES256", curve), ("none", b"")):
        with pytest.raises(TokenRefused, match="not signed with RS256"):
            verify(f"{_signed(alg)}.{b64(signature)}")


GOOD = access_token()
HEAD_, BODY_, SIGN_ = GOOD.split(".")
PARTS = {
    "empty": "",
    "one part": HEAD_,
    "two parts": f"{HEAD_}.{BODY_}",
    "four parts": f"{GOOD}.{SIGN_}",
    "five parts": f"{GOOD}.{SIGN_}.{SIGN_}",
    "dot in front": f".{GOOD}",
    "dot at the end": f"{GOOD}.",
    "many dots": "." * 16_000,
    "non-ASCII": GOOD + "é",
    "fullwidth dots": GOOD.replace(".", "\uff0e"),
    "a lone surrogate": GOOD + "\ud800",
    "a byte over 16 KiB": "a" * 16_385,
}


@pytest.mark.parametrize("text", PARTS.values(), ids=PARTS)
def test_another_number_of_parts(text: str) -> None:
    with pytest.raises(TokenRefused, match="not a signed token of three parts"):
        jwt.parse(text, "access")


def long_token(length: int) -> str:
    """A token of just this length; not every length can be had under the same key id."""
    tokens = (
        token({**ACCESS, "pad": "x" * pad}, {**HEADER, "kid": kid})
        for pad in range((length - len(GOOD)) * 3 // 4 - 20, length)
        for kid in ("k", "kk")
    )
    return next(text for text in tokens if len(text) == length)


def test_sixteen_kibibytes_and_not_a_byte_more() -> None:
    verify(long_token(16_384))
    with pytest.raises(TokenRefused, match="three parts"):
        verify(long_token(16_385))


JUNK = {
    "padding": "=",
    "blank": " ",
    "line end": "\n",
    "plus": "+",
    "slash": "/",
    "star": "*",
    "NUL": "\0",
    "tab": "\t",
}


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("front", [True, False], ids=["front", "end"])
def test_junk_around_a_segment(junk: str, place: int, front: bool) -> None:
    parts = GOOD.split(".")
    parts[place] = junk + parts[place] if front else parts[place] + junk
    with pytest.raises(TokenRefused, match="not base64url"):
        jwt.parse(".".join(parts), "access")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_junk_inside_a_segment_that_leaves_its_length_possible(place: int) -> None:
    parts = GOOD.split(".")
    parts[place] = parts[place][:4] + "!!!!" + parts[place][4:]
    with pytest.raises(TokenRefused, match="not base64url"):
        jwt.parse(".".join(parts), "access")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_segment_of_an_impossible_length(place: int) -> None:
    parts = GOOD.split(".")
    parts[place] = parts[place][: len(parts[place]) // 4 * 4] + "A"
    with pytest.raises(TokenRefused, match="not base64url"):
        jwt.parse(".".join(parts), "access")


def test_stray_bits_in_the_last_character() -> None:
    # 256 bytes end in two characters, the last of which carries four spare bits.
    assert SIGN_[-1] in "AQgw"
    for last in set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") - set(
        "AQgw"
    ):
        with pytest.raises(TokenRefused, match="not base64url"):
            jwt.parse(f"{HEAD_}.{BODY_}.{SIGN_[:-1]}{last}", "access")


def test_stray_bits_after_two_bytes() -> None:
    head = b64(b'{"alg":"RS256","kid":"key-1"}  ')
    assert len(head) % 4 == 2
    longer = b64(b'{"alg":"RS256","kid":"key-1"}   ')
    assert len(longer) % 4 == 3
    for text in (head, longer):
        assert jwt.parse(f"{text}.{BODY_}.{SIGN_}", "access").kid == "key-1"
        stray = chr(ord(text[-1]) + 1)
        with pytest.raises(TokenRefused, match="not base64url"):
            jwt.parse(f"{text[:-1]}{stray}.{BODY_}.{SIGN_}", "access")


NOT_JSON: dict[str, str | bytes] = {
    "NaN": BODY.replace("}", ',"x":NaN}'),
    "Infinity": BODY.replace("}", ',"x":Infinity}'),
    "minus Infinity": BODY.replace("}", ',"x":-Infinity}'),
    "empty": "",
    "text": "hello",
    "trailing comma": BODY.replace("}", ",}"),
    "two objects": BODY + BODY,
    "single quotes": BODY.replace('"', "'"),
    "invalid UTF-8": BODY.encode().replace(b"a-jti", b"a-\xff\xfe"),
    "overlong UTF-8": BODY.encode().replace(b"a-jti", b"\xc0\xae"),
    "an encoded surrogate": BODY.encode().replace(b"a-jti", b"\xed\xa0\x80"),
    "UTF-16": BODY.encode("utf-16"),
    "UTF-16 without mark": BODY.encode("utf-16-le"),
    "UTF-8 with mark": BODY.encode("utf-8-sig"),
    "a control character": BODY.replace("a-jti", "a\njti"),
    "deep lists": BODY.replace("}", ',"x":' + "[" * 5000 + "]" * 5000 + "}"),
    "deep objects": '{"a":' * 1800 + "1" + "}" * 1800,
    "a number of 5000 digits": BODY.replace("}", ',"x":' + "9" * 5000 + "}"),
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_claims_that_are_not_json(body: str | bytes) -> None:
    with pytest.raises(TokenRefused, match=r"segment is not JSON$"):
        jwt.parse(compact(HEAD, body), "access")


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_a_header_that_is_not_json(body: str | bytes) -> None:
    with pytest.raises(TokenRefused, match=r"segment is not JSON$"):
        jwt.parse(compact(body, BODY), "access")


@pytest.mark.parametrize("text", ["[]", "null", "true", "1", '"text"', "[{}]"])
@pytest.mark.parametrize("place", ["header", "claims"])
def test_json_that_is_no_object(text: str, place: str) -> None:
    head, body = (text, BODY) if place == "header" else (HEAD, text)
    with pytest.raises(TokenRefused, match="not a JSON object"):
        jwt.parse(compact(head, body), "access")


def test_an_embedded_key_is_never_used() -> None:
    evil = private_key("evil")
    header = {**HEADER, "jwk": jwk(evil)}
    with pytest.raises(TokenRefused, match="unusual header"):
        verify(token(ACCESS, header, evil))
    signed = f"{HEAD_}.{BODY_}"
    with pytest.raises(TokenRefused, match="signature is wrong"):
        verify(f"{signed}.{b64(sign(signed.encode(), evil))}")
