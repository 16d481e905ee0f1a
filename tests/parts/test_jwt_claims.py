"""A JWT's claims and its signature.

Every refusal changes one fact of a token that is accepted.
"""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from cognito_gate._gate.protocol import jwt
from cognito_gate._gate.protocol.public_keys import PublicKey
from cognito_gate.errors import TokenRefused
from tests.parts.made import (
    ACCESS,
    CLIENT,
    GONE,
    HEADER,
    ID,
    ISSUER,
    NOW,
    access_token,
    b64,
    changed,
    compact,
    expected,
    id_token,
    private_key,
    public_key,
    sign,
    token,
    verify,
)

T = int(NOW)

BOTH: dict[str, tuple[dict[str, Any], str]] = {
    "iss missing": ({"iss": GONE}, "another issuer"),
    "iss null": ({"iss": None}, "another issuer"),
    "iss empty": ({"iss": ""}, "another issuer"),
    "iss of another pool": ({"iss": ISSUER[:-1] + "X"}, "another issuer"),
    "iss a prefix": ({"iss": ISSUER[:-1]}, "another issuer"),
    "iss a suffix": ({"iss": ISSUER.removeprefix("https://")}, "another issuer"),
    "iss longer": ({"iss": ISSUER + "x"}, "another issuer"),
    "iss with a slash": ({"iss": ISSUER + "/"}, "another issuer"),
    "iss in capitals": ({"iss": ISSUER.upper()}, "another issuer"),
    "iss over http": ({"iss": ISSUER.replace("https", "http")}, "another issuer"),
    "iss a list": ({"iss": [ISSUER]}, "another issuer"),
    "iss with a blank": ({"iss": ISSUER + " "}, "another issuer"),
    "token_use missing": ({"token_use": GONE}, "for another use"),
    "token_use null": ({"token_use": None}, "for another use"),
    "token_use other": ({"token_use": "refresh"}, "for another use"),
    "token_use in capitals": ({"token_use": "ACCESS"}, "for another use"),
    "token_use list": ({"token_use": ["access", "id"]}, "for another use"),
    "sub missing": ({"sub": GONE}, "has no sub"),
    "sub empty": ({"sub": ""}, "has no sub"),
    "sub null": ({"sub": None}, "has no sub"),
    "sub int": ({"sub": 7}, "has no sub"),
    "sub list": ({"sub": ["a"]}, "has no sub"),
    "sub of two lines": ({"sub": "a\nb"}, "has no sub"),
    "sub of half a character": ({"sub": "a\ud800"}, "has no sub"),
    "azp of another client": ({"azp": "2other"}, "issued to another party"),
    "azp null": ({"azp": None}, "issued to another party"),
    "azp empty": ({"azp": ""}, "issued to another party"),
    "exp missing": ({"exp": GONE}, "exp is not a number"),
    "exp null": ({"exp": None}, "exp is not a number"),
    "exp text": ({"exp": str(T + 100)}, "exp is not a number"),
    "exp true": ({"exp": True}, "exp is not a number"),
    "exp list": ({"exp": [T + 100]}, "exp is not a number"),
    "exp past": ({"exp": T - 1}, "expired"),
    "exp now": ({"exp": T}, "expired"),
    "exp zero": ({"exp": 0}, "expired"),
    "exp negative": ({"exp": -T}, "expired"),
    "exp hugely negative": ({"exp": -(10**400)}, "expired"),
    "iat missing": ({"iat": GONE}, "iat is not a number"),
    "iat null": ({"iat": None}, "iat is not a number"),
    "iat text": ({"iat": "1"}, "iat is not a number"),
    "iat false": ({"iat": False}, "iat is not a number"),
    "iat in two minutes": ({"iat": T + 120}, "issued in the future"),
    "iat huge": ({"iat": 10**400}, "issued in the future"),
    "iat hugely negative": ({"iat": -(10**400)}, "iat is no time"),
    "nbf null": ({"nbf": None}, "nbf is not a number"),
    "nbf text": ({"nbf": "1"}, "nbf is not a number"),
    "nbf true": ({"nbf": True}, "nbf is not a number"),
    "nbf in two minutes": ({"nbf": T + 120}, "not valid yet"),
    "auth_time text": ({"auth_time": "1"}, "auth_time is not a number"),
    "auth_time null": ({"auth_time": None}, "auth_time is not a number"),
    "auth_time huge": ({"auth_time": 10**400}, "auth_time is no time"),
    "auth_time hugely negative": ({"auth_time": -(10**400)}, "auth_time is no time"),
    "groups text": ({"cognito:groups": "admin"}, "groups is not a list"),
    "groups null": ({"cognito:groups": None}, "groups is not a list"),
    "groups dict": ({"cognito:groups": {"admin": 1}}, "groups is not a list"),
    "groups of ints": ({"cognito:groups": [1]}, "groups is not a list"),
    "groups mixed": ({"cognito:groups": ["admin", None]}, "groups is not a list"),
    "groups nested": ({"cognito:groups": [["admin"]]}, "groups is not a list"),
    "jti int": ({"jti": 1}, "jti is not a text"),
    "jti null": ({"jti": None}, "jti is not a text"),
    "jti of half a character": ({"jti": "a\ud800"}, "jti is no plain text"),
    "origin_jti list": ({"origin_jti": []}, "origin_jti is not a text"),
    "origin_jti like a user's key": ({"origin_jti": "sub of-bob"}, "origin_jti is no plain text"),
    "scope list": ({"scope": ["openid"]}, "scope is not a text"),
    "scope null": ({"scope": None}, "scope is not a text"),
    "username int": ({"username": 1}, "username is not a text"),
    "cognito:username list": ({"cognito:username": ["ada"]}, "cognito:username is not a text"),
    "email dict": ({"email": {"a": 1}}, "email is not a text"),
    "nonce int": ({"nonce": 1}, "nonce is not a text"),
}


