"""What the sign-in pages keep in their cookies, and what one of them shows.

Knows shapes only; sealing, cookie names and words are elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from .._gate.records import Sentence, dump_record, load_record


@dataclass(frozen=True, slots=True)
class ChallengeRecord:
    """A step that Cognito, or we, wait for: a code, a new password, a choice.

    `attempt` tells this one from one in another tab; `username` is Cognito's name for the person,
    `typed` what they call themselves. `facts` are texts that the step's page and answer need.
    """

    attempt: str
    step: str
    session: str = field(repr=False)
    username: str
    typed: str
    return_to: str
    started_at: int
    facts: dict[str, str] = field(default_factory=dict, repr=False)

    def to_json(self) -> str:
        return dump_record(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        shape: dict[str, type] = dict.fromkeys(
            ("attempt", "step", "session", "username", "typed", "return_to"), str
        )
        return cls(**load_record(text, {**shape, "started_at": int, "facts": dict}))


@dataclass(frozen=True, slots=True)
class Device:
    """A browser, and the accounts it has signed in to: by each of their names, all as hashes."""

    id: str
    accounts: dict[str, str]

    def to_json(self) -> str:
        return dump_record(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**load_record(text, {"id": str, "accounts": dict}))


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What one of our own sign-in pages shows.

    `token` proves that a form came from our page; `typed` is shown again (never a password or a
    code); `facts` are what this screen alone needs. `request_id` is for readers to quote.
    """

    screen: str
    token: str = field(default="", repr=False)
    return_to: str = "/"
    error: Sentence | None = None
    notice: Sentence | None = None
    field_errors: Mapping[str, Sentence] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)
    request_id: str = ""
