"""A store in a file of SQLite, for the processes of one host.

Knows SQL and files; must not know what keys and values mean. Every answer is one transaction of few
rows; the write-ahead log (WAL) lets others read meanwhile (https://www.sqlite.org/wal.html).
"""

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from ..._gate.effects import Item, StoreAnswer, StoreCall
from .interface import MAX_OWNED, Hear, InThreads, Missed, StoreUnusable, item_of
from .sqlite_file import SQLiteFile, transaction

CLEAN_EVERY = 50  # writes of a process, after which it deletes what has ended
MAX_CLEANED = 500  # rows at once: more than CLEAN_EVERY, so that what has ended never piles up
MESSAGE_SECONDS = 60.0  # that a message is kept: longer than any listener pauses
LOOK_SECONDS = 0.05  # between a listener's looks

_SAVE = """INSERT INTO items (key, value, ends_at, owner) VALUES (?, ?, ?, ?)
 ON CONFLICT (key) DO UPDATE
 SET value = excluded.value, ends_at = excluded.ends_at, owner = excluded.owner"""
_COUNT = """INSERT INTO counts (key, number, ends_at) VALUES (?, 1, ?)
 ON CONFLICT (key) DO UPDATE SET
 number = CASE WHEN counts.ends_at <= ? THEN 1 ELSE counts.number + 1 END,
 ends_at = CASE WHEN counts.ends_at <= ? THEN excluded.ends_at ELSE counts.ends_at END"""
_ITEM = "SELECT key, value, ends_at, owner FROM items"


class SQLiteStore(InThreads):
    """The items, numbers and messages in one file."""

    name = "sqlite"

    def __init__(self, path: Path, timeout: float, clock: Callable[[], float] = time.time) -> None:
        self._file = SQLiteFile(path, timeout)
        self._clock = clock
        self._writes = 0
        self._closed = threading.Event()
        self._operations: dict[
            str, Callable[[sqlite3.Connection, StoreCall, float], StoreAnswer]
        ] = {
            "load": _load,
            "save": _save,
            "create": _create,
            "replace": _replace,
            "delete": _delete,
            "count": _count,
            "list": _list,
            "publish": _publish,
        }

    def answer(self, call: StoreCall) -> StoreAnswer:
        """The answer. Raises sqlite3.Error, OSError or StoreUnusable."""
        with self._file.explained():
            return self._answer(call)

    def _answer(self, call: StoreCall) -> StoreAnswer:
        operation = self._operations[call.operation]
        with self._file.connection() as connection:
            if call.operation in ("load", "list"):
                return operation(connection, call, self._clock())
            with transaction(connection):
                # The time counts from when the lock is held: who waited for it comes later.
                now = self._clock()
                answer = operation(connection, call, now)
                self._clean_sometimes(connection, now)
            return answer

    def listen(self, hear: Hear, missed: Missed) -> None:
        """Look for messages, many times a second."""
        listener = _Listener(self._file, hear, missed, self._closed)
        threading.Thread(target=listener.run, name="cognito-gate-store", daemon=True).start()

    def close(self) -> None:
        self._closed.set()
        self._file.close()

    def _clean_sometimes(self, connection: sqlite3.Connection, now: float) -> None:
        self._writes += 1
        if self._writes % CLEAN_EVERY:
            return
        for table in ("items", "counts", "messages"):
            ended = f"SELECT rowid FROM {table} WHERE ends_at <= ? LIMIT ?"  # noqa: S608 - ours
            connection.execute(
                f"DELETE FROM {table} WHERE rowid IN ({ended})",  # noqa: S608 - likewise
                (now, MAX_CLEANED),
            )


class _Listener:
    """Reads the messages that are added to a file. After an outage it goes on where it stopped,
    unless they are gone by then."""

    def __init__(
        self, file: SQLiteFile, hear: Hear, missed: Missed, closed: threading.Event
    ) -> None:
        self._file, self._hear, self._missed, self._closed = file, hear, missed, closed
        self._last = 0
        self._seen = 0.0
        self._from = 0

    def run(self) -> None:
        """Listen until the store is closed."""
        while True:
            try:
                with self._file.connection() as connection:
                    self._look(connection)
            except (sqlite3.Error, OSError, StoreUnusable):
                pass  # who asks the store hears of it
            if self._closed.wait(LOOK_SECONDS):
                return

    def _look(self, connection: sqlite3.Connection) -> None:
        late = time.monotonic() - self._seen > MESSAGE_SECONDS / 2
        if late or self._from != self._file.opening:
            self._from = self._file.opening
            query = "SELECT ifnull(max(number), 0) FROM messages"
            [self._last] = connection.execute(query).fetchone()
            self._missed()
        self._seen = time.monotonic()
        rows = connection.execute(
            "SELECT number, message FROM messages WHERE number > ? ORDER BY number", (self._last,)
        ).fetchall()
        for number, message in rows:
            self._last = number
            self._hear(message)


def _find(connection: sqlite3.Connection, key: str, now: float) -> Item | None:
    query = f"{_ITEM} WHERE key = ? AND ends_at > ?"
    row = connection.execute(query, (key, now)).fetchone()
    return None if row is None else Item(*row)


def _load(connection: sqlite3.Connection, call: StoreCall, now: float) -> StoreAnswer:
    return StoreAnswer(item=_find(connection, call.key, now))


def _save(connection: sqlite3.Connection, call: StoreCall, now: float) -> StoreAnswer:
    item = item_of(call)
    connection.execute(_SAVE, (item.key, item.value, item.ends_at, item.owner))
    return StoreAnswer(done=True)


def _create(connection: sqlite3.Connection, call: StoreCall, now: float) -> StoreAnswer:
    there = _find(connection, item_of(call).key, now)
    return StoreAnswer(item=there) if there else _save(connection, call, now)


def _replace(connection: sqlite3.Connection, call: StoreCall, now: float) -> StoreAnswer:
    there = _find(connection, item_of(call).key, now)
    if there is None or there.value != call.before:
        return StoreAnswer()
    return _save(connection, call, now)


def _delete(connection: sqlite3.Connection, call: StoreCall, now: float) -> StoreAnswer:
    there = _find(connection, call.key, now)
    if there is None or call.before not in (None, there.value):
        return StoreAnswer()
    connection.execute("DELETE FROM items WHERE key = ?", (call.key,))
    return StoreAnswer(done=True)


def _count(connection: sqlite3.Connection, call: StoreCall, now: float) -> StoreAnswer:
    connection.execute(_COUNT, (call.key, call.ends_at, now, now))
    row = connection.execute("SELECT number FROM counts WHERE key = ?", (call.key,)).fetchone()
    return StoreAnswer(done=True, count=row[0])


def _list(connection: sqlite3.Connection, call: StoreCall, now: float) -> StoreAnswer:
    query = f"{_ITEM} WHERE owner = ? AND owner <> '' AND ends_at > ? ORDER BY ends_at DESC LIMIT ?"
    rows = connection.execute(query, (call.key, now, MAX_OWNED)).fetchall()
    return StoreAnswer(items=tuple(Item(*row) for row in rows))


def _publish(connection: sqlite3.Connection, call: StoreCall, now: float) -> StoreAnswer:
    connection.execute(
        "INSERT INTO messages (message, ends_at) VALUES (?, ?)",
        (call.message, now + MESSAGE_SECONDS),
    )
    return StoreAnswer(done=True)