@pytest.mark.parametrize(("change", "reason"), BOTH.values(), ids=BOTH)
@pytest.mark.parametrize("use", ["access", "id"])
def test_a_claim_that_is_refused(use: jwt.Use, change: dict[str, Any], reason: str) -> None:
    text = token(changed(ACCESS if use == "access" else ID, change))
    with pytest.raises(TokenRefused, match=reason):
        verify(text, use)


CLIENTS = {
    "missing": GONE,
    "null": None,
    "empty": "",
    "other": "2other",
    "a prefix": CLIENT[:-1],
    "longer": CLIENT + "1",
    "in capitals": CLIENT.upper(),
    "int": 1,
    "empty list": [],
    "list with another": [CLIENT, "2other"],
    "list of another": ["2other"],
    "list in a list": [[CLIENT]],
    "list of null": [None],
    "dict": {CLIENT: 1},
}


@pytest.mark.parametrize("value", CLIENTS.values(), ids=CLIENTS)
@pytest.mark.parametrize("use", ["access", "id"])
def test_another_app_client(use: jwt.Use, value: Any) -> None:
    text = access_token(client_id=value) if use == "access" else id_token(aud=value)
    with pytest.raises(TokenRefused, match="another app client"):
        verify(text, use)


AUDIENCES = frozenset({"https://api.example", "second"})
RESOURCES = {
    "none asked for": (GONE, True),
    "one of ours": ("https://api.example", True),
    "a list with one of ours": (["https://other.example", "second"], True),
    "another": ("https://other.example", False),
    "a list of others": (["https://other.example"], False),
    "a prefix": ("https://api.exampl", False),
    "longer": ("https://api.example/", False),
    "in capitals": ("HTTPS://API.EXAMPLE", False),
    "empty": ("", False),
    "empty list": ([], False),
    "null": (None, False),
    "number": (7, False),
    "dict": ({"https://api.example": 1}, False),
    "list with a number": (["https://api.example", 7], False),
    "list in a list": ([["https://api.example"]], False),
}


