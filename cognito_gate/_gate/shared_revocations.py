"""The revocation list of all processes that share a store. It answers from memory, as that of one
process does; what was ended here is told to the others, and what they ended is heard.

Knows the store's list and the messages. Must not know why a session was ended.
"""

import logging
from itertools import islice

from ..errors import StoreUnavailable, TokenRefused
from . import store
from .effects import Flow
from .protocol.recent import Recent
from .revocations import MemoryRevocations
from .store_keys import REVOCATIONS
from .store_messages import Messages, Notice

MAX_SHARED = 20
"""How many notices one request hands on: its own, and some that the store has not taken before."""
LISTENING_SECONDS = 60
"""How often the list is read where each notice is heard as well: one may have been lost."""
RETRY_SECONDS = 1.0
"""How long a process that cannot read the list answers by what it knows before it asks again."""
log = logging.getLogger("cognito_gate")


class SharedRevocations(MemoryRevocations):
    """A list with room for `size` entries, which is read again each `seconds`, or more rarely where
    messages arrive. `due_at` is when (Unix time)."""

    def __init__(self, size: int, messages: Messages, seconds: float) -> None:
        super().__init__(size)
        self._messages = messages
        self._seconds = max(seconds, RETRY_SECONDS)
        self._unshared: dict[Notice, None] = {}
        self._size = size
        self._read: Recent[bool] = Recent(2 * size)
        self._listening = False
        self._changes = 0
        self.due_at = 0.0

    def begin(self, session: str, at: float, *, until: float) -> None:
        super().begin(session, at, until=until)
        self._note(Notice("began", session, float(at), float(until)))

    def end(self, session: str, *, until: float) -> None:
        super().end(session, until=until)
        if session:
            self._note(Notice("session", session, 0.0, float(until)))

    def end_all(self, sub: str, before: float, *, until: float) -> None:
        super().end_all(sub, before, until=until)
        self._note(Notice("user", sub, float(before), float(until)))

    def _note(self, notice: Notice) -> None:
        self._unshared[notice] = None
        while len(self._unshared) > self._size:
            self._unshared.pop(next(iter(self._unshared)), None)

    def share(self, now: float) -> Flow[None]:
        """Make what was ended here known to all. What the store does not take is told later.

        Raises:
            StoreUnavailable: others may not know of it yet.
        """
        try:
            for notice in list(islice(reversed(self._unshared.copy()), MAX_SHARED)):
                yield from store.save(self._messages.as_item(notice, now))
                yield from store.publish(self._messages.write(notice, now))
                self._unshared.pop(notice, None)
        except store.StoreFailed as error:
            raise StoreUnavailable(f"the store cannot be reached: {error}") from error

    def apply(self, notice: Notice) -> None:
        """Remember what another process has ended. Safe under threads."""
        if notice.kind == "session":
            super().end(notice.key, until=notice.until)
        elif notice.kind == "user":
            super().end_all(notice.key, notice.at, until=notice.until)
        else:
            super().begin(notice.key, notice.at, until=notice.until)

    def missed(self) -> None:
        """Messages arrive from now on, and some may have been missed."""
        self._listening = True
        self._changes += 1
        self.due_at = 0.0

    def catch_up(self, now: float) -> Flow[None]:
        """Read the list if that is due. Raises nothing: while the store is down, what is known
        counts."""
        if now < self.due_at:
            return
        changes = self._changes
        if self.due_at:  # one request reads, and others go on by what is known
            self.due_at = now + RETRY_SECONDS
        try:
            for item in (yield from store.owned(REVOCATIONS)):
                self._take(item.key, item.value, item.ends_at, now)
            if changes == self._changes:
                self.due_at = now + (LISTENING_SECONDS if self._listening else self._seconds)
            yield from self.share(now)
        except (store.StoreFailed, StoreUnavailable) as error:
            self.due_at = now + RETRY_SECONDS
            log.warning("the revocation list is as it was last known: %s", error)

    def _take(self, key: str, value: bytes, until: float, now: float) -> None:
        if self._read.get(key, now):
            return
        try:
            self.apply(self._messages.read(value))
        except TokenRefused as error:
            log.warning("an entry of the shared revocation list is not used: %s", error)
        self._read.put(key, True, until=until)
