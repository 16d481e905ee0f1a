"""Each test has a directory of its own: a .env of the developer's must not be read."""

from pathlib import Path

import pytest

from tests.world.aws_files import parsed_once

__all__ = ["parsed_once"]


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Work in an empty directory, without proxies and with no colour asked for or forbidden."""
    monkeypatch.chdir(tmp_path)
    proxies = (f"{what}_PROXY" for what in ("HTTP", "HTTPS", "ALL", "NO"))
    names = ("NO_COLOR", "SSL_CERT_FILE", "SSL_CERT_DIR", *proxies)
    for name in (*names, *(name.lower() for name in names)):
        monkeypatch.delenv(name, raising=False)
