"""The cost of one request inside one process, in units of one bare RS256 verification.

All rows run in every round, in random order; a row's figure is the median over the rounds of its
ratio in that round, so that a machine that speeds up or slows down moves all rows alike.
"""

import asyncio
import json
import random
import statistics
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from itsdangerous import TimestampSigner
from starlette.middleware.sessions import SessionMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cognito_gate import ASGIGate, Settings
from cognito_gate._gate.cookie_kinds import Seals
from cognito_gate._gate.protocol.jwt import parse
from cognito_gate._gate.records import RefreshRecord
from cognito_gate.local import LocalCognito

ROUNDS = 80
REQUESTS = 100
USERS = 64
SECRET_KEY = "a benchmark key of enough characters"
KNOWN, FIRST, SIGNED = "known session", "first-seen session", "Starlette's SessionMiddleware"


@dataclass(frozen=True)
class Row:
    """One thing measured; `limit` is the most it may cost over the bare app, if that is set."""

    name: str
    app: ASGIApp
    headers: list[list[tuple[bytes, bytes]]]
    limit: float | None = None


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})


async def _receive() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _send(message: Message) -> None:
    return None


def scope(headers: list[tuple[bytes, bytes]]) -> Scope:
    """A request as a server makes it: every header value is a new object."""
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "root_path": "",
        "headers": [(name, bytes(bytearray(value))) for name, value in headers],
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50000),
    }


async def reading(scope: Scope, receive: Receive, send: Send) -> None:
    """The bare app, with one look into Starlette's session."""
    scope["session"]["sub"]
    await bare(scope, receive, send)


