"""Requests as the events that AWS calls a Lambda function with, and its results as responses.

The shapes are those of the API Gateway, Lambda and Elastic Load Balancing guides ("Lambda proxy
integration payload formats", "Request and response payloads" of function URLs, "Lambda functions as
targets"). Knows nothing of the gate.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from tests.world.browser import Reply, Request

Event: TypeAlias = dict[str, Any]
FORGED = "127.0.0.1"
"""What each client claims in X-Forwarded-For; AWS appends the true address."""


@dataclass(frozen=True)
class Shape:
    """One way to a function. `mount` is what browsers have before the app's path; `strip` is what
    an adapter is told to take away, since it stands before the event's path, too."""

    event: Callable[[Request], Event]
    response: Callable[[Event], Reply]
    mount: str = ""
    strip: str = ""
    host: str = "abc123.execute-api.eu-west-1.amazonaws.com"


def _parts(request: Request) -> tuple[str, str]:
    path, _, query = request.target.partition("?")
    return path, query


def _headers(request: Request, host: str) -> dict[str, list[str]]:
    """By lower-case names, all values of each, with those that AWS adds."""
    found: dict[str, list[str]] = {"host": [host]}
    for name, value in request.headers:
        found.setdefault(name.decode("latin-1"), []).append(value.decode())
    if request.body:
        found["content-length"] = [str(len(request.body))]
    found["x-forwarded-for"] = [f"{FORGED}, {request.client}"]
    return {**found, "x-forwarded-port": ["443"], "x-forwarded-proto": ["https"]}


def _body(request: Request, *, binary: bool = True) -> Event:
    if not request.body:
        return {"body": None, "isBase64Encoded": False}
    if binary:
        return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}
    return {"body": request.body.decode(), "isBase64Encoded": False}


def _values(query: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return found


def _last(values: dict[str, list[str]]) -> dict[str, str] | None:
    return {name: found[-1] for name, found in values.items()} or None


def version_1(host: str, stage: str, mount: str, request: Request) -> Event:
    """Format 1.0. `mount` is taken away from the path, and stays in that of the context."""
    path, query = _parts(request)
    headers, values = _headers(request, host), _values(query)
    inside = path.removeprefix(mount) or "/"
    return {
        "resource": "/{proxy+}",
        "path": inside,
        "httpMethod": request.method,
        "headers": {name.title(): found[-1] for name, found in headers.items()},
        "multiValueHeaders": {name.title(): found for name, found in headers.items()},
        "queryStringParameters": _last(values),
        "multiValueQueryStringParameters": values or None,
        "pathParameters": {"proxy": inside[1:]},
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "domainName": host,
            "httpMethod": request.method,
            "identity": {"sourceIp": request.client, "userAgent": "Mozilla/5.0", "user": None},
            "path": path,
            "protocol": "HTTP/1.1",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "resourcePath": "/{proxy+}",
            "stage": stage,
        },
        **_body(request, binary=False),
    }


def version_2(host: str, stage: str, request: Request) -> Event:
    """Format 2.0: of HTTP APIs, which leave a named stage in the path, and of function URLs."""
    path, query = _parts(request)
    headers = _headers(request, host)
    cookies = [pair for line in headers.pop("cookie", []) for pair in line.split("; ")]
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        **({"cookies": cookies} if cookies else {}),
        "headers": {name: ",".join(found) for name, found in headers.items()},
        "queryStringParameters": _last(_values(query)) or {},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.client,
                "userAgent": "Mozilla/5.0",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": stage,
            "time": "10/Mar/2026:05:16:23 +0000",
            "timeEpoch": 1583817383220,
        },
        **_body(request),
    }


def load_balancer(request: Request) -> Event:
    """Of a target group with `lambda.multi_value_headers.enabled`, which Set-Cookie needs. The
    load balancer decodes nothing."""
    path, query = _parts(request)
    values: dict[str, list[str]] = {}
    for name, _, value in (pair.partition("=") for pair in query.split("&") if pair):
        values.setdefault(name, []).append(value)
    group = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/app/73e2d6bc24d8a067"
    return {
        "requestContext": {"elb": {"targetGroupArn": group}},
        "httpMethod": request.method,
        "path": path,
        "multiValueQueryStringParameters": values,
        "multiValueHeaders": _headers(request, "app.example"),
        **({"body": "", "isBase64Encoded": False} if not request.body else _body(request)),
    }


def _reply(result: Event, headers: list[tuple[str, str]]) -> Reply:
    body = str(result.get("body") or "").encode()
    encoded = result.get("isBase64Encoded", False)
    return Reply(result["statusCode"], headers, base64.b64decode(body) if encoded else body)


def response_1(result: Event) -> Reply:
    """Both kinds of headers count; of one name in both, the several values."""
    several = [
        (name, value)
        for name, values in (result.get("multiValueHeaders") or {}).items()
        for value in values
    ]
    named = {name for name, _ in several}
    single = (result.get("headers") or {}).items()
    return _reply(result, several + [pair for pair in single if pair[0] not in named])


def response_2(result: Event) -> Reply:
    """Cookies come in an array of their own."""
    headers = result.get("headers", {})
    assert "set-cookie" not in {name.lower() for name in headers}
    cookies = [("set-cookie", line) for line in result.get("cookies", [])]
    return _reply(result, [*headers.items(), *cookies])


def response_of_target(result: Event) -> Reply:
    """Where multi-value headers are on, no others count."""
    return response_1({**result, "headers": None})


REST = "abc123.execute-api.eu-west-1.amazonaws.com"
SHAPES = {
    "REST API, a stage": Shape(
        lambda seen: version_1(REST, "prod", "/prod", seen), response_1, "/prod"
    ),
    "REST API, a base path": Shape(
        lambda seen: version_1("app.example", "prod", "", seen),
        response_1,
        "/shop",
        "/shop",
        "app.example",
    ),
    "HTTP API, format 1.0": Shape(
        lambda seen: {"version": "1.0", **version_1(REST, "$default", "", seen)}, response_1
    ),
    "HTTP API": Shape(lambda seen: version_2(REST, "$default", seen), response_2),
    "HTTP API, a stage": Shape(
        lambda seen: version_2(REST, "prod", seen), response_2, "/prod", "/prod"
    ),
    "function URL": Shape(
        lambda seen: version_2("abc.lambda-url.eu-west-1.on.aws", "$default", seen), response_2
    ),
    "load balancer": Shape(load_balancer, response_of_target),
}
