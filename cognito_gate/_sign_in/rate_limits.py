"""How often a visitor may guess, and have messages sent, before Cognito is asked at all.

Knows whom a try is counted for; the numbers are in context.py, and in the README under "Guessing".
Must not know what is tried. Cognito sees one address for all visitors of a server, so that its own
limits cannot tell them apart.
"""

import logging
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from typing import Literal, TypeAlias, get_args

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
_HOW = (
    "let the server believe the proxy, and nobody else: uvicorn and cognito-gate run by "
    "--proxy-headers and --forwarded-allow-ips, gunicorn by --forwarded-allow-ips (with uvicorn's "
    "workers), other WSGI servers by an option of theirs or by Werkzeug's ProxyFix around the gate"
)

# Guesses. Each kind of proof has counts of its own: who guesses at somebody's password must not
# keep them from setting a new one.


def check_guess(exchange: SignInExchange, name: str, proof: Proof) -> None:
    """Count a try to prove to be the person who is called `name`.

    A browser that has signed in to this account before has a count of its own, which no other
    visitor touches. All others are counted by their address, and by the account.

    Raises:
        TooManyTries: there were too many.
    """
    tries, now = exchange.context.tries, exchange.now
    browser = _browser(exchange, name)
    if browser:
        _count(tries.guesses, f"{proof} {browser}", now)
        return
    place = _place(exchange)
    _count(tries.guesses_by_address, place, now)
    _count_for(tries, proof, _account(tries, name), place, now)


def check_address(exchange: SignInExchange) -> None:
    """Count a request that is no guess, and asks Cognito something. Raises TooManyTries."""
    _count(exchange.context.tries.guesses_by_address, _place(exchange), exchange.now)


def check_account(exchange: SignInExchange, name: str, account: str, proof: Proof) -> None:
    """Count the same try once more when Cognito has said which account has that name: however a
    name is spelled, its account has one count. Raises TooManyTries."""
    tries, now = exchange.context.tries, exchange.now
    counted = _browser(exchange, name) or _account(tries, name)
    tries.accounts.learn(name, digest(account))
    browser = _browser(exchange, name)
    if counted in (browser, digest(account)):
        return
    if browser:
        _count(tries.guesses, f"{proof} {browser}", now)
    else:
        _count_for(tries, proof, digest(account), _place(exchange), now)


def learn(context: SignInContext, name: str, account: str) -> None:
    """Cognito has said which account has that name."""
    context.tries.accounts.learn(name, digest(account))


def proved(exchange: SignInExchange, name: str, account: str = "") -> None:
    """The person has proved who they are: the tries at their account no longer count.

    Args:
        name: exactly as it was typed. Of others, even of such as look alike, nothing is forgiven.
        account: Cognito's name for the person, where it has said so.
    """
    tries = exchange.context.tries
    if account or not tries.accounts.of(name):
        tries.accounts.learn(name, digest(account) if account else _one_named(name))
    who, place = _account(tries, name), address(exchange.incoming.client)
    browser = _browser(exchange, name)
    for proof in get_args(Proof):
        tries.passwords_by_account.forgive(f"{proof} {who}")
        for key in (f"{proof} {who}", f"{proof} {who} {place}", f"{proof} {browser}"):
            tries.guesses.forgive(key)


def _count_for(tries: RateLimits, proof: Proof, account: str, place: str, now: float) -> None:
    if proof == "password":
        # Strangers may guess at passwords of anybody: who comes from elsewhere has tries left.
        _count(tries.guesses, f"{proof} {account} {place}", now)
        _count(tries.passwords_by_account, f"{proof} {account}", now)
    else:
        _count(tries.guesses, f"{proof} {account}", now)


# Messages. Each kind has counts of its own: a sign-up in somebody's name must not use up the codes
# by which they set a new password.


