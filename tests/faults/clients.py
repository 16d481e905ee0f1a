"""The visitors of a fleet: sessions whose tokens have expired, and requests that come with them.

Each request has a connection of its own, so that the workers take turns. Knows HTTP and cookies;
must not know which fault is being made.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cognito_gate._gate.protocol.jwt import session_of
from cognito_gate._gate.protocol.seal import Encrypted
from cognito_gate._gate.records import RefreshRecord
from tests.faults.provider import USERS, Provider
from tests.journey.stage import SECRET_KEY

PATIENCE = 60.0
_numbers = itertools.count()


@dataclass(frozen=True)
class Answer:
    """What came back: status 0 for no answer at all."""

    status: int
    username: str | None
    pid: int
    cookies: dict[str, str]


@dataclass
class Counts:
    """What visitors noticed. `lost` are sessions that ended though nobody had ended them.

    With `retries`, a request whose connection closes without a word is sent again, once, as proxies
    do with a GET (RFC 9110 section 9.2.2): a server that ends closes what it has not read yet.
    """

    retries: bool = False
    retried: int = 0
    requests: int = 0
    wrong: int = 0
    lost: int = 0
    failed: int = 0
    errors: int = 0
    seconds: list[float] = field(default_factory=list)

    def note(self, answer: Answer, username: str, seconds: float) -> None:
        self.requests += 1
        self.seconds.append(seconds)
        self.wrong += answer.username not in (None, username)
        self.errors += answer.status >= 500
        self.failed += answer.status == 0

    def add(self, other: Counts) -> None:
        for name in ("requests", "wrong", "lost", "failed", "errors"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.seconds += other.seconds

    def p99(self) -> float:
        """In milliseconds."""
        ordered = sorted(self.seconds) or [0.0]
        return 1000 * ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]


@dataclass
class Session:
    """A visitor; `family` names all tokens of one sign-in."""

    provider: Provider
    username: str
    family: str
    cookies: dict[str, str]

    def lost(self) -> bool:
        return self.provider.ended(self.family)

    def age(self) -> None:
        """Let its access token end, of which the browser then sends nothing."""
        self.cookies = {"cognito_refresh_token": self.cookies["cognito_refresh_token"]}


def new_session(provider: Provider, seconds: int = -1, key: str = SECRET_KEY) -> Session:
    """Someone who has signed in an hour ago, and whose access token ends in `seconds`."""
    username = USERS[next(_numbers) % len(USERS)].username
    now = int(time.time())
    tokens = provider.cognito.tokens_for(username, exp=now + seconds)
    claims = json.loads(urlsafe_b64decode(tokens["access_token"].split(".")[1] + "=="))
    family = session_of(claims)
    record = RefreshRecord(tokens["refresh_token"], claims["sub"], now - 3600, family)
    sealed = Encrypted((key,), "refresh").seal(record.to_json(), now)
    cookies = {f"cognito_{use}_token": tokens[f"{use}_token"] for use in ("access", "id")}
    return Session(provider, username, family, {**cookies, "cognito_refresh_token": sealed})


async def get(port: int, cookies: dict[str, str], path: str = "/") -> Answer:
    """One request, on a connection of its own."""
    line = "; ".join(f"{name}={value}" for name, value in cookies.items())
    head = (
        f"GET {path} HTTP/1.0\r\nHost: localhost:{port}\r\nAccept: application/json\r\n"
        f"Cookie: {line}\r\n\r\n"
    )
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(head.encode())
                await writer.drain()
                return _parsed(await reader.read())
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return Answer(0, None, 0, {})


def _parsed(raw: bytes) -> Answer:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    if not first:
        return Answer(0, None, 0, {})
    cookies = {}
    for line in lines:
        name, _, value = line.partition(":")
        if name.lower() == "set-cookie":
            key, _, rest = value.strip().partition("=")
            cookies[key] = rest.partition(";")[0]
    status = int(first.split()[1])
    seen = json.loads(body) if status == 200 else {}
    return Answer(status, seen.get("username"), seen.get("pid", 0), cookies)


async def expire(
    port: Callable[[], int], session: Session, counts: Counts, parallel: int = 6
) -> list[Answer]:
    """Requests of one visitor at the same moment, as a page makes them, after the token expired;
    then one more, with the cookies that came."""
    answers = await asyncio.gather(
        *(_timed(port(), session, session.cookies, counts) for _ in range(parallel))
    )
    seen = answers
    better = next((answer.cookies for answer in answers if answer.cookies and answer.username), {})
    if better:
        session.cookies |= better
        seen = [*answers, await _timed(port(), session, session.cookies, counts)]
    out = any(answer.status in (302, 303, 401) for answer in seen)
    counts.lost += out or session.lost()
    return answers


async def _timed(port: int, session: Session, cookies: dict[str, str], counts: Counts) -> Answer:
    started = time.monotonic()
    answer = await get(port, cookies)
    if answer.status == 0 and counts.retries:
        counts.retried += 1
        answer = await get(port, cookies)
    counts.note(answer, session.username, time.monotonic() - started)
    return answer


async def many(
    port: Callable[[], int],
    sessions: Sequence[Session],
    counts: Counts,
    *,
    parallel: int = 6,
    at_once: int = 4,
) -> None:
    """An expiry of each session, of several at the same time."""
    left = iter(sessions)

    async def visitor() -> None:
        for session in left:
            await expire(port, session, counts, parallel)

    await asyncio.gather(*(visitor() for _ in range(at_once)))
