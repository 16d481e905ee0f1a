"""Rate limits of guesses and messages, checked before a call to Cognito.

Knows for whom an attempt is counted; the numbers are in context.py, and in docs/ under "Guessing".
Must not know what is attempted. Cognito sees one address for all visitors of a server, so that its
own limits cannot tell them apart.
"""

import logging
from collections.abc import Iterable, Iterator
from ipaddress import IPv6Address, ip_address
from typing import Literal, TypeAlias, get_args

from .._gate.effects import Flow
from ..errors import TooManyTries
from . import devices
from .cognito_api import Delivery
from .context import RateLimits, SignInContext, SignInExchange
from .rate_limiter import RateLimiter
from .recall import digest

log = logging.getLogger("cognito_gate")

Proof: TypeAlias = Literal["password", "code", "confirm", "reset"]
Message: TypeAlias = Literal["sign-up", "reset", "sign-in"]
_FORWARDED = (b"x-forwarded-for", b"forwarded")
_HOW_TO_FIX = (
    "let the server believe the proxy, and nobody else: uvicorn and cognito-gate run by "
    "--proxy-headers and --forwarded-allow-ips, gunicorn by --forwarded-allow-ips (with uvicorn's "
    "workers), other WSGI servers by an option of theirs or by Werkzeug's ProxyFix around the gate"
)

# Guesses. Each kind of proof is counted separately: guesses at somebody's password must not keep
# that person from setting a new one.


def check_guess(exchange: SignInExchange, name: str, proof: Proof) -> Flow[None]:
    """Count an attempt to prove to be the person called `name`.

    A browser that has signed in to this account before is counted by itself, unaffected by other
    visitors. All others are counted by their address, and by the account.

    Raises:
        TooManyTries: there were too many.
    """
    limits, now = exchange.context.limits, exchange.now
    browser = _browser(exchange, name)
    if browser:
        yield from _count(limits.guesses, f"{proof} {browser}", now)
        return
    address_key = _address_of(exchange)
    yield from _count(limits.guesses_by_address, address_key, now)
    yield from _count_for(limits, proof, _account(limits, name), address_key, now)


def check_address(exchange: SignInExchange) -> Flow[None]:
    """Count a request that calls Cognito without a guess. Raises TooManyTries."""
    limits = exchange.context.limits
    yield from _count(limits.guesses_by_address, _address_of(exchange), exchange.now)


def check_account(exchange: SignInExchange, name: str, account: str, proof: Proof) -> Flow[None]:
    """Count the same attempt for the account, once Cognito has said which account has that name:
    all spellings of a name share one count. Raises TooManyTries."""
    limits, now = exchange.context.limits, exchange.now
    counted_key = _browser(exchange, name) or _account(limits, name)
    limits.accounts.learn(name, digest(account))
    browser = _browser(exchange, name)
    if counted_key in (browser, digest(account)):
        return
    if browser:
        yield from _count(limits.guesses, f"{proof} {browser}", now)
    else:
        yield from _count_for(limits, proof, digest(account), _address_of(exchange), now)


def learn(context: SignInContext, name: str, account: str) -> None:
    """Remember which account has a name, as Cognito has said."""
    context.limits.accounts.learn(name, digest(account))


def proved(exchange: SignInExchange, name: str, account: str = "") -> Flow[None]:
    """Reset the counts of a person who has proved who they are.

    Args:
        name: exactly as it was typed. Counts of other names, even similar ones, stay.
        account: Cognito's name of the user, if it has said so.
    """
    limits = exchange.context.limits
    if account or not limits.accounts.of(name):
        limits.accounts.learn(name, digest(account) if account else _one_named(name))
    who, place = _account(limits, name), address(exchange.incoming.client)
    browser = _browser(exchange, name)
    for proof in get_args(Proof):
        yield from limits.passwords_by_account.pardon(f"{proof} {who}", exchange.now)
        for key in (f"{proof} {who}", f"{proof} {who} {place}", f"{proof} {browser}"):
            yield from limits.guesses.pardon(key, exchange.now)


def _count_for(
    limits: RateLimits, proof: Proof, account: str, place: str, now: float
) -> Flow[None]:
    if proof == "password":
        # Anybody may guess at a person's password, so the person, at another address, is counted
        # separately.
        yield from _count(limits.guesses, f"{proof} {account} {place}", now)
        yield from _count(limits.passwords_by_account, f"{proof} {account}", now)
    else:
        yield from _count(limits.guesses, f"{proof} {account}", now)


# Messages. Each kind is counted separately: a sign-up in somebody's name must not use up the codes
# by which that person sets a new password.


def check_message(
    exchange: SignInExchange, name: str, kind: Message, to: Iterable[str] = ()
) -> Flow[None]:
    """Count a message that Cognito is to send.

    Args:
        to: the addresses it may go to, where somebody has just typed them.

    Raises:
        TooManyTries: there were too many of this kind for the account, from this address, or to
            where it would go.
    """
    for limiter, key in _message_counts(exchange, name, kind, to):
        yield from _count(limiter, key, exchange.now)


