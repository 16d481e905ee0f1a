"""The server's side of Cognito's SRP-6a (RFC 5054, 3072-bit group). Pure functions.

Where Cognito departs from RFC 5054: hashing is SHA-256 over signed big-endian integers, `g` in `k`
is one byte, and the proof is an HMAC with a key that HKDF draws from the secret.
"""

from __future__ import annotations

import hashlib
import hmac
import re

# RFC 5054 appendix A, group 5 (from RFC 3526 section 4).
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
_INFO = b"Caldera Derived Key"

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TIMESTAMP = re.compile(
    rf"(?:{'|'.join(_DAYS)}) (?:{'|'.join(_MONTHS)}) (?:[1-9]|[12]\d|3[01]) "
    r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d UTC \d{4}",
    re.ASCII,
)


def signed_bytes(number: int) -> bytes:
    """Big-endian two's complement, as Java's BigInteger writes a positive number."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _hash(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest(), "big")


K = _hash(signed_bytes(N), signed_bytes(G))


def verifier(pool_name: str, user_id: str, password: str, salt: int) -> int:
    """The verifier, which a server stores instead of the password."""
    inner = hashlib.sha256(f"{pool_name}{user_id}:{password}".encode()).digest()
    return pow(G, _hash(signed_bytes(salt), inner), N)


def server_public(secret: int, verifier_: int) -> int:
    """SRP_B."""
    return (K * verifier_ + pow(G, secret, N)) % N


def client_public(text: str) -> int | None:
    """SRP_A from hexadecimal; None for what RFC 5054 section 2.5.4 tells a server to refuse."""
    if re.fullmatch(r"[0-9A-Fa-f]{1,1024}", text) is None:
        return None
    number = int(text, 16)
    return number if number % N else None


def session_key(client: int, secret: int, verifier_: int) -> bytes:
    """The 16 bytes that both sides arrive at."""
    scramble = _hash(signed_bytes(client), signed_bytes(server_public(secret, verifier_)))
    shared = pow(client * pow(verifier_, scramble, N), secret, N)
    drawn = hmac.new(signed_bytes(scramble), signed_bytes(shared), hashlib.sha256).digest()
    # RFC 5869, one block.
    return hmac.new(drawn, _INFO + b"\x01", hashlib.sha256).digest()[:16]


def signature(key: bytes, pool_name: str, user_id: str, block: bytes, timestamp: str) -> bytes:
    """PASSWORD_CLAIM_SIGNATURE, before base64."""
    message = pool_name.encode() + user_id.encode() + block + timestamp.encode()
    return hmac.new(key, message, hashlib.sha256).digest()


def is_timestamp(text: str) -> bool:
    """`Sat Nov 21 04:05:06 UTC 2026`: English in any locale, the day without a leading zero."""
    return _TIMESTAMP.fullmatch(text) is not None
