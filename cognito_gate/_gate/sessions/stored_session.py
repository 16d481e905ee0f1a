"""A session as the shared store keeps it: encrypted, and bound to the key of its item.

Knows the record and its seal. Must not know when a session counts.
"""

from dataclasses import dataclass, field
from typing import Self

from ...errors import TokenRefused
from ...settings import Settings
from ..protocol.seal import Encrypted
from ..records import dump_record, load_record


@dataclass(frozen=True, slots=True)
class StoredSession:
    """The tokens of a session, and what its user is shown of it.

    `item` is the key that it is kept under; `refresh` a `RefreshRecord`, or empty; `name` what a
    sign-out ends. `agent` is what the browser called itself at sign-in. Times are Unix time.
    """

    item: str
    sub: str
    name: str
    agent: str
    began: int
    used_at: int
    ends_at: int
    access: str = field(repr=False)
    id: str = field(repr=False)
    refresh: str = field(repr=False)

    def to_json(self) -> str:
        return dump_record(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        texts = ("item", "sub", "name", "agent", "access", "id", "refresh")
        times = ("began", "used_at", "ends_at")
        return cls(**load_record(text, {**dict.fromkeys(texts, str), **dict.fromkeys(times, int)}))


class SessionSeal:
    """Stored sessions as bytes that only we can write and read."""

    def __init__(self, settings: Settings) -> None:
        self._seal = Encrypted(settings.secrets, "stored session")

    def seal(self, session: StoredSession, now: float) -> bytes:
        return self._seal.seal(session.to_json(), now).encode()

    def open(self, key: str, value: bytes) -> StoredSession:
        """The session that was kept under this key.

        Raises:
            TokenRefused: none of ours; its cause is "version" for one of a later version.
        """
        try:
            sealed = value.decode("ascii")
        except UnicodeDecodeError as error:
            raise TokenRefused("a stored session does not open with our keys") from error
        session = StoredSession.from_json(self._seal.open(sealed))
        if session.item != key:
            raise TokenRefused("a stored session was moved to another key")
        return session
