"""One JWT: its form, its claims, its signature. Everything that cannot be trusted raises.

Knows Cognito's claims; must not know where keys come from.
The strict parser stands before the signature, so that a hostile token costs little.
"""

import binascii
import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ...errors import TokenRefused
from .strict_json import load

if TYPE_CHECKING:
    from .public_keys import PublicKey

MAX_TOKEN_CHARS = 16_384
MAX_KID_CHARS = 256
API_SCOPE = "aws.cognito.signin.user.admin"  # of each access token that came by the JSON API
CLOCK_SKEW = 60  # seconds tolerated on `iat` and `nbf`: other clocks run ahead

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
# base64url -> base64; what is of the other alphabet, or padding, becomes nothing decodable.
_STANDARD = bytes.maketrans(b"-_+/=", b"+/***")
# By the length of an unpadded segment modulo 4: the padding that it lacks, and the characters with
# which it may end: the last one may carry no stray bits (RFC 7515 section 2).
_PADDING = (b"", b"", b"==", b"=")
_LAST = tuple(map(frozenset, (_ALPHABET, b"", b"AQgw", b"AEIMQUYcgkosw048")))
_YEAR_9999 = 253_402_300_799
_UNWANTED = {"crit", "b64", "jwk", "jku", "x5u", "x5c", "zip", "enc", "cty"}
_TEXTS = ("jti", "origin_jti", "scope", "username", "cognito:username", "email", "nonce")
# They name a session, here and in the store. Without a space: with one, a session could have the
# name of a user (`SessionMarks.of_user`).
_NAMES = ("jti", "origin_jti")
_PLAIN = re.compile(r"[\x21-\x7e]*")
_STRINGS = {str}
_TYPES = {"access": ("jwt", "at+jwt"), "id": ("jwt",)}

Use = Literal["access", "id"]


class Parsed(NamedTuple):
    """A JWT taken apart; nothing in it is verified yet. (A tuple: one is made for each token.)"""

    use: Use
    kid: str
    claims: dict[str, Any]
    signed: bytes
    signature: bytes

    def __repr__(self) -> str:
        return f"Parsed(use={self.use!r}, kid={self.kid!r})"


@dataclass(frozen=True, slots=True)
class Expected:
    """What the claims must say. `clients` are the app clients whose tokens are accepted,
    `audiences` the resources for which an access token may have been asked (RFC 8707)."""

    issuer: str
    clients: frozenset[str]
    leeway: int = 0
    audiences: frozenset[str] = frozenset()


def _segment(text: bytes) -> bytes:
    rest = len(text) % 4
    if text and text[-1] not in _LAST[rest]:
        raise TokenRefused("a token segment is not base64url")
    padded = text.translate(_STANDARD) + _PADDING[rest]
    try:
        return binascii.a2b_base64(padded, strict_mode=True)
    except binascii.Error as exc:
        raise TokenRefused("a token segment is not base64url") from exc


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = load(_segment(text))
    except ValueError as exc:
        raise TokenRefused("a token segment is not JSON") from exc
    if not isinstance(value, dict):
        raise TokenRefused("a token segment is not a JSON object")
    return value


def parse(token: str, use: Use) -> Parsed:
    """Take a JWT apart, strictly, before any key work.

    Args:
        token: a compact JWS of at most 16 KiB.
        use: what it is to be used as; decides the `typ` accepted and later `token_use`.

    Raises:
        TokenRefused: for anything but RS256 with a `kid` and nothing unusual in its header.
    """
    if len(token) > MAX_TOKEN_CHARS or not token.isascii():
        raise TokenRefused("not a signed token of three parts")
    signed, _, signature = token.encode("ascii").rpartition(b".")
    head, dot, body = signed.partition(b".")
    if not dot or b"." in body:
        raise TokenRefused("not a signed token of three parts")
    return Parsed(use, _key_id(head, use), _object(body), signed, _segment(signature))


@lru_cache(maxsize=64)  # a pool signs with two keys: its headers are few
def _key_id(head: bytes, use: Use) -> str:
    header = _object(head)
    kid, kind = header.get("kid"), header.get("typ", "JWT")
    if header.get("alg") != "RS256":
        raise TokenRefused("a token that is not signed with RS256")
    if not isinstance(kid, str) or not 0 < len(kid) <= MAX_KID_CHARS:
        raise TokenRefused("a token without a usable key id")
    # Keys come from the pool alone, and nothing critical is understood (RFC 7515 section 4.1.11).
    if not _UNWANTED.isdisjoint(header):
        raise TokenRefused("a token with an unusual header")
    if not isinstance(kind, str) or kind.lower() not in _TYPES[use]:
        raise TokenRefused("a token of another type")
    return kid


