"""`cognito-gate sessions`: what operators see of a user's sessions, and ending them.

Knows options and what is printed; must not know how AWS is asked.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import update_wrapper
from typing import Any, TypeAlias

import click

from .._gate.sessions.interface import Listed
from ..errors import GateError
from ..pool.aws import Account, AwsError, connect
from ..pool.user_sessions import (
    SESSION_ID,
    NoSuchList,
    Session,
    end_session,
    end_sessions,
    list_devices,
    list_sessions,
)
from ..settings import Settings
from ..settings.formats import pool_region
from ..settings.reading import read_variables
from .stored_sessions import Stored, opened

_POOL, _ENDPOINT = "AWS_COGNITO_USER_POOL_ID", "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"


@dataclass(frozen=True, slots=True)
class Outside:
    """What the commands need of the world; tests give their own."""

    connect: Callable[[str | None, str | None, str | None], Account] = connect


@dataclass(frozen=True, slots=True)
class Place:
    """A user pool, and how AWS is reached."""

    pool_id: str
    account: Account


_Command: TypeAlias = Callable[..., None]
_OPTIONS = (
    click.option("--user-pool-id", metavar="ID", help=f"The user pool.  [default: {_POOL}]"),
    click.option("--region", metavar="NAME", help="Its AWS region.  [default: that in its id]"),
    click.option("--profile", metavar="NAME", help="A profile of the AWS command line."),
    click.option(
        "--endpoint-url",
        metavar="URL",
        help=f"Ask this address, such as an emulator's, instead of AWS.  [default: {_ENDPOINT}]",
    ),
)


def _on_a_pool(command: _Command) -> _Command:
    """Give a command the options that name a pool; the function gets it as `place` (None with
    --store), and what AWS refuses becomes a plain message."""

    @click.pass_context
    def wrapper(
        ctx: click.Context,
        /,
        user_pool_id: str | None,
        region: str | None,
        profile: str | None,
        endpoint_url: str | None,
        in_store: bool,
        **arguments: Any,
    ) -> None:
        if in_store:
            command(place=None, **arguments)
            return
        outside = ctx.obj if isinstance(ctx.obj, Outside) else Outside()
        variables = read_variables(os.environ, ".env")
        pool_id = user_pool_id or variables.get(_POOL, "")
        if not pool_id:
            raise click.UsageError(f"Which user pool? Pass --user-pool-id, or set {_POOL}.")
        region = region or variables.get("AWS_REGION") or pool_region(pool_id)
        endpoint = endpoint_url or variables.get(_ENDPOINT)
        try:
            place = Place(pool_id, outside.connect(region, profile, endpoint))
            command(place=place, **arguments)
        except AwsError as error:
            raise click.ClickException(str(error)) from error

    decorated: _Command = update_wrapper(wrapper, command)
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


@click.group()
def sessions() -> None:
    """List or end the sessions of a user at Cognito, which needs AWS credentials, or in the store
    that an app's processes share."""


@contextmanager
def _store() -> Iterator[Stored]:
    """The store of the app whose settings are in the environment; plain messages for errors."""
    try:
        with opened(Settings.from_env()) as stored:
            yield stored
    except GateError as error:
        raise click.ClickException(str(error)) from error


def _one(stored: Stored, sub: str, name: str) -> Listed:
    """The session whose ID begins so."""
    found = [one for one in stored.of_user(sub) if one.id.startswith(name)]
    if len(found) != 1:
        raise click.ClickException(
            f"{len(found)} sessions of {_printable(sub)} have an ID that begins with "
            f"{_printable(name)}: `cognito-gate sessions list --store` lists them."
        )
    return found[0]


def _row(one: Listed) -> Session:
    return Session(one.id[:12], "STORE", _text(one.began), _text(one.used_at), one.agent)


