"""SRP: AWS's own library agrees, a server written here agrees, and nothing hostile gets through.

The server's half is RFC 5054's, with numbers padded by another rule than the client's code uses.
"""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cognito_gate._sign_in import srp
from cognito_gate.errors import CognitoUnavailable

NOW = 1_800_000_000.0
POOL = "eu-west-1_AbCdEfGhI"
VECTORS = json.loads(Path(__file__).with_name("srp_vectors.json").read_text("utf-8"))["vectors"]
N = srp.N


# The server's half


def padded(number: int) -> bytes:
    text = f"{number:x}"
    text = "0" * (len(text) % 2) + text
    return bytes.fromhex("00" + text if text[0] in "89abcdef" else text)


def hashed(*parts: bytes) -> int:
    return int(hashlib.sha256(b"".join(parts)).hexdigest(), 16)


def verifier(username: str, password: str, salt: int) -> int:
    inner = hashlib.sha256(f"AbCdEfGhI{username}:{password}".encode()).digest()
    return pow(2, hashed(padded(salt), inner), N)


def offered(v: int, b: int) -> int:
    return (hashed(padded(N), b"\x02") * v + pow(2, b, N)) % N


def accepts(said: dict[str, str], srp_a: str, username: str, v: int, b: int) -> bool:
    """Whether the server takes an answer: S = (A * v^u)^b (RFC 5054 section 2.6)."""
    a = int(srp_a, 16)
    u = hashed(padded(a), padded(offered(v, b)))
    shared = pow(a * pow(v, u, N), b, N)
    prk = hmac.new(padded(u), padded(shared), "sha256").digest()
    key = hmac.new(prk, b"Caldera Derived Key\x01", "sha256").digest()[:16]
    block = b64decode(said["PASSWORD_CLAIM_SECRET_BLOCK"])
    signed = f"AbCdEfGhI{username}".encode() + block + said["TIMESTAMP"].encode()
    ours = hmac.new(key, signed, "sha256").digest()
    return b64decode(said["PASSWORD_CLAIM_SIGNATURE"]) == ours


def challenge(salt: int = 0xBEEF, b: int = 3) -> dict[str, str]:
    v = verifier("ada", "Correct-Horse-1", salt)
    return {
        "SRP_B": f"{offered(v, b):x}",
        "SALT": f"{salt:x}",
        "SECRET_BLOCK": b64encode(b"a block").decode(),
    }


def answered(parameters: dict[str, str], password: str = "Correct-Horse-1") -> dict[str, str]:
    return srp.answer(2**255 + 1, srp.begin(2**255 + 1), "ada", password, POOL, parameters, NOW)


# The group


def test_the_group_is_that_of_the_rfc() -> None:
    # RFC 3526 section 4: 2^3072 - 2^3008 - 1 + 2^64 * { [2^2942 pi] + 1690314 }.
    middle = (N + 1 - 2**3072 + 2**3008) >> 64
    pi = middle - 1690314
    assert N.bit_length() == 3072
    assert (N + 1) % 2**64 == 0
    assert abs(pi / 2**2942 - 3.141592653589793) < 1e-15
    q = (N - 1) // 2
    assert pow(3, N - 1, N) == 1  # a safe prime: Fermat's test of both
    assert pow(3, q - 1, q) == 1
    assert pow(srp.G, q, N) == 1


def test_the_client_value() -> None:
    assert srp.begin(1) == "2"
    assert srp.begin(10) == "400"
    assert int(srp.begin(2**511 + 7), 16) == pow(2, 2**511 + 7, N)


@given(st.integers(0, 2**257), st.integers(0, 2**520))
@example(2**256 - 1, 0)
@example(2**256, 15)
def test_powers_are_those_of_python(of_g: int, exponent: int) -> None:
    assert srp._power_of_g(of_g) == pow(srp.G, of_g, N)
    assert srp._power(3, exponent) == pow(3, exponent, N)


# What AWS's own client says


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_published_clients_say_the_same(vector: dict[str, Any]) -> None:
    secret = int(vector["secret"], 16)
    assert srp.begin(secret) == vector["SRP_A"]
    said = srp.answer(
        secret,
        srp.begin(secret),
        vector["username"],
        vector["password"],
        vector["pool_id"],
        vector,
        vector["now"],
    )
    assert said == {
        "USERNAME": vector["username"],
        "PASSWORD_CLAIM_SECRET_BLOCK": vector["SECRET_BLOCK"],
        "PASSWORD_CLAIM_SIGNATURE": vector["PASSWORD_CLAIM_SIGNATURE"],
        "TIMESTAMP": vector["TIMESTAMP"],
    }


# What a server says

PASSWORDS = st.text(st.characters(codec="utf-8"), max_size=40)


