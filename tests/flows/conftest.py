"""The stage of the flow tests."""

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from tests.flows.stage import Stage

MakeStage: TypeAlias = Callable[..., Stage]


@pytest.fixture
def make_stage() -> MakeStage:
    """Makes a stage with some settings changed."""

    def make(**changes: Any) -> Stage:
        return Stage(changes)

    return make


@pytest.fixture
def stage() -> Stage:
    """The usual stage."""
    return Stage()


@pytest.fixture
def lasting(make_stage: MakeStage) -> Stage:
    """A stage with refresh: tokens last an hour, sessions a day in all."""
    return make_stage(refresh_flow_enabled=True)
