"""What the JSON API remembers between requests, beside the pool's users and tokens.

Everything is bounded and forgotten oldest first. Knows nothing of what the challenges mean.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from ..state import Bounded


@dataclass(frozen=True, slots=True)
class Handshake:
    """The server's half of one SRP exchange (RFC 5054 section 2.5)."""

    block: str
    user_id: str
    client_public: int
    server_secret: int
    verifier: int


@dataclass(frozen=True, slots=True)
class Pending:
    """The state behind one `Session`: the challenge to be answered, and by whom.

    `username` is the stored name; of somebody unknown, what was typed. `user_id` is what
    USER_ID_FOR_SRP says: the stored name, or something invented.
    """

    challenge: str
    username: str
    user_id: str
    client_id: str
    expires_at: float
    code: str = ""
    choices: tuple[str, ...] = ()
    totp_secret: str = ""
    totp_proven: bool = False
    handshake: Handshake | None = None
    failures: int = 0
    used: bool = False


@dataclass(frozen=True, slots=True)
class SentCode:
    """A code that was sent, and the attribute with the address it was sent to."""

    code: str
    attribute: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class PasskeyOffer:
    """The challenge of a registration, and the app client that began it."""

    challenge: str
    client_id: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class Lock:
    """The number of wrong passwords in a row, and until when no password is checked."""

    failures: int = 0
    until: float = 0.0


class Memory:
    """The API's memory. `key` makes what is invented for unknown names the same each time.

    Keys that concern a person end in their `sub`.
    """

    def __init__(self) -> None:
        self.key = secrets.token_bytes(32)
        self.sessions: Bounded[Pending] = Bounded()
        self.codes: Bounded[SentCode] = Bounded()
        self.locks: Bounded[Lock] = Bounded()
        self.tallies: Bounded[tuple[float, ...]] = Bounded()
        self.totp_steps: Bounded[int] = Bounded()
        self.totp_offers: Bounded[str] = Bounded()
        self.passkey_offers: Bounded[PasskeyOffer] = Bounded()

    def forget(self, who: str) -> None:
        """Forget everything about a user: attempts, locks, codes."""
        for memory in (self.codes, self.locks, self.tallies, self.totp_steps, self.totp_offers):
            memory.forget(who)
        self.passkey_offers.forget(who)
