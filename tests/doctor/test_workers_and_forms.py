"""What several processes, and forms that are kept, need beside their settings."""

import pytest

from tests.doctor.aws import found

REFRESH = {"AWS_COGNITO_REFRESH_FLOW_ENABLED": "true"}
STORE = {"COGNITO_GATE_STORE": "redis://cache.example.com"}
KEEP = {"COGNITO_GATE_KEEP_FORMS": "true"}


@pytest.mark.parametrize(
    ("changes", "state", "said"),
    [
        ({"WEB_CONCURRENCY": "4"}, "warning", "4 (WEB_CONCURRENCY), and no store: a sign-out"),
        ({"WEB_CONCURRENCY": "2", **REFRESH}, "warning", "each refreshes sessions alone"),
        ({"WEB_CONCURRENCY": "2", **REFRESH, **STORE}, "ok", "which share the store"),
    ],
)
def test_several_workers(changes: dict[str, str | None], state: str, said: str) -> None:
    line = found(changes=changes)["workers"]
    assert (line.state, said in line.found) == (state, True), line.found
    assert ("refreshes" in line.found) is (said == "each refreshes sessions alone")


@pytest.mark.parametrize("number", ["", "1", "0", "many", "-2", "9" * 7])
def test_one_worker_or_a_number_that_is_none_is_no_line(number: str) -> None:
    assert "workers" not in found(WEB_CONCURRENCY=number)


@pytest.mark.parametrize(
    ("changes", "state", "said"),
    [
        ({}, "ok", "of some 2,700 bytes of text at most"),
        (REFRESH, "ok", "of some 1,450 bytes"),
        ({"COGNITO_GATE_TRUSTED_PROXIES": "10.0.0.0/8"}, "warning", "asks /auth/verify"),
        ({**REFRESH, "AWS_COGNITO_COOKIE_ENCRYPTED": "true"}, "warning", "leaves a form 750 bytes"),
        ({**REFRESH, "AWS_COGNITO_COOKIE_ENCRYPTED": "true", **STORE}, "ok", "2,700 bytes"),
    ],
)
def test_kept_forms(changes: dict[str, str | None], state: str, said: str) -> None:
    line = found(changes={**KEEP, **changes})["kept-forms"]
    assert (line.state, said in line.found) == (state, True), line.found


def test_no_line_where_none_are_kept() -> None:
    assert "kept-forms" not in found()
