"""The stages that most journeys play on."""

from collections.abc import Iterator

import pytest

from tests.journey.stage import REFRESH, Stage, staged
from tests.journey.visitor import Visitor


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A confidential client; everything else by default."""
    with staged() as made:
        yield made


@pytest.fixture
def renewing() -> Iterator[Stage]:
    """Sessions are renewed, and Cognito rotates refresh tokens with no grace."""
    with staged(REFRESH) as made:
        made.cognito.switch(rotation=True)
        yield made


@pytest.fixture
def visitor(stage: Stage) -> Iterator[Visitor]:
    """A browser in front of `stage`."""
    with stage.visitor() as made:
        yield made


@pytest.fixture
def member(renewing: Stage) -> Iterator[Visitor]:
    """A browser in front of `renewing`, signed in as ada."""
    with renewing.visitor() as made:
        made.sign_in()
        yield made
