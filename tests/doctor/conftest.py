"""Each test has a directory of its own: a .env of the developer's must not be read."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Work in an empty directory, without proxies and with no colour asked for or forbidden."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
