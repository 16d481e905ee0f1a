"""The parts of a gate that has sign-in pages of its own, beside those of any gate.

Knows how settings become parts. Holds the counters of tries, the third kind of mutable object.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

from .._parts.forms import Keys
from .._parts.policy import Policy
from .._parts.recall import Recall
from .._parts.screens import Screens
from .._parts.throttle import Throttle
from ..settings import ASGI_SESSION_BYTES, Settings
from .context import Context

ENTRIES = 50_000  # counters of each kind, at most


@dataclass(frozen=True, slots=True)
class Tries:
    """How often one may guess and have messages sent; and what is known of names."""

    guesses_by_address: Throttle
    guesses: Throttle  # of a browser, of an address at an account, of codes at an account
    passwords_by_account: Throttle
    messages_by_address: Throttle
    messages: Throttle
    messages_by_destination: Throttle
    messages_by_mask: Throttle
    one_time_codes: Throttle
    accounts: Recall
    destinations: Recall
    warned: set[str]

    @classmethod
    def of(cls, settings: Settings) -> "Tries":
        most, per_account = settings.tries_per_address, settings.tries_per_account
        return cls(
            guesses_by_address=Throttle(most, 300, ENTRIES),
            guesses=Throttle(per_account, 300, ENTRIES),
            passwords_by_account=Throttle(10 * per_account, 300, ENTRIES),
            messages_by_address=Throttle(most, 3600, ENTRIES),
            # At most 5 in any hour, as Cognito's own limit for some kinds (Developer Guide,
            # "Quotas"): to run into that one would tell that the account exists.
            messages=Throttle(3, 3600, ENTRIES),
            messages_by_destination=Throttle(5, 3600, ENTRIES),
            messages_by_mask=Throttle(20, 3600, ENTRIES),
            one_time_codes=Throttle(10, 3600, ENTRIES),
            accounts=Recall(ENTRIES),
            destinations=Recall(ENTRIES),
            warned=set(),
        )


@dataclass(frozen=True, slots=True)
class Own(Context):
    """A gate's parts, and those of its pages."""

    app_name: str
    form_keys: Keys
    policy: Policy
    screens: Screens
    tries: Tries

    @classmethod
    def of(
        cls, settings: Settings, token: Callable[[], str], session_bytes: int = ASGI_SESSION_BYTES
    ) -> "Own":
        base = Context.of(settings, token, session_bytes)
        return cls(
            **{item.name: getattr(base, item.name) for item in fields(base)},
            app_name=settings.app_name or settings.app_origin.partition("://")[2],
            form_keys=Keys(settings.secrets),
            policy=Policy.parse(settings.password_policy),
            screens=Screens(settings),
            tries=Tries.of(settings),
        )
