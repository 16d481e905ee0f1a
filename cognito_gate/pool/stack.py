"""A stack of CloudFormation: what it is, and following it until an operation on it has ended.

Knows CloudFormation's operations and statuses. Must not know what the stack is for (changes.py
and users.py do), nor print.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .aws import Account, AwsError, pages

FORMATION = "cloudformation"
_CONSEQUENCE_WORDS = ("cancelled", "canceled")
FAILED_CREATION = frozenset({"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"})
"""Statuses of a stack whose creation failed: it can only be deleted."""


class StackProblem(Exception):
    """A stack or its template cannot be used, or an operation failed. Its text is for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stack as it stands. Values of parameters and outputs are texts."""

    name: str
    arn: str
    status: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Made for a change set that nobody has executed."""
        return self.status == "REVIEW_IN_PROGRESS"

    @property
    def busy(self) -> bool:
        """An operation is under way."""
        return self.status.endswith("_IN_PROGRESS") and not self.empty


@dataclass(frozen=True, slots=True)
class Resource:
    """A part of a stack; `physical_id` is its name outside of it."""

    logical_id: str
    physical_id: str
    type: str
    status: str

    @property
    def gone(self) -> bool:
        """Whether it is still listed, although it no longer exists in this stack."""
        return self.status in ("DELETE_COMPLETE", "DELETE_SKIPPED")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of what happens to a stack."""

    id: str
    time: datetime
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str

    @property
    def is_cause(self) -> bool:
        """Whether this is a failure by itself, and not a consequence of another."""
        follows = any(word in self.reason.lower() for word in _CONSEQUENCE_WORDS)
        return self.status.endswith("_FAILED") and not follows


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an operation ended, and what failed in it, first cause first."""

    status: str
    causes: tuple[Event, ...]

    @property
    def succeeded(self) -> bool:
        """Whether the operation did what was asked for."""
        return self.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE")


def find(account: Account, name: str) -> Stack | None:
    """The stack of that name, or with that ARN; None when there is none."""
    try:
        response = account.call(FORMATION, "describe_stacks", StackName=name)
    except AwsError as error:
        if error.code == "ValidationError" and "does not exist" in error.message:
            return None
        raise
    [record] = response["Stacks"]
    return None if record["StackStatus"] == "DELETE_COMPLETE" else _stack(record)


def _stack(record: Mapping[str, Any]) -> Stack:
    return Stack(
        name=record["StackName"],
        arn=record["StackId"],
        status=record["StackStatus"],
        parameters={
            item["ParameterKey"]: item.get("ParameterValue", "")
            for item in record.get("Parameters", ())
        },
        outputs={
            item["OutputKey"]: item.get("OutputValue", "") for item in record.get("Outputs", ())
        },
    )


def resources(account: Account, stack: Stack) -> tuple[Resource, ...]:
    """All its resources, including those that are deleted already."""
    listing = pages(account, FORMATION, "list_stack_resources", StackName=stack.arn)
    return tuple(
        Resource(
            item["LogicalResourceId"],
            item.get("PhysicalResourceId", ""),
            item["ResourceType"],
            item["ResourceStatus"],
        )
        for page in listing
        for item in page["StackResourceSummaries"]
    )


def template_of(account: Account, stack: Stack) -> str:
    """The template that it was made from, as it was sent; empty for JSON."""
    body = account.call(FORMATION, "get_template", StackName=stack.arn)["TemplateBody"]
    return body if isinstance(body, str) else ""  # boto3 has read JSON already


# Following


def pauses() -> Iterator[float]:
    """Seconds to wait between two calls: short at first, because small changes finish soon."""
    yield from (0.25, 0.5, 1.0)
    while True:
        yield 2.0


def events(account: Account, arn: str) -> tuple[Event, ...]:
    """All that has happened to a stack, newest first."""
    return tuple(_new_events(account, arn, set()))


def follow(
    account: Account,
    arn: str,
    seen: Collection[str],
    tell: Callable[[Event], None],
    wait: Callable[[float], None],
) -> Outcome:
    """Report each event of an operation once, until the operation has ended.

    Args:
        arn: of the stack, because a deleted stack is no longer found by its name.
        seen: the ids of the events from before the operation.
        tell: is given each event, oldest first.
        wait: is given the seconds to let pass.
    """
    seen_ids, pause = set(seen), pauses()
    causes: list[Event] = []
    while True:
        for event in reversed(tuple(_new_events(account, arn, seen_ids))):
            tell(event)
            if event.is_cause:
                causes.append(event)
            if event.physical_id == arn and not event.status.endswith("_IN_PROGRESS"):
                return Outcome(event.status, _root_causes(causes, arn))
        wait(next(pause))


def _root_causes(causes: list[Event], arn: str) -> tuple[Event, ...]:
    """The failures of resources; the stack's own failure, which only repeats them, if alone."""
    parts = [event for event in causes if event.physical_id != arn]
    return tuple(parts or causes)


def _new_events(account: Account, arn: str, seen: set[str]) -> Iterator[Event]:
    """Events not seen before, newest first."""
    for page in pages(account, FORMATION, "describe_stack_events", StackName=arn):
        new_items = [item for item in page["StackEvents"] if item["EventId"] not in seen]
        for item in new_items:
            seen.add(item["EventId"])
            yield _event(item)
        if len(new_items) < len(page["StackEvents"]):
            return


def _event(item: Mapping[str, Any]) -> Event:
    return Event(
        id=item["EventId"],
        time=item["Timestamp"],
        logical_id=item.get("LogicalResourceId", ""),
        physical_id=item.get("PhysicalResourceId", ""),
        type=item.get("ResourceType", ""),
        status=item.get("ResourceStatus", ""),
        reason=item.get("ResourceStatusReason", ""),
    )
