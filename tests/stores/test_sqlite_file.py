"""The file of SQLite: made once by many, private, checked, and replaced without harm."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from cognito_gate._driver.store_calls import StoreCalls
from cognito_gate._driver.stores import sqlite as sqlite_store
from cognito_gate._driver.stores.interface import StoreUnusable
from cognito_gate._driver.stores.sqlite import CLEAN_EVERY, SQLiteStore
from cognito_gate._driver.stores.sqlite_file import SQLiteFile
from cognito_gate._gate.effects import Item, StoreCall

PATIENCE = 10.0
LOAD = StoreCall("load", "key")


def saving(key: str = "key", ends_at: float = 2e10) -> StoreCall:
    return StoreCall("save", key, Item(key, b"value", ends_at))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sessions.db"


@pytest.fixture
def store(path: Path) -> Iterator[SQLiteStore]:
    made = SQLiteStore(path, 5.0)
    yield made
    made.close()


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_it_is_private(path: Path, store: SQLiteStore) -> None:
    before = os.umask(0)
    try:
        store.answer(saving())
    finally:
        os.umask(before)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == dict.fromkeys([path.name, f"{path.name}-wal", f"{path.name}-shm"], 0o600)


WORKER = """
import sys
from pathlib import Path
from cognito_gate._driver.stores.sqlite import SQLiteStore
from cognito_gate._driver.stores.sqlite_file import SQLiteFile
from cognito_gate._gate.effects import Item, StoreCall

store = SQLiteStore(Path(sys.argv[1]), 20.0)
input()
created = store.answer(StoreCall("create", "key", Item("key", sys.argv[2].encode(), 2e10))).done
numbers = [store.answer(StoreCall("count", "n", ends_at=2e10)).count for _ in range(20)]
for _ in range(20):
    done = False
    while not done:
        value = store.answer(StoreCall("load", "sum")).item
        item = Item("sum", str(int(value.value) + 1).encode() if value else b"1", 2e10)
        operation, before = ("replace", value.value) if value else ("create", None)
        done = store.answer(StoreCall(operation, "sum", item, before)).done
