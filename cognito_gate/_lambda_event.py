"""What AWS itself says of a request that a Lambda function is called for: the path that the browser
asked for, and who sent it.

Knows the events of API Gateway (formats 1.0 and 2.0), function URLs and Application Load Balancers,
and the keys under which adapters hand them on. Must not know ASGI, WSGI, nor what is decided.
"""

import os
from collections.abc import Mapping
from typing import Any, TypeAlias
from urllib.parse import unquote

Event: TypeAlias = Mapping[str, Any]
MANGUM = "aws.event"
"""The key of a scope under which Mangum hands the event on. No server takes it from a client."""
ENVIRON_KEYS = ("apig_wsgi.full_event", "serverless.event")
"""The keys of an environ under which apig-wsgi and serverless-wsgi do."""


def stands_still_between_requests() -> bool:
    """Whether this process is a Lambda function's, which runs nothing once it has answered (AWS
    Lambda Developer Guide, "Defined runtime environment variables")."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ


def place(event: Event, inside: str, mount: str) -> tuple[str, str]:
    """The whole path as the browser asked for it, and the part of it where the app is mounted.

    API Gateway takes the stage (`/prod`) away from the path of format 1.0, and adapters take away
    what they are told to; apps see the rest alone, while browsers need the whole. What the event
    says of a mount counts: serverless-wsgi takes the stage for one on all hosts of AWS, whether it
    is a part of the path or not.

    Args:
        inside: decoded, as the app is going to see it. Where the event's own path does not end
            with it, the two stay as they are: nothing but what the app sees may be decided on.
        mount: where the app is mounted, as far as the adapter says.
    """
    whole = unquote(_path(event))
    if inside == "/" and not whole.endswith("/"):
        whole += "/"  # the stage alone, as in https://example.com/prod
    if whole.endswith(inside):
        mount = whole[: len(whole) - len(inside)]
    # Frameworks take a path for one that begins with a slash: so do the rules.
    slash = "" if inside.startswith("/") or not inside else "/"
    return f"{mount}{slash}{inside}", mount


def client(event: Event) -> str:
    """The address that the request came from; empty where the event does not say.

    apig-wsgi and Mangum take it from X-Forwarded-For at times, whose beginning clients write.
    """
    context = _mapping(event.get("requestContext"))
    if "elb" in context:
        return _last_forwarded(event)
    sender = _mapping(context.get("http")) or _mapping(context.get("identity"))
    address = sender.get("sourceIp")
    return address if isinstance(address, str) else ""


def _last_forwarded(event: Event) -> str:
    """What the load balancer itself appended: the last address of all that the header has."""
    headers = {**_mapping(event.get("headers")), **_mapping(event.get("multiValueHeaders"))}
    for name, value in headers.items():
        if name.lower() == "x-forwarded-for":
            line = value if isinstance(value, str) else ",".join(value)
            return line.rpartition(",")[2].strip()
    return ""


def _path(event: Event) -> str:
    """The path with the stage, as the browser sent it; of a load balancer, which has no stages, the
    path."""
    context = _mapping(event.get("requestContext"))
    found = _mapping(context.get("http")).get("path") or context.get("path") or event.get("path")
    return found if isinstance(found, str) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
