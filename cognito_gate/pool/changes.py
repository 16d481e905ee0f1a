"""What a change set would do to a stack, and which of its changes take users or sessions along.

Knows the resources of a user pool. Must not know how a change set is made, nor who is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

POOL, CLIENT = "AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient"
# Fixed when a pool is created (CloudFormation: AWS::Cognito::UserPool; CreateUserPool).
_FIXED = frozenset({"AliasAttributes", "Schema", "UsernameAttributes", "UsernameConfiguration"})
_ADDRESS = "the address of the login pages changes; the app needs the new environment"
_COSTS = {
    "AWS::Cognito::UserPoolDomain": _ADDRESS,
    "AWS::Cognito::UserPoolGroup": "the list of its members goes with it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happens to one resource, in CloudFormation's words."""

    action: str
    logical_id: str
    type: str
    replacement: str = ""
    policy: str = ""
    properties: tuple[str, ...] = ()

    @property
    def replaces(self) -> bool:
        """Another one takes its place, or may take it."""
        return self.replacement in ("True", "Conditional")

    @property
    def loss(self) -> str:
        """What it costs in users or sessions, as a sentence; else empty."""
        if self.type == POOL:
            return self._loss_of_users()
        if self.type == CLIENT and self.action == "Remove":
            return f"{self.logical_id}: the app client goes. The app can sign nobody in any more."
        if self.type == CLIENT and self._replaces_client:
            return (
                f"{self.logical_id}: the app client {self._is} replaced. Its id and secret "
                "change and all sessions end; the app needs the new environment."
            )
        return ""

    @property
    def note(self) -> str:
        """What else it costs, as a sentence; empty when it costs nothing."""
        gone = self.action == "Remove" or self.replaces
        cost = _COSTS.get(self.type, "")
        return f"{self.logical_id}: {cost}." if gone and cost else ""

    def _loss_of_users(self) -> str:
        kept = " (that pool is kept in the account)" if "Retain" in self.policy else ""
        if self.action == "Remove":
            return f"{self.logical_id}: the user pool leaves the stack with all its users{kept}."
        if self.replaces:
            return (
                f"{self.logical_id}: the user pool {self._is} replaced by a new, empty one. "
                f"The app loses all its users{kept}."
            )
        fixed = ", ".join(sorted(_FIXED.intersection(self.properties)))
        if fixed:
            return (
                f"{self.logical_id}: {fixed} is settled when a user pool is made, but that a "
                "Schema may gain attributes. All else fails and is rolled back. A stack of "
                "another name makes another pool."
            )
        return ""

    @property
    def _replaces_client(self) -> bool:
        # "Conditional" comes of any change of the pool, too, whose id stays the same all the same.
        sure = self.replacement == "True"
        return sure or (self.replaces and "GenerateSecret" in self.properties)

    @property
    def _is(self) -> str:
        return "is" if self.replacement == "True" else "may be"


def read_change(item: Mapping[str, Any]) -> Change:
    """One of the `Changes` of DescribeChangeSet."""
    found = item["ResourceChange"]
    targets = [detail.get("Target", {}) for detail in found.get("Details", ())]
    names = {target.get("Name") or target.get("Attribute", "") for target in targets}
    return Change(
        action=found["Action"],
        logical_id=found["LogicalResourceId"],
        type=found["ResourceType"],
        replacement=found.get("Replacement", ""),
        policy=found.get("PolicyAction", ""),
        properties=tuple(sorted(names - {""})),
    )


_REPLACEMENT = {"True": "replaced", "Conditional": "may be replaced"}


def table(changes: tuple[Change, ...]) -> list[str]:
    """The changes as lines of columns: action, logical id, type, replacement, properties."""
    rows = [("Action", "Resource", "Type", "Replacement", "What")]
    for change in changes:
        replacement = _REPLACEMENT.get(change.replacement, "")
        what = ", ".join(change.properties)
        rows.append((change.action, change.logical_id, change.type, replacement, what))
    if not any(row[4] for row in rows[1:]):
        rows = [(*row[:4], "") for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
