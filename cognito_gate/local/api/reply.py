"""One answer to a challenge, and what it answers. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cognito_gate.local.api.errors import missing, not_authorized
from cognito_gate.local.api.memory import Pending
from cognito_gate.local.api.people import Somebody, check_standing
from cognito_gate.local.model import Client
from cognito_gate.local.pool import Pool
from cognito_gate.local.user import User


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and what it answers."""

    pool: Pool
    client: Client
    pending: Pending
    responses: Mapping[str, str]

    def needed(self, name: str) -> str:
        """A response that must be there."""
        if not self.responses.get(name):
            raise missing(name)
        return self.responses[name]

    @property
    def who(self) -> Somebody:
        """Who is signing in, there or not."""
        return Somebody.named(self.pool, self.pending.username)

    @property
    def user(self) -> User:
        """Who is signing in; somebody who is not there never gets further than this."""
        user = self.pool.user(self.pending.username)
        if user is None:
            raise not_authorized()
        check_standing(user)
        return user
