"""Counting, recording, and arming faults."""

from typing import Any

import pytest

from cognito_gate.local import Fault, LocalConfigError, Request
from cognito_gate.local.traffic import Traffic

DOWN = Fault("status")


def seen(traffic: Traffic, endpoint: str = "token") -> Fault | None:
    return traffic.record(Request(endpoint, "POST", "", {}))


def test_calls_are_counted_and_the_latest_kept() -> None:
    traffic = Traffic(limit=2)
    for endpoint in ("jwks", "token", "token"):
        seen(traffic, endpoint)
    assert traffic.calls == {"jwks": 1, "token": 2}
    assert traffic.calls["login"] == 0
    assert [request.endpoint for request in traffic.requests] == ["token", "token"]


def test_snapshots_are_the_callers_own() -> None:
    traffic = Traffic()
    traffic.calls["token"] += 1
    assert traffic.calls["token"] == 0


def test_a_fault_lasts_as_often_as_asked() -> None:
    traffic = Traffic()
    traffic.fail("token", DOWN, times=2)
    assert [seen(traffic) for _ in range(3)] == [DOWN, DOWN, None]


def test_a_fault_lasts_until_healed() -> None:
    traffic = Traffic()
    for endpoint in ("token", "jwks"):
        traffic.fail(endpoint, DOWN)
    traffic.heal("token")
    assert [seen(traffic), seen(traffic, "jwks"), seen(traffic, "jwks")] == [None, DOWN, DOWN]
    traffic.heal()
    assert seen(traffic, "jwks") is None
    traffic.heal("jwks")


@pytest.mark.parametrize(
    ("endpoint", "times", "complaint"),
    [
        ("tokens", None, "endpoint 'tokens'"),
        (None, None, "endpoint None"),
        ("token", 0, "times"),
        ("token", True, "times"),
        ("token", "1", "times"),
    ],
)
def test_faults_that_cannot_be_armed(endpoint: Any, times: Any, complaint: str) -> None:
    with pytest.raises(LocalConfigError, match=complaint):
        Traffic().fail(endpoint, DOWN, times)


@pytest.mark.parametrize(
    ("endpoint", "fault", "complaint"),
    [
        ("InitiateAuth", Fault("oauth_error"), "the JSON API has api_error"),
        ("token", Fault("api_error", error="XException"), "for the JSON API only"),
    ],
)
def test_errors_of_the_other_kind_cannot_be_armed(
    endpoint: str, fault: Fault, complaint: str
) -> None:
    with pytest.raises(LocalConfigError, match=complaint):
        Traffic().fail(endpoint, fault)


def test_an_unknown_endpoint_cannot_be_healed() -> None:
    with pytest.raises(LocalConfigError, match="'tokens' is unknown"):
        Traffic().heal("tokens")