def message_wait(exchange: SignInExchange, name: str, kind: Message) -> float:
    """Seconds until `check_message` would let another message of this kind pass."""
    counts = _message_counts(exchange, name, kind, ())
    return max(limiter.wait(key, exchange.now) for limiter, key in counts)


def _message_counts(
    exchange: SignInExchange, name: str, kind: Message, to: Iterable[str]
) -> Iterator[tuple[RateLimiter, str]]:
    """What a message is counted by."""
    limits, browser = exchange.context.limits, _browser(exchange, name)
    if not browser:
        yield limits.messages_by_address, _address_of(exchange)
    per_account = limits.one_time_codes if kind == "sign-in" else limits.messages
    yield per_account, f"{kind} {browser or _account(limits, name)}"
    if kind == "sign-in":  # those go to proven addresses only
        return
    for where in _destinations(to) or limits.destinations.of(name.casefold()).split():
        mask = where.startswith("+")
        by = limits.messages_by_mask if mask else limits.messages_by_destination
        yield by, f"{kind} {where}"


def goes_to(context: SignInContext, name: str, to: Iterable[str]) -> None:
    """Remember the addresses of a new account, to which its messages go."""
    context.limits.destinations.learn(name.casefold(), " ".join(_destinations(to)))


def went_to(exchange: SignInExchange, name: str, kind: Message, where: Delivery) -> Flow[None]:
    """Count a message by its masked phone number, which Cognito's response contains.

    Several numbers may have the same last digits, so that this limit is a high one. Of an e-mail
    address Cognito shows two letters, which are too few to count by.
    """
    limits, mask = exchange.context.limits, "".join(where.destination.split())
    if mask.startswith("+") and not limits.destinations.of(name.casefold()):
        limits.destinations.learn(name.casefold(), mask)
        yield from limits.messages_by_mask.take(f"{kind} {mask}", exchange.now)


def _destinations(to: Iterable[str]) -> list[str]:
    return [digest(text.strip().casefold()) for text in dict.fromkeys(to) if text.strip()]


# The keys that attempts are counted by


def _account(limits: RateLimits, name: str) -> str:
    """The key of the account with this name; or of the name, if the account is not known yet."""
    return limits.accounts.of(name) or digest(f"whoever is named {name.casefold()}")


def _one_named(name: str) -> str:
    """The key of the person who has proved to have exactly this name, while Cognito has not said
    which account that is."""
    return digest(f"the one named {name}")


def _browser(exchange: SignInExchange, name: str) -> str:
    """This browser and the account, when it has signed in to that before: by this very name, or by
    any where Cognito has said whose name this is."""
    device = devices.find(exchange)
    account = exchange.context.limits.accounts.of(name)
    if account in ("", _one_named(name)):  # Cognito has not said whose name it is
        account = device.accounts.get(digest(name), "")
    return f"{account} {device.id}" if account in device.accounts.values() else ""


def address(client: str) -> str:
    """The key of an address: for IPv6 its /64 network, since one visitor has billions of addresses.
    All visitors without an address, as behind a UNIX socket, share one key."""
    try:
        ip = ip_address(client.partition("%")[0])
    except ValueError:
        return client or "no address"
    if isinstance(ip, IPv6Address):
        mapped = ip.ipv4_mapped
        return str(mapped) if mapped else str(IPv6Address(int(ip) >> 64 << 64))
    return str(ip)


def _address_of(exchange: SignInExchange) -> str:
    """The key of the visitor's address; warns the operator if it is that of a proxy."""
    try:
        ip = ip_address(exchange.incoming.client.partition("%")[0])
    except ValueError:
        what = "the server does not say which addresses visitors have, as behind a UNIX socket"
        _warn(
            exchange.context,
            "address",
            f"{what}, so all visitors share one rate limit; {_HOW_TO_FIX}",
        )
        return address(exchange.incoming.client)
    forwarded = b",".join(
        value for name in _FORWARDED for value in exchange.incoming.values(name)
    ).lower()
    is_internal = ip.is_loopback or ip.is_private
    if forwarded and is_internal and exchange.incoming.client.lower().encode() not in forwarded:
        what = f"a proxy forwards visitors' addresses, but the server says that they come from {ip}"
        _warn(
            exchange.context,
            "proxy",
            f"{what}, so all visitors share one rate limit; {_HOW_TO_FIX}",
        )
    return address(exchange.incoming.client)


def _warn(context: SignInContext, what: str, text: str) -> None:
    if what not in context.limits.warned:  # each warning is logged once
        context.limits.warned.add(what)
        log.warning("%s", text)


def _count(limiter: RateLimiter, key: str, now: float) -> Flow[None]:
    wait = yield from limiter.take(key, now)
    if wait > 0:
        raise TooManyTries(wait)
