"""What visitors wait while others post passwords: the 99th percentile of a session's requests.

On one event loop, in one run: rounds without sign-ins and rounds in which a wrong password is
posted as soon as the last one was refused, by turns. The ratio is the median over their pairs.
"""

import asyncio
import json
import statistics
import time
from base64 import b64encode
from urllib.parse import urlencode

import httpx

from cognito_gate import ASGIGate, Settings
from cognito_gate._sign_in import srp
from cognito_gate.local import LocalCognito
from tests.bench.inprocess import _receive, _send, bare, browser, scope, session
from tests.parts.html import Page

ROUNDS = 7
SECONDS = 1.5
PAUSE = 0.001  # between two requests of the session
PASSWORD_CHECK = {
    "ChallengeName": "PASSWORD_VERIFIER",
    "ChallengeParameters": {
        "SALT": "beef",
        "SECRET_BLOCK": b64encode(b"x" * 768).decode(),
        "SRP_B": f"{srp.N // 3:x}",
        "USER_ID_FOR_SRP": "ada",
    },
}
WRONG = {"__type": "NotAuthorizedException", "message": "Incorrect username or password."}


def _cognito(request: httpx.Request) -> httpx.Response:
    """Cognito's half, at no cost: the challenge, and that the password is wrong."""
    if request.method == "GET":  # the keys, once
        return httpx.Response(200, content=httpx.get(request.url).content)
    if request.headers["x-amz-target"].endswith("InitiateAuth"):
        return httpx.Response(200, content=json.dumps(PASSWORD_CHECK))
    return httpx.Response(400, content=json.dumps(WRONG))


class Poster:
    """Posts wrong passwords, one after the other, each from an address of its own."""

    def __init__(self, gate: ASGIGate) -> None:
        self.gate, self.count = gate, 0
        self.cookie, self.fields = b"", dict[str, str]()

    async def open(self) -> None:
        status, headers, body = await self._request("GET", b"")
        assert status == 200
        page = Page(body.decode())
        self.fields = page.sent(page.one("form"))
        self.cookie = next(
            value.partition(b";")[0] for name, value in headers if name == b"set-cookie"
        )

    async def post(self) -> None:
        self.count += 1
        typed = {"username": f"ada{self.count}@example.com", "password": "Wrong-Horse-7"}
        status, _, _ = await self._request("POST", urlencode({**self.fields, **typed}).encode())
        assert status == 400

    async def forever(self) -> None:
        while True:
            await self.post()
            await asyncio.sleep(0)

    async def _request(
        self, method: str, body: bytes
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        sent = []
        kind = b"application/x-www-form-urlencoded"
        headers = [(b"cookie", self.cookie), (b"content-type", kind)]
        client = f"10.{self.count >> 16}.{self.count >> 8 & 255}.{self.count & 255}"
        facts = {"method": method, "path": "/auth/sign-in", "client": (client, 50_000)}

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": body}

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        await self.gate({**scope(headers), **facts}, receive, send)  # type: ignore[arg-type]
        return sent[0]["status"], sent[0]["headers"], sent[1]["body"]  # type: ignore[return-value]


async def _p99(gate: ASGIGate, cookie: bytes) -> float:
    """How late a request of a session is answered, at worst but for one in a hundred."""
    waits, until = [], time.perf_counter() + SECONDS
    while (due := time.perf_counter() + PAUSE) < until:
        await asyncio.sleep(PAUSE)
        await gate(scope(browser(cookie)), _receive, _send)
        waits.append(time.perf_counter() - due)
    return statistics.quantiles(waits, n=100)[98]


async def _rounds(gate: ASGIGate, cookie: bytes) -> tuple[list[tuple[float, float]], int]:
    poster, found = Poster(gate), []
    await poster.open()
    await poster.post()  # warm
    for _ in range(ROUNDS):
        alone = await _p99(gate, cookie)
        task = asyncio.ensure_future(poster.forever())
        found.append((alone, await _p99(gate, cookie)))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return found, poster.count


def main() -> None:
    """Print the ratio."""
    cognito = LocalCognito(
        callback_urls=("http://localhost:8000/auth/callback",),
        logout_urls=("http://localhost:8000/auth/signed-out",),
    )
    with cognito.serve():
        env = {**cognito.environment(), "SECRET_KEY": "a benchmark key of enough characters"}
        settings = Settings.from_env({**env, "COGNITO_GATE_LOGIN": "custom"}, env_file=None)
        cookie = session(cognito, settings)
        client = httpx.AsyncClient(transport=httpx.MockTransport(_cognito))
        gate = ASGIGate(bare, settings=settings, client=client)
        found, count = asyncio.run(_rounds(gate, cookie))
    ratio = statistics.median(busy / alone for alone, busy in found)
    alone, busy = (statistics.median(column) * 1000 for column in zip(*found, strict=True))
    rate = count / (ROUNDS * SECONDS)
    title = "p99 of others while passwords are posted"
    print(f"{title:44} {'ratio':>6} {'alone':>8} {'meanwhile':>10}")
    print(f"{f'srp, {rate:.0f} sign-ins a second':44} {ratio:6.1f} {alone:6.2f}ms {busy:8.2f}ms")
