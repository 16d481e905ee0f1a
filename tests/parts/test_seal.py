"""Seals: one purpose each, retired keys still open, nothing tampered does."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._gate.protocol.seal import Encrypted, Inherited, Plain, Signed
from cognito_gate.errors import TokenRefused
from tests.parts.made import NOW

NEW, OLD, FOREIGN = "n" * 32, "o" * 32, "f" * 32
TEXT = '{"token":"secret-text"}'
KINDS = pytest.mark.parametrize("kind", [Encrypted, Signed])
Kind = type[Encrypted] | type[Signed]


@KINDS
@given(text=st.text(st.characters(codec="utf-8")))
def test_what_is_sealed_opens(kind: Kind, text: str) -> None:
    box = kind((NEW,), "login")
    sealed = box.seal(text, NOW)
    assert box.open(sealed) == text
    assert sealed.isascii()
    assert not set(sealed) & set(' ",;\\\r\n')  # fit for a cookie as it stands


@KINDS
def test_a_purpose_is_not_another(kind: Kind) -> None:
    for first, second in (("login", "refresh"), ("access", "id"), ("a", "a/1"), ("a", "A")):
        sealed = kind((NEW,), first).seal(TEXT, NOW)
        with pytest.raises(TokenRefused, match="our keys"):
            kind((NEW,), second).open(sealed)


def test_a_kind_is_not_another() -> None:
    with pytest.raises(TokenRefused, match="does not open with our keys"):
        Encrypted((NEW,), "refresh").open(Signed((NEW,), "refresh").seal(TEXT, NOW))
    with pytest.raises(TokenRefused, match="our keys"):
        Signed((NEW,), "refresh").open(Encrypted((NEW,), "refresh").seal(TEXT, NOW))
    with pytest.raises(TokenRefused, match="our keys"):
        Signed((NEW,), "refresh").open(Plain().seal(TEXT, NOW))


@KINDS
def test_a_foreign_key(kind: Kind) -> None:
    with pytest.raises(TokenRefused, match="our keys"):
        kind((NEW, OLD), "login").open(kind((FOREIGN,), "login").seal(TEXT, NOW))


@KINDS
def test_keys_are_rotated(kind: Kind) -> None:
    before, during, after = kind((OLD,), "login"), kind((NEW, OLD), "login"), kind((NEW,), "login")
    assert during.open(before.seal(TEXT, NOW)) == TEXT
    # The first secret seals: what is sealed now outlives the retired one.
    assert after.open(during.seal(TEXT, NOW)) == TEXT
    for sealed, box in ((before.seal(TEXT, NOW), after), (during.seal(TEXT, NOW), before)):
        with pytest.raises(TokenRefused, match="our keys"):
            box.open(sealed)


def test_what_each_kind_hides() -> None:
    assert b"secret-text" not in urlsafe_b64decode(Encrypted((NEW,), "x").seal(TEXT, NOW))
    signed = Signed((NEW,), "x").seal(TEXT, NOW).partition(".")[0]
    assert b"secret-text" in urlsafe_b64decode(signed + "=" * (-len(signed) % 4))
    sealed = [Encrypted((NEW,), "x").seal(TEXT, NOW) for _ in range(3)]
    assert len(set(sealed)) == 3  # never the same initialisation vector twice


@KINDS
def test_what_was_sealed_long_ago_or_ahead_still_opens(kind: Kind) -> None:
    box = kind((NEW,), "refresh")
    for now in (0.0, NOW, NOW + 10 * 365 * 86_400):
        assert box.open(box.seal(TEXT, now)) == TEXT


STRANGE = {
    "empty": "",
    "a dot": ".",
    "dots": "..." * 100,
    "a blank": " ",
    "text": "hello",
    "non-ASCII": "é" * 50,
    "a lone surrogate": "\ud800",
    "NUL": "\0",
    "padding": "====",
    "a version alone": "gAAAAA==",
    "one character": "A",
    "long": "A" * 100_000,
    "a JWT": "eyJhbGciOiJub25lIn0.e30.",
}


@KINDS
@pytest.mark.parametrize("sealed", STRANGE.values(), ids=STRANGE)
def test_what_was_never_sealed(kind: Kind, sealed: str) -> None:
    with pytest.raises(TokenRefused, match="our keys"):
        kind((NEW,), "login").open(sealed)


@KINDS
def test_what_was_cut_short(kind: Kind) -> None:
    box = kind((NEW,), "login")
    sealed = box.seal(TEXT, NOW)
    for length in range(len(sealed.rstrip("="))):
        with pytest.raises(TokenRefused, match="our keys"):
            box.open(sealed[:length])


BOXES = {kind: kind((NEW,), "login") for kind in (Encrypted, Signed)}
SEALED = {kind: box.seal(TEXT, NOW) for kind, box in BOXES.items()}


@KINDS
@given(place=st.integers(0, 400), bit=st.integers(0, 7))
def test_a_bit_flipped(kind: Kind, place: int, bit: int) -> None:
    raw = bytearray(SEALED[kind].encode())
    raw[place % len(raw)] ^= 1 << bit
    try:
        # A base64 text has spare bits at its end; what opens is what was sealed, nothing else.
        assert BOXES[kind].open(raw.decode("latin-1")) == TEXT
    except TokenRefused:
        return
    assert place % len(raw) >= len(raw) - 4 or bit == 7 or not chr(raw[place % len(raw)]).isalnum()


FOREIGN_CHARACTERS = '!~."=+/ \t\r\né*%\\,;'


def _with_more(sealed: str) -> Iterator[str]:
    for place in range(len(sealed) + 1):
        for char in FOREIGN_CHARACTERS:
            yield sealed[:place] + char + sealed[place:]
    yield sealed + "===="


@KINDS
def test_what_base64_passes_over(kind: Kind) -> None:
    """Python's reader skips foreign characters: one value would have any number of spellings."""
    opened = [text for text in _with_more(SEALED[kind]) if _opens(BOXES[kind], text)]
    assert not opened


