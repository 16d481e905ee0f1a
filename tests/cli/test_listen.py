"""Ports: free, busy, and on every address of localhost."""

import socket

import pytest

from cognito_gate.cli import listen
from cognito_gate.cli.listen import PortError
from tests.cli.command import free_port, taken_port


def test_localhost_is_each_loopback_address_on_one_port() -> None:
    listeners = listen.listen_on_localhost(0)
    try:
        ports = {item.getsockname()[1] for item in listeners}
        assert ports == {listen.port_of(listeners)}
    finally:
        listen.close(listeners)


def test_an_address_that_the_machine_lacks_is_passed_over() -> None:
    listeners = listen.listen_on_localhost(0, ("127.0.0.1", "192.0.2.1"))  # RFC 5737: nobody's
    try:
        assert len(listeners) == 1
    finally:
        listen.close(listeners)


def test_an_address_that_somebody_else_has_is_not() -> None:
    with socket.create_server(("127.0.0.2", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(PortError, match=f"Port {port} is busy"):
            listen.listen_on_localhost(port, ("127.0.0.1", "127.0.0.2"))
        with socket.create_server(("127.0.0.1", port)):
            pass  # the other address was given back


def test_near_is_the_first_free_port() -> None:
    with taken_port() as port:
        listeners = listen.listen_near(port)
        try:
            assert port < listen.port_of(listeners) < port + 20
        finally:
            listen.close(listeners)
        with pytest.raises(PortError, match="all busy"):
            listen.listen_near(port, attempts=1)


def test_a_free_port_is_checked_and_given_back() -> None:
    port = free_port()
    assert listen.check_free("127.0.0.1", port) == port
    assert listen.check_free("127.0.0.1", port) == port
    assert listen.check_free("127.0.0.1", 0) > 0


def test_a_host_that_is_not_here_is_said() -> None:
    with pytest.raises(PortError, match=r"Cannot listen on 192\.0\.2\.1 port 0"):
        listen.check_free("192.0.2.1", 0)
