"""Calls that are made once by all processes together: a refresh, where refresh tokens rotate.

Knows locks, leases and encrypted answers in the store that processes share. Must not know what a
call means, which store it is, nor threads and event loops: it is a flow, which both senders run for
the one of a process that leads a call (`shared_calls.py`).
"""

import json
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from .._gate import store
from .._gate.effects import Flow, HttpAnswer, HttpCall, Item, call, share_key, wait
from .._gate.protocol.seal import Encrypted
from ..errors import TokenRefused
from .calls import failed, may_repeat
from .shared_calls import UNDELIVERED_SECONDS, Waiting, time_limit

LEASE_MARGIN = 5.0
"""How much longer a lock lasts than its call may take, in seconds: for the store's own time, and
for clocks of hosts that differ. Where tokens rotate, a second use of one may end the session."""
FAILED_SECONDS = 2.0
"""How long an answer that brought nothing is kept: those who wait for it do not ask one after
another, and whoever comes later asks anew."""
OUTAGE_SECONDS = 5.0
"""How long a store may fail before processes ask on their own: it may be about to restart."""
FIRST_PAUSE, MAX_PAUSE = 0.02, 0.25  # seconds between looks at a lock; each is longer by a half
MAX_BODY = 65_536  # bytes of an answer that is kept
_VERSION = 1  # of what is kept
_HEADERS = frozenset(
    {"date", "retry-after", "x-amz-cognito-request-id", "x-amzn-errortype", "x-amzn-requestid"}
)
_LOCK, _ANSWER, _ENDED = b"lock ", b"answer ", b"ended"
log = logging.getLogger("cognito_gate")


class Outcome(NamedTuple):
    """An answer, and for how many seconds it may be given again, at most."""

    answer: HttpAnswer
    most: float = float("inf")


def lease(http_call: HttpCall) -> float:
    """How long a process may keep others from making this call, in seconds."""
    return time_limit(http_call) + LEASE_MARGIN


def _mark() -> bytes:
    """Whose lock it is: only its owner can replace it by an answer."""
    return _LOCK + secrets.token_hex(16).encode()


def _jitter() -> float:
    """A factor of 0.75 to 1.25, so that processes do not look at the same moments."""
    return 0.75 + secrets.randbelow(501) / 1000


@dataclass(frozen=True, slots=True)
class Clocks:
    """Where a process gets time and randomness from; tests have their own."""

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    mark: Callable[[], bytes] = _mark
    jitter: Callable[[], float] = _jitter


class FleetCalls:
    """The calls that one process shares with others. Safe under threads and several event loops:
    all that it remembers is since when the store fails."""

    def __init__(self, keys: tuple[str, ...], clocks: Clocks | None = None) -> None:
        self.clocks = clocks or Clocks()
        self._keys = keys
        self._failing_since: float | None = None

    def outcome(self, http_call: HttpCall, waiting: Waiting) -> Flow[Outcome]:
        """The answer, whoever asks, for those who wait for it in this process."""
        return (yield from _Turn(self, http_call, waiting).outcome())

    def forget(self, session: str) -> Flow[None]:
        """Let nobody have the kept answers of a session that ends, nor those that are under way."""
        owner = owner_of(session)
        try:
            for item in (yield from store.owned(owner)):
                yield from store.save(replace(item, value=_ENDED))
        except store.StoreFailed as error:
            self.fails(error)

    def works(self) -> None:
        """Note that the store has answered."""
        if self._failing_since is not None:
            self._failing_since = None
            log.info("the store answers again: processes share their refreshes")

    def fails(self, error: store.StoreFailed) -> bool:
        """Note that it has not. True when that lasts, so that this process is on its own."""
        now, since = self.clocks.monotonic(), self._failing_since
        if since is None:
            since = self._failing_since = now
            text = "the store fails (%s): until it answers, each process refreshes sessions alone"
            log.warning(text, error)
        return now - since >= OUTAGE_SECONDS

    def seal(self, key: str, record: str) -> bytes:
        return _ANSWER + self._box(key).seal(record, self.clocks.now()).encode()

    def open(self, key: str, value: bytes) -> str:
        """Raises TokenRefused for what was not sealed with our keys, for this key."""
        return self._box(key).open(value.removeprefix(_ANSWER).decode("ascii", "replace"))

    def _box(self, key: str) -> Encrypted:
        # The item's key is a part of the encryption key: nobody can move an answer to another call.
        return Encrypted(self._keys, f"answer/{key}")


def owner_of(session: str) -> str:
    """The name under which the items of a session are listed."""
    return share_key("calls", session) if session else ""


