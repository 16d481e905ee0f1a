"""The gate's cookies, one of each kind: its name, its seal, and what it is set with.

Knows how settings decide on them; nothing of what they hold.
"""

from typing import NamedTuple

from ..settings import Settings
from .protocol.cookies import Attributes
from .protocol.seal import Encrypted, Plain, Seal, Signed


class Names(NamedTuple):
    """The cookies' names. `__Host-` keeps other hosts of the domain from planting them."""

    access: str
    id: str
    refresh: str
    session: str
    login: str
    pending: str
    form: str
    language: str
    device: str
    idle: str
    step_up: str
    return_to: str
    kept_form: str
    last_user: str

    @classmethod
    def of(cls, settings: Settings) -> "Names":
        secure = settings.secure and not settings.cookie_domain
        return cls.prefixed("__Host-" if secure else "")

    @classmethod
    def prefixed(cls, prefix: str) -> "Names":
        kinds = (
            *("access_token", "id_token", "refresh_token", "session"),
            *("login_", "pending", "form", "language", "device", "idle", "step_up", "return_to"),
            *("kept_form", "last_user"),
        )
        return cls(*(f"{prefix}cognito_{kind}" for kind in kinds))


class Seals(NamedTuple):
    """One seal for each kind of cookie."""

    access: Seal
    id: Seal
    refresh: Seal
    login: Seal
    pending: Seal
    device: Seal
    idle: Seal
    step_up: Seal
    return_to: Seal
    kept_form: Seal
    last_user: Seal

    @classmethod
    def of(cls, settings: Settings) -> "Seals":
        keys = settings.secrets
        hide = settings.cookie_encrypted
        return cls(
            access=Encrypted(keys, "access") if hide else Plain(),
            id=Encrypted(keys, "id") if hide else Plain(),
            refresh=(Encrypted if settings.refresh_cookie_encrypted else Signed)(keys, "refresh"),
            login=Encrypted(keys, "login"),
            pending=Encrypted(keys, "pending"),
            device=Encrypted(keys, "device"),
            idle=Encrypted(keys, "idle"),
            step_up=Encrypted(keys, "step_up"),
            return_to=Encrypted(keys, "return_to"),
            kept_form=Encrypted(keys, "kept_form"),
            last_user=Encrypted(keys, "last_user"),
        )


def session_attributes(settings: Settings) -> Attributes:
    """What the cookies of a session are set with."""
    return Attributes(settings.secure, settings.cookie_samesite, settings.cookie_domain)


def login_attributes(settings: Settings) -> Attributes:
    """What the cookies of a sign-in under way are set with."""
    # The callback is a cross-site navigation: Strict would keep the attempt from it.
    return Attributes(settings.secure, "lax", settings.cookie_domain)
