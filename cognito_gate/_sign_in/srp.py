"""The client's half of SRP as Cognito speaks it (SRP-6a, RFC 5054 section 2.6, and AWS's own HKDF).

Knows numbers and texts; must not know requests. The password goes in here and nothing of it comes
out; it takes some 15 ms, in a thread. AWS publishes no specification: amazon-cognito-identity-js,
AuthenticationHelper.js, is it.
"""

import hashlib
import hmac
import re
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from ..errors import CognitoUnavailable

# RFC 3526 section 4. RFC 5054 has the same prime, with another generator.
N = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74"
    "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"
    "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05"
    "98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB"
    "9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718"
    "3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33"
    "A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864"
    "D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2"
    "08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)
G = 2
_HEX = re.compile("[0-9A-Fa-f]{1,770}")  # as long as N, and the byte that `_padded` may add


def begin(secret: int) -> str:
    """SRP_A, the client's public value, in hexadecimal.

    Args:
        secret: random, of at least 256 bits (RFC 5054 section 3.1), and for one sign-in only.
    """
    return f"{_power_of_g(secret):x}"


def answer(
    secret: int,
    srp_a: str,
    username: str,
    password: str,
    pool_id: str,
    parameters: Mapping[str, str],
    now: float,
) -> dict[str, str]:
    """What answers PASSWORD_VERIFIER: proof of the password, without the password.

    Args:
        secret: the one that `begin` had.
        srp_a: what it gave: each exponentiation costs milliseconds.
        username: USER_ID_FOR_SRP, which is not what a person with an alias typed.
        parameters: the challenge's; SRP_B, SALT and SECRET_BLOCK count.
        now: Unix time. Cognito refuses an answer whose time is far from its own.

    Raises:
        CognitoUnavailable: Cognito's values are not what SRP can go on with.

    Example::

        answer(secret, srp_a, found["USER_ID_FOR_SRP"], password, "eu-west-1_AbC", found, now)
    """
    pool = pool_id.partition("_")[2]
    stamp, block = _timestamp(now), _secret_block(parameters)
    u = _number_of(_padded(int(srp_a, 16)) + _padded(public := _public(parameters)))
    x = _secret_of(_number(parameters, "SALT"), f"{pool}{username}:{password}")
    key = _key(secret, public, u, x)
    signed = f"{pool}{username}".encode() + block + stamp.encode()
    return {
        "USERNAME": username,
        "PASSWORD_CLAIM_SECRET_BLOCK": parameters["SECRET_BLOCK"],
        "PASSWORD_CLAIM_SIGNATURE": b64encode(_hmac(key, signed)).decode(),
        "TIMESTAMP": stamp,
    }


def _secret_of(salt: int, identity: str) -> int:
    return _number_of(_padded(salt) + hashlib.sha256(identity.encode()).digest())


def _key(secret: int, public: int, u: int, x: int) -> bytes:
    """The 16 bytes that both sides arrive at, if the password is right."""
    k = _number_of(_padded(N) + _padded(G))
    shared = _power((public - k * _power_of_g(x)) % N, secret + u * x)
    # HKDF (RFC 5869), of which the first half of the first block is taken.
    return _hmac(_hmac(_padded(u), _padded(shared)), b"Caldera Derived Key\x01")[:16]


_WIDTH = 4  # bits of an exponent that are taken at once


def _digits(exponent: int) -> list[int]:
    """An exponent's digits in base 16, the lowest first."""
    return [exponent >> at & 15 for at in range(0, exponent.bit_length(), _WIDTH)]


@cache
def _table_of_g() -> tuple[tuple[int, ...], ...]:
    """G to the power of every digit at every place of 256 bits (400 kB, made once)."""
    rows, base = [], G
    for _ in range(256 // _WIDTH):
        row = [1]
        for _ in range(15):
            row.append(row[-1] * base % N)
        rows.append(tuple(row))
        base = row[-1] * base % N
    return tuple(rows)


def _power_of_g(exponent: int) -> int:
    """G ** exponent (mod N): one product for each digit, a quarter of what `pow` costs."""
    if exponent.bit_length() > 256:
        return _power(G, exponent)
    product = 1
    for row, digit in zip(_table_of_g(), _digits(exponent), strict=False):
        product = product * row[digit] % N
    return product


def _power(base: int, exponent: int) -> int:
    """base ** exponent (mod N), as fast as `pow`, for a thread beside others.

    `pow` is one step of more than ten milliseconds, for which no other thread of the process runs;
    these are steps of microseconds.
    """
    row = [1]
    for _ in range(15):
        row.append(row[-1] * base % N)
    product = 1
    for digit in reversed(_digits(exponent)):
        for _ in range(_WIDTH):
            product = product * product % N
        product = product * row[digit] % N
        time.sleep(0)  # whichever thread waits goes on first
    return product


def _padded(number: int) -> bytes:
    """Big-endian two's complement as Java's BigInteger has it: 00 goes before a high bit."""
    return number.to_bytes(number.bit_length() // 8 + 1)


def _number_of(data: bytes) -> int:
    return int.from_bytes(hashlib.sha256(data).digest())


def _hmac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


def _public(parameters: Mapping[str, str]) -> int:
    # B = 0 (mod N) would let the other side know the key without the password (RFC 5054, 2.5.4).
    public = _number(parameters, "SRP_B")
    if not 0 < public < N:
        raise CognitoUnavailable("Cognito's SRP_B is outside the group")
    return public


def _number(parameters: Mapping[str, str], name: str) -> int:
    text = parameters.get(name, "")
    if not _HEX.fullmatch(text):
        raise CognitoUnavailable(f"Cognito's {name} is no number of SRP's")
    return int(text, 16)


def _secret_block(parameters: Mapping[str, str]) -> bytes:
    try:
        return b64decode(parameters["SECRET_BLOCK"], validate=True)
    except (KeyError, ValueError) as exc:
        raise CognitoUnavailable("Cognito's SECRET_BLOCK is not base64") from exc


def _timestamp(now: float) -> str:
    """Such as "Tue Apr 9 07:05:03 UTC 2024": the day unpadded, English whatever the locale."""
    weekday, month, day, clock, year = datetime.fromtimestamp(now, UTC).ctime().split()
    return f"{weekday} {month} {day} {clock} UTC {year}"
