"""Every page goes out with the same protection."""

import re
from pathlib import Path

import pytest

import cognito_gate
from tests.local.stage import Stage


@pytest.mark.parametrize("path", ["/error", "/login"])
def test_pages_are_locked_down(stage: Stage, path: str) -> None:
    page = stage.http.get(path, params=stage.asking())
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in page.headers["cache-control"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    # It would stop the redirect back to the app after the form.
    assert "form-action" not in page.headers["content-security-policy"]


def test_the_style_nonce_is_fresh(stage: Stage) -> None:
    first, second = (stage.http.get("/error").headers for _ in range(2))
    assert first["content-security-policy"] != second["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/error", "/login", "/_local/outbox"])
def test_each_page_says_that_it_is_a_stand_in(stage: Stage, path: str) -> None:
    page = stage.http.get(path, params=stage.asking() if path == "/login" else {}).text
    assert page.count("not for production") == 2


def test_they_look_like_the_gates_own_pages() -> None:
    """The files are apart, as the packages are; the colours and sizes are the same."""
    package = Path(cognito_gate.__file__).parent
    files = (package / "templates/design.css", package / "local/templates/local.css")
    ours, its = (re.findall(r"(--gate-[\w-]+): ([^;]+);", file.read_text()) for file in files)
    assert len(ours) > 30
    assert ours == its
