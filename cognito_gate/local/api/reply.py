"""One response to a challenge, together with the challenge. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..model import Client
from ..pool import Pool
from ..user import User
from .errors import missing, not_authorized
from .memory import Pending
from .people import Somebody, check_standing


@dataclass(frozen=True, slots=True)
class Reply:
    """A response to a challenge, and the challenge."""

    pool: Pool
    client: Client
    pending: Pending
    responses: Mapping[str, str]

    def needed(self, name: str) -> str:
        """A required member of the response."""
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
