"""One sign-in from the first page to the page after it: nothing is read or verified twice."""

from collections.abc import Callable
from typing import Any

import pytest

from cognito_gate._gate import exchange
from cognito_gate._gate.protocol import cookies, jwt
from tests.flows.stage import Stage


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often each of these was called."""
    counted: dict[str, int] = {}

    def count(place: object, name: str) -> None:
        function: Callable[..., Any] = getattr(place, name)
        counted[name] = 0

        def counting(*args: Any, **options: Any) -> Any:
            counted[name] += 1
            return function(*args, **options)

        monkeypatch.setattr(place, name, counting)

    count(cookies, "read")
    count(exchange, "parse_qsl")
    count(jwt, "check_signature")
    return counted


def test_each_request_of_a_sign_in(stage: Stage, counts: dict[str, int]) -> None:
    def seen() -> tuple[int, ...]:
        taken = tuple(counts.values())
        counts.update(dict.fromkeys(counts, 0))
        return taken

    browser = stage.browser()
    started = browser.go("/reports?year=2026")
    assert seen() == (1, 0, 0)  # its cookies, and no parameter
    back = stage.pool.sign_in(started.location)
    assert browser.go(back).location == "/reports?year=2026"
    assert seen() == (1, 1, 2)  # the two tokens
    assert browser.go("/reports?year=2026").identity.username == "ada"
    assert seen() == (0, 0, 0)  # what the callback has verified


def test_each_request_of_a_refresh(lasting: Stage, counts: dict[str, int]) -> None:
    browser = lasting.signed_in()
    lasting.now += 3600
    counts.update(dict.fromkeys(counts, 0))
    assert browser.go("/").status == 200
    assert counts == {"read": 1, "parse_qsl": 0, "check_signature": 2}
    assert browser.go("/").status == 200
    assert counts == {"read": 1, "parse_qsl": 0, "check_signature": 2}
