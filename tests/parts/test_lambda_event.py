"""What an event of AWS says of a request's path and sender, whatever an adapter makes of it."""

from typing import Any

import pytest

from cognito_gate._lambda_event import client, place


def version_1(whole: str, inside: str = "") -> dict[str, Any]:
    return {"path": inside, "requestContext": {"path": whole, "stage": "prod"}}


def version_2(whole: str) -> dict[str, Any]:
    return {"rawPath": whole, "requestContext": {"http": {"path": whole}}}


BALANCER = {"path": "/page", "requestContext": {"elb": {}}}


@pytest.mark.parametrize(
    ("event", "inside", "mount", "whole", "at"),
    [
        (version_1("/prod/page", "/page"), "/page", "", "/prod/page", "/prod"),
        (version_1("/prod/page", "/page"), "/page", "/prod", "/prod/page", "/prod"),
        (version_1("/prod"), "/", "", "/prod/", "/prod"),
        (version_1("/prod/"), "/", "", "/prod/", "/prod"),
        (version_1("/prod/a%20b"), "/a b", "", "/prod/a b", "/prod"),
        (version_2("/page"), "/page", "", "/page", ""),
        (version_2("/page"), "/page", "/$default", "/page", ""),
        (version_2("/prod/page"), "/prod/page", "/prod", "/prod/page", ""),
        (version_2("/prod/sub/x"), "/x", "/sub", "/prod/sub/x", "/prod/sub"),
        (version_2("/prod/sub"), "", "/sub", "/prod/sub", "/prod/sub"),
        (BALANCER, "/page", "", "/page", ""),
        # What does not fit together is left as it is: the app sees the path inside.
        (version_1("/prod/other"), "/page", "/at", "/at/page", "/at"),
        (version_2("/production"), "uction", "", "/prod/uction", "/prod"),
        ({}, "/page", "/at", "/at/page", "/at"),
        ({"path": 7, "requestContext": {"http": "x"}}, "/page", "", "/page", ""),
        ({"path": "/page", "requestContext": None}, "/page", "", "/page", ""),
    ],
)
def test_the_path(event: dict[str, Any], inside: str, mount: str, whole: str, at: str) -> None:
    assert place(event, inside, mount) == (whole, at)


FORWARDED = "203.0.113.7, 198.51.100.1"


@pytest.mark.parametrize(
    ("event", "address"),
    [
        ({"requestContext": {"http": {"sourceIp": "192.0.2.1"}}}, "192.0.2.1"),
        ({"requestContext": {"identity": {"sourceIp": "192.0.2.1"}}}, "192.0.2.1"),
        ({**BALANCER, "headers": {"X-Forwarded-For": FORWARDED}}, "198.51.100.1"),
        ({**BALANCER, "multiValueHeaders": {"x-forwarded-for": [FORWARDED]}}, "198.51.100.1"),
        (
            {**BALANCER, "multiValueHeaders": {"x-forwarded-for": ["203.0.113.7", "::1"]}},
            "::1",
        ),
        ({**BALANCER, "headers": {"host": "app.example"}}, ""),
        ({"requestContext": {"http": {"sourceIp": None}}}, ""),
        ({"headers": {"x-forwarded-for": "203.0.113.7"}}, ""),
    ],
)
def test_the_sender(event: dict[str, Any], address: str) -> None:
    assert client(event) == address