def _opens(box: Encrypted | Signed | Inherited, sealed: str) -> bool:
    try:
        box.open(sealed)
    except TokenRefused:
        return False
    return True


@KINDS
@given(st.text())
def test_any_text(kind: Kind, sealed: str) -> None:
    with pytest.raises(TokenRefused):
        BOXES[kind].open(sealed)


@KINDS
def test_a_refusal_tells_nothing(kind: Kind) -> None:
    with pytest.raises(TokenRefused) as refused:
        kind((FOREIGN,), "login").open(SEALED[kind])
    assert FOREIGN not in str(refused.value)
    assert SEALED[kind] not in str(refused.value)


@given(st.text())
def test_plain_changes_nothing(text: str) -> None:
    assert Plain().open(Plain().seal(text, NOW)) == text == Plain().open(text)


# The refresh cookie of flask-cognito-lib


def _inherited(secret: str, token: bytes, at: int) -> str:
    key = urlsafe_b64encode(hashlib.sha256(secret.encode()).digest())
    return Fernet(key).encrypt_at_time(token, at).decode()


def test_an_inherited_cookie_opens() -> None:
    sealed = _inherited("an old key", b"a-refresh-token", 1_700_000_000)
    assert Inherited("an old key").open(sealed) == ("a-refresh-token", 1_700_000_000)


def test_an_inherited_cookie_that_does_not() -> None:
    box = Inherited("an old key")
    ours = Encrypted(("an old key",), "refresh").seal(TEXT, NOW)
    wrong = _inherited("another key", b"a-refresh-token", 1)
    binary = _inherited("an old key", b"\xff", 1)
    for sealed in (ours, wrong, binary, *STRANGE.values()):
        with pytest.raises(TokenRefused, match=r"our keys|not a refresh cookie"):
            box.open(sealed)


def test_what_base64_passes_over_in_an_inherited_cookie() -> None:
    box = Inherited("an old key")
    sealed = _inherited("an old key", b"a-refresh-token", 1)
    assert _opens(box, sealed)
    assert not [text for text in _with_more(sealed) if _opens(box, text)]


@given(st.text())
def test_any_inherited_text(sealed: str) -> None:
    with pytest.raises(TokenRefused):
        Inherited("an old key").open(sealed)