def _time(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if type(value) is int:  # a bool is not: JSON's values have exactly these types
        return value
    if type(value) is float and isfinite(value):  # 1e999 is JSON, and infinite
        return value
    raise TokenRefused(f"the token's {name} is not a number")


def _check_texts(claims: dict[str, Any]) -> None:
    for name in _TEXTS:
        if name in claims and type(claims[name]) is not str:
            raise TokenRefused(f"the token's {name} is not a text")
    for name in _NAMES:
        if not _PLAIN.fullmatch(claims.get(name, "")):
            raise TokenRefused(f"the token's {name} is no plain text")
    groups = claims.get("cognito:groups", [])
    if type(groups) is not list or not _STRINGS.issuperset(map(type, groups)):
        raise TokenRefused("the token's cognito:groups is not a list of texts")


def check_claims(parsed: Parsed, expected: Expected, now: float) -> None:
    """Check all claims of a token of this use.

    Raises:
        TokenRefused: it names the claim. `cause` where only the times are wrong.
    """
    claims = parsed.claims
    if claims.get("iss") != expected.issuer:
        raise TokenRefused("the token is of another issuer")
    if claims.get("token_use") != parsed.use:
        raise TokenRefused("the token is for another use")
    if _client(claims, parsed.use) not in expected.clients:
        raise TokenRefused("the token is of another app client")
    if parsed.use == "access":
        _check_audience(claims, expected.audiences)
    sub = claims.get("sub")
    if not isinstance(sub, str) or not sub or not sub.isprintable():
        raise TokenRefused("the token has no sub")
    if "azp" in claims and not _among(claims["azp"], expected.clients):
        raise TokenRefused("the token was issued to another party")  # OpenID Connect Core 3.1.3.7
    _check_texts(claims)
    _check_times(claims, expected.leeway, now)


def _check_audience(claims: dict[str, Any], audiences: frozenset[str]) -> None:
    """Cognito's access tokens have an `aud` only when they were asked for one resource. Such a
    token is for nobody else, or any API that gets one could use it here (RFC 9068 section 4)."""
    if "aud" not in claims:
        return
    value = claims["aud"]
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in listed) or audiences.isdisjoint(listed):
        raise TokenRefused("the token is for another resource")


def _among(value: object, clients: frozenset[str]) -> bool:
    return isinstance(value, str) and value in clients


def _check_times(claims: dict[str, Any], leeway: int, now: float) -> None:
    end, issued = _time(claims, "exp"), _time(claims, "iat")
    begins = _time(claims, "nbf") if "nbf" in claims else issued
    signed_in = _time(claims, "auth_time") if "auth_time" in claims else issued
    if end + leeway <= now:
        raise TokenRefused("the token has expired", cause="expired")
    if issued > now + CLOCK_SKEW:
        raise TokenRefused("the token was issued in the future", cause="early")
    if begins > now + CLOCK_SKEW:
        raise TokenRefused("the token is not valid yet", cause="early")
    for name, value in (("iat", issued), ("auth_time", signed_in)):
        if abs(value) > _YEAR_9999:  # a session's age is reckoned with it, as a float
            raise TokenRefused(f"the token's {name} is no time")


def _client(claims: dict[str, Any], use: Use) -> str:
    """Whose token it is: Cognito's access tokens carry `client_id`, its ID tokens `aud`."""
    value = claims.get("client_id" if use == "access" else "aud")
    if use == "id" and isinstance(value, list) and len(value) == 1:
        value = value[0]  # OpenID Connect Core section 2 allows the list form
    return value if isinstance(value, str) else ""


def end_of(claims: Mapping[str, Any]) -> float:
    """When a checked token ends (Unix time); an absurdly far end is the year 9999."""
    return float(min(claims["exp"], _YEAR_9999))


def check_signature(parsed: Parsed, key: "PublicKey") -> None:
    """Check the RS256 signature, the only kind that `parse` lets through. Raises TokenRefused."""
    key.verify(parsed.signature, parsed.signed)


def check_nonce(claims: dict[str, Any], nonce: str) -> None:
    """The ID token of a callback answers this very sign-in (OpenID Connect Core 3.1.3.7)."""
    found = claims.get("nonce")
    if not isinstance(found, str) or not _same(found, nonce):
        raise TokenRefused("the ID token's nonce is of another sign-in")


def _same(one: str, other: str) -> bool:
    pair = (text.encode("utf-8", "surrogatepass") for text in (one, other))
    return hmac.compare_digest(*pair)


def check_at_hash(claims: dict[str, Any], access_token: str) -> None:
    """`at_hash`, where there is one, binds the ID token to its access token."""
    if "at_hash" not in claims:
        return  # Cognito sets it at its hosted endpoints only
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    if claims["at_hash"] != urlsafe_b64encode(half).rstrip(b"=").decode():
        raise TokenRefused("the ID token belongs to another access token")


def check_pair(access: Mapping[str, Any], identity: Mapping[str, Any]) -> None:
    """The two tokens of a session are of one user, and of one sign-in where both name it."""
    if access["sub"] != identity["sub"]:
        raise TokenRefused("the two tokens are of different users")
    one, other = access.get("origin_jti"), identity.get("origin_jti")
    if one is not None and other is not None and one != other:
        raise TokenRefused("the two tokens are of different sign-ins")


def session_of(access: Mapping[str, Any]) -> str:
    """What names the session of an access token: its sign-in, which all tokens of later refreshes
    name too; else the token itself. Empty when it names neither."""
    return str(access.get("origin_jti") or access.get("jti") or "")


def grants_openid(access: Mapping[str, Any]) -> bool:
    """True when an ID token belongs to this access token."""
    return "openid" in str(access.get("scope", "")).split()