class _Turn:
    """One process's part in one call."""

    def __init__(self, fleet: FleetCalls, http_call: HttpCall, waiting: Waiting) -> None:
        self._fleet, self._call, self._waiting = fleet, http_call, waiting
        self._clocks = fleet.clocks
        self._key = f"call {http_call.share}"
        self._lock = fleet.clocks.mark()
        self._lock_ends = 0.0  # of ours; by the monotonic clock, as the next
        self._busy_until = 0.0  # the end of another's lock that was seen
        self._waited = False

    def outcome(self) -> Flow[Outcome]:
        give_up, pause = self._monotonic() + lease(self._call) + 1, FIRST_PAUSE
        while self._monotonic() < give_up:
            try:
                found = yield from self._look()
                self._fleet.works()
            except store.StoreFailed as error:
                if not self._call.urgent:
                    return Outcome(failed(self._call, f"the store fails: {error}"))
                if self._fleet.fails(error) and self._monotonic() >= self._busy_until:
                    return Outcome((yield from self._asked(self._monotonic() + self._limit)))
                found = self._nothing()
            if found is None:
                return Outcome((yield from self._leads()))
            if found.value == _ENDED:  # a session that was signed out: Cognito says so
                return Outcome((yield from self._asked(self._monotonic() + self._limit)))
            if found.value.startswith(_ANSWER):
                return (yield from self._taken(found))
            self._waited = True
            yield from wait(pause * self._clocks.jitter())
            pause = min(pause * 1.5, MAX_PAUSE)
        return Outcome(failed(self._call, "another process asks, and does not end"))

    def _look(self) -> Flow[Item | None]:
        """What there is of this call; None when this process may make it.

        Who has seen a lock waits for its end, even where it has vanished: a store that was
        restarted may have lost it, and its owner is still asking.
        """
        now = self._monotonic()
        if now < self._busy_until:
            found = yield from store.load(self._key)
            return found or self._nothing()
        self._lock_ends = now + lease(self._call)
        found = yield from store.create(self._item(self._lock, lease(self._call)))
        if found is not None and found.value == self._lock:
            # It was kept though the store had not said so in time, and has lasted since then.
            self._lock_ends = now + found.ends_at - self._clocks.now()
            return None
        if found is not None and self._passes_over(found):
            kept = yield from store.replace(self._item(self._lock, lease(self._call)), found.value)
            return None if kept else self._nothing()
        if found is not None and found.value.startswith(_LOCK):
            self._busy_until = now + min(found.ends_at - self._clocks.now(), lease(self._call))
        return found

    def _passes_over(self, found: Item) -> bool:
        return self._call.fresh and not self._waited and found.value.startswith(_ANSWER)

    def _leads(self) -> Flow[HttpAnswer]:
        """Make the call while the lock is ours, and keep its answer in the place of the lock."""
        answer = yield from self._asked(self._lock_ends - LEASE_MARGIN / 2)
        seconds = self._call.remember(answer)
        item = self._kept(answer, seconds, undelivered=seconds > 0 and not self._waiting.awaited())
        yield from self._keep(item, answer)
        return answer

    def _keep(self, item: Item, answer: HttpAnswer) -> Flow[None]:
        """Put the answer into the place of the lock. While the store fails this goes on, as others
        wait for it there until the lock ends; those of this process have it at once."""
        while self._monotonic() < self._lock_ends:
            try:
                if not (yield from store.replace(item, self._lock)):
                    yield from store.create(item)  # where the store has lost the lock
                return
            except store.StoreFailed as error:
                self._fleet.fails(error)
                self._waiting.give(answer)
            yield from wait(MAX_PAUSE * self._clocks.jitter())

    def _asked(self, ends: float) -> Flow[HttpAnswer]:
        """Make the call, which ends by a moment of the monotonic clock, repetition included."""
        answer = HttpAnswer(0, failure="no time is left for the call")
        for _ in range(2):
            left = min(ends - self._monotonic(), self._limit)
            if left <= 0:
                break
            answer = yield from call(replace(self._call, timeout=left, repeats=""))
            if not may_repeat(self._call, answer):
                break
        return answer

    def _kept(self, answer: HttpAnswer, seconds: float, *, undelivered: bool) -> Item:
        record = {
            "v": _VERSION,
            "status": answer.status,
            "headers": [pair for pair in answer.headers if pair[0] in _HEADERS],
            "body": answer.body[:MAX_BODY].decode("latin-1"),
            "failure": answer.failure,
            "undelivered": seconds if undelivered else 0.0,
        }
        value = self._fleet.seal(self._key, json.dumps(record, separators=(",", ":")))
        if undelivered:
            seconds = UNDELIVERED_SECONDS
        return self._item(value, seconds or FAILED_SECONDS)

    def _taken(self, found: Item) -> Flow[Outcome]:
        """The answer of another process."""
        try:
            record = json.loads(self._fleet.open(self._key, found.value))
        except TokenRefused:
            # Its secret is another: secrets are being rotated. Nothing is spent meanwhile.
            return Outcome(failed(self._call, "the answer of another process cannot be read"))
        if record["v"] != _VERSION:
            return Outcome(failed(self._call, "the answer is one of another version"))
        answer = self._read(record)
        left = found.ends_at - self._clocks.now()
        if record["undelivered"] and self._waiting.awaited():
            left = record["undelivered"]
            yield from self._deliver(found, answer, left)
        return Outcome(answer, left)

    def _read(self, record: dict[str, Any]) -> HttpAnswer:
        headers = tuple((name, value) for name, value in record["headers"])
        body, waited = record["body"].encode("latin-1"), self._waited
        return HttpAnswer(
            record["status"], headers, body, record["failure"], remembered=not waited, shared=waited
        )

    def _deliver(self, found: Item, answer: HttpAnswer, seconds: float) -> Flow[None]:
        """Keep an answer that reaches its browser now for no longer than others."""
        try:
            yield from store.replace(self._kept(answer, seconds, undelivered=False), found.value)
        except store.StoreFailed as error:
            self._fleet.fails(error)

    def _item(self, value: bytes, seconds: float) -> Item:
        ends_at = self._clocks.now() + seconds
        return Item(self._key, value, ends_at, owner_of(self._call.session))

    def _nothing(self) -> Item:
        """Stands for a lock of another process, of which nothing is known."""
        return Item(self._key, _LOCK, 0.0)

    @property
    def _limit(self) -> float:
        return time_limit(self._call)

    def _monotonic(self) -> float:
        return self._clocks.monotonic()
