"""`python -m tests.matrix [CELL ...]`: the core suites on each Python, with new and old libraries.

A cell is a Python and `newest` or `oldest`: with `oldest`, each run-time dependency is the lowest
that pyproject.toml allows; what those need in turn, and the test tools, are as new as they may be.
Each cell has its environment and its log in `.matrix`. Name cells (`3.12-oldest`) to run just them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PLACE = ROOT / ".matrix"
NEWEST, OLDEST = "newest", "oldest"
SUITES = ["tests/parts", "tests/flows", "tests/edge", "tests/local"]
# A distribution is the same on each Python, and browsers are the matter of `make test`.
IGNORED = ["tests/test_wheel.py", "tests/local/test_browser.py"]
# What the suites use of those that users install by need.
EXTRAS = ["cli", "local", "pages"]
# What those suites and the examples import. The other test tools are servers, browsers and linters.
TOOLS = ["ada-url", "boto3", "django", "fastapi", "flask", "hypothesis", "pytest", "websockets"]
ASK = "import sys, ssl, ensurepip, venv; print(*sys.version_info[:3], sys.executable)"
COUNTED = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed)\b")
TELLING = re.compile(r"^(?:FAILED|ERROR|E  )|ERROR:|depends on|requested|conflict", re.MULTILINE)
Version = tuple[int, ...]


class Unusable(Exception):
    """Why something cannot be used."""


@dataclass(frozen=True)
class Interpreter:
    """A Python that was found and works."""

    version: Version
    path: Path

    @property
    def minor(self) -> str:
        return dotted(self.version[:2])


@dataclass(frozen=True)
class Outcome:
    """What became of a cell."""

    passed: int
    failed: int
    reason: str = ""

    @property
    def good(self) -> bool:
        return self.passed > 0 and not self.failed and not self.reason

    def __str__(self) -> str:
        return self.reason or f"{self.passed} passed, {self.failed} failed"


def dotted(version: Version) -> str:
    return ".".join(map(str, version))


# Interpreters


def candidates() -> Iterator[Path]:
    """Every file that is called like a Python, on PATH and where pyenv keeps its own."""
    folders = [Path(folder) for folder in os.get_exec_path() if folder]
    folders += sorted((Path.home() / ".pyenv" / "versions").glob("*/bin"))
    for folder in folders:
        for file in sorted(folder.glob("python3*")):
            if re.fullmatch(r"python3(\.\d+)?", file.name) and os.access(file, os.X_OK):
                yield file


def interpreter(path: Path) -> Interpreter:
    """Ask a Python what it is."""
    try:
        asked = subprocess.run(
            [path, "-I", "-c", ASK], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unusable(f"does not start: {error}") from None
    if asked.returncode:
        raise Unusable(([line for line in asked.stderr.splitlines() if line] or ["fails"])[-1])
    *numbers, executable = asked.stdout.strip().split(" ", 3)
    return Interpreter(tuple(map(int, numbers)), Path(executable).resolve())


def interpreters(lowest: Version, said: Sequence[str]) -> list[Interpreter]:
    """The newest Python of each minor version; say which are left out and why."""
    found: set[Interpreter] = set()
    for path in candidates():
        if "shims" in path.parts:  # pyenv's stand for what is in its folder of versions
            continue
        try:
            found.add(interpreter(path))
        except Unusable as error:
            print(f"left out: {path}: {error}")
    used: dict[str, Interpreter] = {}
    for each in sorted(found, key=lambda item: ([-part for part in item.version], item.path)):
        if each.version < lowest:
            print(f"left out: {each.path}: {dotted(each.version)} is under {dotted(lowest)}")
        elif used.setdefault(each.minor, each) is not each:
            print(f"left out: {each.path}: {dotted(each.version)}, there is a {each.minor} already")
    for minor in said:
        if minor not in used:
            print(f"left out: Python {minor}: none was found")
    return sorted(used.values(), key=lambda item: item.version)


# What pyproject.toml says


def project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return found


def lowest_python(data: Mapping[str, Any]) -> Version:
    return tuple(map(int, re.findall(r"\d+", data["requires-python"])))


def said_pythons(data: Mapping[str, Any]) -> list[str]:
    """The versions that the classifiers name, and the one after them."""
    named = re.findall(r"Python :: 3\.(\d+)", "\n".join(data["classifiers"]))
    minors = sorted(map(int, named))
    return [f"3.{minor}" for minor in [*minors, minors[-1] + 1]]


def run_time(data: Mapping[str, Any]) -> list[str]:
    """The requirements of the plain installation and of those extras, each once."""
    extras = data["optional-dependencies"]
    return sorted({*data["dependencies"], *(line for name in EXTRAS for line in extras[name])})


def name_of(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower()


def floors(requirements: Iterable[str]) -> list[str]:
    """The constraints that ask for the lowest version of each requirement."""
    lines = []
    for requirement in requirements:
        bound = re.search(r"[>=]=\s*([\w.!]+)", requirement.partition(";")[0])
        if not bound:
            raise SystemExit(f"pyproject.toml: {requirement!r} has no lower bound")
        lines.append(f"{name_of(requirement)}=={bound[1]}")
    return lines


def tools(data: Mapping[str, Any]) -> list[str]:
    """The requirements of the test tools that these suites need."""
    wanted = {name_of(line): line for line in data["optional-dependencies"]["test"]}
    return [wanted[name] for name in TOOLS]


# Cells


def clean_environment() -> dict[str, str]:
    """Ours, without what would make one environment see another."""
    ours = ("PYTHON", "PYTEST", "COV_", "COVERAGE", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def run(command: Sequence[str | Path], log: Path) -> tuple[int, str]:
    """Run a command from the root; its output is added to the log."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    with log.open("a", encoding="utf-8") as file:
        file.write(f"$ {' '.join(map(str, command))}\n{done.stdout}\n")
    return done.returncode, done.stdout


