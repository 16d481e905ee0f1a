"""Deploying a pool: the change set shown, agreed to, executed, and followed to its end.

The journey of `cognito-gate pool deploy` from a template's text to the stack as it stands. Must
not know flags or forms of an environment.
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
from .talk import Declined, Scene, agrees, busy, causes, followed, say, types
from .users import UserPool, delete_pool, find_pool, unprotect


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for.

    `anew` names parameters for which the template decides, whatever the stack has; `replace`
    agrees to the loss of users and sessions, together with `yes` of the scene.
    """

    name: str
    body: str
    given: Mapping[str, str] = field(default_factory=dict)
    anew: Collection[str] = ()
    replace: bool = False


def deploy(scene: Scene, order: Order) -> Stack:
    """Make the stack what the template says; how it stands then.

    Raises:
        StackProblem: it did not come to that. The text says why and what to do.
        AwsError: AWS refused, or could not be asked.
    """
    template = read_template(scene.account, order.body)
    stack = _standing(scene, order.name)
    change_set = _change_set(scene, order, template, stack)
    if not _agreed(scene, order, change_set, new=stack is None or stack.empty):
        say(f"Nothing to change: the stack {order.name} is as the template says.")
        return _found(scene, order.name)
    outcome = followed(
        scene, order.name, change_set.stack_arn, lambda: execute(scene.account, change_set)
    )
    if not outcome.well:
        raise StackProblem(_failure(scene, order.name, outcome))
    return _found(scene, order.name)


def _found(scene: Scene, name: str) -> Stack:
    stack = find(scene.account, name)
    if stack is None:
        raise StackProblem(f"The stack {name} has just been deleted by somebody else.")
    return stack


# What is there


def _standing(scene: Scene, name: str) -> Stack | None:
    """The stack that can be updated, or None when a new one can be made."""
    stack = find(scene.account, name)
    if stack is None or stack.empty:
        return stack
    if stack.busy:
        raise busy(stack)
    if stack.status in FAILED_CREATION:
        _clear_away(scene, stack)
        return None
    if stack.status == "DELETE_FAILED":
        raise StackProblem(
            f"The deletion of the stack {name} has failed; `cognito-gate pool delete {name}` "
            "tries again and says why."
        )
    if stack.status == "UPDATE_ROLLBACK_FAILED":
        raise StackProblem(f"The update of the stack {name} has failed. {_stuck(scene, name)}")
    if "UserPoolId" not in stack.outputs:
        raise StackProblem(
            f"The stack {name} holds something else: it has no output UserPoolId. This would "
            "replace all that is in it; take another name."
        )
    return stack


def _stuck(scene: Scene, name: str) -> str:
    return (
        "AWS could not take it back to where it was (UPDATE_ROLLBACK_FAILED). Fix what hinders "
        "that, and let it try again:\n"
        f"  aws cloudformation continue-update-rollback --region {scene.account.region} "
        f"--stack-name {name}"
    )


def _clear_away(scene: Scene, stack: Stack) -> None:
    """Delete what is left of a stack that never came to be, so that its name is free."""
    pools = _leftovers(scene, stack)
    say(f"The stack {stack.name} was begun once and could not be created ({stack.status}).")
    for pool in pools:
        say(f"It left a user pool that holds nobody: {pool.id}.")
    if not agrees(scene, "Delete what is left and go on?"):
        raise Declined("Nothing was done.")
    for pool in pools:  # or the deletion of the stack would fail
        unprotect(scene.account, pool)
    delete_stack(scene, stack)
    for pool in pools:  # if its policy is to retain it
        if find_pool(scene.account, pool.id):
            delete_pool(scene.account, pool)


def _leftovers(scene: Scene, stack: Stack) -> list[UserPool]:
    """The user pools that this stack has made, that are still there, and hold nobody."""
    told = events(scene.account, stack.arn)
    made = [event for event in told if event.type == POOL and event.status.startswith("CREATE_")]
    ids = {event.physical_id for event in made} - {""}
    pools = [find_pool(scene.account, pool_id) for pool_id in sorted(ids)]
    return [pool for pool in pools if pool and not pool.users]


# The change set


def _change_set(scene: Scene, order: Order, template: Template, stack: Stack | None) -> ChangeSet:
    account = scene.account
    parameters = parameters_for(account, stack, template, order.given, order.anew)
    for name in parameters.kept:
        say(f"{name} stays as it was set; --parameter {name}=... sets it anew.")
    name = f"cognito-gate-{scene.token()}"
    return create(account, stack or order.name, template, parameters, name)


def _agreed(scene: Scene, order: Order, change_set: ChangeSet, *, new: bool) -> bool:
    """True when it is to be executed, False when it changes nothing; it is gone then.

    Raises:
        StackProblem: it cannot be made, or somebody does not want it. It is gone.
    """
    try:
        changes = changes_of(scene.account, change_set, scene.wait)
        if changes:
            _show(order.name, changes, new=new)
            _ask(scene, order, changes)
            return True
    except KeyboardInterrupt:
        discard(scene.account, change_set)
        raise Declined("Stopped. Nothing was changed.") from None
    except StackProblem:
        discard(scene.account, change_set)
        raise
    discard(scene.account, change_set)
    return False


def _show(name: str, changes: tuple[Change, ...], *, new: bool) -> None:
    say(f"The new stack {name}:" if new else f"Changes of the stack {name}:", "")
    say(*(f"  {line}" for line in table(changes)), "")
    for change in changes:
        if change.note:
            say(f"Note: {change.note}")
    for change in changes:
        if change.loss:
            say(f"WARNING: {change.loss}")


def _ask(scene: Scene, order: Order, changes: tuple[Change, ...]) -> None:
    if not any(change.loss for change in changes):
        if not agrees(scene, "Go on?"):
            raise Declined("Nothing was changed.")
    elif scene.yes and not order.replace:
        raise Declined("Nothing was changed. If that loss is meant, add --replace to --yes.")
    elif not types(scene, "If that loss is meant, type the name of the stack:", order.name):
        raise Declined("That is not its name. Nothing was changed.")


def _failure(scene: Scene, name: str, outcome: Outcome) -> str:
    if outcome.status in FAILED_CREATION:
        return (
            f"The stack {name} could not be created ({outcome.status}):{causes(outcome)}\n"
            "Fix the first cause, then repeat this: it deletes what is left and goes on."
        )
    end = f"It ended as {outcome.status}."
    if outcome.status == "UPDATE_ROLLBACK_COMPLETE":
        end = "The stack is as it was before."
    if outcome.status == "UPDATE_ROLLBACK_FAILED":
        end = _stuck(scene, name)
    return f"The update of the stack {name} failed:{causes(outcome)}\n{end}"
