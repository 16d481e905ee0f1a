"""How often a visitor may try, before Cognito is asked at all: by address, and by account.

Cognito sees one address for all visitors of a server, so its own limits cannot tell them apart.
Must not know what is tried.
"""

from ipaddress import IPv6Address, ip_address
from typing import Literal, TypeAlias, get_args

from .._messages import Incoming
from .._parts.throttle import Throttle
from ..errors import TooManyTries
from .own import Own

Proof: TypeAlias = Literal["password", "code", "reset"]


def check_guess(context: Own, incoming: Incoming, account: str, what: Proof) -> None:
    """Count a try to prove who one is.

    Each kind of proof has a count of its own: who guesses at somebody's password must not keep
    them from setting a new one.

    Raises:
        TooManyTries: this account or this address has had too many.
    """
    tries = context.tries
    _count(tries.guesses_by_address, address(incoming.client), incoming.now)
    _count(tries.guesses_by_account, _key(what, account), incoming.now)


def forgive(context: Own, account: str) -> None:
    """The person has proved who they are: earlier failures no longer count."""
    for what in get_args(Proof):
        context.tries.guesses_by_account.forgive(_key(what, account))


def check_message(context: Own, incoming: Incoming, account: str) -> None:
    """Count a message that Cognito is to send. Raises TooManyTries."""
    tries = context.tries
    _count(tries.messages_by_address, address(incoming.client), incoming.now)
    _count(tries.messages_by_account, account.casefold(), incoming.now)


def check_one_time_code(context: Own, incoming: Incoming, account: str) -> None:
    """Count a code to be sent for a sign-in: more than other messages, for those who sign in by
    nothing else. Raises TooManyTries."""
    tries = context.tries
    _count(tries.messages_by_address, address(incoming.client), incoming.now)
    _count(tries.one_time_codes_by_account, account.casefold(), incoming.now)


def _key(what: Proof, account: str) -> str:
    return f"{what} {account.casefold()}"


def address(client: str) -> str:
    """What counts as one address: of IPv6 the network, since everybody there has billions."""
    try:
        found = ip_address(client.partition("%")[0])
    except ValueError:
        return client  # no address, such as a UNIX socket's: counted as it stands
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped else str(IPv6Address(int(found) >> 64 << 64))
    return str(found)


def _count(throttle: Throttle, key: str, now: float) -> None:
    if key:  # a UNIX socket has no address
        wait = throttle.count(key, now)
        if wait > 0:
            raise TooManyTries(wait)
