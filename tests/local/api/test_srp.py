"""The mathematics of SRP: published values, and a client that computes in another way."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cognito_gate.local.api import srp
from tests.local.api.srp_client import N, SrpClient

SALT = "b704a27deb8cf5efec43a40eac5b60d2"
# aws-amplify/amplify-flutter, srp_helper_test.dart, after aws-sdk-net-extensions-cognito.
PUBLISHED_PRIVATE = int.from_bytes(b"\x02" * 1023 + b"\x00", "big")
PUBLISHED_B = (
    "8d340308265ada665b1b2c730fb65ff0b6dc746b63c2d7e9f08b8aa9306d4848"
    "268bc0c17ee4a2999173ca62af59fd74ba5d00f16c96bea082b163f2c3a0b745"
    "455d62cb9577425b4b5d4dadba163a8e7759a7c0256795f464682770588c84e8"
    "2f2c63d4701751476da8e8a7b1a131e78560fe7b56b6761fcef88dcc486f4033"
    "69a0cac2f04c25ed6d5e08b5a2f488500a0d5af4972cfa1213bfca37bbae189c"
    "8d58465b13193204f21ea01d267c7688e6e6cb5d3f5a8005db680d272308ee82"
    "3816032dd2c8fc3b95b6fd0a742feb127e3d094cd002a5e6b209415ff82f6abf"
    "50d5da43910a0336e9a6fc33dd101bf13f22f13fcb3ea3809aae4917d7c426fb"
    "8c0a894030c75d3e15f0e1078a9d89e5154391cde6111ac14fab9fa3b3a880da"
    "7dbd47fd5a055937581d26b5d225c076e82f980dcbd77b3950d270d8b622dca9"
    "c9bcd8fd6435a59b9690b3c9e2bdabf58cae3420c19066abc420145b1b66f226"
    "a6493c96588c2d53b637798fcaa573379f2251848065fe1fafb68ed5e79135e9"
)


def test_the_group_is_that_of_the_rfc() -> None:
    assert srp.N == N


def test_the_tests_client_gets_the_published_key() -> None:
    client = SrpClient("Pj8nlkpKR", "Password1!", PUBLISHED_PRIVATE)
    key = client.key("User5", SALT, PUBLISHED_B)
    assert base64.b64encode(key) == b"LmbBsy/4chqMRYOhmtmCrA=="


@settings(max_examples=10, deadline=None)
@given(
    private=st.integers(1, 2**256),
    server=st.integers(1, 2**256),
    salt=st.integers(0, 2**128 - 1),
    password=st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
)
def test_both_sides_arrive_at_the_same_key(
    private: int, server: int, salt: int, password: str
) -> None:
    client = SrpClient("pool", password, private)
    verifier = srp.verifier("pool", "user", password, salt)
    ours = srp.session_key(int(client.public, 16), server, verifier)
    theirs = client.key("user", f"{salt:x}", f"{srp.server_public(server, verifier):x}")
    assert ours == theirs


@pytest.mark.parametrize("change", ["pool", "user", "password", "salt"])
def test_every_part_of_a_verifier_counts(change: str) -> None:
    parts = {"pool": "p", "user": "u", "password": "x", "salt": "1"}
    other = {**parts, change: "2"}
    made = [
        srp.verifier(p["pool"], p["user"], p["password"], int(p["salt"])) for p in (parts, other)
    ]
    assert made[0] != made[1]


@pytest.mark.parametrize(
    ("number", "written"),
    [(0, "00"), (1, "01"), (0x7F, "7f"), (0x80, "0080"), (0xFFFF, "00ffff"), (0x0100, "0100")],
)
def test_integers_are_written_as_java_writes_them(number: int, written: str) -> None:
    assert srp.signed_bytes(number).hex() == written


@pytest.mark.parametrize("text", ["1", "ABCdef09", f"{N - 1:x}", f"{N + 1:x}"])
def test_numbers_that_may_be_srp_a(text: str) -> None:
    assert srp.client_public(text) == int(text, 16)


@pytest.mark.parametrize(
    "text",
    ["", "0", "00", f"{N:x}", f"{2 * N:x}", "-1", "0x1", "1_0", " 1", "g", "1" * 1025, "\u0661"],
)
def test_numbers_that_may_not(text: str) -> None:
    assert srp.client_public(text) is None


@pytest.mark.parametrize(
    "text",
    ["Sat Nov 21 04:05:06 UTC 2026", "Sun Nov 1 00:00:00 UTC 2026", "Thu Dec 31 23:59:59 UTC 2099"],
)
def test_timestamps_that_will_do(text: str) -> None:
    assert srp.is_timestamp(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sun Nov 01 00:00:00 UTC 2026",
        "Sun Nov  1 00:00:00 UTC 2026",
        "Sun Nov 0 00:00:00 UTC 2026",
        "Sun Nov 32 00:00:00 UTC 2026",
        "So Nov 1 00:00:00 UTC 2026",
        "Sun Okt 1 00:00:00 UTC 2026",
        "Sun Nov 1 24:00:00 UTC 2026",
        "Sun Nov 1 4:00:00 UTC 2026",
        "Sun Nov 1 00:00:00 GMT 2026",
        "Sun Nov 1 00:00:00 UTC 26",
        "Sun Nov 1 00:00:00 UTC 2026\n",
        "Sun Nov \u0661 00:00:00 UTC 2026",
    ],
)
def test_timestamps_that_will_not(text: str) -> None:
    assert not srp.is_timestamp(text)
