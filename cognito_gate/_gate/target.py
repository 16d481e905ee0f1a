"""What a request wants to reach, and what may be asked about it beside the rules. No decisions."""

from typing import NamedTuple, Protocol

from ..identity import Identity


class Target(NamedTuple):
    """What a request wants to reach: the decoded path, where the app is mounted, the method, the
    time (Unix time), the methods that headers name in place of the first, and whether it opens a
    WebSocket."""

    path: str
    mount: str
    method: str
    now: float = 0.0
    overrides: tuple[str, ...] = ()
    socket: bool = False


class Check(Protocol):
    """One more check, beside the rules, of whether a signed-in visitor may reach a target."""

    def check(self, target: Target, identity: Identity) -> None:
        """Raises Forbidden when they may not."""
