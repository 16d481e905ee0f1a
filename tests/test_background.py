"""The queue that a thread works off: what it does at its edges; test_audit_log.py and
edge/test_on_event.py have the rest."""

import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest

from cognito_gate import _background
from cognito_gate._background import Background, finish_all


def test_the_thread_ends_without_work_and_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_background, "IDLE_SECONDS", 0.001)
    done: list[int] = []
    queue = Background(done.append)
    for number in range(2):
        assert queue.put(number)
        thread = queue._thread
        if thread is not None:  # it may have ended already
            thread.join(30)
    assert (done, queue._thread) == ([0, 1], None)


def test_what_is_quick_is_done_when_it_is_put(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_background, "MOMENT_SECONDS", 30)
    done: list[int] = []
    queue = Background(done.append)
    for number in range(3):
        queue.put(number)
        assert done[-1] == number


def test_nobody_waits_again_and_again_for_what_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_background, "MOMENT_SECONDS", 0.001)
    monkeypatch.setattr(_background, "NO_MOMENT_SECONDS", 60)
    free = threading.Event()
    queue: Background[int] = Background(lambda item: free.wait(60))
    queue.put(1)
    monkeypatch.setattr(_background, "MOMENT_SECONDS", 60)
    second = threading.Thread(target=queue.put, args=(2,))
    second.start()
    second.join(30)
    waits = second.is_alive()
    free.set()
    second.join(30)
    assert not waits


def test_it_is_done_at_once_where_there_is_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none)
    done: list[int] = []
    assert Background(done.append).put(1)
    assert done == [1]


def test_what_it_does_may_ask_whether_it_is_done() -> None:
    left: list[int] = []
    queue: Background[int] = Background(lambda item: left.append(queue.finish()))
    queue.put(1)
    assert queue.finish(30) == 0
    assert left == [1]


def test_the_end_of_the_process_does_not_wait_for_ever(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(_background, "FINISH_SECONDS", 0.01)
    free = threading.Event()
    queue: Background[int] = Background(lambda item: free.wait(30))
    queue.put(1)
    finish_all()
    assert "the process ends, and 1 events were not told" in caplog.text
    free.set()
    queue._in_vain = False
    assert queue.finish(30) == 0
    caplog.clear()
    finish_all()
    assert caplog.text == ""


def test_a_child_process_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    free, begun, told = threading.Event(), threading.Event(), threading.Event()
    done: list[int] = []

    def late(item: int) -> None:
        begun.set()
        free.wait(30)
        done.append(item)

    queue = Background(late, forked=told.set)
    monkeypatch.setattr(_background, "_QUEUES", {queue})
    queue.put(1)
    queue.put(2)
    assert begun.wait(30)
    _background._after_fork()
    assert told.is_set()
    assert (queue.left, queue._thread) == (0, None)
    free.set()
    queue.put(3)
    assert queue.finish(30) == 0
    assert 2 not in done, "that is for the parent"


CHILD = """
import multiprocessing.util, threading
from cognito_gate._background import Background

ending = threading.Event()

def late(item):
    ending.wait(30)
    print(item, flush=True)

def work():
    multiprocessing.util.Finalize(None, ending.set, exitpriority=1)
    queue.put("first")
    queue.put("second")

queue = Background(late)
child = multiprocessing.get_context("fork").Process(target=work)
child.start()
child.join()
"""


def test_a_process_of_multiprocessing_is_worked_off_too() -> None:
    """As Granian's workers are; functions of atexit are not called there."""
    child = [sys.executable, "-c", CHILD]
    done = subprocess.run(child, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["first", "second"]


@pytest.mark.parametrize("loaded", [True, False])
def test_it_asks_multiprocessing_once_where_that_is_loaded(
    monkeypatch: pytest.MonkeyPatch, loaded: bool
) -> None:
    made: list[object] = []
    util = SimpleNamespace(Finalize=lambda *args, **kwargs: made.append(args))
    monkeypatch.setitem(sys.modules, "multiprocessing.util", util if loaded else None)
    monkeypatch.setattr(_background, "_FINALIZED", set())
    for _ in range(2):
        queue: Background[int] = Background(int)
        queue.put(1)
        assert queue.finish(30) == 0
    assert made == ([(None, finish_all)] if loaded else [])
