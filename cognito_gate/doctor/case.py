"""What is examined: the settings as read, and one made-up sign-in.

Knows no check. The sign-in's values come from above: nothing here is random.
"""

from dataclasses import dataclass, field

from .._gate.records import LoginAttempt
from ..settings import Settings
from .places import Place
from .reading import Reading


@dataclass(frozen=True, slots=True)
class Case:
    """One examination. No code of the made-up sign-in is ever redeemed."""

    reading: Reading
    attempt: LoginAttempt = field(repr=False)

    @property
    def settings(self) -> Settings:
        """The settings, with stand-ins where `unsure` says so."""
        return self.reading.settings

    @property
    def place(self) -> Place:
        """Where the pool and its client are fixed."""
        return Place.of(self.reading)

    def unsure(self, *variables: str) -> str:
        """Why a check that needs these settings cannot run; empty when it can."""
        return self.reading.unsure(*variables)
