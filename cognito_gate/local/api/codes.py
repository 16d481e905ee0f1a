"""Six-digit codes by e-mail and SMS: sending, checking, and their delivery details.

Must not know what a right code opens.
"""

from __future__ import annotations

import secrets

from ..pool import Pool
from ..user import User
from . import invented
from .errors import code_expired, code_mismatch
from .memory import SentCode
from .outbox import Message

EMAIL, PHONE = "email", "phone_number"
_MEDIA = {EMAIL: "EMAIL", PHONE: "SMS"}

SIGN_UP_SECONDS = ATTRIBUTE_SECONDS = 24 * 3600
FORGOT_SECONDS = 3600


def send(pool: Pool, kind: str, user: User, attribute: str) -> str:
    """Send a new code to the user's address, and return it."""
    to = user.contact(attribute) or ""
    code = f"{secrets.randbelow(1_000_000):06}"
    pool.outbox.send(Message(kind, _MEDIA[attribute], to, code, pool.now()))
    return code


def send_and_keep(
    pool: Pool, kind: str, user: User, attribute: str, purpose: str, seconds: int
) -> dict[str, str]:
    """Send a code for a purpose, which replaces earlier ones; returns the delivery details."""
    code = send(pool, kind, user, attribute)
    pool.memory.codes.put(_key(purpose, user), SentCode(code, attribute, pool.now() + seconds))
    return delivery(attribute, user.contact(attribute) or "")


def check_code(pool: Pool, purpose: str, user: User, code: str) -> SentCode:
    """The code that was sent, if this is it; CodeMismatch or ExpiredCode otherwise."""
    sent = pool.memory.codes.get(_key(purpose, user))
    if sent is None or pool.now() >= sent.expires_at:
        raise code_expired()
    if not same(sent.code, code):
        raise code_mismatch()
    return sent


def discard_code(pool: Pool, purpose: str, user: User) -> None:
    """Forget a code, so that it cannot be used again."""
    pool.memory.codes.pop(_key(purpose, user))


def same(one: str, other: str) -> bool:
    """Compare two codes, in constant time."""
    return secrets.compare_digest(one.encode(), other.encode())


def delivery(attribute: str, destination: str) -> dict[str, str]:
    """CodeDeliveryDetails, with the address masked."""
    return {
        "Destination": masked(destination),
        "DeliveryMedium": _MEDIA[attribute],
        "AttributeName": attribute,
    }


def simulated_delivery(pool: Pool, name: str) -> dict[str, str]:
    """CodeDeliveryDetails for an unknown user, the same each time."""
    return delivery(EMAIL, invented.address(pool, name))


def masked(destination: str) -> str:
    """`j***@e***`, or the last four digits of a number."""
    local, at, domain = destination.partition("@")
    if at:
        return f"{local[:1]}***@{domain[:1]}***"
    digits = destination.removeprefix("+")
    return f"+{'*' * (len(digits) - 4)}{digits[-4:]}"


def _key(purpose: str, user: User) -> str:
    return f"{purpose} {user.sub}"