@pytest.mark.parametrize(("aud", "accepted"), RESOURCES.values(), ids=RESOURCES)
def test_an_access_token_for_a_resource(aud: Any, accepted: bool) -> None:
    parsed = jwt.parse(access_token(aud=aud), "access")
    ours = expected(audiences=AUDIENCES)
    if accepted:
        jwt.check_claims(parsed, ours, NOW)
    else:
        with pytest.raises(TokenRefused, match="another resource"):
            jwt.check_claims(parsed, ours, NOW)
    if aud is not GONE:
        with pytest.raises(TokenRefused, match="another resource"):
            jwt.check_claims(parsed, expected(), NOW)


def test_an_id_tokens_aud_is_its_app_client_and_no_resource() -> None:
    jwt.check_claims(jwt.parse(id_token(), "id"), expected(audiences=AUDIENCES), NOW)
    with pytest.raises(TokenRefused, match="another app client"):
        jwt.check_claims(
            jwt.parse(id_token(aud="second"), "id"), expected(audiences=AUDIENCES), NOW
        )


def test_the_client_is_read_from_the_claim_of_its_use() -> None:
    with pytest.raises(TokenRefused, match="another app client"):
        verify(access_token(client_id=GONE, aud=CLIENT), "access")
    with pytest.raises(TokenRefused, match="another app client"):
        verify(access_token(client_id=[CLIENT]), "access")
    with pytest.raises(TokenRefused, match="another app client"):
        verify(id_token(aud=GONE, client_id=CLIENT), "id")


def test_one_token_in_place_of_the_other() -> None:
    with pytest.raises(TokenRefused, match="for another use"):
        verify(id_token(), "access")
    with pytest.raises(TokenRefused, match="for another use"):
        verify(access_token(), "id")
    with pytest.raises(TokenRefused, match="for another use"):
        verify(id_token(client_id=CLIENT), "access")
    with pytest.raises(TokenRefused, match="for another use"):
        verify(access_token(aud=CLIENT), "id")


@pytest.mark.parametrize("text", ["1e999", "-1e999"])
@pytest.mark.parametrize("name", ["exp", "iat", "nbf", "auth_time"])
def test_numbers_beyond_all_measure(name: str, text: str) -> None:
    body = changed(ACCESS, {name: GONE})
    claims = "{" + f'"{name}":{text},' + str(body).replace("'", '"')[1:]
    with pytest.raises(TokenRefused, match=f"{name} is not a number"):
        verify(compact('{"alg":"RS256","kid":"key-1"}', claims))


ACCEPTED: dict[str, tuple[jwt.Use, dict[str, Any]]] = {
    "a huge exp": ("access", {"exp": 10**400}),
    "a fraction in exp": ("access", {"exp": T + 0.5}),
    "a fraction in iat": ("access", {"iat": T - 0.5}),
    "iat a minute ahead": ("access", {"iat": T + 60}),
    "iat long ago": ("access", {"iat": 0}),
    "nbf a minute ahead": ("access", {"nbf": T + 60}),
    "nbf past": ("id", {"nbf": T - 1}),
    "aud of one in a list": ("id", {"aud": [CLIENT]}),
    "azp of ours": ("id", {"azp": CLIENT}),
    "azp of ours in an access token": ("access", {"azp": CLIENT}),
    "no groups": ("access", {"cognito:groups": GONE}),
    "empty groups": ("id", {"cognito:groups": []}),
    "a machine": ("access", {"username": GONE, "cognito:groups": GONE, "sub": CLIENT}),
    "a sub that is no UUID": ("access", {"sub": "google_123"}),
    "no jti": ("id", {"jti": GONE}),
    "no auth_time": ("id", {"auth_time": GONE}),
    "no scope": ("access", {"scope": GONE}),
    "new claims": ("id", {"custom:x": {"a": [1, None]}, "amr": ["pwd"], "big": 10**300}),
}


@pytest.mark.parametrize(("use", "change"), ACCEPTED.values(), ids=ACCEPTED)
def test_what_stays_accepted(use: jwt.Use, change: dict[str, Any]) -> None:
    claims = changed(ACCESS if use == "access" else ID, change)
    assert verify(token(claims), use) == claims


