"""The desks that most tests of the JSON API sit at."""

import pytest

from cognito_gate.local import AUTH_FLOWS, Client
from tests.local.api.desk import Desk


@pytest.fixture
def desk() -> Desk:
    """A confidential client with every flow, and the sample users."""
    return Desk()


@pytest.fixture
def open_desk() -> Desk:
    """The same, but the client lets be known who exists."""
    client = Client(secret="s" * 24, auth_flows=AUTH_FLOWS, prevent_user_existence_errors=False)
    return Desk(clients=(client,))
