"""Every page goes out with the same protection."""

import pytest

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
