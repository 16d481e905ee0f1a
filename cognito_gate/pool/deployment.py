"""Deploying a pool: show the change set, ask for consent, execute it, and follow it to its end.

What `cognito-gate pool deploy` does between a template's text and the finished stack. Must not
know flags, nor formats of environments.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from .change_set import (
    ChangeSet,
    Template,
    changes_of,
    create,
    discard,
    execute,
    parameters_for,
    read_template,
)
from .changes import POOL, Change, table
from .removal import delete_stack
from .stack import FAILED_CREATION, Outcome, Stack, StackProblem, events, find
from .talk import (
    CommandContext,
    Declined,
    agrees,
    busy,
    causes,
    confirms_by_typing,
    run_operation,
    say,
)
from .users import UserPool, delete_pool, find_pool, unprotect


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to deploy.

    `reset_parameters` names parameters that go back to the template's defaults, whatever the
    stack has; `replace` consents to the loss of users and sessions, where the context's `yes`
    answers all other questions.
    """

    name: str
    body: str
    given: Mapping[str, str] = field(default_factory=dict)
    reset_parameters: Collection[str] = ()
    replace: bool = False


def deploy(context: CommandContext, order: Order) -> Stack:
    """Create or update the stack as the template says, and return it.

    Raises:
        StackProblem: the deployment failed or was declined. The text says why and what to do.
        AwsError: AWS refused a call, or could not be reached.
    """
    template = read_template(context.account, order.body)
    stack = _updatable_stack(context, order.name)
    change_set = _change_set(context, order, template, stack)
    if not _confirm(context, order, change_set, new=stack is None or stack.empty):
        say(f"Nothing to change: the stack {order.name} is as the template says.")
        return _existing_stack(context, order.name)
    outcome = run_operation(
        context, order.name, change_set.stack_arn, lambda: execute(context.account, change_set)
    )
    if not outcome.succeeded:
        raise StackProblem(_failure(context, order.name, outcome))
    return _existing_stack(context, order.name)


def _existing_stack(context: CommandContext, name: str) -> Stack:
    stack = find(context.account, name)
    if stack is None:
        raise StackProblem(f"The stack {name} has just been deleted by somebody else.")
    return stack


# What is there


def _updatable_stack(context: CommandContext, name: str) -> Stack | None:
    """The stack that can be updated, or None when a new one can be made."""
    stack = find(context.account, name)
    if stack is None or stack.empty:
        return stack
    if stack.busy:
        raise busy(stack)
    if stack.status in FAILED_CREATION:
        _delete_failed_stack(context, stack)
        return None
    if stack.status == "DELETE_FAILED":
        raise StackProblem(
            f"The deletion of the stack {name} has failed. `cognito-gate pool delete {name}` "
            "tries again and shows the cause."
        )
    if stack.status == "UPDATE_ROLLBACK_FAILED":
        raise StackProblem(
            f"The update of the stack {name} has failed. {_rollback_failed(context, name)}"
        )
    if "UserPoolId" not in stack.outputs:
        raise StackProblem(
            f"The stack {name} holds something else: it has no output UserPoolId. Deploying here "
            "would replace everything in it; choose another name."
        )
    return stack


def _rollback_failed(context: CommandContext, name: str) -> str:
    return (
        "AWS could not roll it back (UPDATE_ROLLBACK_FAILED). Fix the cause, then let AWS try "
        "again:\n"
        f"  aws cloudformation continue-update-rollback --region {context.account.region} "
        f"--stack-name {name}"
    )


def _delete_failed_stack(context: CommandContext, stack: Stack) -> None:
    """Delete what is left of a stack whose creation failed, so that its name is free."""
    pools = _leftovers(context, stack)
    say(f"An earlier creation of the stack {stack.name} has failed ({stack.status}).")
    for pool in pools:
        say(f"It left a user pool without users: {pool.id}.")
    if not agrees(context, "Delete what is left and continue?"):
        raise Declined("Nothing was changed.")
    for pool in pools:  # or the deletion of the stack would fail
        unprotect(context.account, pool)
    delete_stack(context, stack)
    for pool in pools:  # if its policy is to retain it
        if find_pool(context.account, pool.id):
            delete_pool(context.account, pool)


def _leftovers(context: CommandContext, stack: Stack) -> list[UserPool]:
    """The user pools that this stack created, that still exist, and that have no users."""
    history = events(context.account, stack.arn)
    created = [
        event for event in history if event.type == POOL and event.status.startswith("CREATE_")
    ]
    ids = {event.physical_id for event in created} - {""}
    pools = [find_pool(context.account, pool_id) for pool_id in sorted(ids)]
    return [pool for pool in pools if pool and not pool.users]


# The change set


def _change_set(
    context: CommandContext, order: Order, template: Template, stack: Stack | None
) -> ChangeSet:
    account = context.account
    parameters = parameters_for(account, stack, template, order.given, order.reset_parameters)
    for name in parameters.unchanged:
        say(f"{name} keeps its value; --parameter {name}=... changes it.")
    name = f"cognito-gate-{context.token()}"
    return create(account, stack or order.name, template, parameters, name)


def _confirm(context: CommandContext, order: Order, change_set: ChangeSet, *, new: bool) -> bool:
    """True when the change set is to be executed; False when it is empty, and is discarded.

    Raises:
        StackProblem: it cannot be created, or somebody declined; it is discarded.
    """
    try:
        changes = changes_of(context.account, change_set, context.wait)
        if changes:
            _show_changes(order.name, changes, new=new)
            _ask_consent(context, order, changes)
            return True
    except KeyboardInterrupt:
        discard(context.account, change_set)
        raise Declined("Stopped. Nothing was changed.") from None
    except StackProblem:
        discard(context.account, change_set)
        raise
    discard(context.account, change_set)
    return False


def _show_changes(name: str, changes: tuple[Change, ...], *, new: bool) -> None:
    say(f"The new stack {name}:" if new else f"Changes of the stack {name}:", "")
    say(*(f"  {line}" for line in table(changes)), "")
    for change in changes:
        if change.note:
            say(f"Note: {change.note}")
    for change in changes:
        if change.loss:
            say(f"WARNING: {change.loss}")


def _ask_consent(context: CommandContext, order: Order, changes: tuple[Change, ...]) -> None:
    if not any(change.loss for change in changes):
        if not agrees(context, "Continue?"):
            raise Declined("Nothing was changed.")
    elif context.yes and not order.replace:
        raise Declined("Nothing was changed. To accept that loss, add --replace to --yes.")
    elif not confirms_by_typing(
        context, "To accept that loss, type the name of the stack:", order.name
    ):
        raise Declined("That is not its name. Nothing was changed.")


def _failure(context: CommandContext, name: str, outcome: Outcome) -> str:
    if outcome.status in FAILED_CREATION:
        return (
            f"The stack {name} could not be created ({outcome.status}):{causes(outcome)}\n"
            "Fix the first cause, then deploy again: that deletes what is left and continues."
        )
    end = f"It ended as {outcome.status}."
    if outcome.status == "UPDATE_ROLLBACK_COMPLETE":
        end = "The stack is as it was before."
    if outcome.status == "UPDATE_ROLLBACK_FAILED":
        end = _rollback_failed(context, name)
    return f"The update of the stack {name} failed:{causes(outcome)}\n{end}"