def _text(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


@sessions.command()
@click.argument("sub")
@click.argument("session_id", metavar="ID")
def show(sub: str, session_id: str) -> None:
    """Show one session in the app's store: ID as `list --store` has it, or how it begins.

    Reads COGNITO_GATE_STORE and the app's other settings from the environment.
    """
    with _store() as stored:
        one = _one(stored, sub, session_id)
    facts = {
        "id": one.id,
        "origin_jti": one.name,
        "since": _text(one.began),
        "last used": _text(one.used_at),
        "until": _text(one.ends_at),
        "device": one.agent,
    }
    for name, fact in facts.items():
        click.echo(f"{name}: {_printable(fact)}")


_IN_STORE = click.option(
    "--store",
    "in_store",
    is_flag=True,
    is_eager=True,
    help="Ask the app's store instead; USER is a sub. Needs the app's settings, no credentials.",
)


@sessions.command("list")
@click.argument("user")
@_IN_STORE
@_on_a_pool
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def list_command(place: Place | None, user: str, as_json: bool) -> None:
    """List the sessions of USER, by username or sub.

    Where the pool keeps no list of sessions it says so, and lists the remembered devices.
    """
    listed, problem = _listed(place, user) if place else (_in_store(user), "")
    if as_json:
        content = {"sessions": [asdict(one) for one in listed], "problem": problem or None}
        click.echo(json.dumps(content, indent=2))
        return
    if problem:
        click.echo(problem, err=True)
    for line in _lines(listed):
        click.echo(line)
    if not listed:
        click.echo("No remembered devices." if problem else "No sessions.")


def _in_store(sub: str) -> list[Session]:
    with _store() as stored:
        return [_row(one) for one in stored.of_user(sub)]


def _listed(place: Place, user: str) -> tuple[list[Session], str]:
    """The sessions; or the devices, and why there are no sessions to list."""
    try:
        return list_sessions(place.account, place.pool_id, user), ""
    except NoSuchList as error:
        return list_devices(place.account, place.pool_id, user), str(error)


def _lines(listed: list[Session]) -> list[str]:
    if not listed:
        return []
    head = Session("ID", "TYPE", "SINCE", "LAST ACTIVE", "DEVICE")
    rows = [tuple(map(_printable, asdict(one).values())) for one in (head, *listed)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _printable(text: str) -> str:
    """A device names itself: no control character of its name reaches the terminal."""
    return "".join(char if char.isprintable() else "?" for char in text) or "-"


@sessions.command()
@click.argument("user")
@_IN_STORE
@_on_a_pool
@click.option("--session", metavar="ID", help="End this one alone, by its id in `list`.")
def end(place: Place | None, user: str, session: str | None) -> None:
    """End all sessions of USER at Cognito, or one of them, by username or sub.

    No refresh token of theirs works any more. Apps notice when they ask Cognito next, at the latest
    when an access token ends; POST {prefix}/revoke tells a gate at once.
    """
    if place is None:
        _end_in_store(user, session)
        return
    if session is not None:
        _end_one(place, user, session)
        return
    end_sessions(place.account, place.pool_id, user)
    click.echo(f"All sessions of {_printable(user)} have ended at Cognito.")


def _end_one(place: Place, user: str, session: str) -> None:
    if not SESSION_ID.fullmatch(session):
        raise click.UsageError(
            f"{_printable(session)!r} is no session's id: those begin with tkn or sso, and have 28 "
            "characters. `sessions list` shows them; the devices of pools without such a list end "
            "only with all sessions."
        )
    try:
        end_session(place.account, place.pool_id, user, session)
    except NoSuchList as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"The session {session} of {_printable(user)} has ended at Cognito.")


def _end_in_store(sub: str, session_id: str | None) -> None:
    with _store() as stored:
        if session_id:
            one = _one(stored, sub, session_id)
            stored.end(one)
            click.echo(f"The session {one.id[:12]} has ended.")
            return
        number = stored.end_all(sub)
    click.echo(
        f"All sessions of {_printable(sub)} have ended in the apps that share the store; "
        f"{number} of them were in it. Without --store, Cognito ends theirs."
    )
