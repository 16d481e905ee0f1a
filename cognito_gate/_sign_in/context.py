"""The parts of a gate with sign-in pages, in addition to those of every gate.

Knows how settings become parts. Holds the rate limits, one of the few mutable shared objects.
"""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from .._gate.context import Context, TokenCalls
from .._gate.exchange import Exchange
from ..settings import Settings
from . import cognito_api
from .form_body import Keys
from .password_policy import Policy
from .rate_limiter import RateLimiter
from .recall import Recall
from .views import Views

if TYPE_CHECKING:
    from .._gate.shared import Shared

_BY_API = TokenCalls(
    cognito_api.refresh,
    cognito_api.read_refreshed,
    cognito_api.revoke,
    cognito_api.read_revoked,
)
ENTRIES = 50_000  # counters of each kind, at most


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The rate limits of guesses and messages, and what is known about names."""

    guesses_by_address: RateLimiter
    guesses: RateLimiter  # of a browser, of an address at an account, of codes at an account
    passwords_by_account: RateLimiter
    messages_by_address: RateLimiter
    messages: RateLimiter
    messages_by_destination: RateLimiter
    messages_by_mask: RateLimiter
    one_time_codes: RateLimiter
    accounts: Recall
    destinations: Recall
    warned: set[str]

    @classmethod
    def of(cls, settings: Settings, shared: "Shared | None") -> "RateLimits":
        """`shared` is there where processes count together."""

        def limiter(name: str, most: int, seconds: float) -> RateLimiter:
            if shared is None:
                return RateLimiter(most, seconds, ENTRIES)
            from .shared_rate_limiter import SharedRateLimiter  # noqa: PLC0415

            return SharedRateLimiter(name, most, seconds, ENTRIES, shared.keys)

        most, per_account = settings.tries_per_address, settings.tries_per_account
        return cls(
            guesses_by_address=limiter("guesses_by_address", most, 300),
            guesses=limiter("guesses", per_account, 300),
            passwords_by_account=limiter("passwords_by_account", 10 * per_account, 300),
            messages_by_address=limiter("messages_by_address", most, 3600),
            # At most 5 in any hour, as Cognito's own limit for some kinds (Developer Guide,
            # "Quotas"): to run into that one would tell that the account exists.
            messages=limiter("messages", 3, 3600),
            messages_by_destination=limiter("messages_by_destination", 5, 3600),
            messages_by_mask=limiter("messages_by_mask", 20, 3600),
            one_time_codes=limiter("one_time_codes", 10, 3600),
            accounts=Recall(ENTRIES),
            destinations=Recall(ENTRIES),
            warned=set(),
        )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SignInContext(Context):
    """A gate's parts, with those of its sign-in pages."""

    app_name: str
    form_keys: Keys
    policy: Policy
    screens: Views
    limits: RateLimits

    @classmethod
    def extending(cls, base: Context) -> "SignInContext":
        """The parts of a gate, and those of its pages beside them."""
        settings = base.settings
        return cls(
            **{item.name: getattr(base, item.name) for item in fields(base)}
            | {"token_calls": _BY_API},
            app_name=settings.app_name or settings.app_origin.partition("://")[2],
            form_keys=Keys(settings.secrets),
            policy=Policy.parse(settings.password_policy),
            screens=Views(settings, base.languages, base.look),
            limits=RateLimits.of(settings, base.shared),
        )


class SignInExchange(Exchange):
    """One request for one of these pages."""

    __slots__ = ()
    context: SignInContext
