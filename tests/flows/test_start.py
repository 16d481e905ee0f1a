"""What a gate says when it is made: only what may well be a mistake."""

import logging

import pytest

from cognito_gate._gate.gate import Gate
from tests.world.pool import POOL_ID, Pool


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_region_that_is_not_the_pools(caplog: pytest.LogCaptureFixture) -> None:
    """Lambda and ECS set AWS_REGION by themselves: the issuer may come out wrong."""
    Gate(Pool().settings(region="us-east-2"))
    (said,) = warnings(caplog)
    assert "AWS_REGION is us-east-2" in said
    assert f"https://cognito-idp.us-east-2.amazonaws.com/{POOL_ID}" in said


@pytest.mark.parametrize("region", ["", "eu-west-1"])
def test_the_pools_own_region(caplog: pytest.LogCaptureFixture, region: str) -> None:
    Gate(Pool().settings(region=region))
    assert not warnings(caplog)
