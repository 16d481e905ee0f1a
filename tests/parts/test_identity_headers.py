"""A verified identity as headers: what they say, and that no claim can say more than its own."""

import re
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._gate.protocol.identity_headers import MAX_VALUE_CHARS, IdentityHeaders
from cognito_gate.identity import Identity, freeze

ACCESS = {"sub": "sub-of-ada", "username": "ada", "cognito:groups": ["admin", "staff"], "exp": 1}
ID = {"email": "ada@example.com", "email_verified": True, "name": "Ada Lovelace", "custom:age": 36}


def ada(access: dict[str, Any] | None = None, **changes: Any) -> Identity:
    claims = {key: value for key, value in {**ID, **changes}.items() if value is not None}
    return Identity(freeze({**ACCESS, **(access or {})}), freeze(claims), "the.access.token", "id")


def headers(who: Identity | None, *words: str) -> dict[str, str]:
    found = IdentityHeaders(words).of(who)
    assert len(dict(found)) == len(found)
    return dict(found)


def test_the_names_of_oauth2_proxy() -> None:
    assert headers(ada(), "x-auth-request") == {
        "x-auth-request-user": "sub-of-ada",
        "x-auth-request-email": "ada@example.com",
        "x-auth-request-groups": "admin,staff",
        "x-auth-request-preferred-username": "ada",
    }


def test_pairs_of_ones_own() -> None:
    words = (
        "X-User=sub",
        "x-years=custom:age",
        "x-groups=cognito:groups",
        "x-verified=email_verified",
    )
    assert headers(ada(), *words) == {
        "x-user": "sub-of-ada",
        "x-years": "36",
        "x-groups": "admin,staff",
        "x-verified": "true",
    }


def test_a_token_is_given_where_it_is_asked_for_by_name() -> None:
    assert "the.access.token" not in str(headers(ada(), "x-auth-request"))
    words = ("x-auth-request", "x-auth-request-access-token=access_token", "x-id=id_token")
    shown = headers(ada(), *words)
    assert (shown["x-auth-request-access-token"], shown["x-id"]) == ("the.access.token", "id")


def test_a_bearer_token_has_no_id_token() -> None:
    who = Identity(freeze(ACCESS), access_token="the.access.token")
    assert headers(who, "x-id=id_token", "x-mail=email", "x-user=sub") == {"x-user": "sub-of-ada"}


def test_nobody_has_none() -> None:
    assert headers(None, "x-auth-request", "x-user=sub") == {}


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, True),
        ({"email_verified": "true"}, True),
        ({"email_verified": "false"}, False),
        ({"email_verified": False}, False),
        ({"email_verified": None}, False),
        ({"email_verified": 1.5}, False),
    ],
)
def test_an_address_that_is_not_verified_is_nobodys(changes: dict[str, Any], shown: bool) -> None:
    """Whoever may write to the attribute could say that they are somebody else."""
    found = headers(ada(**changes), "x-auth-request", "x-mail=email")
    assert ("x-mail" in found, "x-auth-request-email" in found) == (shown, shown)


def test_nor_is_one_that_only_the_access_token_has() -> None:
    who = ada({"email": "eve@example.com", "email_verified": True}, email=None)
    assert headers(who, "x-mail=email") == {}


def test_a_telephone_number_too() -> None:
    who = ada(phone_number="+491701234567")
    assert headers(who, "x-phone=phone_number") == {}
    who = ada(phone_number="+491701234567", phone_number_verified=True)
    assert headers(who, "x-phone=phone_number") == {"x-phone": "+491701234567"}


def test_the_access_token_comes_first() -> None:
    assert headers(ada({"tier": "free"}, tier="gold"), "x-tier=tier") == {"x-tier": "free"}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Ada Lovelace", "Ada%20Lovelace"),
        ("Zoë", "Zo%C3%AB"),
        ("50%", "50%25"),
        ("a,b", "a%2Cb"),
        ("a\r\nx-user: root", "a%0D%0Ax-user:%20root"),
        ("\x00", "%00"),
        ("\x85\u2028", "%C2%85%E2%80%A8"),
        (["a,b", "c"], "a%2Cb,c"),
        (["one", 2, True], "one,2,true"),
        (0, "0"),
        (False, "false"),
        (1.5, "1.5"),
    ],
)
def test_how_a_value_is_written(value: Any, written: str) -> None:
    assert headers(ada(claim=value), "x-claim=claim") == {"x-claim": written}


@pytest.mark.parametrize(
    "value",
    [
        "",
        [],
        {},
        {"a": 1},
        [{"a": 1}],
        ["a", ["b"]],
        ["a", ""],
        ["a", None],
        float("inf"),
        "a\ud800",
    ],
)
def test_what_has_no_plain_text_is_left_out(value: Any) -> None:
    assert headers(ada(claim=value), "x-claim=claim") == {}


def test_a_long_value_is_left_out_and_not_cut() -> None:
    """Half of a list of groups could end in the name of another group."""
    for length, shown in ((MAX_VALUE_CHARS, True), (MAX_VALUE_CHARS + 1, False)):
        assert bool(headers(ada(claim="x" * length), "x-claim=claim")) == shown
    assert not headers(ada(claim="ä" * 1000), "x-claim=claim")


CLAIM = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(claim=CLAIM)
def test_no_claim_can_break_a_header(claim: Any) -> None:
    """Nothing but visible ASCII: no second line, no second header, no blank at an end."""
    for name, value in headers(ada(claim=claim, name=claim), "x-claim=claim", "x-n=name").items():
        assert name in ("x-claim", "x-n")
        assert re.fullmatch(r"[\x21-\x7e]+", value)


@given(items=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), max_size=5))
def test_each_value_of_a_list_comes_back(items: list[str]) -> None:
    shown = headers(ada(claim=items), "x-claim=claim").get("x-claim", "")
    assert [unquote(item) for item in shown.split(",") if item] == items