def test_leeway_is_for_exp_alone() -> None:
    text = access_token(exp=T - 30)
    assert verify(text, leeway=31)
    with pytest.raises(TokenRefused, match="expired"):
        verify(text, leeway=30)
    with pytest.raises(TokenRefused, match="in the future"):
        verify(access_token(iat=T + 61), leeway=600)
    with pytest.raises(TokenRefused, match="not valid yet"):
        verify(access_token(nbf=T + 61), leeway=600)


@pytest.mark.parametrize(
    ("change", "cause"),
    [({"exp": T}, "expired"), ({"iat": T + 61}, "early"), ({"nbf": T + 61}, "early")],
)
def test_a_wrong_time_alone_is_named_as_the_cause(change: dict[str, Any], cause: str) -> None:
    with pytest.raises(TokenRefused) as caught:
        verify(access_token(**change))
    assert caught.value.cause == cause
    with pytest.raises(TokenRefused) as caught:
        verify(access_token(**change, sub=""))
    assert caught.value.cause not in ("expired", "early")


def test_several_clients_may_be_expected() -> None:
    parsed = jwt.parse(access_token(client_id="2other"), "access")
    jwt.check_claims(parsed, expected(clients=frozenset({CLIENT, "2other"})), NOW)


def _forged(name: str) -> str:
    signed, _, good = access_token().rpartition(".")
    raw = sign(signed.encode())
    assert b64(raw) == good
    flipped = bytes([raw[0] ^ 1]) + raw[1:]
    return {
        "empty": f"{signed}.",
        "zeros": f"{signed}.{b64(bytes(256))}",
        "one": f"{signed}.{b64(bytes(255) + bytes([1]))}",
        "a bit flipped": f"{signed}.{b64(flipped)}",
        "a byte short": f"{signed}.{b64(raw[:-1])}",
        "a byte longer": f"{signed}.{b64(raw + bytes(1))}",
        "a zero in front": f"{signed}.{b64(bytes(1) + raw)}",
        "of other claims": f"{signed}.{id_token().rpartition('.')[2]}",
        "of another key": f"{signed}.{b64(sign(signed.encode(), private_key('other')))}",
        "of a short key": f"{signed}.{b64(sign(signed.encode(), private_key('short', 1024)))}",
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        "empty",
        "zeros",
        "one",
        "a bit flipped",
        "a byte short",
        "a byte longer",
        "a zero in front",
        "of other claims",
        "of another key",
        "of a short key",
    ],
)
def test_a_signature_that_is_wrong(name: str) -> None:
    with pytest.raises(TokenRefused, match="signature is wrong"):
        verify(_forged(name))


def test_claims_changed_after_signing() -> None:
    head, _, signature = access_token().split(".")
    _, body, _ = access_token(**{"cognito:groups": ["root"]}).split(".")
    with pytest.raises(TokenRefused, match="signature is wrong"):
        verify(f"{head}.{body}.{signature}")


def test_the_header_is_signed_too() -> None:
    _, body, signature = access_token().split(".")
    head, _, _ = token(ACCESS, {**HEADER, "kid": "key-2"}).split(".")
    with pytest.raises(TokenRefused, match="signature is wrong"):
        verify(f"{head}.{body}.{signature}")


def test_a_key_that_cannot_check_anything() -> None:
    odd = PublicKey(RSAPublicNumbers(3, 1 << 2047).public_key())
    with pytest.raises(TokenRefused, match="signature is wrong"):
        verify(access_token(), key=odd)


@pytest.mark.parametrize("length", [0, 1, 8192])
def test_a_signature_of_another_length(length: int) -> None:
    signed = access_token().rpartition(".")[0]
    with pytest.raises(TokenRefused, match="signature is wrong"):
        verify(f"{signed}.{b64(bytes(length))}")


def test_another_key_of_the_pool() -> None:
    with pytest.raises(TokenRefused, match="signature is wrong"):
        verify(access_token(), key=public_key(private_key("other")))


@pytest.mark.parametrize(
    ("exp", "end"),
    [(T, float(T)), (T + 0.5, T + 0.5), (10**400, 253_402_300_799.0), (1e300, 253_402_300_799.0)],
)
def test_an_absurdly_far_end_saturates(exp: float, end: float) -> None:
    assert jwt.end_of({"exp": exp}) == end
