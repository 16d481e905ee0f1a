"""`GET /`: the front page of the local Cognito, with its users, outbox, clients and switches.

Not part of Cognito. Shows what is there; controls.py changes it. Shows no secret: of passwords
only those of the sample users, which everybody knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from starlette.responses import Response

from .access import is_local, refused
from .front_texts import DONE, FACTORS, FAULTS, READY_MADE, SWITCHES
from .model import CHOICES, ENDPOINTS, Client, Request, Switches
from .pages import page
from .pool import Pool
from .traffic import Armed
from .user import User
from .users import SAMPLE_USERS
from .wire import parameters, with_parameters

_MAX_USERS, _MAX_MESSAGES = 100, 5


@dataclass(frozen=True, slots=True)
class _Person:
    """A user as the page shows them; `password` and `link` are empty where there is none."""

    user: User
    name: str
    state: str
    factors: str
    password: str
    link: str


@dataclass(frozen=True, slots=True)
class _Switch:
    """A switch with its value; `options` are those of a choice."""

    name: str
    label: str
    about: str
    value: bool | int | str
    options: tuple[str, ...]


def front(pool: Pool, request: Request) -> Response:
    """The page, for requests to a loopback host."""
    return front_page(pool, done=_done(request.query)) if is_local(request) else refused()


def front_page(pool: Pool, *, done: str = "", complaint: str = "", status: int = 200) -> Response:
    """The page, with what was done just now, or why it was not."""
    return page(
        "front.html",
        status,
        done=done,
        complaint=complaint,
        origin=pool.origin,
        issuer=pool.issuer,
        pool_id=pool.pool_id,
        people=[_person(pool, user) for user in pool.users[:_MAX_USERS]],
        more_users=max(len(pool.users) - _MAX_USERS, 0),
        messages=pool.outbox.messages[: -_MAX_MESSAGES - 1 : -1],
        clients=[(client, _kind(client)) for client in pool.clients],
        switches=tuple(_switches(pool.switches)),
        faults=tuple(_fault_lines(pool.traffic.faults)),
        ready_made=READY_MADE,
        fault_kinds=FAULTS,
        endpoints=ENDPOINTS,
        visits=pool.traffic.visits[::-1],
    )


def _done(query: str) -> str:
    try:
        return DONE.get(parameters(query).get("done", ""), "")
    except ValueError:
        return ""


def _person(pool: Pool, user: User) -> _Person:
    return _Person(
        user,
        name=str(user.claims.get("name", "")),
        state=user.status if user.enabled else f"{user.status}, disabled",
        factors=", ".join(FACTORS[method] for method in user.mfa) or "none",
        password=user.password if user in SAMPLE_USERS else "",
        link=_sign_in_link(pool, user.username) if user.enabled else "",
    )


def _sign_in_link(pool: Pool, username: str) -> str:
    """Where a sign-in with that name starts: at the app, else at the page for the first client
    that has one."""
    # Without the prompt, somebody who is signed in here would be signed in at the app at once.
    asked = {"login_hint": username, "prompt": "login"}
    if pool.login_url:
        return with_parameters(pool.login_url, asked)
    client = next((client for client in pool.clients if client.callback_urls), None)
    if client is None:
        return ""
    needed = {"response_type": "code", "client_id": client.client_id}
    return with_parameters("/login", {**needed, "redirect_uri": client.callback_urls[0], **asked})


def _kind(client: Client) -> str:
    if "code" not in client.flows:
        return "machine to machine"
    return "public" if client.secret is None else "confidential"


def _switches(switches: Switches) -> Iterator[_Switch]:
    for item in fields(switches):
        label, about = SWITCHES[item.name]
        value = getattr(switches, item.name)
        yield _Switch(item.name, label, about, value, CHOICES.get(item.name, ()))


def _fault_lines(faults: Mapping[str, Armed]) -> Iterator[str]:
    """A line for each fault that is switched on, and one for a fault that is everywhere."""
    if faults.keys() == set(ENDPOINTS) and len(set(faults.values())) == 1:
        faults = {"everywhere": next(iter(faults.values()))}
    for endpoint, armed in sorted(faults.items()):
        kind = armed.fault.kind
        what = f"{kind} {armed.fault.status}" if kind == "status" else kind
        times = "times" if armed.left != 1 else "time"
        until = f"the next {armed.left} {times}" if armed.left else "until switched off"
        yield f"{endpoint}: {what}, {until}"
