"""botocore's descriptions of AWS's services, parsed once in a process in place of once a session.

A conftest.py that imports `parsed_once` has it. Nothing of boto3's behaviour changes.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from botocore.loaders import JSONFileLoader


@pytest.fixture(scope="session", autouse=True)
def parsed_once() -> Iterator[None]:
    """Each session of boto3 reads 2 MB of JSON for a client of a service; here the first does."""
    original = JSONFileLoader.load_file

    @cache
    def kept(path: str) -> Any:
        return original(JSONFileLoader(), path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", lambda self, path: kept(path))
        yield
