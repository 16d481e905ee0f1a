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
_FOLLOWS = ("cancelled", "canceled")
FAILED_CREATION = frozenset({"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"})
"""Statuses of a stack that never came to be: it can only be deleted."""


class StackProblem(Exception):
    """A stack, or what it is made from, will not do. Its text is for people."""


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
        """It is listed, and exists no more in this stack."""
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
        """A failure of its own, not one that follows from another."""
        follows = any(word in self.reason.lower() for word in _FOLLOWS)
        return self.status.endswith("_FAILED") and not follows


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an operation ended, and what failed in it, first cause first."""

    status: str
    causes: tuple[Event, ...]

    @property
    def well(self) -> bool:
        """What was asked for has happened."""
        return self.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE")


def find(account: Account, name: str) -> Stack | None:
    """The stack of that name, or with that ARN; None when there is none."""
    try:
        answer = account.call(FORMATION, "describe_stacks", StackName=name)
    except AwsError as error:
        if error.code == "ValidationError" and "does not exist" in error.said:
            return None
        raise
    [found] = answer["Stacks"]
    return None if found["StackStatus"] == "DELETE_COMPLETE" else _stack(found)


def _stack(found: Mapping[str, Any]) -> Stack:
    return Stack(
        name=found["StackName"],
        arn=found["StackId"],
        status=found["StackStatus"],
        parameters={
            item["ParameterKey"]: item.get("ParameterValue", "")
            for item in found.get("Parameters", ())
        },
        outputs={
            item["OutputKey"]: item.get("OutputValue", "") for item in found.get("Outputs", ())
        },
    )


def resources(account: Account, stack: Stack) -> tuple[Resource, ...]:
    """All its parts, those that are gone already among them."""
    found = pages(account, FORMATION, "list_stack_resources", StackName=stack.arn)
    return tuple(
        Resource(
            item["LogicalResourceId"],
            item.get("PhysicalResourceId", ""),
            item["ResourceType"],
            item["ResourceStatus"],
        )
        for page in found
        for item in page["StackResourceSummaries"]
    )


def template_of(account: Account, stack: Stack) -> str:
    """The template that it was made from, as it was sent; empty for JSON."""
    body = account.call(FORMATION, "get_template", StackName=stack.arn)["TemplateBody"]
    return body if isinstance(body, str) else ""  # boto3 has read JSON already


# Following


def pauses() -> Iterator[float]:
    """Seconds to let pass between questions: short ones at first, since little is done soon."""
    yield from (0.25, 0.5, 1.0)
    while True:
        yield 2.0


def events(account: Account, arn: str) -> tuple[Event, ...]:
    """All that has happened to a stack, newest first."""
    return tuple(_news(account, arn, set()))


def follow(
    account: Account,
    arn: str,
    seen: Collection[str],
    tell: Callable[[Event], None],
    wait: Callable[[float], None],
) -> Outcome:
    """Tell each event of an operation once, until it has ended.

    Args:
        arn: of the stack, since its name leads nowhere once it is deleted.
        seen: the ids of the events from before the operation.
        tell: is given each event, oldest first.
        wait: is given the seconds to let pass.
    """
    known, pause = set(seen), pauses()
    causes: list[Event] = []
    while True:
        for event in reversed(tuple(_news(account, arn, known))):
            tell(event)
            if event.is_cause:
                causes.append(event)
            if event.physical_id == arn and not event.status.endswith("_IN_PROGRESS"):
                return Outcome(event.status, _without_stack(causes, arn))
        wait(next(pause))


def _without_stack(causes: list[Event], arn: str) -> tuple[Event, ...]:
    """The stack's own failure only lists those of its parts, unless it stands alone."""
    parts = [event for event in causes if event.physical_id != arn]
    return tuple(parts or causes)


def _news(account: Account, arn: str, seen: set[str]) -> Iterator[Event]:
    """Events not seen before, newest first."""
    for page in pages(account, FORMATION, "describe_stack_events", StackName=arn):
        fresh = [item for item in page["StackEvents"] if item["EventId"] not in seen]
        for item in fresh:
            seen.add(item["EventId"])
            yield _event(item)
        if len(fresh) < len(page["StackEvents"]):
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
