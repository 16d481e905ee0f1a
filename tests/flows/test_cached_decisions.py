"""The short way comes to the decision that the flow comes to, or leaves it to the flow."""

from collections.abc import Callable

import pytest

from cognito_gate._app_headers import HARMLESS_HEADERS
from cognito_gate._gate.cached_decisions import MAX_LINE_BYTES
from cognito_gate._gate.messages import Incoming, Pass
from cognito_gate.identity import tells_identity
from tests.flows.stage import Stage, incoming
from tests.world.browser import NAVIGATION, Browser, Extra


@pytest.fixture
def stage() -> Stage:
    return Stage({"bearer": True, "public_paths": ("/open/*",)})


def facts(stage: Stage, target: str, *headers: tuple[str, str], method: str = "GET") -> Incoming:
    request = Browser(stage).request(method, target, NAVIGATION)
    request.headers.extend((name.encode(), value.encode()) for name, value in headers)
    return incoming(request, stage.now)


def test_a_public_path_needs_no_flow(stage: Stage) -> None:
    assert stage.cached(facts(stage, "/open/a")) == Pass(None)
    assert stage.cached(facts(stage, "/open/a", ("cookie", "theme=dark"))) == Pass(None)
    assert stage.cached(facts(stage, "/closed")) is None
    assert stage.cached(facts(stage, "/open/../closed")) is None


def test_a_route_of_the_gate_is_never_public() -> None:
    stage = Stage({"public_paths": ("/*",)})
    assert stage.cached(facts(stage, "/a")) == Pass(None)
    assert stage.cached(facts(stage, "/auth/me")) is None


def test_a_bearer_token_is_known_after_its_first_request(stage: Stage) -> None:
    token = ("authorization", f"Bearer {stage.pool.access_token()}")
    request = facts(stage, "/a", token)
    assert stage.cached(request) is None
    assert stage.handle(Browser(stage).request("GET", "/a", dict([token]))).status == 200
    caller = stage.cached(request)
    assert caller is not None
    assert caller.identity is not None
    assert caller.identity.sub == stage.pool.sub


def shouted(token: str) -> list[tuple[str, str]]:
    return [("authorization", f"  BEARER   {token} ")]


def as_basic(token: str) -> list[tuple[str, str]]:
    return [("authorization", f"Basic {token}")]


def altered(token: str) -> list[tuple[str, str]]:
    return [("authorization", f"Bearer {token[:-2]}AA")]


def twice(token: str) -> list[tuple[str, str]]:
    return [("authorization", f"Bearer {token}")] * 2


def after_an_empty_one(token: str) -> list[tuple[str, str]]:
    return [("authorization", ""), ("authorization", f"Bearer {token}")]


def as_a_cookie(token: str) -> list[tuple[str, str]]:
    return [("cookie", f"__Host-cognito_access_token={token}")]


@pytest.mark.parametrize(
    ("headers", "known"),
    [
        (shouted, True),
        (as_basic, False),
        (altered, False),
        (twice, False),
        (after_an_empty_one, False),
        (as_a_cookie, False),
    ],
)
def test_a_known_token_counts_as_the_one_bearer_token_only(
    stage: Stage, headers: Callable[[str], list[tuple[str, str]]], known: bool
) -> None:
    token = stage.pool.access_token()
    first: Extra = {"authorization": f"Bearer {token}"}
    assert stage.handle(Browser(stage).request("GET", "/a", first)).status == 200
    assert (stage.cached(facts(stage, "/a", *headers(token))) is not None) == known


@pytest.mark.parametrize("header", ["authorization", "upgrade"])
def test_a_known_session_beside_something_else_is_for_the_flow(stage: Stage, header: str) -> None:
    cookies = "; ".join(f"{name}={value}" for name, value in stage.signed_in().jar.items())
    request = facts(stage, "/a", ("cookie", cookies))
    for _ in range(2):
        assert stage.cached(request) is not None
    assert stage.cached(facts(stage, "/a", ("cookie", cookies), (header, "x"))) is None


def test_a_cookie_header_in_pieces_is_known(stage: Stage) -> None:
    """HTTP/2 may send one header for each cookie (RFC 9113 section 8.2.3)."""
    jar = stage.signed_in().jar
    pieces = [("cookie", f"{name}={value}") for name, value in jar.items()]
    assert stage.cached(facts(stage, "/a", *pieces)) is not None
    assert stage.cached(facts(stage, "/a", *pieces, pieces[0])) is None


def test_many_cookies_are_for_the_flow(stage: Stage) -> None:
    """Or what other apps keep in cookies would fill the memory."""
    line = "; ".join(f"{name}={value}" for name, value in stage.signed_in().jar.items())
    for length, known in ((100, True), (MAX_LINE_BYTES, False)):
        request = facts(stage, "/a", ("cookie", f"{line}; theme={'x' * length}"))
        assert (stage.cached(request) is not None) == known


def test_no_header_that_is_passed_over_tells_who_is_there() -> None:
    assert not [name for name in HARMLESS_HEADERS if tells_identity(name.decode())]
