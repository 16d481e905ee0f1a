"""The stage that most tests of the local Cognito play on."""

import pytest

from tests.local.stage import Stage


@pytest.fixture
def stage() -> Stage:
    """A confidential client and the sample users."""
    return Stage()


@pytest.fixture
def public_stage() -> Stage:
    """A client without a secret."""
    return Stage(public=True)
