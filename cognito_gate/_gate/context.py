"""The parts of one gate, as its flows share them.

Knows how settings become parts. Holds the mutable objects below the driver: the keys, the
remembered sessions, and what happened lately.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..settings import ASGI_SESSION_BYTES, Settings
from .appearance import Appearance
from .cookie_kinds import Names, Seals, login_attributes
from .effects import HttpAnswer, HttpCall
from .idle_cookie import IdleCookie
from .languages import Languages
from .messages import Pass, SessionMarks
from .protocol import oauth
from .protocol.cookies import Attributes
from .protocol.jwks import KeyRing
from .protocol.jwt import Expected
from .protocol.recent import Recent
from .protocol.session_cache import SessionCache
from .records import Tokens
from .request_ids import RequestIds
from .revocations import MemoryRevocations, Revocations, last_use
from .sessions.cookie_sessions import CookieSessions
from .sessions.interface import LastUse, Sessions

if TYPE_CHECKING:
    from .shared import Shared

RECENT = 10_000
"""How many sign-outs, used sign-ins and refused refresh tokens a process remembers, of each."""


@dataclass(frozen=True, slots=True)
class TokenCalls:
    """Where refresh tokens go: to the login domain, or to the JSON API that needs none."""

    refresh: Callable[[Settings, str], HttpCall]
    read: Callable[[HttpAnswer], Tokens]
    revoke: Callable[[Settings, str], HttpCall]
    read_revoked: Callable[[HttpAnswer], str]


AT_LOGIN_DOMAIN = TokenCalls(
    oauth.refresh_call, oauth.read_tokens, oauth.revoke_call, oauth.read_revoked
)


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a flow needs besides the request. `token` makes unguessable text.

    `revocations` are the sessions that were ended early, `orders` the ids of the requests that
    operators' tools sent to end some, `idle` says when sessions were last used
    (None where that does not count), `used` the states of sign-ins that came back (with a hash of
    the code), `refused` the refresh tokens that Cognito took no longer, and when,
    `told` the cookies of sessions whose end was told.
    `shared` is what processes share beside sessions (None without a store).
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
    revocations: Revocations
    orders: Recent[str]
    idle: LastUse | None
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
        issuer, leeway = settings.issuer_url, settings.expiration_leeway
        # Pages of ours that a sign-in may lead to.
        ends = {f"{settings.prefix}/{name}" for name in ("account", "sessions", "signed-in")}
        ours = frozenset({settings.user_pool_client_id})
        further = ours | set(settings.bearer_client_ids)
        audiences = frozenset(settings.audiences)
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
            routes=frozenset({settings.callback_path, *settings.routes}) - ends,
            expected=Expected(issuer, ours, leeway, audiences),
            expected_bearer=Expected(issuer, further, leeway, audiences),
            token_calls=AT_LOGIN_DOMAIN,
            keys=KeyRing(),
            session_cache=SessionCache(settings.session_cache),
            bearer_cache=SessionCache(settings.session_cache),
            revocations=MemoryRevocations(RECENT),
            orders=Recent(RECENT),
            idle=IdleCookie(settings, names, seals) if settings.idle_seconds else None,
            used=Recent(RECENT),
            refused=Recent(RECENT),
            told=Recent(RECENT),
            turn=itertools.count().__next__,
            shared=None,
        )
