"""Tokens whose signature held lately: for five minutes, exactly these, and no more than told."""

import pytest

from cognito_gate._gate.protocol.signature_cache import SignatureCache

NOW = 1_800_000_000.0
SIZE = 3


@pytest.mark.parametrize(("later", "holds"), [(0, True), (298, True), (299, False), (-2, False)])
def test_for_five_minutes(later: float, holds: bool) -> None:
    known = SignatureCache(SIZE, 300)
    known.add("token", NOW)
    assert known.holds("token", NOW + later) is holds
    assert not known.holds("token.", NOW)


def test_it_is_bounded() -> None:
    known = SignatureCache(SIZE, 300)
    for number in range(2 * SIZE + 1):
        known.add(f"token {number}", NOW)
    assert [known.holds(f"token {number}", NOW) for number in (SIZE - 1, SIZE, 2 * SIZE)] == [
        False,
        True,
        True,
    ]


def test_without_room_nothing_is_remembered() -> None:
    known = SignatureCache(0, 300)
    known.add("token", NOW)
    assert not known.holds("token", NOW)
