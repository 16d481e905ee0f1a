"""Made-up requests, byte by byte: always a decision, never an exception, never a 5xx."""

import functools
from typing import Literal
from urllib.parse import parse_qsl, quote

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cognito_gate._gate.gate import Gate
from cognito_gate._gate.messages import Incoming, Pass
from cognito_gate._gate.protocol.cookies import RequestCookies
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
FORM = {
    b"origin": b"https://app.example",
    b"sec-fetch-site": b"same-origin",
    b"content-type": b"application/x-www-form-urlencoded",
}
METHODS = st.sampled_from(["GET", "POST", "HEAD", "OPTIONS", "BREW", ""])


@functools.cache
def stage() -> tuple[Gate, Pool]:
    """A gate with everything turned on, and its pool."""
    pool = Pool(clock=lambda: START)
    every = {"bearer": True, "refresh_flow_enabled": True, "keep_forms": True}
    made = pool.settings(**every, public_paths=("/open/*",))
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


FORM_PIECES = st.sampled_from(
    [b"&", b"=", b"+", b"%", b"%0D%0A", b"%0A", b"%00", b"%C3%BC", b"%ff", b"a", b"<\"'>"]
)
ODD = [b"null", b"https://other.example", b"cross-site", b"9" * 30, b"multipart/form-data", b"\xff"]


@FEW
@given(
    body=st.none() | st.lists(FORM_PIECES | st.binary(max_size=3), max_size=20).map(b"".join),
    target=st.sampled_from([b"/page", b"//page", b"/%2e%2e/page", b"/p\xff"])
    | st.binary(max_size=9),
    query=QUERIES,
    odd=st.dictionaries(
        st.sampled_from([*FORM, b"content-length"]), st.sampled_from(ODD), max_size=1
    ),
)
@example(body=b"a=1&b=%C3%BC+%0D%0A&a=", target=b"/page", query=b"a=b", odd={})
def test_forms(body: bytes | None, target: bytes, query: bytes, odd: dict[bytes, bytes]) -> None:
    """What is kept comes back field by field, to the very address; all else is not kept."""
    gate, pool = stage()
    keeper, sub = gate._context.keeper, "sub-of-ada"
    [(_, line)] = keeper.begin(RequestCookies([]), sub, (), START)
    cookie = (b"cookie", line.partition(";")[0].encode())
    lines = [*{**dict(NAVIGATES), **FORM, **odd}.items(), cookie]
    asked = Incoming("http", "POST", "/page", target, query, lines, START)
    shown = reply(play(gate.decide(asked), pool, body))
    assert (shown.status, shown.app) == (401, None)
    kept = keeper.find({name: [one.value] for name, one in shown.cookies.items()}, sub, START)
    if kept is not None:
        assert odd in ({}, {b"origin": b"null"}) or b"content-length" in odd
        assert body is not None
        assert kept.target.encode() == target + (b"?" + query if query else b"")
        assert kept.pairs == (*parse_qsl(body.decode(), keep_blank_values=True),)


def test_a_request_without_any_header() -> None:
    assert decided(Incoming("http", "GET", "/page", b"/page", b"", [], START))
