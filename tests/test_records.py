"""What the cookies hold: to JSON and back, and nothing but a typed error for anything else."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._gate.idle_cookie import IdleRecord
from cognito_gate._gate.records import LoginAttempt, RefreshRecord, Sentence, Tokens, seconds_of
from cognito_gate._sign_in.records import ChallengeRecord, Device, View
from cognito_gate.errors import TokenRefused

RENEWAL = RefreshRecord("a-refresh-token", "a-sub", 1_800_000_000)
ATTEMPT = LoginAttempt("a-state", "a-nonce", "a-verifier", "/a?b=ä", 1_800_000_000, again=True)
PENDING = ChallengeRecord(
    "an-attempt", "SMS_MFA", "a-session", "ada", "Ada", "/a?b=ä", 1_800_000_000, {"a": "a-fact"}
)
DEVICE = Device("an-id", {"a-hash": "another"})
IDLE = IdleRecord("a-session", 1_800_000_000)
RECORDS = pytest.mark.parametrize(
    "record",
    [RENEWAL, ATTEMPT, PENDING, DEVICE, IDLE],
    ids=["renewal", "attempt", "pending", "device", "idle"],
)
Record = RefreshRecord | LoginAttempt | ChallengeRecord | Device | IdleRecord
PENDING_TEXTS = ("attempt", "step", "session", "username", "typed", "return_to")


@RECORDS
def test_to_json_and_back(record: Record) -> None:
    text = record.to_json()
    assert type(record).from_json(text) == record
    assert " " not in text
    assert text.isascii()


@given(st.text(), st.text(), st.integers())
def test_any_renewal(token: str, sub: str, at: int) -> None:
    record = RefreshRecord(token, sub, at)
    assert RefreshRecord.from_json(record.to_json()) == record


@given(st.text(), st.text(), st.text(), st.text(), st.integers(), st.booleans())
def test_any_attempt(state: str, nonce: str, verifier: str, to: str, at: int, again: bool) -> None:
    record = LoginAttempt(state, nonce, verifier, to, at, again)
    assert LoginAttempt.from_json(record.to_json()) == record


@given(st.text(), st.text(), st.text(), st.integers(), st.dictionaries(st.text(), st.text()))
def test_any_pending(step: str, session: str, name: str, at: int, facts: dict[str, str]) -> None:
    record = ChallengeRecord("a", step, session, name, name, "/", at, facts)
    assert ChallengeRecord.from_json(record.to_json()) == record


def test_a_pending_has_no_facts_unless_given() -> None:
    assert ChallengeRecord("a", "s", "s", "u", "t", "/", 1).facts == {}


def test_an_attempt_is_a_first_one_unless_said() -> None:
    assert LoginAttempt("s", "n", "v", "/", 1).again is False


NOT_JSON = ["", "hello", "{", "{}x", "\0", "NaN1", "NaN", "[" * 100_000, '{"a":' + "9" * 5000 + "}"]


@RECORDS
@pytest.mark.parametrize("text", NOT_JSON, ids=lambda text: repr(text[:10]))
def test_what_is_not_json(record: Record, text: str) -> None:
    with pytest.raises(TokenRefused, match="is not JSON"):
        type(record).from_json(text)


@RECORDS
@pytest.mark.parametrize("text", ["null", "[]", "1", '"text"', "{}", "true"])
def test_json_of_another_shape(record: Record, text: str) -> None:
    with pytest.raises(TokenRefused, match="another shape"):
        type(record).from_json(text)


@RECORDS
def test_a_field_too_many_or_too_few(record: Record) -> None:
    found = json.loads(record.to_json())
    for name in found.keys() - {"session", "v"}:  # which older cookies lack
        fewer = {key: value for key, value in found.items() if key != name}
        with pytest.raises(TokenRefused, match="another shape"):
            type(record).from_json(json.dumps(fewer))
    with pytest.raises(TokenRefused, match="another shape"):
        type(record).from_json(json.dumps({**found, "more": 1}))


@RECORDS
def test_a_record_says_its_version(record: Record) -> None:
    """One of before there were versions is read as ever; of a later one nothing is guessed."""
    found = json.loads(record.to_json())
    assert found.pop("v") == 1
    assert type(record).from_json(json.dumps(found)) == record
    for version in (0, 2, True, "1", None):
        with pytest.raises(TokenRefused, match="another version") as caught:
            type(record).from_json(json.dumps({"v": version, **found}))
        assert caught.value.cause == "version"


def test_a_refresh_cookie_of_before_sessions_had_names() -> None:
    found = json.loads(RENEWAL.to_json())
    del found["session"]
    assert RefreshRecord.from_json(json.dumps(found)) == RENEWAL


def test_the_absolute_end_counts_from_the_sign_in() -> None:
    assert RENEWAL.ends_at(3600) == RENEWAL.signed_in_at + 3600


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1, 1),
        (10**9 - 1, 10**9 - 1),
        (10**9, 0),
        (10**12, 0),
        (0, 0),
        (-1, 0),
        (True, 0),
        (1.5, 0),
        ("60", 0),
        (None, 0),
    ],
)
def test_a_life_that_is_usable(value: object, seconds: int) -> None:
    found = seconds_of(value)
    assert (found, type(found)) == (seconds, int)


def test_one_record_is_not_another() -> None:
    with pytest.raises(TokenRefused, match="another shape"):
        RefreshRecord.from_json(ATTEMPT.to_json())
    with pytest.raises(TokenRefused, match="another shape"):
        LoginAttempt.from_json(RENEWAL.to_json())
    with pytest.raises(TokenRefused, match="another shape"):
        ChallengeRecord.from_json(ATTEMPT.to_json())


TEXTS: list[Any] = [None, 1, 1.5, True, [], {}, ["a"]]
NUMBERS: list[Any] = [None, "1", 1.5, True, False, [], {}]
FLAGS: list[Any] = [None, 0, 1, "true", [], {}]


WRONG: list[tuple[Record, str, list[Any]]] = [
    *((RENEWAL, name, TEXTS) for name in ("token", "sub")),
    (RENEWAL, "signed_in_at", NUMBERS),
    *((ATTEMPT, name, TEXTS) for name in ("state", "nonce", "verifier", "return_to")),
    (ATTEMPT, "started_at", NUMBERS),
    (ATTEMPT, "again", FLAGS),
    *((PENDING, name, TEXTS) for name in PENDING_TEXTS),
    (PENDING, "started_at", NUMBERS),
    (PENDING, "facts", [None, 1, "a", [], ["a"], True]),
    (DEVICE, "id", TEXTS),
    (DEVICE, "accounts", [None, 1, "a", [], ["a"], True]),
]


@pytest.mark.parametrize(("record", "name", "values"), WRONG)
def test_a_field_of_another_type(record: Record, name: str, values: list[Any]) -> None:
    for value in values:
        changed = {**json.loads(record.to_json()), name: value}
        with pytest.raises(TokenRefused, match=f"a wrong {name}"):
            type(record).from_json(json.dumps(changed))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
ANY = (
    st.text()
    | JSON.map(json.dumps)
    | st.builds(
        lambda name, value: json.dumps({**json.loads(RENEWAL.to_json()), name: value}),
        st.sampled_from(["token", "sub", "signed_in_at", "x"]),
        JSON,
    )
)


@given(ANY)
def test_any_text(text: str) -> None:
    for kind in (RefreshRecord, LoginAttempt, ChallengeRecord):
        with suppress(TokenRefused):
            assert isinstance(kind.from_json(text), kind)


def test_no_secret_is_shown() -> None:
    shown = repr((RENEWAL, ATTEMPT, PENDING, Tokens("an-access", "an-id", "a-refresh")))
    for secret in ("a-refresh", "a-state", "a-nonce", "a-verifier", "an-access", "an-id"):
        assert secret not in shown
    for secret in ("a-session", "a-fact"):
        assert secret not in shown
    assert "a-sub" in shown


def test_nor_what_a_page_holds() -> None:
    view = View(screen="forgot", token="a-token", typed={"a": "typed"}, facts={"a": "a-fact"})
    shown = repr((view, Sentence("error.generic", "what-a-lambda-said")))
    for text in ("a-token", "typed='", "a-fact", "what-a-lambda-said"):
        assert text not in shown
    assert "error.generic" in shown


def test_a_page_with_nothing_to_say() -> None:
    view = View(screen="forgot")
    assert (view.return_to, view.error, view.notice) == ("/", None, None)
    assert (view.field_errors, view.typed, view.facts) == ({}, {}, {})
    assert Sentence("error.generic") == Sentence("error.generic", "", ())
