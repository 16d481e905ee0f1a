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
# Result codes, of which the lowest byte says what kind it is (https://www.sqlite.org/rescode.html).
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
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
        self._there: tuple[int, int] | None = None
        self._opening = 0
        self._free: list[sqlite3.Connection] = []

    @property
    def opening(self) -> int:
        """Which opening of a file this is: another file may take its place. File systems give the
        number of a removed file to the next one."""
        return self._opening

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for this thread alone. One that failed is not used again."""
        connection, opening = self._take()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._give_back(connection, opening)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Say what to do about a file that is damaged, or half of one."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
                raise
            raise StoreUnusable(
                f"{self._path} is damaged, or no database ({error}): stop the app, remove the file "
                "with its -wal and -shm, and start it; whoever had a session there signs in again"
            ) from error

    def close(self) -> None:
        """Close the connections that nobody uses now; the others close at their next return."""
        with self._lock:
            self._forget()

    def _take(self) -> tuple[sqlite3.Connection, int]:
        with self._lock:
            if self._there is None or self._there != _identity(self._path):
                # It is not open yet, or somebody has removed it or put another in its place.
                self._forget()
                self._make()
                self._there = _identity(self._path)
            if self._free:
                return self._free.pop(), self._opening
            opening = self._opening
        return self._connect(), opening

    def _give_back(self, connection: sqlite3.Connection, opening: int) -> None:
        with self._lock:
            if opening == self._opening:
                self._free.append(connection)
                return
        connection.close()

    def _forget(self) -> None:
        self._there = None
        self._opening += 1
        while self._free:
            self._free.pop().close()

    def _connect(self) -> sqlite3.Connection:
        # mode=rw: a file that was removed meanwhile must not be made again, for others to read.
        source = f"{self._path.as_uri()}?mode=rw"
        connection = sqlite3.connect(
            source, self._timeout, isolation_level=None, check_same_thread=False, uri=True
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
        with transaction(connection):  # of several processes one makes the tables
            found = _version(connection)
            if found == (APPLICATION, VERSION):
                return
            if found != (0, 0) or connection.execute("SELECT 1 FROM sqlite_master").fetchall():
                raise self._other_file(found)
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {VERSION}")

    def _other_file(self, found: tuple[int, int]) -> StoreUnusable:
        if found[0] == APPLICATION:
            text = f"has version {found[1]} of the tables, and this cognito-gate uses {VERSION}"
        else:
            text = "is a database of another program"
        return StoreUnusable(f"{self._path} {text}; name another file in COGNITO_GATE_STORE")

    def _use_wal(self, connection: sqlite3.Connection) -> None:
        """Turn on the write-ahead log, which the file then remembers. Where several processes open
        a new file at the same moment, SQLite does not wait for the lock that this takes."""
        deadline = time.monotonic() + self._timeout
        while True:
            try:
                [mode] = connection.execute("PRAGMA journal_mode = WAL").fetchone()
                break
            except sqlite3.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.005)
        if mode != "wal":
            raise StoreUnusable(f"{self._path} is on a file system that SQLite's WAL cannot use")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction that has the lock for writing from its begin: one that began as a reader could
    not wait for it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.execute("COMMIT")


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
