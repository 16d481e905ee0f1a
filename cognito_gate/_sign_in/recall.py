"""A bounded mapping from names to values, which drops the oldest entries first.

Knows names as hashes only; must not know what they are names of.
"""

import hashlib
import threading


def digest(text: str) -> str:
    """A hash that stands for a text without revealing it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Recall:
    """At most `entries` names. Safe under threads; the lock guards dict operations only.

    Example::

        recall = Recall(50_000)
        recall.learn("ada@example.com", digest("user-1"))
        recall.of("ada@example.com")   # what was learned, or an empty text
    """

    def __init__(self, entries: int) -> None:
        self._entries = entries
        self._lock = threading.Lock()
        self._known: dict[str, str] = {}

    def learn(self, name: str, value: str) -> None:
        """Keep what a name stands for."""
        key = digest(name)
        with self._lock:
            self._known.pop(key, None)  # so that the newest stands last
            self._known[key] = value
            if len(self._known) > self._entries:
                del self._known[next(iter(self._known))]

    def of(self, name: str) -> str:
        """What a name stands for; empty where that is not known."""
        return self._known.get(digest(name), "")
