"""Messages and questions of the commands deploy and delete, on standard error.

Knows click. Standard output is for the environment alone; no secret is passed in here.
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
class CommandContext:
    """The account a command works in, and what it gets from outside.

    `wait` sleeps for some seconds, `token` makes a unique text, and `yes` answers all questions.
    """

    account: Account
    wait: Callable[[float], None]
    token: Callable[[], str]
    yes: bool = False


def say(*lines: str) -> None:
    """Print lines on standard error."""
    for line in lines:
        click.echo(line, err=True)


def agrees(context: CommandContext, question: str) -> bool:
    """Whether the person answers yes; an empty answer is no."""
    return context.yes or _answer(f"{question} [y/N] ").lower() in ("y", "yes")


def confirms_by_typing(context: CommandContext, question: str, word: str) -> bool:
    """Whether the person types that word, which is asked for before a loss."""
    return context.yes or _answer(f"{question} ") == word


def _answer(question: str) -> str:
    # Not click's own prompt, which up to 8.2 writes a blank to standard output.
    click.echo(question, nl=False, err=True)
    line = sys.stdin.readline()
    if not sys.stdin.isatty():  # where nobody sees the line end that was typed
        say("")
    if not line:
        raise Declined(
            "There is no terminal to ask on, so nothing was done. --yes skips questions."
        )
    return line.strip()


def show_event(event: Event) -> None:
    """Print one event of a stack as a line."""
    time = event.time.astimezone()
    line = f"{time:%H:%M:%S}  {event.status:<18}  {event.logical_id}"
    say(f"{line}  {event.reason}".rstrip())


def run_operation(
    context: CommandContext, name: str, arn: str, start: Callable[[], object]
) -> Outcome:
    """Start an operation on a stack and print its events, until it has ended.

    Raises:
        AwsError: AWS refused to start it.
        StackProblem: it goes on unobserved, after Ctrl-C or because AWS stopped responding.
    """
    seen = {event.id for event in events(context.account, arn)}
    how_to_look = (
        f"AWS continues with the stack {name} on its own. To see its progress:\n"
        f"  aws cloudformation describe-stack-events --region {context.account.region} "
        f"--stack-name {arn}"
    )
    try:
        start()
        try:
            return follow(context.account, arn, seen, show_event, context.wait)
        except AwsError as error:
            raise StackProblem(f"{error}\n{how_to_look}") from error
    except KeyboardInterrupt:
        raise StackProblem(how_to_look) from None


def causes(outcome: Outcome) -> str:
    """What failed, one line each, in the order in which it happened."""
    lines = (f"\n  {event.logical_id}: {event.reason}" for event in outcome.causes)
    return "".join(lines)


def busy(stack: Stack) -> StackProblem:
    """The error for a stack on which another operation is running."""
    return StackProblem(
        f"The stack {stack.name} is busy ({stack.status}). Wait until that has ended, then "
        "try again."
    )
