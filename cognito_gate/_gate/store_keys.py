"""Under which keys the gate keeps items in the shared store.

Knows how keys are made: whoever reads the store learns from them neither an id that a browser
holds, nor whose an item is. Must not know what the items hold.
"""

import hashlib
import hmac
from functools import cached_property

from ..settings import Settings
from .protocol import seal

REVOCATIONS = "revocations"
"""Who owns the items of the revocation list."""


def of_session(session_id: str) -> str:
    """The key of a session. Its id has 256 random bits, so that nobody can try out all ids."""
    return f"session:{hashlib.sha256(session_id.encode()).hexdigest()}"


def listed_as(key: str) -> str:
    """What names the session of this key to its user. It opens nothing: the id does."""
    return key.removeprefix("session:")


def of_listed(name: str) -> str:
    """The key of a session that was listed by this name."""
    return f"session:{name}"


class StoreKeys:
    """Keys made of facts that somebody could guess: as HMACs under keys of our own."""

    def __init__(self, settings: Settings) -> None:
        self._secrets = settings.secrets

    @cached_property
    def _keys(self) -> list[bytes]:
        return [seal.key(secret, "store keys") for secret in self._secrets]

    def keyed(self, kind: str, text: str) -> str:
        """The key of what is known by `text`, a state or an account's name."""
        return _digest(self._keys[0], kind, text)

    def owners(self, sub: str) -> list[str]:
        """Who owns a user's sessions: first as new ones say, then as those say that were kept under
        secrets of earlier."""
        return [_digest(key, "user", sub) for key in self._keys]


def _digest(key: bytes, kind: str, text: str) -> str:
    digest = hmac.digest(key, f"{kind} {text}".encode("utf-8", "surrogatepass"), "sha256")
    return f"{kind}:{digest.hex()}"
