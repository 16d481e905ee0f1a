"""Deleting a stack: show what is deleted and what stays, ask for consent, and follow it to its end.

What `cognito-gate pool delete` does; it deletes users only on request. Must not know how a stack
is created.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .changes import POOL
from .stack import (
    FAILED_CREATION,
    FORMATION,
    Resource,
    Stack,
    StackProblem,
    find,
    resources,
    template_of,
)
from .talk import CommandContext, Declined, busy, causes, confirms_by_typing, run_operation, say
from .users import UserPool, count_of_users, delete_pool, find_pool, unprotect


@dataclass(frozen=True, slots=True)
class _StackPool:
    """The user pool of a stack, and whether the template retains it when the stack is deleted."""

    logical_id: str
    pool: UserPool
    retained: bool


def delete(context: CommandContext, name: str, *, users: bool) -> None:
    """Delete a stack, and its user pool when `users` is true.

    Raises:
        StackProblem: the deletion failed or was declined. The text says why and what to do.
        AwsError: AWS refused a call, or could not be reached.
    """
    stack = find(context.account, name)
    if stack is None:
        raise StackProblem(
            f"There is no stack {name} in {context.account.region}. Look elsewhere with --region "
            "and --profile."
        )
    if stack.busy:
        raise busy(stack)
    parts = resources(context.account, stack)
    pools = _pools(context, stack, parts)
    _check(stack, parts, pools, users=users)
    _show_plan(context, stack, parts, pools, users=users)
    _ask_consent(context, stack, pools if users else [])
    for stack_pool in pools if users else []:
        if not stack_pool.retained:  # then it is the stack that deletes it
            unprotect(context.account, stack_pool.pool)
    delete_stack(context, stack)
    _finish_pools(context, pools, users=users)


def delete_stack(context: CommandContext, stack: Stack) -> None:
    """Delete a stack and wait until that has ended; what its template retains stays."""

    def start() -> None:
        context.account.call(FORMATION, "delete_stack", StackName=stack.arn)

    outcome = run_operation(context, stack.name, stack.arn, start)
    if not outcome.succeeded:
        raise StackProblem(
            f"The stack {stack.name} could not be deleted ({outcome.status}):{causes(outcome)}\n"
            "Fix the first cause, then try again."
        )


# What is there


def _pools(context: CommandContext, stack: Stack, parts: tuple[Resource, ...]) -> list[_StackPool]:
    pools = []
    template = template_of(context.account, stack) if parts else ""
    for part in parts:
        pool = find_pool(context.account, part.physical_id) if part.type == POOL else None
        if pool:
            pools.append(_StackPool(part.logical_id, pool, retains(template, part.logical_id)))
    return pools


def retains(template: str, logical_id: str) -> bool:
    """Whether a YAML template keeps a resource when its stack is deleted.

    Reads the templates that this package makes; says False where it cannot tell.
    """
    text = "\n".join([*template.splitlines(), ""])
    block = re.search(rf"^  {logical_id}:\n(?:(?:    .*)?\n)+", text, re.MULTILINE)
    policy = r"^    DeletionPolicy: (?:Retain|RetainExceptOnCreate)$"
    return bool(block and re.search(policy, block[0], re.MULTILINE))


def _check(
    stack: Stack, parts: tuple[Resource, ...], pools: list[_StackPool], *, users: bool
) -> None:
    incomplete = stack.empty or stack.status in FAILED_CREATION
    if not incomplete and not any(part.type == POOL for part in parts):
        raise StackProblem(
            f"The stack {stack.name} has no user pool, so another command made it. It stays."
        )
    for stack_pool in pools:
        if not users and not stack_pool.retained:
            raise StackProblem(
                f"Deleting the stack {stack.name} deletes its user pool {stack_pool.pool} too: its "
                "template does not retain it. To delete the users as well, add --users."
            )


def _show_plan(
    context: CommandContext,
    stack: Stack,
    parts: tuple[Resource, ...],
    pools: list[_StackPool],
    *,
    users: bool,
) -> None:
    ids = {stack_pool.logical_id for stack_pool in pools}
    say(f"The stack {stack.name} in {context.account.region} is to be deleted:", "")
    for part in parts:
        if part.logical_id not in ids and not part.gone:
            say(f"  deleted  {part.logical_id} ({part.type})")
    for stack_pool in pools:
        say(f"  {'deleted' if users else 'kept   '}  {stack_pool.logical_id}: {stack_pool.pool}")
        if not users:
            say(*(f"           {line}" for line in _dangling(stack_pool.pool, parts)))
    say("", "After that, nobody can sign in.", "")


def _dangling(pool: UserPool, parts: tuple[Resource, ...]) -> Iterator[str]:
    """What a kept pool still points to, and goes with the stack; a physical id is a name here."""
    names = {part.physical_id for part in parts if not part.gone}
    for trigger, arn in pool.functions.items():
        if arn.rpartition(":function:")[2].partition(":")[0] in names:
            yield (
                f"It will still call {arn} ({trigger}), which is deleted, and fail where it does. "
                "Console: Authentication > Extensions > Lambda triggers."
            )
    if pool.sms_role.rpartition("/")[2] in names:
        yield f"It will send no text messages: its role {pool.sms_role} is deleted."


def _ask_consent(context: CommandContext, stack: Stack, pools: list[_StackPool]) -> None:
    if not confirms_by_typing(context, "Type the name of the stack to delete it:", stack.name):
        raise Declined("That is not its name. Nothing was deleted.")
    for stack_pool in pools:
        pool = stack_pool.pool
        users = count_of_users(pool.users)
        question = f"This deletes {users} for good. Type {pool.id} to delete them too:"
        if not confirms_by_typing(context, question, pool.id):
            raise Declined("That is not the pool's id. Nothing was deleted.")


def _finish_pools(context: CommandContext, pools: list[_StackPool], *, users: bool) -> None:
    for stack_pool in pools:
        pool = find_pool(context.account, stack_pool.pool.id)
        if pool and users:
            delete_pool(context.account, pool)
            pool = None
        if pool:
            say(*_kept_pool(context, pool))
        else:
            say(f"The user pool {stack_pool.pool.id} is deleted.")


def _kept_pool(context: CommandContext, pool: UserPool) -> list[str]:
    where = f"--region {context.account.region} --user-pool-id {pool.id}"
    lines = [
        f"The user pool {pool} is kept, outside any stack. To take it into a stack again, with its "
        "options:",
        f"  cognito-gate pool deploy STACK --adopt {pool.id}",
        "To delete it with all its users:",
    ]
    if pool.protected:
        lines += [f"  aws cognito-idp update-user-pool {where} --deletion-protection INACTIVE"]
    return [*lines, f"  aws cognito-idp delete-user-pool {where}"]
