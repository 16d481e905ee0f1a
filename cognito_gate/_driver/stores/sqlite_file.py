"""The file of a SQLite store, and the connections to it.

Knows how a file is made, checked and opened, by several processes at once; must not know what is
asked of it.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .interface import StoreUnusable

VERSION = 1  # of the tables below
APPLICATION = 0x43474154  # "CGAT": whose file it is (https://www.sqlite.org/pragma.html)
_TABLES = """
CREATE TABLE items (
 key TEXT PRIMARY KEY, value BLOB NOT NULL, ends_at REAL NOT NULL, owner TEXT NOT NULL);
CREATE INDEX items_owner ON items (owner, ends_at) WHERE owner <> '';
CREATE INDEX items_ends_at ON items (ends_at);
CREATE TABLE counts (key TEXT PRIMARY KEY, number INTEGER NOT NULL, ends_at REAL NOT NULL);
CREATE INDEX counts_ends_at ON counts (ends_at);
CREATE TABLE messages (
 number INTEGER PRIMARY KEY AUTOINCREMENT, message BLOB NOT NULL, ends_at REAL NOT NULL);
CREATE INDEX messages_ends_at ON messages (ends_at);
"""


class SQLiteFile:
    """Connections to one file, each used by one thread at a time."""

    def __init__(self, path: Path, timeout: float) -> None:
        self._path, self._timeout = path, timeout
        self._lock = threading.Lock()
        self._opened: tuple[int, int] | None = None
        self._free: list[sqlite3.Connection] = []

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for this thread alone. One that failed is not used again."""
        connection, opened = self._take()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._give_back(connection, opened)

    def close(self) -> None:
        """Close the connections that nobody uses now; the others close at their next return."""
        with self._lock:
            self._opened = None
            self._close_free()

    def _take(self) -> tuple[sqlite3.Connection, tuple[int, int]]:
        with self._lock:
            if self._opened is None or self._opened != _identity(self._path):
                # It is not open yet, or somebody has put another file in its place.
                self._close_free()
                self._make()
                self._opened = _identity(self._path)
            opened = self._opened
            if self._free and opened is not None:
                return self._free.pop(), opened
        if opened is None:
            raise StoreUnusable(f"{self._path} was removed while it was opened")
        return self._connect(), opened

    def _give_back(self, connection: sqlite3.Connection, opened: tuple[int, int]) -> None:
        with self._lock:
            if opened == self._opened:
                self._free.append(connection)
                return
        connection.close()

    def _close_free(self) -> None:
        while self._free:
            self._free.pop().close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, self._timeout, isolation_level=None, check_same_thread=False
        )
        # Without a flush to the disk at each commit: a crash of a process loses nothing, one of
        # the host the last moments (https://www.sqlite.org/pragma.html#pragma_synchronous).
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    def _make(self) -> None:
        """Make the file and its tables, where they are not there."""
        # Before SQLite does, which would let others read it; its -wal and -shm follow its mode.
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        connection = self._connect()
        try:
            self._check_tables(connection)
            self._use_wal(connection)
        finally:
            connection.close()

    def _check_tables(self, connection: sqlite3.Connection) -> None:
        if _version(connection) == (APPLICATION, VERSION):
            return
        connection.execute("BEGIN IMMEDIATE")  # of several processes one makes the tables
        try:
            found = _version(connection)
            if found == (0, 0) and not connection.execute("SELECT 1 FROM sqlite_master").fetchall():
                for statement in _TABLES.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION}")
                connection.execute(f"PRAGMA user_version = {VERSION}")
            elif found != (APPLICATION, VERSION):
                raise self._other_file(found)
        finally:
            if connection.in_transaction:
                connection.execute("COMMIT")

    def _other_file(self, found: tuple[int, int]) -> StoreUnusable:
        if found[0] == APPLICATION:
            text = f"has version {found[1]} of the tables, and this cognito-gate uses {VERSION}"
        else:
            text = "is a database of another program"
        return StoreUnusable(f"{self._path} {text}; name another file in COGNITO_GATE_STORE")

    def _use_wal(self, connection: sqlite3.Connection) -> None:
        """Turn on the write-ahead log, which the file then remembers. SQLite does not wait for the
        lock that this takes, where others open the file at the same moment."""
        deadline = time.monotonic() + self._timeout
        while True:
            try:
                [mode] = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            except sqlite3.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.005)
                continue
            if mode != "wal":
                raise StoreUnusable(
                    f"{self._path} is on a file system that SQLite's WAL cannot use"
                )
            return


def _version(connection: sqlite3.Connection) -> tuple[int, int]:
    [application] = connection.execute("PRAGMA application_id").fetchone()
    [version] = connection.execute("PRAGMA user_version").fetchone()
    return application, version


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file is there; None for none."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
