"""The pool's rules for users: names to sign in with, passwords, first factors.

Frozen and checked at construction. Knows no user and no request.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase, digits

from .checks import check_known, require, texts
from .user import STANDARD_ATTRIBUTES

SIGN_IN = ("both", "email", "username")
FIRST_FACTORS = ("EMAIL_OTP", "PASSWORD", "SMS_OTP", "WEB_AUTHN")
VERIFIABLE = ("email", "phone_number")
USER_VERIFICATION = ("preferred", "required")

_LOWERCASE, _UPPERCASE = frozenset(ascii_lowercase), frozenset(ascii_uppercase)
_NUMERALS = frozenset(digits)
# What Cognito counts as a symbol; a space does as well, but the API refuses white space.
_SYMBOLS = frozenset("^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+=")


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What passwords must have. LocalConfigError for a length that Cognito does not take."""

    minimum_length: int = 8
    uppercase: bool = True
    lowercase: bool = True
    numbers: bool = True
    symbols: bool = True

    def __post_init__(self) -> None:
        length = self.minimum_length
        fits = isinstance(length, int) and not isinstance(length, bool) and 6 <= length <= 99
        require(fits, "minimum_length must be between 6 and 99")

    def complaint(self, password: str) -> str | None:
        """What the password lacks, in Cognito's words; None when it is acceptable."""
        characters = set(password)
        lacks = (
            (len(password) < self.minimum_length, "Password not long enough"),
            (self.lowercase and not _LOWERCASE & characters, _must_have("lowercase")),
            (self.uppercase and not _UPPERCASE & characters, _must_have("uppercase")),
            (self.numbers and not _NUMERALS & characters, _must_have("numeric")),
            (self.symbols and not _SYMBOLS & characters, _must_have("symbol")),
        )
        return next((text for lacking, text in lacks if lacking), None)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that are fixed when the pool is created.

    `sign_in`: "username" alone; "both" user name and verified e-mail (an alias attribute);
    "email" as the user name (a username attribute; the stored name is made up).
    """

    sign_in: str = "both"
    password: PasswordPolicy = PasswordPolicy()
    first_factors: tuple[str, ...] = ("PASSWORD",)
    required_attributes: tuple[str, ...] = ()
    auto_verified: tuple[str, ...] = VERIFIABLE
    relying_party: str = "localhost"  # of passkeys: the host of the app, or a parent; "" for none
    user_verification: str = "preferred"  # of passkeys

    def __post_init__(self) -> None:
        check_known("sign_in", (self.sign_in,), SIGN_IN)
        require(isinstance(self.password, PasswordPolicy), "password_policy is not a policy")
        for name in ("first_factors", "required_attributes", "auto_verified"):
            object.__setattr__(self, name, texts(getattr(self, name), name))
        check_known("first_factors", self.first_factors, FIRST_FACTORS)
        known = tuple(sorted(STANDARD_ATTRIBUTES))
        check_known("required_attributes", self.required_attributes, known)
        check_known("auto_verified", self.auto_verified, VERIFIABLE)
        check_known("user_verification", (self.user_verification,), USER_VERIFICATION)


def _must_have(kind: str) -> str:
    return f"Password must have {kind} characters"
