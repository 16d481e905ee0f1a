"""Finds a port to listen on, or raises an error that says why there is none.

Knows sockets only; must not know what will be served on them.
"""

import errno
import socket
from collections.abc import Iterable
from ipaddress import ip_address

LOOPBACK = ("127.0.0.1", "::1")
"""The addresses that browsers try for `localhost`; some try IPv6 first."""


class PortError(Exception):
    """It is not possible to listen at that address; the text says why and what to do."""


def is_loopback(host: str) -> bool:
    """True for an address at which this machine alone can be reached."""
    try:
        return host.lower() == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check_free(host: str, port: int) -> int:
    """The port, or a free one for 0.

    Raises:
        PortError: something else listens there, or the address is not of this machine.
    """
    with _listener(host, port) as probe:
        return _port(probe)


def listen_on_localhost(port: int, hosts: Iterable[str] = LOOPBACK) -> list[socket.socket]:
    """Listeners on one port of every loopback address this machine has.

    Raises:
        PortError: something else listens there.
    """
    first, *others = hosts
    listeners = [_listener(first, port)]
    for host in others:
        try:
            listeners.append(_listener(host, _port(listeners[0])))
        except PortError as error:
            if _busy(error):
                close(listeners)
                raise
            # A machine without IPv6 has no ::1, so that no other server can listen there.
    return listeners


def listen_near(first: int, attempts: int = 20) -> list[socket.socket]:
    """Listeners on localhost, on the first free port from `first` on.

    Raises:
        PortError: all of them are taken.
    """
    for port in range(first, first + attempts):
        try:
            return listen_on_localhost(port)
        except PortError:
            continue
    raise PortError(
        f"Ports {first} to {first + attempts - 1} are all busy: choose one with --port."
    )


def port_of(listeners: list[socket.socket]) -> int:
    """The port the listeners share."""
    return _port(listeners[0])


def close(listeners: Iterable[socket.socket]) -> None:
    """Close the listeners and so free their port."""
    for listener in listeners:
        listener.close()


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
        # asyncio sets it only where the protocol number says TCP, which such a socket leaves open.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as exc:
        if exc.errno == errno.EADDRINUSE:
            text = f"Port {port} is busy: choose another with --port, or --port 0 for a free one."
        else:
            text = f"Cannot listen on {host} port {port}: {exc.strerror}."
        raise PortError(text) from exc


def _busy(error: PortError) -> bool:
    return isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.EADDRINUSE


def _port(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port
