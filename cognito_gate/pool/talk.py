"""What deploy and delete say to people and ask them, on the standard error.

Knows click. Standard output is for the environment alone; nothing here gets to see a secret.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import click

from .aws import Account, AwsError
from .stack import Event, Outcome, Stack, StackProblem, events, follow


class Declined(StackProblem):
    """Somebody said no, or nobody could be asked."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a command works, and what it has from outside.

    `wait` lets seconds pass, `token` gives a text not used before, and `yes` answers each
    question.
    """

    account: Account
    wait: Callable[[float], None]
    token: Callable[[], str]
    yes: bool = False


def say(*lines: str) -> None:
    """Lines for people."""
    for line in lines:
        click.echo(line, err=True)


def agrees(scene: Scene, question: str) -> bool:
    """Whether somebody says yes; not saying anything is no."""
    return scene.yes or _answer(f"{question} [y/N] ").lower() in ("y", "yes")


def types(scene: Scene, question: str, word: str) -> bool:
    """Whether somebody takes the trouble to type that word."""
    return scene.yes or _answer(f"{question} ") == word


def _answer(question: str) -> str:
    # Not click's own prompt, which up to 8.2 writes a blank to the standard output.
    click.echo(question, nl=False, err=True)
    line = sys.stdin.readline()
    if not sys.stdin.isatty():  # where nobody sees the line end that was typed
        say("")
    if not line:
        raise Declined("Nobody is here to answer, so nothing was done. --yes goes on unasked.")
    return line.strip()


def told(event: Event) -> None:
    """One event of a stack, as a line."""
    time = event.time.astimezone()
    line = f"{time:%H:%M:%S}  {event.status:<18}  {event.logical_id}"
    say(f"{line}  {event.reason}".rstrip())


def followed(scene: Scene, name: str, arn: str, start: Callable[[], object]) -> Outcome:
    """Start an operation on a stack and tell its events, until it has ended.

    Raises:
        AwsError: AWS refused to start.
        StackProblem: nobody looks on any more, because of Ctrl-C or because AWS does not answer.
    """
    seen = {event.id for event in events(scene.account, arn)}
    look = (
        f"AWS goes on with the stack {name} by itself. How far it is:\n"
        f"  aws cloudformation describe-stack-events --region {scene.account.region} "
        f"--stack-name {arn}"
    )
    try:
        start()
        try:
            return follow(scene.account, arn, seen, told, scene.wait)
        except AwsError as error:
            raise StackProblem(f"{error}\n{look}") from error
    except KeyboardInterrupt:
        raise StackProblem(look) from None


def causes(outcome: Outcome) -> str:
    """What failed, a line each, the first cause first."""
    lines = (f"\n  {event.logical_id}: {event.reason}" for event in outcome.causes)
    return "".join(lines)


def busy(stack: Stack) -> StackProblem:
    """Somebody else works on the stack."""
    return StackProblem(
        f"The stack {stack.name} is busy ({stack.status}). Wait until that has ended, then "
        "repeat this."
    )
