"""A change set of CloudFormation: created from a template and parameters, executed or discarded.

Knows what CloudFormation asks of a template. Must not know what the changes mean (changes.py),
nor who decides on them.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .aws import Account, pages
from .changes import Change, read_change
from .stack import FORMATION, Stack, StackProblem, find, pauses

MAX_BODY_BYTES = 51_200
"""The largest template that a request may hold (CloudFormation User Guide, Quotas)."""

_ACKNOWLEDGED = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM")
_NO_CHANGES = ("The submitted information didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True, slots=True)
class Template:
    """A template that CloudFormation takes: its text, its parameters and their defaults."""

    body: str
    defaults: Mapping[str, str | None]
    capabilities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Values that are given, and the names of parameters that keep the stack's present values."""

    given: Mapping[str, str]
    unchanged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """A change set, by its ARN and its stack's."""

    arn: str
    stack_arn: str


def read_template(account: Account, body: str) -> Template:
    """Have CloudFormation check a template.

    Raises:
        StackProblem: it is empty or too large.
        AwsError: CloudFormation refuses it.
    """
    size = len(body.encode())
    if not body.strip():
        raise StackProblem("The template is empty.")
    if size > MAX_BODY_BYTES:
        raise StackProblem(
            f"The template has {size:,} bytes; CloudFormation takes {MAX_BODY_BYTES:,} at most. "
            "Deploy a larger one through S3: `aws cloudformation deploy --s3-bucket`."
        )
    answer = account.call(FORMATION, "validate_template", TemplateBody=body)
    needed = answer.get("Capabilities", ())
    return Template(body, _defaults(answer), tuple(c for c in _ACKNOWLEDGED if c in needed))


def _defaults(answer: Mapping[str, Any]) -> dict[str, str | None]:
    parameters = answer.get("Parameters", ())
    return {item["ParameterKey"]: item.get("DefaultValue") for item in parameters}


def parameters_for(
    account: Account,
    stack: Stack | None,
    template: Template,
    given: Mapping[str, str],
    reset_parameters: Collection[str] = (),
) -> Parameters:
    """The parameters of a change set: those given, and those of the stack that somebody once set.

    A value equal to the default of the stack's current template counts as not set: the new
    template's default replaces it, as it does for all names in `reset_parameters`.

    Raises:
        StackProblem: the template does not have one that is given.
    """
    for name in given:
        if name not in template.defaults:
            names = ", ".join(template.defaults) or "none"
            raise StackProblem(f"The template has no parameter {name}. It has: {names}.")
    if stack is None or stack.empty:
        return Parameters(given)
    old_defaults = _defaults(account.call(FORMATION, "get_template_summary", StackName=stack.arn))
    unchanged = tuple(
        name
        for name, value in stack.parameters.items()
        if name in template.defaults and name not in given and name not in reset_parameters
        if value != old_defaults.get(name)
    )
    return Parameters(given, unchanged)


def create(
    account: Account, stack: Stack | str, template: Template, parameters: Parameters, name: str
) -> ChangeSet:
    """Start creating a change set called `name`: for a stack, or for a new one by its name."""
    update = isinstance(stack, Stack) and not stack.empty
    response = account.call(
        FORMATION,
        "create_change_set",
        StackName=stack if isinstance(stack, str) else stack.name,
        ChangeSetName=name,
        ChangeSetType="UPDATE" if update else "CREATE",
        TemplateBody=template.body,
        Capabilities=list(template.capabilities),
        Parameters=[
            *(
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in parameters.given.items()
            ),
            *({"ParameterKey": key, "UsePreviousValue": True} for key in parameters.unchanged),
        ],
    )
    return ChangeSet(response["Id"], response["StackId"])


def changes_of(
    account: Account, change_set: ChangeSet, wait: Callable[[float], None]
) -> tuple[Change, ...]:
    """Wait until CloudFormation has worked out the changes; empty when there are none.

    Raises:
        StackProblem: CloudFormation cannot make it; the text says why.
    """
    pause = pauses()
    while True:
        pages_read = list(
            pages(account, FORMATION, "describe_change_set", ChangeSetName=change_set.arn)
        )
        status, reason = pages_read[0]["Status"], pages_read[0].get("StatusReason", "")
        if status == "CREATE_COMPLETE":
            return tuple(read_change(item) for page in pages_read for item in page["Changes"])
        if status == "FAILED" and reason.startswith(_NO_CHANGES):
            return ()
        if status not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
            raise StackProblem(f"CloudFormation cannot make the change set ({status}). {reason}")
        wait(next(pause))


def execute(account: Account, change_set: ChangeSet) -> None:
    """Start to apply the change set."""
    account.call(FORMATION, "execute_change_set", ChangeSetName=change_set.arn)


def discard(account: Account, change_set: ChangeSet) -> None:
    """Delete a change set, and with it a stack that exists for no other change set."""
    account.call(FORMATION, "delete_change_set", ChangeSetName=change_set.arn)
    stack = find(account, change_set.stack_arn)
    if stack is None or not stack.empty:
        return
    summaries = pages(account, FORMATION, "list_change_sets", StackName=stack.arn)
    others = {item["ChangeSetId"] for page in summaries for item in page["Summaries"]}
    if not others - {change_set.arn}:
        account.call(FORMATION, "delete_stack", StackName=stack.arn)
