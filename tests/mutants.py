"""`python -m tests.mutants [PATTERN ...]`: change the code in one place, see whether a test fails.

mutmut makes the changes (on a copy, in `mutants/`) and stores the results: `mutmut results` names
the survivors, `mutmut show NAME` prints one. Its own runner collects the tests again for each
mutant; here each one runs in a fork of a session that has collected already, which is ten times as
fast. What is changed, and which tests are asked, is in pyproject.toml.
"""

import contextlib
import fnmatch
import gc
import math
import os
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from mutmut.__main__ import create_mutants
from mutmut.configuration import config
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state
from mutmut.utils.file_utils import (
    change_cwd,
    copy_also_copy_files,
    copy_src_dir,
    setup_source_paths,
    walk_mutatable_files,
)
from mutmut.utils.format_utils import mangled_name_from_mutant_name

WORKERS = os.cpu_count() or 2
COPY = Path("mutants").absolute()
# As mutmut numbers them: what `mutmut results` calls killed, survived, no tests and timeout.
KILLED, SURVIVED, NO_TESTS, TIMEOUT = 1, 0, 33, 36


@dataclass
class Reach:
    """Which tests reach a function, how long each test takes (of CPU), and which found something
    in that function before."""

    tests: dict[str, list[pytest.Item]] = field(default_factory=lambda: defaultdict(list))
    seconds: dict[str, float] = field(default_factory=dict)
    successes: Counter[tuple[str, str]] = field(default_factory=Counter)

    def of(self, mutant: str) -> list[pytest.Item]:
        """Give the tests to ask: those that found most first, then the fast ones."""
        function = mangled_name_from_mutant_name(mutant)

        def rank(item: pytest.Item) -> tuple[int, float]:
            return -self.successes[function, item.nodeid], self.seconds[item.nodeid]

        return sorted(self.tests.get(function, []), key=rank)

    def killed(self, mutant: str, test: str) -> None:
        self.successes[mangled_name_from_mutant_name(mutant), test] += 1

    def limit(self, items: Iterable[pytest.Item]) -> int:
        """Give the seconds of CPU after which a mutant does not end any more."""
        return math.ceil(5 + 4 * sum(self.seconds[item.nodeid] for item in items))


@dataclass(frozen=True)
class Fork:
    """A process that runs the tests on one mutant, and the pipe that says which test failed."""

    mutant: str
    pid: int
    pipe: int

    def failed_test(self) -> str:
        with open(self.pipe, encoding="utf-8") as pipe:
            return pipe.read()


class Mutating:
    """A pytest plugin that runs the collected tests for each mutant, in place of once."""

    def __init__(self, files: Sequence[SourceFileMutationData], patterns: Sequence[str]) -> None:
        self._files = {name: file for file in files for name in file.exit_code_by_key}
        self._names = [name for name in self._files if chosen(name, patterns)]
        self._running: dict[int, Fork] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        reach = measure(session)
        if session.testsfailed or not unchanged_passes(session, reach):
            raise pytest.UsageError("a test fails before anything is changed")
        for number, name in enumerate(self._names):
            if number % 50 == 0:
                print(f"{number} of {len(self._names)}", file=sys.__stderr__, flush=True)
            if len(self._running) == WORKERS:
                self._wait(reach)
            if items := reach.of(name):
                fork = start(session, name, items, reach.limit(items))
                self._running[fork.pid] = fork
            else:
                self._store(name, NO_TESTS)
        while self._running:
            self._wait(reach)
        return True

    def _wait(self, reach: Reach) -> None:
        pid, status = os.wait()
        fork = self._running.pop(pid)
        code = os.waitstatus_to_exitcode(status)
        if failed := fork.failed_test():
            reach.killed(fork.mutant, failed)
        stopped = code in (-signal.SIGXCPU, -signal.SIGALRM)
        self._store(fork.mutant, TIMEOUT if stopped else code)

    def _store(self, name: str, code: int) -> None:
        file = self._files[name]
        file.exit_code_by_key[name] = code
        with change_cwd(COPY.parent):
            file.save()


