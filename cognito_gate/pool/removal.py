"""Deleting a stack: what goes and what stays, said and agreed to; with its users only if asked.

The journey of `cognito-gate pool delete`. Must not know how a stack is made.
"""

import re
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
from .talk import Declined, Scene, busy, causes, followed, say, types
from .users import UserPool, counted, delete_pool, find_pool, unprotect


@dataclass(frozen=True, slots=True)
class _Pool:
    """The user pool of a stack, and whether it outlives it."""

    logical_id: str
    pool: UserPool
    retained: bool


def delete(scene: Scene, name: str, *, users: bool) -> None:
    """Delete a stack, and its user pool when `users` is true.

    Raises:
        StackProblem: it did not come to that. The text says why and what to do.
        AwsError: AWS refused, or could not be asked.
    """
    stack = find(scene.account, name)
    if stack is None:
        raise StackProblem(
            f"There is no stack {name} in {scene.account.region}. --region and --profile say "
            "where to look."
        )
    if stack.busy:
        raise busy(stack)
    parts = resources(scene.account, stack)
    pools = _pools(scene, stack, parts)
    _check(stack, parts, pools, users=users)
    _show(scene, stack, parts, pools, users=users)
    _ask(scene, stack, pools if users else [])
    for found in pools if users else []:
        if not found.retained:  # then it is the stack that deletes it
            unprotect(scene.account, found.pool)
    delete_stack(scene, stack)
    _end(scene, pools, users=users)


def delete_stack(scene: Scene, stack: Stack) -> None:
    """Delete a stack and follow that to its end; what its template retains stays."""

    def start() -> None:
        scene.account.call(FORMATION, "delete_stack", StackName=stack.arn)

    outcome = followed(scene, stack.name, stack.arn, start)
    if not outcome.well:
        raise StackProblem(
            f"The stack {stack.name} could not be deleted ({outcome.status}):{causes(outcome)}\n"
            "Fix the first cause, then repeat this."
        )


# What is there


def _pools(scene: Scene, stack: Stack, parts: tuple[Resource, ...]) -> list[_Pool]:
    found = []
    template = template_of(scene.account, stack) if parts else ""
    for part in parts:
        pool = find_pool(scene.account, part.physical_id) if part.type == POOL else None
        if pool:
            found.append(_Pool(part.logical_id, pool, retains(template, part.logical_id)))
    return found


def retains(template: str, logical_id: str) -> bool:
    """Whether a YAML template keeps a resource when its stack is deleted.

    Made for our own templates; of any other it says False rather than to guess.
    """
    text = "\n".join([*template.splitlines(), ""])
    block = re.search(rf"^  {logical_id}:\n(?:(?:    .*)?\n)+", text, re.MULTILINE)
    policy = r"^    DeletionPolicy: (?:Retain|RetainExceptOnCreate)$"
    return bool(block and re.search(policy, block[0], re.MULTILINE))


def _check(stack: Stack, parts: tuple[Resource, ...], pools: list[_Pool], *, users: bool) -> None:
    never = stack.empty or stack.status in FAILED_CREATION
    if not never and not any(part.type == POOL for part in parts):
        raise StackProblem(
            f"The stack {stack.name} holds no user pool, so another command made it. It stays."
        )
    for found in pools:
        if not users and not found.retained:
            raise StackProblem(
                f"With the stack {stack.name} goes its user pool {found.pool}: its template does "
                "not retain it. Add --users if that is meant."
            )


def _show(
    scene: Scene, stack: Stack, parts: tuple[Resource, ...], pools: list[_Pool], *, users: bool
) -> None:
    ids = {found.logical_id for found in pools}
    say(f"The stack {stack.name} in {scene.account.region} is to be deleted:", "")
    for part in parts:
        if part.logical_id not in ids and not part.gone:
            say(f"  deleted  {part.logical_id} ({part.type})")
    for found in pools:
        say(f"  {'deleted' if users else 'kept   '}  {found.logical_id}: {found.pool}")
    say("", "From then on nobody can sign in.", "")


def _ask(scene: Scene, stack: Stack, pools: list[_Pool]) -> None:
    if not types(scene, "Type the name of the stack to delete it:", stack.name):
        raise Declined("That is not its name. Nothing was deleted.")
    for found in pools:
        pool = found.pool
        question = f"This takes {counted(pool.users)} for ever. Type {pool.id} to delete them too:"
        if not types(scene, question, pool.id):
            raise Declined("That is not the pool's id. Nothing was deleted.")


def _end(scene: Scene, pools: list[_Pool], *, users: bool) -> None:
    for found in pools:
        pool = find_pool(scene.account, found.pool.id)
        if pool and users:
            delete_pool(scene.account, pool)
            pool = None
        if pool:
            say(*_kept(scene, pool))
        else:
            say(f"The user pool {found.pool.id} is deleted.")


def _kept(scene: Scene, pool: UserPool) -> list[str]:
    where = f"--region {scene.account.region} --user-pool-id {pool.id}"
    lines = [f"The user pool {pool} is kept, and belongs to no stack. To delete it, users and all:"]
    if pool.protected:
        lines += [f"  aws cognito-idp update-user-pool {where} --deletion-protection INACTIVE"]
    return [*lines, f"  aws cognito-idp delete-user-pool {where}"]
