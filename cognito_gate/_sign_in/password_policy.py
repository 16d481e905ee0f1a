"""What a pool asks of a new password, so that a page can say it before Cognito refuses.

Knows Cognito's rules (Developer Guide, "Adding user pool password requirements"); must not know
how a page tells them. Cognito decides in the end.
"""

import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

MAX_CHARS = 256  # characters of any password (API reference, PasswordType)
_LENGTHS = range(6, 100)  # what a pool may ask for at least


def _contains_any(characters: str) -> Callable[[str], bool]:
    allowed = frozenset(characters)
    return lambda password: not allowed.isdisjoint(password)


# Basic Latin letters and digits only. Cognito's list of symbols is ASCII's punctuation, all of it;
# the space it names as well never gets there, since the API takes no white space.
_RULES = {
    "upper": _contains_any(string.ascii_uppercase),
    "lower": _contains_any(string.ascii_lowercase),
    "digits": _contains_any(string.digits),
    "symbols": _contains_any(string.punctuation),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """The least length of a password, and what it must hold (`upper lower digits symbols`).

    Letters, digits and symbols beyond ASCII are taken and fulfil no rule. Length is counted in code
    points, of which there are never more than of what Cognito may count (UTF-16 units).

    Raises:
        ValueError: no pool has such a policy.

    Example::

        Policy.parse("8 upper digits").missing("secret")   # ("length", "upper", "digits")
    """

    length: int
    rules: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.length not in _LENGTHS:
            raise ValueError(
                f"a password policy asks for 6 to 99 characters at least, not {self.length}"
            )
        for rule in self.rules:
            if rule not in _RULES:
                raise ValueError(f"a password policy asks for {', '.join(_RULES)}, not {rule!r}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `8 upper lower digits symbols`: the least length, then what must be there.

        Raises:
            ValueError: it does not say that.
        """
        length, *rules = text.split() or [""]
        if not re.fullmatch("[0-9]{1,2}", length):
            raise ValueError(f"a password policy begins with the least length, not with {length!r}")
        return cls(int(length), tuple(dict.fromkeys(rules)))

    def missing(self, password: str) -> tuple[str, ...]:
        """Which rules a password breaks: `length`, those of `rules`, `whitespace`.

        `length` also stands for more than 256 characters.
        """
        broken = [rule for rule in self.rules if not _RULES[rule](password)]
        if not self.length <= len(password) <= MAX_CHARS:
            broken.insert(0, "length")
        if any(map(str.isspace, password)):
            broken.append("whitespace")
        return tuple(broken)
