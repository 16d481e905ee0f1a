"""The queue that a thread works off: what it does at its edges; test_audit_log.py and
edge/test_on_event.py have the rest."""

import threading

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