def chosen(name: str, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def measure(session: pytest.Session) -> Reach:
    """Run every test once, unchanged."""
    reach = Reach()
    set_mutant_under_test("stats")
    for item in session.items:
        begun = time.process_time()
        run(session, [item])
        reach.seconds[item.nodeid] = time.process_time() - begun
        for function in state()._stats:
            reach.tests[function].append(item)
        state()._stats.clear()
    gc.freeze()  # the forks share what is there, as long as none of them touches it
    return reach


def unchanged_passes(session: pytest.Session, reach: Reach) -> bool:
    """Ask the tests in a fork, the fast ones first: what fails by that alone kills nothing."""
    items = sorted(session.items, key=lambda item: reach.seconds[item.nodeid])
    fork = start(session, "", items, reach.limit(items))
    _, status = os.waitpid(fork.pid, 0)
    if failed := fork.failed_test():
        print(failed, file=sys.__stderr__)
    return os.waitstatus_to_exitcode(status) == SURVIVED


def run(session: pytest.Session, items: Sequence[pytest.Item]) -> pytest.Item | None:
    """Run these tests until one fails, and return that."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return item
    return None


def start(session: pytest.Session, mutant: str, items: Sequence[pytest.Item], limit: int) -> Fork:
    """Run the tests on a mutant in a process of its own, which ends with the result."""
    reader, writer = os.pipe()
    if pid := os.fork():
        os.close(writer)
        return Fork(mutant, pid, reader)
    spent = math.ceil(time.process_time())
    resource.setrlimit(resource.RLIMIT_CPU, (spent + limit, spent + limit + 1))
    signal.alarm(10 * limit)  # one that waits spends no CPU
    set_mutant_under_test(mutant)
    code = KILLED  # by whatever escapes from pytest, too
    with contextlib.suppress(BaseException):
        failed = run(session, items)
        code = KILLED if failed else SURVIVED
        os.write(writer, failed.nodeid.encode() if failed else b"")
    os._exit(code)


def generate() -> list[SourceFileMutationData]:
    """Write the changed copy, as far as it is older than the code."""
    COPY.mkdir(exist_ok=True)
    set_mutant_under_test("mutant_generation")
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        copy_src_dir()
        copy_also_copy_files()
        setup_source_paths()
        create_mutants(WORKERS)
    files = [SourceFileMutationData(path=path) for path in sorted(walk_mutatable_files())]
    for file in files:
        file.load()
    return files


def report(files: Iterable[SourceFileMutationData]) -> None:
    """Print the share killed by module, of what was ever tested."""
    total: Counter[str] = Counter()
    for file in files:
        codes = Counter(state_of(code) for code in file.exit_code_by_key.values())
        total += codes
        if codes:
            print(row(str(file.path), codes))
    print(row("all", total))


def state_of(code: int | None) -> str:
    names = {SURVIVED: "survived", NO_TESTS: "survived", TIMEOUT: "killed", None: "not run"}
    return names.get(code, "killed")


def row(title: str, codes: Counter[str]) -> str:
    tested = codes["killed"] + codes["survived"]
    share = f"{codes['killed'] / tested:6.1%}" if tested else "     -"
    left = f"  ({codes['not run']} not run)" if codes["not run"] else ""
    return f"{title:55} {codes['killed']:5} of {tested:5} {share}{left}"


def main(patterns: Sequence[str]) -> int:
    files = generate()
    quiet = ["-p", "no:terminal", "-s", "--rootdir=.", *config().pytest_add_cli_args]
    with change_cwd(COPY):
        code = pytest.main(
            [*quiet, *config().pytest_add_cli_args_test_selection],
            plugins=[Mutating(files, patterns)],
        )
    if code:
        print(f"pytest ended with {code}: run the same tests in {COPY} by hand", file=sys.stderr)
    report(files)
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