@settings(max_examples=25, deadline=None)
@example(secret=2**255, b=1, salt=0x80 << 120, username="ada", password="\x00:é🔑")
@example(secret=2**255, b=1, salt=0x0F, username="a_b", password="")
@given(
    secret=st.integers(2**255, 2**512 - 1),
    b=st.integers(1, 2**256),
    salt=st.integers(0, 2**128 - 1),
    username=st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
    password=PASSWORDS,
)
def test_a_server_agrees(secret: int, b: int, salt: int, username: str, password: str) -> None:
    v = verifier(username, password, salt)
    given = {
        "SRP_B": f"{offered(v, b):X}",
        "SALT": f"{salt:032x}",  # leading zeros do not count
        "SECRET_BLOCK": b64encode(salt.to_bytes(16)).decode(),
    }
    said = srp.answer(secret, srp.begin(secret), username, password, POOL, given, NOW)
    assert said["USERNAME"] == username
    assert accepts(said, srp.begin(secret), username, v, b)


@pytest.mark.parametrize("change", ["password", "username", "pool", "salt", "time", "secret"])
def test_each_fact_counts(change: str) -> None:
    salt = 0xBEEF
    v = verifier("ada", "Correct-Horse-1", salt)
    secret = 2**255 + (1 if change != "secret" else 2)
    said = srp.answer(
        secret,
        srp.begin(secret),
        "ada" if change != "username" else "Ada",
        "Correct-Horse-1" if change != "password" else "correct-Horse-1",
        POOL if change != "pool" else "eu-west-1_AbCdEfGhJ",
        challenge(salt) | {"SALT": "beee" if change == "salt" else "beef"},
        NOW,
    )
    if change == "time":
        assert accepts(said, srp.begin(2**255 + 1), "ada", v, 3)
        said["TIMESTAMP"] = said["TIMESTAMP"].replace("2027", "2028")
    assert not accepts(said, srp.begin(2**255 + 1), "ada", v, 3)


# What is refused

HOSTILE: dict[str, dict[str, str]] = {
    "B is zero": {"SRP_B": "0"},
    "B is zero, at length": {"SRP_B": "0" * 768},
    "B is N": {"SRP_B": f"{N:x}"},
    "B is above N": {"SRP_B": f"{N + 1:x}"},
    "B is negative": {"SRP_B": "-2"},
    "B has an x": {"SRP_B": "0x2"},
    "B is not hexadecimal": {"SRP_B": "g"},
    "B has an underscore": {"SRP_B": "1_0"},
    "B has other digits": {"SRP_B": "\u0661"},
    "B has a newline": {"SRP_B": "2\n"},
    "B is empty": {"SRP_B": ""},
    "B is too long": {"SRP_B": "0" * 770 + "2"},
    "the salt is empty": {"SALT": ""},
    "the salt is not hexadecimal": {"SALT": "salt"},
    "the salt is too long": {"SALT": "1" * 771},
    "the block is not base64": {"SECRET_BLOCK": "YSBi*bG9jaw=="},
    "the block is cut short": {"SECRET_BLOCK": "YSBibG9ja"},
    "the block is not ASCII": {"SECRET_BLOCK": "é"},
}


def test_the_challenge_is_good_as_it_is() -> None:
    assert answered(challenge() | {"SRP_B": "00" + challenge()["SRP_B"]})


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_values(name: str) -> None:
    with pytest.raises(CognitoUnavailable, match="Cognito's S") as caught:
        answered(challenge() | HOSTILE[name], "a-Password-1")
    assert "a-Password-1" not in str(caught.value)


@pytest.mark.parametrize("name", ["SRP_B", "SALT", "SECRET_BLOCK"])
def test_missing_values(name: str) -> None:
    given = challenge()
    del given[name]
    with pytest.raises(CognitoUnavailable, match=name):
        answered(given)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["SRP_B", "SALT", "SECRET_BLOCK"]), st.text(max_size=10), min_size=1
    )
)
def test_any_text(change: dict[str, str]) -> None:
    try:
        said = answered(challenge() | change)
    except CognitoUnavailable:
        return
    assert len(b64decode(said["PASSWORD_CLAIM_SIGNATURE"], validate=True)) == 32


# The time


@pytest.mark.parametrize(
    ("now", "stamp"),
    [
        (0.0, "Thu Jan 1 00:00:00 UTC 1970"),
        (1_709_251_199.9, "Thu Feb 29 23:59:59 UTC 2024"),
        (1_733_011_200.0, "Sun Dec 1 00:00:00 UTC 2024"),
        (1_800_000_000.0, "Fri Jan 15 08:00:00 UTC 2027"),
    ],
)
def test_the_timestamp(now: float, stamp: str) -> None:
    assert (
        srp.answer(2**255, srp.begin(2**255), "ada", "p", POOL, challenge(), now)["TIMESTAMP"]
        == stamp
    )
