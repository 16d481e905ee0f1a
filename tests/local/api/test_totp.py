"""Time-based codes against the RFC's own values."""

import base64
import re

import pytest

from cognito_gate.local.api.totp import matching_step, new_secret, totp_code

# RFC 6238 appendix B (SHA-1), the last six of its eight digits.
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
RFC_CODES = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


@pytest.mark.parametrize(("at", "code"), RFC_CODES)
def test_the_values_of_the_rfc(at: int, code: str) -> None:
    assert totp_code(RFC_SECRET, at) == code


@pytest.mark.parametrize(("late", "step"), [(-30, -1), (0, 0), (29, 0), (30, 1)])
def test_a_neighbouring_step_will_do(late: int, step: int) -> None:
    now = 30 * 40_000_000
    assert matching_step(RFC_SECRET, totp_code(RFC_SECRET, now + late), now) == 40_000_000 + step


@pytest.mark.parametrize("late", [-31, 60])
def test_steps_further_away_will_not(late: int) -> None:
    now = 30 * 40_000_000
    assert matching_step(RFC_SECRET, totp_code(RFC_SECRET, now + late), now) is None


def test_before_the_epoch_there_is_a_code_all_the_same() -> None:
    assert matching_step(RFC_SECRET, totp_code(RFC_SECRET, 0), 0) == 0


def test_secrets_are_new_and_long() -> None:
    first, second = new_secret(), new_secret()
    assert first != second
    assert re.fullmatch(r"[A-Z2-7]{32}", first)
