"""Messages that the real Cognito would send by e-mail or SMS. Must not know who may read them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

Announce = Callable[["Message"], None]


@dataclass(frozen=True, slots=True)
class Message:
    """One message with a code.

    `kind` is sign-up, resend, forgot-password, mfa, otp or attribute; `medium` EMAIL or SMS;
    `sent_at` is in seconds since the epoch. The text is what the console prints.
    """

    kind: str
    medium: str
    to: str
    code: str
    sent_at: float

    def __str__(self) -> str:
        return f"{self.medium} to {self.to}: {self.code} ({self.kind})"


class Outbox:
    """The latest messages. Safe to use from several threads."""

    def __init__(self, announce: Announce | None = None, limit: int = 200) -> None:
        self._announce = announce
        self._lock = threading.Lock()
        self._messages: deque[Message] = deque(maxlen=limit)

    @property
    def messages(self) -> tuple[Message, ...]:
        """A snapshot, oldest first."""
        with self._lock:
            return tuple(self._messages)

    def send(self, message: Message) -> None:
        """Keep a message, and pass it to `announce`."""
        with self._lock:
            self._messages.append(message)
        if self._announce is not None:
            self._announce(message)
