"""The checks of options that name other resources of AWS, or make small ones.

Knows the forms of ARNs, tags, custom attributes, scopes and triggers.
"""

import re
from collections.abc import Callable
from typing import Any

from ..settings.formats import Problem
from ._text_values import check_no_duplicates, check_no_reference

TRIGGERS = {
    "pre-sign-up": "PreSignUp",
    "post-confirmation": "PostConfirmation",
    "pre-authentication": "PreAuthentication",
    "post-authentication": "PostAuthentication",
    "pre-token": "PreTokenGeneration",
    "custom-message": "CustomMessage",
    "user-migration": "UserMigration",
}
"""Each trigger and its property of LambdaConfig. The gate's pages know no custom challenges."""

ATTRIBUTE_TYPES = {
    "text": "String",
    "number": "Number",
    "boolean": "Boolean",
    "date": "DateTime",
}
_ARN = r"arn:aws[a-z-]*"
_FUNCTION = re.compile(
    rf"{_ARN}:lambda:[a-z0-9-]+:\d{{12}}:function:[\w-]{{1,64}}(?::[\w$-]+)?", re.A
)
_IDENTITY = re.compile(rf"{_ARN}:ses:[a-z0-9-]+:\d{{12}}:identity/[^\s,{{}}]{{3,320}}", re.A)
_LOG_GROUP = re.compile(
    rf"{_ARN}:logs:[a-z0-9-]+:\d{{12}}:log-group:[\w./#-]{{1,512}}(?::\*)?", re.A
)
_BUCKET = re.compile(rf"{_ARN}:s3:::[a-z0-9.-]{{3,63}}")
_STREAM = re.compile(rf"{_ARN}:firehose:[a-z0-9-]+:\d{{12}}:deliverystream/[\w.-]{{1,64}}", re.A)
_TAG = re.compile(r"[\w .:/=+@-]*")
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,19}")
_STANDARD = (
    *("address", "birthdate", "email", "family_name", "gender", "given_name", "locale"),
    *("middle_name", "name", "nickname", "phone_number", "picture", "preferred_username"),
    *("profile", "website", "zoneinfo"),
)
# Attributes of Cognito's own that a client may read, and never write.
READ_ONLY = ("email_verified", "phone_number_verified", "updated_at")
_SERVER = re.compile(r"[\x21\x23-\x3c\x3e-\x5b\x5d-\x7e]{1,200}")
_SCOPE = re.compile(r"[\x21\x23-\x2e\x30-\x5b\x5d-\x7e]{1,50}")


def split_attribute(item: str) -> tuple[str, str]:
    """The name and the type of a custom attribute written as NAME or NAME:TYPE."""
    name, _, kind = item.partition(":")
    return name, kind or "text"


def split_scope(item: str) -> tuple[str, str, str]:
    """The resource server, the scope and its description, of SERVER/SCOPE=DESCRIPTION."""
    head, _, description = item.partition("=")
    server, _, scope = head.rpartition("/")
    return server, scope, description or f"{scope} of {server}"[:256]


def _check_triggers(values: tuple[str, ...]) -> None:
    check_no_duplicates([value.partition("=")[0] for value in values])
    for value in values:
        name, _, arn = value.partition("=")
        if name not in TRIGGERS:
            raise Problem(f"lists {name!r:.100}; it takes {', '.join(TRIGGERS)}, then =ARN")
        if not _FUNCTION.fullmatch(arn):
            raise Problem(f"lists {arn!r:.200} for {name}; it takes the ARN of a Lambda function")


def _check_arn(pattern: re.Pattern[str], what: str) -> Callable[[str], None]:
    def check(value: str) -> None:
        if value and not pattern.fullmatch(value):
            raise Problem(f"is {value!r:.200}; it takes the ARN of {what}")

    return check


def _check_sign_in_log(value: str) -> None:
    if value and not log_destination(value):
        raise Problem(f"is {value!r:.200}; it takes the ARN of a log group, a bucket or a stream")


def log_destination(arn: str) -> tuple[str, ...]:
    """The property for a place to log to, and that of the ARN in it; nothing for other ARNs."""
    for pattern, names in (
        (_LOG_GROUP, ("CloudWatchLogsConfiguration", "LogGroupArn")),
        (_BUCKET, ("S3Configuration", "BucketArn")),
        (_STREAM, ("FirehoseConfiguration", "StreamArn")),
    ):
        if pattern.fullmatch(arn):
            return names
    return ()


def _check_tags(values: tuple[str, ...]) -> None:
    check_no_duplicates([value.partition("=")[0] for value in values])
    if len(values) > 50:
        raise Problem(f"lists {len(values)} tags; AWS takes 50")
    for value in values:
        key, equals, text = value.partition("=")
        good = _TAG.fullmatch(key) and _TAG.fullmatch(text)
        if not (key and equals and good) or len(key) > 128 or len(text) > 256:
            raise Problem(
                f"lists {value!r:.100}; it takes KEY=VALUE, of letters, digits and .:/=+@-_"
            )
        if key.lower().startswith("aws:"):
            raise Problem(f"lists {key!r:.100}; AWS keeps keys that begin with aws: for itself")


def _check_attributes(values: tuple[str, ...]) -> None:
    check_no_duplicates([split_attribute(value)[0] for value in values])
    if len(values) > 50:
        raise Problem(f"lists {len(values)} attributes; Cognito takes 50")
    for value in values:
        name, kind = split_attribute(value)
        if not _ATTRIBUTE.fullmatch(name) or kind not in ATTRIBUTE_TYPES:
            raise Problem(
                f"lists {value!r:.100}; it takes NAME of up to 20 letters, digits, _ and -, or "
                f"NAME:TYPE, of which the types are {', '.join(ATTRIBUTE_TYPES)}"
            )
        if name in _STANDARD:
            raise Problem(f"lists {name!r}, which every pool has; --required demands some of them")


def _check_known_attributes(*more: str) -> Callable[[tuple[str, ...]], None]:
    def check(values: tuple[str, ...]) -> None:
        check_no_duplicates(values)
        for value in values:
            if value not in (*_STANDARD, *more) and not value.startswith("custom:"):
                raise Problem(f"lists {value!r:.100}; it takes a standard attribute or custom:NAME")

    return check


def _check_api_scopes(values: tuple[str, ...]) -> None:
    check_no_duplicates([value.partition("=")[0] for value in values])
    for value in values:
        server, scope, description = split_scope(value)
        if not _SERVER.fullmatch(server) or not _SCOPE.fullmatch(scope):
            raise Problem(
                f"lists {value!r:.200}; it takes SERVER/SCOPE or SERVER/SCOPE=DESCRIPTION, as in "
                "https://api.example.com/orders.read"
            )
        if len(description) > 256 or not description.isprintable():
            raise Problem(f"describes {scope!r} with more than one line of 256 characters")
        check_no_reference(value)


RESOURCE_VALUES: dict[str, Callable[[Any], None]] = {
    "attributes": _check_attributes,
    "ses_identity": _check_arn(_IDENTITY, "a verified identity in Amazon SES"),
    "api_scopes": _check_api_scopes,
    "read_attributes": _check_known_attributes(*READ_ONLY),
    "write_attributes": _check_known_attributes(),
    "triggers": _check_triggers,
    "notification_log": _check_arn(_LOG_GROUP, "a log group"),
    "sign_in_log": _check_sign_in_log,
    "tags": _check_tags,
}