def check_message(
    exchange: SignInExchange, name: str, kind: Message, to: Iterable[str] = ()
) -> None:
    """Count a message that Cognito is to send.

    Args:
        to: the addresses it may go to, where somebody has just typed them.

    Raises:
        TooManyTries: there were too many of this kind for the account, from this address, or to
            where it would go.
    """
    tries, now = exchange.context.tries, exchange.now
    browser = _browser(exchange, name)
    if not browser:
        _count(tries.messages_by_address, _place(exchange), now)
    per_account = tries.one_time_codes if kind == "sign-in" else tries.messages
    _count(per_account, f"{kind} {browser or _account(tries, name)}", now)
    if kind != "sign-in":  # those go to proven addresses only
        for where in _destinations(to) or tries.destinations.of(name.casefold()).split():
            mask = where.startswith("+")
            by = tries.messages_by_mask if mask else tries.messages_by_destination
            _count(by, f"{kind} {where}", now)


def goes_to(context: SignInContext, name: str, to: Iterable[str]) -> None:
    """There is a new account of that name, with these addresses: its messages go there."""
    context.tries.destinations.learn(name.casefold(), " ".join(_destinations(to)))


def went_to(exchange: SignInExchange, name: str, kind: Message, where: Delivery) -> None:
    """Cognito has said where a message went, by the last digits of a phone number.

    Nothing else of the number may be known, so that many may share this count: it is a wide one.
    Of a mailbox Cognito tells two letters, which are too few to count by.
    """
    tries, mask = exchange.context.tries, "".join(where.destination.split())
    if mask.startswith("+") and not tries.destinations.of(name.casefold()):
        tries.destinations.learn(name.casefold(), mask)
        tries.messages_by_mask.count(f"{kind} {mask}", exchange.now)


def _destinations(to: Iterable[str]) -> list[str]:
    return [digest(text.strip().casefold()) for text in dict.fromkeys(to) if text.strip()]


# Whom a try is counted for


def _account(tries: RateLimits, name: str) -> str:
    """The account that has this name; or the name, where Cognito has not said whose it is."""
    return tries.accounts.of(name) or digest(f"whoever is named {name.casefold()}")


def _one_named(name: str) -> str:
    """The account of whoever has proved to have exactly this name, which Cognito calls something
    that it has not said."""
    return digest(f"the one named {name}")


def _browser(exchange: SignInExchange, name: str) -> str:
    """This browser and the account, when it has signed in to that before: by this very name, or by
    any where Cognito has said whose name this is."""
    device = devices.find(exchange)
    account = exchange.context.tries.accounts.of(name)
    if account in ("", _one_named(name)):  # Cognito has not said whose name it is
        account = device.accounts.get(digest(name), "")
    return f"{account} {device.id}" if account in device.accounts.values() else ""


def address(client: str) -> str:
    """What counts as one address: of IPv6 the network, since everybody there has billions. All who
    have none, as behind a UNIX socket, are one."""
    try:
        found = ip_address(client.partition("%")[0])
    except ValueError:
        return client or "no address"
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped else str(IPv6Address(int(found) >> 64 << 64))
    return str(found)


def _place(exchange: SignInExchange) -> str:
    """The visitor's address; and a word to the operator where it is not the visitor's."""
    try:
        found = ip_address(exchange.incoming.client.partition("%")[0])
    except ValueError:
        what = "the server gives no addresses of visitors, as behind a UNIX socket"
        _warn(
            exchange.context,
            "address",
            f"{what}, so that all of them share one count of tries; {_HOW}",
        )
        return address(exchange.incoming.client)
    told = b",".join(
        value for name in _FORWARDED for value in exchange.incoming.values(name)
    ).lower()
    inside = found.is_loopback or found.is_private
    if told and inside and exchange.incoming.client.lower().encode() not in told:
        what = f"a proxy tells whose requests it passes on, and the server says they are {found}'s"
        _warn(
            exchange.context,
            "proxy",
            f"{what}, so that all visitors share one count of tries; {_HOW}",
        )
    return address(exchange.incoming.client)


def _warn(context: SignInContext, what: str, text: str) -> None:
    if what not in context.tries.warned:  # once is enough
        context.tries.warned.add(what)
        log.warning("%s", text)


def _count(throttle: RateLimiter, key: str, now: float) -> None:
    wait = throttle.count(key, now)
    if wait > 0:
        raise TooManyTries(wait)
