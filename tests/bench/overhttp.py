"""Requests per second under uvicorn: the bare app and the gated one with the same cookies.

Servers run in processes of their own; wrk makes the load. Rounds alternate; a figure is the median
of the per-round ratios.
"""

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from cognito_gate import Settings
from cognito_gate.local import LocalCognito
from tests.bench.inprocess import session

ROUNDS = 9
SECONDS = 1
LIMIT = 0.75


@contextmanager
def _server(app: str, env: dict[str, str]) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--no-access-log"]
    process = subprocess.Popen([*command, "--log-level", "error"], env={**os.environ, **env})
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


def _load(url: str, cookie: str) -> float:
    """Requests per second; any answer but 2xx is an error."""
    command = ["wrk", "-t1", "-c32", f"-d{SECONDS}s", "-H", f"Cookie: {cookie}", url]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in shown:
        raise RuntimeError(f"{url} refused requests:\n{shown}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", shown)
    if found is None:
        raise RuntimeError(f"wrk printed no figure:\n{shown}")
    return float(found[1])


def main() -> None:
    """Print the ratio."""
    if shutil.which("wrk") is None:
        print("over HTTP: left out, wrk is not installed (Debian: apt install wrk)")
        return
    cognito = LocalCognito(
        callback_urls=("http://localhost:8000/auth/callback",),
        logout_urls=("http://localhost:8000/auth/signed-out",),
    )
    with cognito.serve():
        env = {**cognito.environment(), "SECRET_KEY": "a benchmark key of enough characters"}
        cookie = session(cognito, Settings.from_env(env, env_file=None)).decode()
        with (
            _server("tests.bench.inprocess:bare", env) as bare,
            _server("tests.bench.gated:app", env) as gated,
        ):
            _compare(bare, gated, cookie)
        print(f"key fetches: {cognito.calls['jwks']} for one server process")


def _compare(bare: str, gated: str, cookie: str) -> None:
    _load(bare, cookie), _load(gated, cookie)  # both are up and warm
    ratios, speeds = [], []
    for _ in range(ROUNDS):
        base, ours = _load(bare, cookie), _load(gated, cookie)
        ratios.append(ours / base)
        speeds.append((base, ours))
    base, ours = (statistics.median(column) for column in zip(*speeds, strict=True))
    ratio = statistics.median(ratios)
    print(f"under uvicorn, {len(cookie)} bytes of cookies: bare {base:.0f}/s, gated {ours:.0f}/s")
    print(f"gated / bare {ratio:.2f}, at least {LIMIT}{'' if ratio >= LIMIT else '  !'}")
