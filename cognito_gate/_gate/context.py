"""The parts of one gate, as its flows share them.

Knows how settings become parts. Holds the mutable objects below the driver: the keys, the
remembered sessions, and what happened lately.
"""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ..settings import ASGI_SESSION_BYTES, Settings
from .appearance import Appearance
from .cookie_kinds import Names, Seals, login_attributes
from .effects import HttpAnswer, HttpCall
from .languages import Languages
from .messages import Pass, SessionMarks
from .protocol import oauth, session_cache
from .protocol.cookies import Attributes
from .protocol.jwks import KeyRing
from .protocol.jwt import Expected
from .protocol.recent import Recent
from .protocol.session_cache import SessionCache
from .protocol.signature_cache import SignatureCache
from .records import Tokens
from .request_ids import RequestIds
from .revocations import MemoryRevocations, Revocations, last_use
from .sessions.cookie_sessions import CookieSessions
from .sessions.interface import LastUse, Sessions

if TYPE_CHECKING:
    from .idle_cookie import IdleCookie
    from .kept_forms import KeptForms
    from .shared import Shared

RECENT = 10_000
"""How many sign-outs, used sign-ins and refused refresh tokens a process remembers, of each."""


class TokenCalls(NamedTuple):
    """Where refresh tokens go: to the login domain, or to the JSON API that needs none."""

    refresh: Callable[[Settings, str], HttpCall]
    read: Callable[[HttpAnswer], Tokens]
    revoke: Callable[[Settings, str], HttpCall]
    read_revoked: Callable[[HttpAnswer], str]


AT_LOGIN_DOMAIN = TokenCalls(
    oauth.refresh_call, oauth.read_tokens, oauth.revoke_call, oauth.read_revoked
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Context:
    """Everything a flow needs besides the request. `token` makes unguessable text.

    `revocations` are the sessions that were ended early, `orders` the ids of the requests that
    operators' tools sent to end some, `idle` says when sessions were last used
    (None where that does not count), `used` the states of sign-ins that came back (with a hash of
    the code), `refused` the refresh tokens that Cognito took no longer, and when,
    `told` the cookies of sessions whose end was told. `kept_forms` are those that browsers keep
    (None where they do not). `shared` is what processes share beside sessions (None without a
    store).
    `turn` counts the sign-ins that were started. `sessions` is where sessions live.
    """

    settings: Settings
    token: Callable[[], str]
    request_ids: RequestIds
    languages: Languages
    look: Appearance
    names: Names
    seals: Seals
    sessions: Sessions
    login: Attributes
    routes: frozenset[str]
    expected: Expected
    expected_bearer: Expected
    token_calls: TokenCalls
    keys: KeyRing
    session_cache: SessionCache[Pass]
    bearer_cache: SessionCache[Pass]
    signatures: SignatureCache
    revocations: Revocations
    orders: Recent[str]
    idle: LastUse | None
    kept_forms: "KeptForms | None"
    used: Recent[str]
    refused: Recent[float]
    told: Recent[bool]
    turn: Callable[[], int]
    shared: "Shared | None"

    def is_over(self, marks: SessionMarks, now: float) -> bool:
        """True when the session with these marks was ended, as far as this process knows."""
        return self.revocations.covers(marks, now)

    def last_use(self, now: float) -> float:
        """Until when a revocation that is made now can be of use (Unix time)."""
        seconds = self.settings.refresh_cookie_age_seconds
        return last_use(now, seconds, self.expected.leeway)

    def cached_sessions(self) -> int:
        """How many verified sessions and bearer tokens are remembered, at most."""
        return len(self.session_cache) + len(self.bearer_cache)

    @property
    def keeper(self) -> "KeptForms":
        """`kept_forms`, for flows that are there only with them."""
        if self.kept_forms is None:
            raise RuntimeError("this gate keeps no forms")
        return self.kept_forms

    @classmethod
    def of(
        cls,
        settings: Settings,
        token: Callable[[], str],
        session_bytes: int = ASGI_SESSION_BYTES,
        sessions: Sessions | None = None,
    ) -> "Context":
        """`session_bytes` is how much a session may put into cookies, unless it is set; `sessions`
        is where sessions live, if not in cookies."""
        names, seals = Names.of(settings), Seals.of(settings)
        return cls(
            settings=settings,
            token=token,
            request_ids=RequestIds(settings.request_id_header, token),
            languages=Languages(settings.templates, settings.languages),
            look=Appearance.of(settings),
            names=names,
            seals=seals,
            sessions=sessions
            or CookieSessions(settings, names, seals, settings.session_bytes or session_bytes),
            login=login_attributes(settings),
            routes=_no_way_on(settings),
            expected=_expected(settings),
            expected_bearer=_expected(settings, settings.bearer_client_ids),
            token_calls=AT_LOGIN_DOMAIN,
            keys=KeyRing(),
            session_cache=SessionCache(settings.session_cache),
            bearer_cache=SessionCache(settings.session_cache),
            signatures=_signatures(settings),
            revocations=MemoryRevocations(RECENT),
            orders=Recent(RECENT),
            idle=_idle_cookie(settings, names, seals) if settings.idle_seconds else None,
            kept_forms=_kept_forms(settings, names, seals),
            used=Recent(RECENT),
            refused=Recent(RECENT),
            told=Recent(RECENT),
            turn=itertools.count().__next__,
            shared=None,
        )


def _no_way_on(settings: Settings) -> frozenset[str]:
    """The gate's own routes that a sign-in does not lead to: all but a few pages."""
    ends = {f"{settings.prefix}/{name}" for name in ("account", "sessions", "signed-in", "resume")}
    return frozenset({settings.callback_path, *settings.routes}) - ends


def _expected(settings: Settings, further: Iterable[str] = ()) -> Expected:
    """What the tokens of our app client must say, and of the `further` ones."""
    clients = frozenset({settings.user_pool_client_id, *further})
    audiences = frozenset(settings.audiences)
    return Expected(settings.issuer_url, clients, settings.expiration_leeway, audiences)


def _signatures(settings: Settings) -> SignatureCache:
    """For those of the sessions that a session cache has no room for."""
    many = settings.session_cache > session_cache.MAX_FULL
    return SignatureCache(settings.session_cache if many else 0, session_cache.MAX_SECONDS)


def _idle_cookie(settings: Settings, names: Names, seals: Seals) -> "IdleCookie":
    from .idle_cookie import IdleCookie  # noqa: PLC0415 - only where sessions end unused

    return IdleCookie(settings, names, seals)


def _kept_forms(settings: Settings, names: Names, seals: Seals) -> "KeptForms | None":
    if not settings.keep_forms:
        return None
    from .kept_forms import KeptForms  # noqa: PLC0415 - a gate that keeps none needs none of it

    return KeptForms(settings, names, seals)
