"""Tokens whose signature held moments ago, so that checking it again costs no RSA.

Knows digests and times only, some 200 bytes for each token and nothing that the garbage collector
follows: room for the many sessions of which `SessionCache` would keep too much. Whatever else a
token must fulfil is not known here.
"""

from hashlib import sha256


class SignatureCache:
    """Tokens, each for some seconds; bounded, without locks, in two generations of a dict.

    `sessions` is how many there is room for, of two tokens each; none for 0.

    Example::

        known = SignatureCache(100_000, seconds=300)
        known.add(token, now)
        known.holds(token, now + 60)   # True
    """

    def __init__(self, sessions: int, seconds: float) -> None:
        self._half = sessions
        self._seconds = seconds
        self._young: dict[bytes, float] = {}
        self._old: dict[bytes, float] = {}

    def holds(self, token: str, now: float) -> bool:
        """Whether the signature of exactly this token held so lately."""
        if not self._half:
            return False
        digest = sha256(token.encode()).digest()
        since = self._young.get(digest) or self._old.get(digest)
        # `since` guards against a clock that was set back.
        return since is not None and since <= now < since + self._seconds

    def add(self, token: str, now: float) -> None:
        """Remember a token whose signature holds at `now` (Unix time)."""
        if not self._half:
            return
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[sha256(token.encode()).digest()] = now - 1