def prepare(python: Interpreter, place: Path, data: Mapping[str, Any], log: Path) -> Path:
    """The environment of a cell: made when it is missing, and brought up to date."""
    inside = place / "bin" / "python"
    if not inside.exists() or interpreter(inside).version != python.version:
        code, _ = run([python.path, "-m", "venv", "--clear", place], log)
        if code:
            raise Unusable("no environment could be made")
    pip: list[str | Path] = [inside, "-m", "pip", "--disable-pip-version-check", "install"]
    pip += ["--upgrade", "--upgrade-strategy", "eager", "--editable", f".[{','.join(EXTRAS)}]"]
    pip += tools(data)
    if place.name.endswith(OLDEST):
        constraints = place.with_suffix(f"{place.suffix}.txt")
        constraints.write_text("\n".join(floors(run_time(data))) + "\n", "utf-8")
        pip += ["--constraint", constraints]
    code, said = run(pip, log)
    if code:
        tell(said)
        raise Unusable("cannot be installed")
    return inside


def suites() -> list[str]:
    """What pytest is given. (A file that is named is run, whatever is ignored.)"""
    files = sorted(f"tests/{file.name}" for file in (ROOT / "tests").glob("test_*.py"))
    return [*SUITES, *(file for file in files if file not in IGNORED)]


def tell(said: str) -> None:
    """The lines that say what went wrong."""
    for line in said.splitlines():
        if TELLING.search(line):
            print(f"    {line.strip()[:180]}")


def test(python: Interpreter, deps: str, data: Mapping[str, Any]) -> Outcome:
    place = PLACE / f"{python.minor}-{deps}"
    log = place.with_name(f"{place.name}.log")
    log.write_text("", "utf-8")
    try:
        inside = prepare(python, place, data, log)
    except Unusable as error:
        return Outcome(0, 0, str(error))
    pytest: list[str | Path] = [inside, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    pytest += [*suites(), *(f"--ignore={name}" for name in IGNORED)]
    code, said = run(pytest, log)
    counted = {what.rstrip("s"): int(count) for count, what in COUNTED.findall(said[-300:])}
    passed = counted.get("passed", 0)
    failed = counted.get("failed", 0) + counted.get("error", 0)
    if not code:
        return Outcome(passed, failed)
    tell(said)
    return Outcome(passed, failed, "" if failed else f"pytest ended with {code}")


def main(names: Sequence[str]) -> int:
    """Run the cells that are named, or all; 1 when one fails."""
    data = project()
    PLACE.mkdir(exist_ok=True)
    pythons = interpreters(lowest_python(data), said_pythons(data))
    cells = [(python, deps) for python in pythons for deps in (NEWEST, OLDEST)]
    if names:
        cells = [(python, deps) for python, deps in cells if f"{python.minor}-{deps}" in names]
    if not cells:
        print("there is nothing to run")
        return 1
    print(f"{'python':<8} {'deps':<7} {'outcome':<28} {'seconds':>7}", flush=True)
    good = True
    for python, deps in cells:
        start = time.monotonic()
        outcome = test(python, deps, data)
        seconds = time.monotonic() - start
        row = f"{dotted(python.version):<8} {deps:<7} {outcome!s:<28} {seconds:>7.0f}"
        print(row, flush=True)
        if not outcome.good:
            good = False
            print(f"    its log: .matrix/{python.minor}-{deps}.log", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
