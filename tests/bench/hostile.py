"""What hostile Cookie headers cost beyond the same request without cookies, in units of what the
bare server's own parser needs for them."""

import asyncio
import statistics
import time
from collections.abc import Callable
from functools import partial

from starlette.requests import cookie_parser
from starlette.types import Scope

from cognito_gate import ASGIGate, Settings
from cognito_gate.local import LocalCognito
from tests.bench.inprocess import _receive, _send, bare, browser, scope

ROUNDS = 30
LIMIT = 5.0
SEALED = "gAAAAABrSdI8" + "A" * 480  # what a login cookie looks like, and opens with no key
FLOODS = {
    "64 KiB of login cookies": "; ".join(f"cognito_login_{n % 4}={SEALED}" for n in range(120)),
    "2,000 session cookies": "; ".join(f"cognito_access_token=x{n}" for n in range(2000)),
    "60 KiB of other cookies": "; ".join(f"c{n}=v" for n in range(2000)) + "; a=" + "b" * 45_000,
    "4 MB": "; ".join(f"cognito_login_{n}={SEALED}" for n in range(8000)),
}
PATHS = {"/page": b"", "/auth/login": b"", "/auth/callback": b"code=x&state=y"}


def _timed(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def _request(path: str, cookie: str) -> Scope:
    seen = scope([(b"accept", b"text/html"), *browser(cookie.encode())])
    return {**seen, "path": path, "raw_path": path.encode(), "query_string": PATHS[path]}


def main() -> None:
    """Print the table: of a page, the login route and the callback, whichever costs most."""
    cognito = LocalCognito(
        callback_urls=("http://localhost:8000/auth/callback",),
        logout_urls=("http://localhost:8000/auth/signed-out",),
    )
    with cognito.serve():  # for its address; no flood makes a call
        env = {**cognito.environment(), "SECRET_KEY": "a benchmark key of enough characters"}
    gate = ASGIGate(bare, settings=Settings.from_env(env, env_file=None))
    with asyncio.Runner() as runner:

        def handle(seen: Scope) -> None:
            runner.run(gate(seen, _receive, _send))

        print(f"\n{'hostile Cookie header, against parsing it':44} {'cost':>6} {'at most':>8}")
        for name, flood in FLOODS.items():
            parse = _timed(partial(cookie_parser, flood))
            costs = []
            for path in PATHS:
                flooded = _timed(partial(handle, _request(path, flood)))
                costs.append(flooded - _timed(partial(handle, _request(path, "a=b"))))
            ratio = max(costs) / parse
            print(f"{name:44} {ratio:6.2f} {LIMIT:8.2f}{'' if ratio <= LIMIT else '  !'}")
