"""The result of a check: one line of the report, and how to fix what is wrong.

Knows nothing about Cognito, networks, or how findings are shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

State: TypeAlias = Literal["ok", "wrong", "warning", "unknown"]

# Where two checks have the same code, the report shows the worse finding.
_RANK: dict[State, int] = {"unknown": 0, "ok": 1, "warning": 2, "wrong": 3}


@dataclass(frozen=True, slots=True)
class Fix:
    """What to do: in words, as a line of settings, as clicks in the console, as a command.

    Those that do not apply to the problem are empty.
    """

    what: str
    setting: str = ""
    console: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `code` names the check and is stable; `unknown` is not checked."""

    code: str
    title: str
    state: State
    found: str
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A check by its code and title, from which its finding is made.

    Example::

        ISSUER = Line("issuer", "issuer")
        ISSUER.wrong("the pool's issuer is another", Fix("Set AWS_COGNITO_ISSUER."))
    """

    code: str
    title: str

    def ok(self, found: str) -> Finding:
        """Nothing has to be done."""
        return Finding(self.code, self.title, "ok", found)

    def wrong(self, found: str, fix: Fix) -> Finding:
        """This must be fixed, or visitors cannot sign in or out as they should."""
        return Finding(self.code, self.title, "wrong", found, fix)

    def warning(self, found: str, fix: Fix) -> Finding:
        """It works, but an operator should know about it."""
        return Finding(self.code, self.title, "warning", found, fix)

    def unchecked(self, why: str) -> Finding:
        """The check could not run; `why` says what is in its way."""
        return Finding(self.code, self.title, "unknown", f"not checked: {why}")


def merge_findings(first: Iterable[Finding], second: Iterable[Finding]) -> tuple[Finding, ...]:
    """Both lists as one, in the order of the first; of two findings for one code, the worse.

    Where they are equally bad, the second is kept, which comes from the more detailed check.
    """
    by_code = {finding.code: finding for finding in first}
    for finding in second:
        earlier = by_code.get(finding.code)
        if earlier is None or _RANK[finding.state] >= _RANK[earlier.state]:
            by_code[finding.code] = finding
    return tuple(by_code.values())
