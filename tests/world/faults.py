"""What an endpoint of Cognito may answer on a bad day."""

from collections.abc import Callable
from typing import TypeAlias

import httpx

Fault: TypeAlias = Callable[[httpx.Request], httpx.Response]

GARBAGE = b"\x00\xff<not json"
WAF = b"<html><head><title>403 Forbidden</title></head><body>Request blocked.</body></html>"


def reply(status: int, body: bytes = b"", **headers: str) -> Fault:
    """Always this answer. `_` in a header's name stands for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(request: httpx.Request) -> httpx.Response:
        # A stream, as from a socket: httpx hands a `content` out only once.
        return httpx.Response(status, headers=named, stream=httpx.ByteStream(body))

    return answer


def raises(kind: type[Exception]) -> Fault:
    """Always this exception, in place of an answer."""

    def answer(request: httpx.Request) -> httpx.Response:
        raise kind("a fault of this test")

    return answer


def refuses(error: str, status: int = 400) -> Fault:
    """An OAuth error of the token endpoint."""
    return reply(status, b'{"error":"%s"}' % error.encode(), content_type="application/json")


OUTAGES = {
    "500": reply(500, b'{"error":"server_error"}'),
    "503": reply(503, b"<h1>Service Unavailable</h1>"),
    "429": reply(429, b'{"error":"too_many_requests"}'),
    "404": reply(404, b"not found"),
    "firewall": reply(403, WAF, content_type="text/html"),
    "firewall with 400": reply(400, WAF, content_type="text/html"),
    "redirect": reply(302, b"", location="https://elsewhere.example/"),
    "empty": reply(200, b""),
    "garbage": reply(200, GARBAGE),
    "a portal's page": reply(200, b"<html>Welcome to the hotel</html>"),
    "null": reply(200, b"null"),
    "list": reply(200, b"[]"),
    "number": reply(200, b"7"),
    "deep": reply(200, b"[" * 100_000),
    "huge": reply(200, b'{"access_token":"' + b"x" * 300_000 + b'"}'),
    "no connection": raises(httpx.ConnectError),
    "slow connection": raises(httpx.ConnectTimeout),
    "slow answer": raises(httpx.ReadTimeout),
    "reset": raises(httpx.ReadError),
    "hangs up": raises(httpx.RemoteProtocolError),
}
"""Faults of any endpoint that say nothing about the visitor."""

BAD_GRANTS = {
    "no access token": reply(200, b'{"id_token":"x","token_type":"Bearer"}'),
    "a number as token": reply(200, b'{"access_token":7,"token_type":"Bearer"}'),
    "a list as ID token": reply(
        200, b'{"access_token":"x","id_token":["y"],"token_type":"Bearer"}'
    ),
    "a number as refresh token": reply(
        200, b'{"access_token":"x","refresh_token":7,"token_type":"Bearer"}'
    ),
    "another token type": reply(200, b'{"access_token":"x","token_type":"mac"}'),
    "no token type": reply(200, b'{"access_token":"x"}'),
    "a number that is none": reply(
        200, b'{"access_token":"x","token_type":"Bearer","expires_in":NaN}'
    ),
    "a token of two lines": reply(
        200, b'{"access_token":"x","refresh_token":"a\\nb","token_type":"Bearer"}'
    ),
    "a token not of ASCII": reply(
        200, b'{"access_token":"x","refresh_token":"\xc3\xa9","token_type":"Bearer"}'
    ),
    "an error that is no text": reply(400, b'{"error":{"code":1}}'),
}
"""Answers of the token endpoint that are JSON and still unusable."""
