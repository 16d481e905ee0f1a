"""Requests per second over HTTP: an app bare, behind the gate, and with flask-cognito-lib.

Each server is a process of its own; wrk makes the load, with the cookies of a session. Rounds
alternate, and a figure is the median of the per-round ratios.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import median

from cognito_gate import Settings
from cognito_gate.local import LocalCognito
from tests.bench.inprocess import session

ROUNDS = 7
SECONDS = 1
UVICORN = "uvicorn --factory --host 127.0.0.1 --port {port} --no-access-log --log-level error {app}"
GUNICORN = "gunicorn -b 127.0.0.1:{port} -k gthread --threads 4 --log-level error {app}()"
WAITRESS = "waitress --listen=127.0.0.1:{port} --call {app}"


@dataclass(frozen=True)
class Race:
    """One server, and the apps to serve: the second is measured against each of the others."""

    name: str
    command: str
    bare: str
    gated: str
    limit: float
    peer: str = ""


RACES = [
    Race("uvicorn, plain ASGI", UVICORN, "tests.bench.gated:bare", "tests.bench.gated:gated", 0.75),
    Race(
        "uvicorn, FastAPI",
        UVICORN,
        "tests.bench.fastapi_apps:bare",
        "tests.bench.fastapi_apps:gated",
        0.9,
    ),
    *(
        Race(
            f"{name}, Flask",
            command,
            "tests.bench.flask_apps:bare",
            "tests.bench.flask_apps:gated",
            0.9,
            "tests.bench.flask_apps:peer",
        )
        for name, command in (("gunicorn", GUNICORN), ("waitress", WAITRESS))
    ),
]
PEER_LIMIT = 4.0


def _pinned(core: int, command: list[str]) -> list[str]:
    """The command on a core of its own, where that can be had: servers and load apart."""
    if shutil.which("taskset") is None or (os.cpu_count() or 1) < 2:
        return command
    return ["taskset", "-c", str(core), *command]


@contextmanager
def server(command: str, app: str, env: dict[str, str]) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = command.format(port=port, app=app).split()
    process = subprocess.Popen(
        _pinned(1, [sys.executable, "-m", *words]),
        env={**os.environ, **env},
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


def load(url: str, cookie: str) -> tuple[float, str]:
    """Requests per second, and the time in which 99 % of them were answered; any answer but 2xx is
    an error."""
    wrk = ["wrk", "-t1", "-c32", "--latency", f"-d{SECONDS}s", "-H", f"Cookie: {cookie}", url]
    command = _pinned(0, wrk)
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"99%\s+(\S+)(?:.|\n)*Requests/sec:\s+([\d.]+)", shown)
    if "Non-2xx" in shown or found is None:
        raise RuntimeError(f"{url} refused requests:\n{shown}")
    return float(found[2]), found[1]


@dataclass(frozen=True)
class Ratio:
    """How many times the other's requests per second the gated app serves, and how many it does."""

    server: str
    against: str
    value: float
    speed: float
    limit: float

    def __str__(self) -> str:
        name = f"{self.server}: gated / {self.against}"
        mark = "" if self.value >= self.limit else "  !"
        return f"{name:44} {self.value:6.2f} {self.limit:8.2f} {self.speed:8.0f}/s{mark}"


def _run(race: Race, env: dict[str, str], cookie: str) -> list[Ratio]:
    apps = [race.bare, race.gated, *([race.peer] if race.peer else [])]
    with ExitStack() as stack:
        urls = [stack.enter_context(server(race.command, app, env)) for app in apps]
        for url in urls:
            load(url, cookie)  # it is up and warm
        rounds = [[load(url, cookie)[0] for url in urls] for _ in range(ROUNDS)]
    ours = [speeds[1] for speeds in rounds]
    others = [("bare", race.limit), *([("flask-cognito-lib", PEER_LIMIT)] if race.peer else [])]
    return [
        Ratio(race.name, name, _median(ours, [row[at] for row in rounds]), median(ours), limit)
        for (name, limit), at in zip(others, (0, 2), strict=False)
    ]


def _median(ours: list[float], theirs: list[float]) -> float:
    return median(a / b for a, b in zip(ours, theirs, strict=True))


def main() -> list[tuple[str, str, str, float]]:
    """Print the ratios; server, app, what it is held against, and the ratio of each."""
    if shutil.which("wrk") is None:
        print("over HTTP: left out, wrk is not installed (Debian: apt install wrk)")
        return []
    found: list[Ratio] = []
    with_peer = find_spec("flask_cognito_lib") is not None
    cognito = LocalCognito(
        callback_urls=("http://localhost:8000/auth/callback",),
        logout_urls=("http://localhost:8000/auth/signed-out",),
    )
    print(f"{'requests per second, known session':44} {'ratio':>6} {'at least':>8} {'gated':>10}")
    with cognito.serve():
        env = {**cognito.environment(), "SECRET_KEY": "a benchmark key of enough characters"}
        cookie = session(cognito, Settings.from_env(env, env_file=None)).decode()
        for race in RACES:
            if race.peer and not with_peer:
                race = Race(race.name, race.command, race.bare, race.gated, race.limit)
            found += (ratios := _run(race, env, cookie))
            print(*ratios, sep="\n")
    if not with_peer:
        print("flask-cognito-lib is not installed (pip install flask-cognito-lib): left out")
    return [(ratio.server, "gated", ratio.against, ratio.value) for ratio in found]
