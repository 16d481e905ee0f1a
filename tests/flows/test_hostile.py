"""Made-up requests, byte by byte: always a decision, never an exception, never a 5xx."""

import functools
from typing import Literal
from urllib.parse import quote

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cognito_gate._gate.gate import Gate
from cognito_gate._gate.messages import Incoming, Pass
from tests.flows.stage import ACCESS, ID, REFRESH, START, play, reply
from tests.world.browser import NAVIGATION, Raw
from tests.world.pool import Pool

FEW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
NAVIGATES: Raw = [(name.encode(), value.encode()) for name, value in NAVIGATION.items()]

OURS = [name.encode() for name in (ACCESS, ID, REFRESH)]
SYNTAX = [b"=", b";", b"; ", b",", b'"', b"\\", b"%", b"\x00", b"\xff", b" ", b"\t", b".", b".."]
PIECES = st.sampled_from(
    [*OURS, b"__Host-cognito_login_", b"cognito_", b".0", b".1", b".99999999", b"gAAAAA", *SYNTAX]
)
COOKIES = st.lists(PIECES | st.binary(max_size=8), max_size=30).map(b"".join)
NAMES = [b"code=", b"state=", b"error=", b"iss=", b"next=", b"lang=", b"again.", b"access_denied"]
QUERY_PIECES = st.sampled_from(
    [*NAMES, b"&", b";", b"=", b"%", b"%00", b"%ff", b"+", b"//", b"<script>", b"\r\n", b"\xff"]
)
QUERIES = st.lists(QUERY_PIECES | st.binary(max_size=6), max_size=25).map(b"".join)
PATHS = st.lists(
    st.sampled_from(["/", "//", "..", ".", "%2e", "%", ";", "\\", "open", "auth", "login", "#"])
    | st.text(max_size=4),
    max_size=12,
).map(lambda parts: "/" + "".join(parts))
METHODS = st.sampled_from(["GET", "POST", "HEAD", "OPTIONS", "BREW", ""])


@functools.cache
def stage() -> tuple[Gate, Pool]:
    """A gate with everything turned on, and its pool."""
    pool = Pool(clock=lambda: START)
    made = pool.settings(bearer=True, refresh_flow_enabled=True, public_paths=("/open/*",))
    return Gate(made), pool


def decided(request: Incoming) -> bool:
    """Decide on a request, and check that the answer is one: nobody passes, nothing breaks."""
    gate, pool = stage()
    cached = gate.cached(request.path, request.headers, request.now, request.method, request.mount)
    decision = play(gate.decide(request), pool)
    if cached is not None and request.kind == "http":  # edges take the short way for HTTP only
        assert cached == decision
    if isinstance(decision, Pass):
        assert decision.identity is None
        assert request.path.startswith("/open/") or request.path == "/auth/signed-out"
    shown = reply(decision)
    assert shown.status < 500, shown
    for name, value in shown.headers:
        assert value.isascii(), (name, value)
        assert value.isprintable(), (name, value)
    assert not pool.named("token")
    return True


def request(
    path: str = "/page",
    *,
    method: str = "GET",
    target: bytes = b"/page",
    query: bytes = b"",
    headers: Raw | None = None,
    kind: Literal["http", "websocket"] = "http",
) -> Incoming:
    lines = [*NAVIGATES, *(headers or [])]
    return Incoming(kind, method, path, target, query, lines, START)


@FEW
@given(query=QUERIES, cookie=COOKIES, method=METHODS)
@example(query=b"code=a&state=b", cookie=b"", method="GET")
@example(query=b"error=x&state=%ed%a0%80", cookie=b"", method="GET")
def test_callback_queries(query: bytes, cookie: bytes, method: str) -> None:
    assert decided(
        request("/auth/callback", method=method, query=query, headers=[(b"cookie", cookie)])
    )


@FEW
@given(cookies=st.lists(COOKIES, min_size=1, max_size=3))
def test_cookie_headers(cookies: list[bytes]) -> None:
    for path in ("/page", "/open/page", "/auth/me", "/auth/logout", "/auth/login"):
        assert decided(request(path, headers=[(b"cookie", line) for line in cookies]))


@FEW
@given(path=PATHS, target=st.binary(max_size=40), query=QUERIES, method=METHODS)
def test_paths(path: str, target: bytes, query: bytes, method: str) -> None:
    kinds: tuple[Literal["http", "websocket"], ...] = ("http", "websocket")
    for kind in kinds:
        assert decided(request(path, method=method, target=target, query=query, kind=kind))


@FEW
@given(
    scheme=st.sampled_from([b"Bearer ", b"bearer", b"Basic ", b"", b"Bearer\t"]),
    value=COOKIES,
    more=st.lists(COOKIES, max_size=2),
)
def test_authorization_headers(scheme: bytes, value: bytes, more: list[bytes]) -> None:
    lines = [(b"authorization", line) for line in (scheme + value, *more)]
    for path in ("/page", "/open/page", "/auth/me"):
        assert decided(request(path, headers=lines))


@FEW
@given(
    names=st.lists(
        st.sampled_from(
            [b"origin", b"accept", b"sec-fetch-site", b"sec-fetch-mode", b"purpose", b"host"]
        ),
        max_size=6,
    ),
    value=st.binary(max_size=12),
    kind=st.sampled_from(["http", "websocket"]),
)
def test_other_headers(
    names: list[bytes], value: bytes, kind: Literal["http", "websocket"]
) -> None:
    lines = [(name, value) for name in names]
    for path in ("/page", "/auth/logout", "/auth/login"):
        assert decided(request(path, headers=lines, kind=kind))


@FEW
@given(value=st.text(max_size=60), extra=QUERIES)
def test_return_addresses(value: str, extra: bytes) -> None:
    query = b"next=" + quote(value, safe="").encode() + b"&" + extra
    assert decided(request("/auth/login", query=query))


def test_a_request_without_any_header() -> None:
    assert decided(Incoming("http", "GET", "/page", b"/page", b"", [], START))
