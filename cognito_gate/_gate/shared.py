"""What processes share beside sessions: what they tell each other, and what happens once only.

Knows the messages and who hears them. Must not know which store there is, nor how one listens.
"""

import logging

from ..errors import StoreUnavailable, TokenRefused
from ..settings import Settings
from . import store
from .effects import Flow, Item
from .sessions.local_copies import LocalCopies
from .shared_revocations import SharedRevocations
from .store_keys import StoreKeys
from .store_messages import Messages, Notice

MAX_REVOCATIONS = 50_000
"""How many ended sessions and users of the whole fleet a process remembers."""
log = logging.getLogger("cognito_gate")


class Shared:
    """The parts of a gate with a store."""

    def __init__(self, settings: Settings) -> None:
        seconds = settings.store_cache_seconds
        self.keys = StoreKeys(settings)
        self._messages = Messages(settings)
        self.revocations = SharedRevocations(MAX_REVOCATIONS, self._messages, seconds)
        self.copies = LocalCopies(settings.session_cache, seconds)

    def hear(self, message: bytes) -> None:
        """A message came through the store. Raises nothing; may be called from any thread."""
        try:
            notice = self._messages.read(message)
        except TokenRefused as error:
            log.warning("a message through the store is not used: %s", error)
            return
        if notice.kind == "gone":
            self.copies.forget(notice.key)
        else:
            self.revocations.apply(notice)

    def missed(self) -> None:
        """Messages may have been missed: before the first one, and after an outage. As above."""
        self.revocations.missed()
        self.copies.forget_all()

    def tell_gone(self, key: str, now: float) -> Flow[None]:
        """Have other processes forget their copies of an item. Where that fails, they do so in
        `store_cache_seconds`."""
        try:
            notice = Notice("gone", key, 0.0, now)
            yield from store.publish(self._messages.write(notice, now))
        except store.StoreFailed as error:
            log.warning("other processes may use a copy for a few seconds more: %s", error)

    def claim(self, kind: str, text: str, value: str, *, until: float) -> Flow[str]:
        """Have `text` once in all processes: this value, or the one that was there before.

        Raises:
            StoreUnavailable: nobody can say.
        """
        item = Item(self.keys.keyed(kind, text), value.encode(), until)
        try:
            earlier = yield from store.create(item)
        except store.StoreFailed as error:
            raise StoreUnavailable(f"the store cannot be reached: {error}") from error
        return value if earlier is None else earlier.value.decode("utf-8", "replace")

    def use_up(self, kind: str, text: str, *, until: float) -> Flow[None]:
        """Nothing counts for `text` any more. Best effort."""
        try:
            yield from store.save(Item(self.keys.keyed(kind, text), b"", until))
        except store.StoreFailed as error:
            log.info("other processes do not know that a sign-in came back: %s", error)
