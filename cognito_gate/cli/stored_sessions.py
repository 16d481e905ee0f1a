"""A user's sessions in the store that an app's processes share (COGNITO_GATE_STORE), for operators.

Knows the app's settings and its store. Must not know a terminal.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .._driver.stores.opening import store_of
from .._driver.threads import Sender, run
from .._gate.cookie_kinds import Names
from .._gate.effects import Flow
from .._gate.revocations import last_use
from .._gate.sessions.interface import Listed
from .._gate.sessions.store_sessions import StoreSessions
from .._gate.shared import Shared
from ..errors import SettingsError
from ..settings import Settings


@dataclass(frozen=True, slots=True)
class Stored:
    """The sessions of one app. Each method raises StoreUnavailable."""

    settings: Settings
    shared: Shared
    sessions: StoreSessions
    sender: Sender

    def of_user(self, sub: str) -> tuple[Listed, ...]:
        """A user's sessions, the one used last first; none where they live in cookies."""
        return run(self.sessions.listed(sub), self.sender) or ()

    def end_all(self, sub: str) -> int:
        """End all sessions of a user, those in cookies too; how many were in the store."""
        now = time.time()
        self.shared.revocations.end_all(sub, now, until=self._until(now))
        run(self.shared.revocations.share(now), self.sender)
        listed = self.of_user(sub)
        for one in listed:
            run(self.sessions.end(one, now), self.sender)
        return len(listed)

    def end(self, session: Listed) -> None:
        """End one session."""
        now = time.time()

        def ended() -> Flow[None]:
            self.shared.revocations.end(session.name, until=self._until(now))
            yield from self.shared.revocations.share(now)
            yield from self.sessions.end(session, now)

        run(ended(), self.sender)

    def _until(self, now: float) -> float:
        seconds, leeway = self.settings.refresh_cookie_age_seconds, self.settings.expiration_leeway
        return last_use(now, seconds, leeway)


@contextmanager
def opened(settings: Settings) -> Iterator[Stored]:
    """The store of these settings, until the block ends.

    Raises:
        SettingsError: they name none.
    """
    calls = store_of(settings)
    if calls is None:
        raise SettingsError({"COGNITO_GATE_STORE": "is not set: no processes share sessions"})
    shared, sender = Shared(settings), Sender(store=calls)
    names = Names.of(settings)
    sessions = StoreSessions(settings, names, shared, str)  # makes no ids
    try:
        yield Stored(settings, shared, sessions, sender)
    finally:
        sender.close()
