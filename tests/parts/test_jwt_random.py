"""Random and mutated JWTs: nothing but `TokenRefused`, and nothing forged is accepted."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cognito_gate._gate.protocol import jwt
from cognito_gate.errors import TokenRefused
from tests.parts.made import ACCESS, HEADER, access_token, compact, verify

GOOD = access_token()
USES = st.sampled_from(["access", "id"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


def _tried(text: str, use: jwt.Use) -> dict[str, Any] | None:
    try:
        return verify(text, use)
    except TokenRefused:
        return None


@given(st.text(), USES)
def test_any_text(text: str, use: jwt.Use) -> None:
    assert _tried(text, use) is None


@given(st.text("AQgw-_=.eyJ0", max_size=80), USES)
def test_texts_that_look_like_a_token(text: str, use: jwt.Use) -> None:
    assert _tried(text, use) is None


@given(st.binary(), st.binary(), USES)
@example(b"{}", b"{}", "access")
def test_any_bytes_signed(head: bytes, body: bytes, use: jwt.Use) -> None:
    assert _tried(compact(head, body), use) is None
    assert _tried(compact(json.dumps(HEADER), body), use) is None


@given(st.integers(0, len(GOOD) - 1), st.characters(max_codepoint=0x2FF))
def test_one_character_of_a_good_token_changed(place: int, char: str) -> None:
    text = GOOD[:place] + char + GOOD[place + 1 :]
    found = _tried(text, "access")
    assert found is None or text == GOOD


@given(st.integers(0, len(GOOD)), st.text(max_size=3))
def test_characters_put_into_a_good_token(place: int, more: str) -> None:
    found = _tried(GOOD[:place] + more + GOOD[place:], "access")
    assert found is None or more == ""


@given(st.integers(0, len(GOOD) - 1))
def test_a_good_token_cut_short(place: int) -> None:
    assert _tried(GOOD[:place], "access") is None
    assert _tried(GOOD[place + 1 :], "access") is None


@given(st.sampled_from(sorted(ACCESS)), JSON, USES)
def test_any_value_in_any_claim(name: str, value: Any, use: jwt.Use) -> None:
    # What Python writes as NaN is no JSON, and has to be refused as such.
    found = _tried(compact(json.dumps(HEADER), json.dumps({**ACCESS, name: value})), use)
    if found is not None:
        assert isinstance(found["exp"], int | float)
        assert isinstance(found["sub"], str)


@given(st.sampled_from(["alg", "kid", "typ", "crit", "jwk", "x"]), JSON)
def test_any_value_in_any_header(name: str, value: Any) -> None:
    _tried(compact(json.dumps({**HEADER, name: value}), json.dumps(ACCESS)), "access")


@given(st.integers(0, len(GOOD) - 1))
def test_a_refusal_never_shows_the_token(place: int) -> None:
    for text in (GOOD[:place], GOOD[place:] + "."):
        with pytest.raises(TokenRefused) as refused:
            verify(text, "access")
        assert len(text) < 40 or text[:40] not in str(refused.value)