def browser(cookie: bytes = b"", bearer: str = "") -> list[tuple[bytes, bytes]]:
    """The ten headers of a browser's request: nine, and the cookie or the bearer token."""
    headers = [
        (b"host", b"localhost:8000"),
        (b"connection", b"keep-alive"),
        (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140 Safari"),
        (b"accept", b"application/json"),
        (b"accept-language", b"en-US,en;q=0.9"),
        (b"accept-encoding", b"gzip, deflate, br"),
        (b"sec-fetch-site", b"same-origin"),
        (b"sec-fetch-mode", b"cors"),
        (b"sec-fetch-dest", b"empty"),
    ]
    if bearer:
        headers.append((b"authorization", b"Bearer " + bearer.encode()))
    if cookie:
        headers.append((b"cookie", cookie))
    return headers


def session(cognito: LocalCognito, settings: Settings) -> bytes:
    """The Cookie header of a fresh session, sealed as the settings say."""
    seals, now = Seals.of(settings), time.time()
    tokens = cognito.tokens_for("ada")
    access, id_ = tokens["access_token"], tokens["id_token"]
    cookies = {
        "cognito_access_token": seals.access.seal(access, now),
        "cognito_id_token": seals.id.seal(id_, now),
    }
    if settings.refresh_flow_enabled:
        sub = str(parse(access, "access").claims["sub"])
        renewal = RefreshRecord(tokens["refresh_token"], sub, int(now))
        cookies["cognito_refresh_token"] = seals.refresh.seal(renewal.to_json(), now)
    return "; ".join(f"{name}={value}" for name, value in cookies.items()).encode()


def verification() -> Callable[[], float]:
    """The yardstick: one RS256 verification by `cryptography`, 2048 bits, in seconds."""
    key = rsa.generate_private_key(65537, 2048)
    signed = b"x" * 850
    signature = key.sign(signed, padding.PKCS1v15(), SHA256())
    public = key.public_key()

    def once() -> float:
        begin = time.perf_counter()
        for _ in range(REQUESTS):
            public.verify(signature, signed, padding.PKCS1v15(), SHA256())
        return (time.perf_counter() - begin) / REQUESTS

    return once


async def _time(row: Row) -> float:
    scopes = [scope(random.choice(row.headers)) for _ in range(REQUESTS)]
    begin = time.perf_counter()
    for item in scopes:
        await row.app(item, _receive, _send)
    return (time.perf_counter() - begin) / REQUESTS


async def measure(rows: list[Row]) -> dict[str, float]:
    """Each row's cost over the bare app, in verifications."""
    yardstick = verification()
    found: dict[str, list[float]] = {row.name: [] for row in rows}
    base = Row("the bare app", bare, rows[0].headers)
    for row in rows:
        await _time(row)  # warm: keys fetched, sessions seen
    for _ in range(ROUNDS):
        taken: dict[str, float] = {}
        for row in random.sample([*rows, base], len(rows) + 1):
            taken[row.name] = await _time(row)
        unit = yardstick()
        for row in rows:
            found[row.name].append((taken[row.name] - taken[base.name]) / unit)
    return {name: statistics.median(values) for name, values in found.items()}


def rows(cognito: LocalCognito) -> list[Row]:
    """Known and first-seen sessions, plain and sealed, and the refusals."""
    env = {**cognito.environment(), "SECRET_KEY": SECRET_KEY}

    def settings(**extra: str) -> Settings:
        return Settings.from_env({**env, **extra}, env_file=None)

    plain, sealed = settings(), settings(AWS_COGNITO_COOKIE_ENCRYPTED="true")
    renewing = settings(AWS_COGNITO_REFRESH_FLOW_ENABLED="true")
    uncached = {"COGNITO_GATE_SESSION_CACHE": "0"}
    many = [browser(session(cognito, plain)) for _ in range(USERS)]
    hidden = [browser(session(cognito, sealed)) for _ in range(USERS)]
    full = [browser(session(cognito, renewing)) for _ in range(USERS)]
    gate = ASGIGate(bare, settings=plain)
    return [
        Row(KNOWN, gate, many, 0.20),
        Row("known session, sealed cookies", ASGIGate(bare, settings=sealed), hidden),
        Row(
            "known session, metrics and request ids on",
            ASGIGate(
                bare,
                settings=settings(
                    COGNITO_GATE_METRICS_ADDRESSES="127.0.0.1",
                    COGNITO_GATE_REQUEST_ID_HEADER="x-request-id",
                ),
            ),
            many,
        ),
        Row("known session with refresh token", ASGIGate(bare, settings=renewing), full),
        Row("known bearer token", *_bearers(cognito, settings(COGNITO_GATE_BEARER="true")), 0.30),
        _public(settings(COGNITO_GATE_PUBLIC_PATHS="/")),
        _signed(),
        Row(FIRST, ASGIGate(bare, settings=settings(**uncached)), many, 4.2),
        Row(
            "first-seen session, access token alone",
            ASGIGate(bare, settings=settings(**uncached)),
            [browser(_access_alone(cognito)) for _ in range(USERS)],
            2.4,
        ),
        Row(
            "first-seen session, sealed cookies",
            ASGIGate(bare, settings=settings(AWS_COGNITO_COOKIE_ENCRYPTED="true", **uncached)),
            hidden,
        ),
        *_refusals(cognito, gate, settings()),
    ]


def _bearers(
    cognito: LocalCognito, settings: Settings
) -> tuple[ASGIApp, list[list[tuple[bytes, bytes]]]]:
    tokens = [cognito.tokens_for("ada")["access_token"] for _ in range(USERS)]
    return ASGIGate(bare, settings=settings), [browser(bearer=token) for token in tokens]


def _public(settings: Settings) -> Row:
    return Row("public path without cookies", ASGIGate(bare, settings), [browser()], 0.20)


def _access_alone(cognito: LocalCognito) -> bytes:
    """The cookie of a session without `openid`, to which no ID token belongs."""
    access = cognito.tokens_for("ada", scope="email")["access_token"]
    return f"cognito_access_token={access}".encode()


def _signed() -> Row:
    """What an app pays that keeps a name in a signed cookie, and verifies no token."""
    held = b64encode(json.dumps({"sub": "a2c4"}).encode())
    cookie = b"session=" + TimestampSigner(SECRET_KEY).sign(held)
    return Row(SIGNED, SessionMiddleware(reading, SECRET_KEY), [browser(cookie)])


def _refusals(cognito: LocalCognito, gate: ASGIGate, plain: Settings) -> list[Row]:
    good = cognito.tokens_for("ada")["access_token"]
    expired = cognito.tokens_for("ada", exp=int(time.time()) - 10)["access_token"]
    other = cognito.tokens_for("ada", client_id="another")["access_token"]
    body = good.split(".", 1)[1]
    unknown = "eyJraWQiOiJtYWRlLXVwIiwiYWxnIjoiUlMyNTYifQ." + body

    def row(name: str, token: str) -> Row:
        return Row(f"refused: {name}", gate, [browser(f"cognito_access_token={token}".encode())])

    return [
        Row("refused: no cookie", gate, [browser(b"theme=dark")]),
        row("garbage", "x" * 1100),
        row("unknown key", unknown),
        row("expired", expired),
        row("another client's", other),
    ]


def table(found: dict[str, float], rows: list[Row]) -> list[str]:
    """The table, with what each figure is held against."""
    limits = {row.name: row.limit for row in rows if row.limit is not None}
    limits["known session, sealed cookies"] = 1.4 * found[KNOWN]
    for name in found:
        if name.startswith("refused:"):
            limits[name] = 0.5 * found[FIRST]
    lines = [f"{'over the bare app, in RS256 verifications':44} {'cost':>6} {'at most':>8}"]
    for name, cost in found.items():
        limit = limits.get(name)
        shown = f"{limit:8.2f}" if limit is not None else " " * 8
        lines.append(f"{name:44} {cost:6.2f} {shown}{'' if not limit or cost <= limit else '  !'}")
    return [*lines, f"{f'{KNOWN} / {SIGNED}':44} {found[KNOWN] / found[SIGNED]:6.2f}"]


def main() -> dict[str, float]:
    """Print the table; the figures by the names of its rows."""
    cognito = LocalCognito(
        callback_urls=("http://localhost:8000/auth/callback",),
        logout_urls=("http://localhost:8000/auth/signed-out",),
    )
    with cognito.serve():
        measured = rows(cognito)
        found = asyncio.run(measure(measured))
        print("\n".join(table(found, measured)))
        print(f"key fetches: {cognito.calls['jwks']} for {len(measured)} gates")
    return found