print(created, *numbers)
"""


def test_processes_that_begin_at_once(path: Path, store: SQLiteStore) -> None:
    """They make one file; one of them creates, each counts on, and no change is lost."""
    command = [sys.executable, "-c", WORKER, str(path)]
    workers = [
        subprocess.Popen(
            [*command, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for number in range(4)
    ]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    told = [worker.communicate(timeout=60)[0].split() for worker in workers]
    assert sorted(created for created, *_ in told) == ["False"] * 3 + ["True"]
    assert sorted(int(number) for _, *numbers in told for number in numbers) == list(range(1, 81))
    total = store.answer(StoreCall("load", "sum")).item
    assert total is not None
    assert total.value == b"80"


def test_threads_that_begin_at_once(path: Path) -> None:
    stores = [SQLiteStore(path, 5.0) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        counts = pool.map(lambda one: one.answer(StoreCall("count", "n", ends_at=2e10)), stores)
        assert sorted(answer.count for answer in counts) == [1, 2, 3, 4]
    for one in stores:
        one.close()


def test_a_process_that_was_forked(path: Path) -> None:
    calls = StoreCalls(lambda: SQLiteStore(path, 5.0), 5.0)
    assert calls.answer(saving()).done
    read, write = os.pipe()
    child = os.fork()
    if child == 0:  # it must not come back into the tests
        try:
            answers = [calls.answer(LOAD).item is not None, calls.answer(saving("child")).done]
            os.write(write, repr(answers).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 100) == b"[True, True]"
    os.close(read)
    os.close(write)
    assert calls.answer(StoreCall("load", "child")).item is not None
    calls.close()


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ("CREATE TABLE theirs (x)", "another program"),
        ("PRAGMA application_id = 1128743252; PRAGMA user_version = 9", "has version 9"),
        ("PRAGMA application_id = 7", "another program"),
    ],
)
def test_another_file_is_left_as_it_is(
    path: Path, store: SQLiteStore, made: str, told: str
) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(made)
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match=told):
        store.answer(saving())
    assert path.read_bytes() == before


@pytest.mark.parametrize("half", [False, True])
def test_a_file_that_is_damaged(path: Path, store: SQLiteStore, half: bool) -> None:
    store.answer(saving())
    store.close()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if half else b"not a database" * 1000)
    for call in (LOAD, saving()):
        with pytest.raises(StoreUnusable, match=r"damaged.*remove the file"):
            store.answer(call)


def test_an_empty_file_is_taken(path: Path, store: SQLiteStore) -> None:
    path.touch()
    assert store.answer(saving()).done


def test_a_file_that_was_replaced_or_removed(path: Path, store: SQLiteStore) -> None:
    store.answer(saving())
    for file in path.parent.iterdir():
        file.unlink()
    assert store.answer(LOAD).item is None
    store.answer(saving())
    assert rows(path, "SELECT key FROM items") == [("key",)]


def test_a_file_that_is_full(path: Path, store: SQLiteStore) -> None:
    store.answer(saving())
    large = StoreCall("save", "large", Item("large", b"x" * 100_000, 2e10))
    with store._file.connection() as connection:
        connection.execute("PRAGMA max_page_count = 20")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        store.answer(large)
    assert store.answer(LOAD).item is not None


def test_a_lock_is_waited_for_in_time(path: Path) -> None:
    store = SQLiteStore(path, 0.05)
    store.answer(saving())
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        store.answer(saving())
    assert store.answer(LOAD).item is not None  # who reads does not wait
    other.rollback()
    assert store.answer(saving()).done
    other.close()
    store.close()


def test_a_file_in_use_by_another_that_has_no_wal(path: Path) -> None:
    store = SQLiteStore(path, 0.05)
    store.answer(saving())
    store.close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA journal_mode = DELETE")
    other.execute("BEGIN")
    other.execute("SELECT * FROM items").fetchall()
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        store.answer(LOAD)
    other.rollback()
    assert store.answer(LOAD).item is not None
    other.close()
    store.close()


def test_a_file_system_without_locks_for_the_log(path: Path) -> None:
    class Elsewhere(SQLiteFile):
        def _connect(self) -> sqlite3.Connection:
            source = f"{self._path.as_uri()}?vfs=unix-none"  # as network file systems may be
            return sqlite3.connect(source, uri=True, isolation_level=None)

    with pytest.raises(StoreUnusable, match="WAL"), Elsewhere(path, 5.0).connection():
        pass


class Busy(sqlite3.Connection):
    """A connection whose first two questions meet a lock for which SQLite does not wait."""

    left = 2

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        if self.left:
            self.left -= 1
            raise sqlite3.OperationalError("database is locked")
        return super().execute(*arguments)


def test_a_lock_for_which_sqlite_does_not_wait(path: Path) -> None:
    connection = sqlite3.connect(path, factory=Busy)
    SQLiteFile(path, 5.0)._use_wal(connection)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.left = 2
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        SQLiteFile(path, -1.0)._use_wal(connection)  # its time is over
    connection.close()


def test_a_connection_in_use_closes_when_it_is_given_back(path: Path) -> None:
    file = SQLiteFile(path, 5.0)
    with file.connection() as connection:
        file.close()
        connection.execute("SELECT * FROM items")
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT * FROM items")


def test_what_has_ended_is_deleted_now_and_then(path: Path) -> None:
    clock = [1000.0]
    store = SQLiteStore(path, 5.0, lambda: clock[0])
    for number in range(CLEAN_EVERY - 3):
        store.answer(saving(str(number), 1001.0))
    store.answer(StoreCall("count", "n", ends_at=1001.0))
    store.answer(StoreCall("publish", message=b"m"))
    clock[0] = 2000.0
    store.answer(saving("last", 3000.0))
    assert rows(path, "SELECT key FROM items") == [("last",)]
    assert rows(path, "SELECT * FROM counts UNION SELECT * FROM messages") == []
    store.close()


def test_an_owner_with_many(
    path: Path, store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_store, "MAX_OWNED", 2)
    for number in range(4):
        store.answer(StoreCall("save", "", Item(str(number), b"", 2e10 + number, "me")))
    assert [item.key for item in store.answer(StoreCall("list", "me")).items] == ["3", "2"]


def test_a_listener_goes_on_in_another_file(path: Path) -> None:
    heard: SimpleQueue[bytes] = SimpleQueue()
    missed: SimpleQueue[None] = SimpleQueue()
    listening, other = SQLiteStore(path, 5.0), SQLiteStore(path, 5.0)
    listening.listen(heard.put, lambda: missed.put(None))
    missed.get(timeout=PATIENCE)
    for message in (b"one", b"two"):
        other.answer(StoreCall("publish", message=message))
        assert heard.get(timeout=PATIENCE) == message
    other.close()
    for file in path.parent.iterdir():
        file.unlink()
    missed.get(timeout=PATIENCE)
    other.answer(StoreCall("publish", message=b"three"))
    assert heard.get(timeout=PATIENCE) == b"three"
    for one in (listening, other):
        one.close()
    assert heard.empty()


def test_a_listener_outlives_a_broken_file(path: Path) -> None:
    path.write_bytes(b"broken" * 1000)
    missed: SimpleQueue[None] = SimpleQueue()
    store = SQLiteStore(path, 5.0)
    store.listen(lambda message: None, lambda: missed.put(None))
    with pytest.raises(StoreUnusable):
        store.answer(LOAD)
    path.unlink()
    missed.get(timeout=PATIENCE)
    store.close()
