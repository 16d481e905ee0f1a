"""What operators may turn on costs the request of a known session nothing while it is off."""

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.edge.conftest import Open
from tests.world.browser import NAVIGATION, Browser
from tests.world.pool import Pool

FOR_OPERATORS = {"_audit_log", "_delivery", "_metrics", "_metrics_extra", "exchange", "request_ids"}


def called(make_site: Open, pool: Pool, **changes: Any) -> list[str]:
    """The functions of the gate that the request of a known session calls, as module.function."""
    site = make_site(**changes)
    browser = Browser(site)
    browser.sign_in(pool)
    request = browser.request("GET", "/", NAVIGATION)
    for _ in range(2):
        assert site.handle(request).app is not None
    found: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        file = frame.f_code.co_filename
        if event == "call" and "/cognito_gate/" in file:
            found.append(f"{Path(file).stem}.{frame.f_code.co_name}")

    sys.setprofile(note)
    try:
        site.handle(request)
    finally:
        sys.setprofile(None)
    return found


def modules(functions: list[str]) -> set[str]:
    return {name.partition(".")[0] for name in functions}


def test_all_of_it_off(make_site: Open, pool: Pool) -> None:
    functions = called(make_site, pool)
    assert "cached_decisions.find" in functions
    assert modules(functions) & FOR_OPERATORS == set()


def test_an_audit_log_is_about_events(make_site: Open, pool: Pool, tmp_path: Path) -> None:
    path = str(tmp_path / "audit.jsonl")
    assert called(make_site, pool, audit_log=path) == called(make_site, pool)


@pytest.mark.parametrize(
    ("changes", "further"),
    [
        ({"request_id_header": "x-request-id"}, {"request_ids"}),
        ({"metrics_addresses": ("::1",)}, {"_metrics"}),
    ],
)
def test_what_is_seen_once_it_is_on(
    make_site: Open, pool: Pool, changes: dict[str, Any], further: set[str]
) -> None:
    assert modules(called(make_site, pool, **changes)) & FOR_OPERATORS == further
