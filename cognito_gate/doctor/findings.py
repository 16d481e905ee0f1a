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
    """One line of the report. `code` names the check and is stable; `unknown` is not checked.

    `decides` says that nobody can sign in before it is ok.
    """

    code: str
    title: str
    state: State
    found: str
    fix: Fix | None = None
    decides: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """A check by its code and title, from which its finding is made. One that `decides` has to be
    ok before anybody can sign in.

    Example::

        ISSUER = Check("issuer", "issuer", decides=True)
        ISSUER.wrong("the pool's issuer is another", Fix("Set AWS_COGNITO_ISSUER."))
    """

    code: str
    title: str
    decides: bool = False

    def ok(self, found: str) -> Finding:
        """Nothing has to be done."""
        return self._finding("ok", found)

    def wrong(self, found: str, fix: Fix) -> Finding:
        """This must be fixed, or visitors cannot sign in or out as they should."""
        return self._finding("wrong", found, fix)

    def warning(self, found: str, fix: Fix) -> Finding:
        """It works, but an operator should know about it."""
        return self._finding("warning", found, fix)

    def unchecked(self, why: str) -> Finding:
        """The check could not run; `why` says what is in its way."""
        return self._finding("unknown", f"not checked: {why}")

    def _finding(self, state: State, found: str, fix: Fix | None = None) -> Finding:
        return Finding(self.code, self.title, state, found, fix, self.decides)


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
