"""What a check has found: one line of the report, and how to fix what is wrong.

Knows nothing of Cognito, of networks, or of how findings are shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

State: TypeAlias = Literal["ok", "wrong", "warning", "unknown"]

# Where two checks look at one thing, the worse of them is told.
_RANK: dict[State, int] = {"unknown": 0, "ok": 1, "warning": 2, "wrong": 3}


@dataclass(frozen=True, slots=True)
class Fix:
    """What to do: in words, as a line of settings, as clicks in the console, as a command.

    A way that does not exist for this problem is empty.
    """

    what: str
    setting: str = ""
    console: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. `code` is stable and names the check; `unknown` means that it was not checked."""

    code: str
    title: str
    state: State
    found: str
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A check by its code and title, from which its finding is made.

    Example::

        ISSUER = Line("issuer", "issuer")
        ISSUER.wrong("the pool's issuer is another", Fix("Set AWS_COGNITO_ISSUER."))
    """

    code: str
    title: str

    def ok(self, found: str) -> Finding:
        """All is well."""
        return Finding(self.code, self.title, "ok", found)

    def wrong(self, found: str, fix: Fix) -> Finding:
        """Somebody has to fix this, or visitors cannot sign in or out as they should."""
        return Finding(self.code, self.title, "wrong", found, fix)

    def warning(self, found: str, fix: Fix) -> Finding:
        """It works, and somebody should know."""
        return Finding(self.code, self.title, "warning", found, fix)

    def unchecked(self, why: str) -> Finding:
        """Nobody can say, because of something else."""
        return Finding(self.code, self.title, "unknown", f"not checked: {why}")


def merged(first: Iterable[Finding], second: Iterable[Finding]) -> tuple[Finding, ...]:
    """Both lists as one, in the order of the first; of two findings for one code, the worse.

    Where they are equally bad, the second is kept: it looked closer.
    """
    found = {finding.code: finding for finding in first}
    for finding in second:
        known = found.get(finding.code)
        if known is None or _RANK[finding.state] >= _RANK[known.state]:
            found[finding.code] = finding
    return tuple(found.values())
