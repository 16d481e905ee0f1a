"""How an address is hinted at."""

import pytest

from cognito_gate.local.api.codes import masked


@pytest.mark.parametrize(
    ("destination", "shown"),
    [
        ("ada@example.com", "a***@e***"),
        ("a@b.c", "a***@b***"),
        ("+15550001234", "+*******1234"),
        ("+49", "+49"),
    ],
)
def test_hardly_anything_is_shown(destination: str, shown: str) -> None:
    assert masked(destination) == shown
