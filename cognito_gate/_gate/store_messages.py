"""What processes tell each other through the shared store, sealed with our key.

Knows the messages' form. Must not know how one is sent, nor what comes of it: whoever can write to
the store without the key ends nobody's session.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal, Self

from ..errors import TokenRefused
from ..settings import Settings
from .effects import Item
from .protocol.seal import Encrypted
from .records import dump_record, load_record
from .store_keys import REVOCATIONS

MAX_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Notice:
    """A session was ended, all of a user's that began at `at` or earlier were, or one has begun at
    `at` (see `Revocations`): `key` names it. Or a session of this store was replaced by another
    one: `key` is that of its item. It is of use until `until`; times are Unix time.
    """

    kind: Literal["session", "user", "began", "gone"]
    key: str
    at: float
    until: float

    def to_json(self) -> str:
        return dump_record(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        notice = cls(**load_record(text, {"kind": str, "key": str, "at": float, "until": float}))
        if notice.kind not in ("session", "user", "began", "gone"):
            raise TokenRefused("a message of a kind that is not known here")
        return notice


class Messages:
    """Notices as bytes that only we can write and read."""

    def __init__(self, settings: Settings) -> None:
        self._seal = Encrypted(settings.secrets, "store message")

    def write(self, notice: Notice, now: float) -> bytes:
        return self._seal.seal(notice.to_json(), now).encode()

    def read(self, message: bytes) -> Notice:
        """Raises TokenRefused for what none of us has written."""
        if len(message) > MAX_BYTES or not message.isascii():
            raise TokenRefused("a message through the store that is none of ours")
        return Notice.from_json(self._seal.open(message.decode("ascii")))

    def as_item(self, notice: Notice, now: float) -> Item:
        """The notice for those who begin to listen later."""
        name = hashlib.sha256(notice.to_json().encode()).hexdigest()
        return Item(f"revoked:{name}", self.write(notice, now), notice.until, REVOCATIONS)
