"""The input of all checks: the settings as read, and one made-up sign-in.

Knows no check. The sign-in's random values are made by the caller (command.py).
"""

from dataclasses import dataclass, field

from .._gate.records import LoginAttempt
from ..settings import Settings
from .places import Directions
from .reading import Reading


@dataclass(frozen=True, slots=True)
class Case:
    """What one run of the doctor checks. No code of the made-up sign-in is ever redeemed."""

    reading: Reading
    attempt: LoginAttempt = field(repr=False)

    @property
    def settings(self) -> Settings:
        """The settings, with stand-ins for those that `reason_to_skip` names."""
        return self.reading.settings

    @property
    def directions(self) -> Directions:
        """How to reach the pool and its client in the console and on the command line."""
        return Directions.of(self.reading)

    def reason_to_skip(self, *variables: str) -> str:
        """Why a check that needs these settings cannot run; empty when it can."""
        return self.reading.reason_to_skip(*variables)
