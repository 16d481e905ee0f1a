"""The addresses of the proxies that may speak for a visitor.

Knows how networks are written; must not know what a proxy says.
"""

from ipaddress import ip_address, ip_network

from .formats import Problem

UNIX = "unix"
"""The word for whoever connects by a UNIX socket, and so has no address."""


class TrustedProxies:
    """The networks of COGNITO_GATE_TRUSTED_PROXIES.

    Example::

        "10.0.0.7" in TrustedProxies(("10.0.0.0/8",))     # True
    """

    def __init__(self, words: tuple[str, ...]) -> None:
        self._unix = UNIX in words
        self._networks = tuple(ip_network(word) for word in words if word != UNIX)

    def __contains__(self, address: str) -> bool:
        """False for what is no address."""
        if not address:
            return self._unix
        try:
            client = ip_address(address)
        except ValueError:
            return False
        mapped = getattr(client, "ipv4_mapped", None)  # as sockets for both versions tell them
        return any((mapped or client) in network for network in self._networks)


def check_proxies(words: tuple[str, ...]) -> None:
    """Check networks and single addresses. A network of everybody trusts every visitor."""
    takes = "addresses and networks such as 127.0.0.1 and 10.0.0.0/8, and unix"
    for word in words:
        try:
            everybody = word != UNIX and ip_network(word).prefixlen == 0
        except ValueError as exc:
            raise Problem(f"lists {word!r:.100}; it takes {takes}") from exc
        if everybody:
            raise Problem(f"lists {word!r}, which is every address; it takes {takes}")
