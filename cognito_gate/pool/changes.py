"""What a change set would do to a stack, and which of its changes lose users or sessions.

Knows the resources of a user pool. Must not know how a change set is made, nor who is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

POOL, CLIENT = "AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient"
# Fixed when a pool is created (CloudFormation: AWS::Cognito::UserPool; CreateUserPool).
_FIXED_PROPERTIES = frozenset(
    {"AliasAttributes", "Schema", "UsernameAttributes", "UsernameConfiguration"}
)
_ADDRESS = "the address of the login pages changes; the app needs the new environment"
_COST_OF_REMOVAL = {
    "AWS::Cognito::UserPoolDomain": _ADDRESS,
    "AWS::DynamoDB::Table": "all sessions in it end",
    "AWS::Cognito::UserPoolGroup": "its list of members is deleted with it",
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
        """Whether CloudFormation replaces this resource by a new one, or may do so."""
        return self.replacement in ("True", "Conditional")

    @property
    def loss(self) -> str:
        """Which users or sessions are lost, as a sentence; empty when none are."""
        if self.type == POOL:
            return self._loss_of_users()
        if self.type == CLIENT and self.action == "Remove":
            return f"{self.logical_id}: the app client is deleted. Nobody can sign in any more."
        if self.type == CLIENT and self._replaces_client:
            return (
                f"{self.logical_id}: the app client {self._verb} replaced. Its id and secret "
                "change and all sessions end; the app needs the new environment."
            )
        return ""

    @property
    def note(self) -> str:
        """What else the change means for the app, as a sentence; empty when nothing."""
        gone = self.action == "Remove" or self.replaces
        cost = _COST_OF_REMOVAL.get(self.type, "")
        return f"{self.logical_id}: {cost}." if gone and cost else ""

    def _loss_of_users(self) -> str:
        note = " (that pool is kept in the account)" if "Retain" in self.policy else ""
        if self.action == "Remove":
            return f"{self.logical_id}: the user pool leaves the stack with all its users{note}."
        if self.replaces:
            return (
                f"{self.logical_id}: the user pool {self._verb} replaced by a new, empty one. "
                f"The app loses all its users{note}."
            )
        fixed = ", ".join(sorted(_FIXED_PROPERTIES.intersection(self.properties)))
        if fixed:
            return (
                f"{self.logical_id}: {fixed} cannot change after a user pool is created, except "
                "that a Schema may gain attributes. Any other change fails and is rolled back. "
                "For a new pool, deploy a stack of another name."
            )
        return ""

    @property
    def _replaces_client(self) -> bool:
        # CloudFormation says "Conditional" for any change of the pool that the client refers to,
        # although the pool's id, which is all that the client uses, stays the same.
        certain = self.replacement == "True"
        return certain or (self.replaces and "GenerateSecret" in self.properties)

    @property
    def _verb(self) -> str:
        return "is" if self.replacement == "True" else "may be"


def read_change(item: Mapping[str, Any]) -> Change:
    """One of the `Changes` of DescribeChangeSet."""
    resource = item["ResourceChange"]
    targets = [detail.get("Target", {}) for detail in resource.get("Details", ())]
    names = {target.get("Name") or target.get("Attribute", "") for target in targets}
    return Change(
        action=resource["Action"],
        logical_id=resource["LogicalResourceId"],
        type=resource["ResourceType"],
        replacement=resource.get("Replacement", ""),
        policy=resource.get("PolicyAction", ""),
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
