"""The revocation list: by a session's name, by its user and time, bounded, with an end."""

from cognito_gate._gate.messages import NO_MARKS, SessionMarks
from cognito_gate._gate.revocations import ACCESS_SECONDS, MemoryRevocations, last_use

NOW = 1_800_000_000.0
MINE = SessionMarks.of(("the-sign-in", ""), "ada", NOW - 100)


def test_an_empty_list_covers_nothing() -> None:
    assert not MemoryRevocations(8).covers(MINE, NOW)


def test_a_session_by_its_name() -> None:
    ended = MemoryRevocations(8)
    ended.end("another", until=NOW + 60)
    assert not ended.covers(MINE, NOW)
    ended.end("the-sign-in", until=NOW + 60)
    assert ended.covers(MINE, NOW)
    assert not ended.covers(MINE, NOW + 60)


def test_a_name_that_is_empty_ends_nothing() -> None:
    ended = MemoryRevocations(8)
    ended.end("", until=NOW + 60)
    ended.end("the-sign-in", until=NOW + 60)
    assert not ended.covers(SessionMarks.of(("", ""), "", NOW), NOW)
    assert not ended.covers(NO_MARKS, NOW)


def test_a_user_and_what_began_before() -> None:
    ended = MemoryRevocations(8)
    ended.end_all("ada", NOW - 100, until=NOW + 60)
    assert ended.covers(MINE, NOW)
    assert not ended.covers(MINE._replace(began=NOW - 99), NOW)
    assert not ended.covers(SessionMarks.of(("x",), "eve", NOW - 100), NOW)


def test_a_user_is_no_session_of_that_name() -> None:
    ended = MemoryRevocations(8)
    ended.end("ada", until=NOW + 60)
    assert not ended.covers(MINE, NOW)


def test_an_earlier_time_takes_nothing_back() -> None:
    ended = MemoryRevocations(8)
    ended.end_all("ada", NOW, until=NOW + 60)
    ended.end_all("ada", NOW - 1000, until=NOW + 60)
    assert ended.covers(MINE, NOW)


def test_a_session_that_is_known_to_have_begun_later() -> None:
    """By its own clock a process tells apart what happened within one second."""
    ended = MemoryRevocations(8)
    ended.end_all("ada", NOW + 0.5, until=NOW + 60)
    mine = MINE._replace(began=NOW)
    ended.begin("the-sign-in", NOW + 0.4, until=NOW + 60)
    assert ended.covers(mine, NOW)
    ended.begin("the-sign-in", NOW + 0.6, until=NOW + 60)
    assert not ended.covers(mine, NOW)
    assert ended.covers(SessionMarks.of(("another",), "ada", NOW), NOW)
    ended.end("the-sign-in", until=NOW + 60)
    assert ended.covers(mine, NOW)


def test_it_is_bounded() -> None:
    ended = MemoryRevocations(8)
    for number in range(20):
        ended.end(f"session-{number}", until=NOW + 60)
    assert ended.any() == 8
    assert ended.covers(SessionMarks(("session-19",)), NOW)


def test_an_entry_outlasts_every_token() -> None:
    assert last_use(NOW, 60, 5) == NOW + ACCESS_SECONDS + 5
    assert last_use(NOW, 10 * ACCESS_SECONDS, 0) == NOW + 10 * ACCESS_SECONDS
