"""One request as a flow sees it: its facts, the gate's parts, and what was read from it once.

Knows how cookies and the query are read; must not know what they mean.
"""

from collections.abc import Callable
from typing import Any, Self, TypeAlias, TypeVar
from urllib.parse import parse_qsl

from ..errors import BadRequest
from ..events import NOBODY, Event, RequestFacts, Visitor
from ..identity import Identity
from ..settings import Settings
from .context import Context
from .messages import Incoming, Pass
from .protocol.cookies import Jar, RequestCookies

MAX_QUERY_FIELDS = 50
MAX_ASKED_CHARS = 2048
MAX_USER_AGENT_CHARS = 512

T = TypeVar("T")
Pairs: TypeAlias = tuple[tuple[str, str], ...]


class _Shared:
    """What every view of one request shares: what was read from it, decided, and found."""

    __slots__ = ("cookies", "events", "known", "read", "visitor")

    def __init__(self, incoming: Incoming, events: list[Event]) -> None:
        self.cookies = RequestCookies(incoming.values(b"cookie"))
        self.read: dict[Callable[[Any], Any], Any] = {}
        self.events = events
        self.visitor: Pass | None = None
        self.known: tuple[Identity, str] | None = None


class Exchange:
    """One request on its way through the gate.

    `context` are the parts of the gate, `incoming` the facts of the request. What is decided on
    the way is added to `events`.
    """

    __slots__ = ("_shared", "context", "incoming")

    def __init__(
        self,
        context: Context,
        incoming: Incoming,
        shared: _Shared | None = None,
        events: list[Event] | None = None,
    ) -> None:
        self.context = context
        self.incoming = incoming
        self._shared = shared or _Shared(incoming, [] if events is None else events)

    @classmethod
    def sharing(cls, other: "Exchange", context: Context) -> Self:
        """The same exchange for flows that need a larger context."""
        return cls(context, other.incoming, other._shared)

    @property
    def events(self) -> list[Event]:
        """What was decided on the way, in order."""
        return self._shared.events

    @property
    def visitor(self) -> Pass | None:
        """The visitor of the session that the request came with, once it is known."""
        return self._shared.visitor

    def remember_visitor(self, visitor: Pass) -> Pass:
        """Remember who the visitor is for the rest of this request."""
        self._shared.visitor = visitor
        if visitor.identity is not None:
            self.identify(visitor.identity, visitor.marks.session)
        return visitor

    def identify(self, identity: Identity, session: str) -> None:
        """Remember for the events of this request who sent it, and by which session."""
        self._shared.known = identity, session

    @property
    def settings(self) -> Settings:
        return self.context.settings

    @property
    def now(self) -> float:
        """When the request came, in Unix time."""
        return self.incoming.now

    @property
    def facts(self) -> RequestFacts:
        """What an event says of this request, with the visitor as far as they are known by now."""
        seen = self.incoming
        return RequestFacts(
            seen.now,
            seen.kind,
            seen.method,
            seen.path,
            seen.client,
            self.request_id,
            self.once(user_agent),
            self._who(),
        )

    @property
    def request_id(self) -> str:
        """What names this request in logs and on error pages: made when somebody first asks."""
        return self.once(_request_id)

    def _who(self) -> Visitor:
        if self._shared.known is None:
            return NOBODY
        who, session = self._shared.known
        app_client = str(who.access_claims.get("client_id") or "")
        return Visitor(who.sub, who.username or "", session, app_client)

    def record(self, event: Event) -> None:
        """Say that something was decided; the edge hands it on with the decision."""
        self._shared.events.append(event)

    @property
    def cookies(self) -> RequestCookies:
        """The cookies, of which no more is read than somebody asks for."""
        return self._shared.cookies

    @property
    def jar(self) -> Jar:
        """Our cookies, as this browser sent them."""
        return self._shared.cookies.jar

    @property
    def query(self) -> Pairs:
        """The parameters of the address, blank ones included.

        Raises:
            BadRequest: the query is not form-encoded text.
        """
        pairs = self.once(_query)
        if pairs is None:
            raise BadRequest("the query is not form-encoded text")
        return pairs

    def asked(self, name: str) -> str:
        """A parameter of the address, or an empty text. Of several, the first counts."""
        pairs = self.once(_query) or ()
        values = (value for key, value in pairs if key == name)
        return next((value for value in values if 0 < len(value) <= MAX_ASKED_CHARS), "")

    def once(self, read: "Callable[[Exchange], T]") -> T:
        """What `read` makes of this exchange, made at the first call only.

        Example::

            attempts = exchange.once(_attempts)
        """
        results = self._shared.read
        if read not in results:
            results[read] = read(self)
        value: T = results[read]
        return value


def _request_id(exchange: Exchange) -> str:
    return exchange.context.request_ids.of(exchange.incoming.headers)


def user_agent(exchange: Exchange) -> str:
    """What the browser calls itself, no longer than a log should hold."""
    values = exchange.incoming.values(b"user-agent")
    return values[0][:MAX_USER_AGENT_CHARS].decode("latin-1") if values else ""


def _query(exchange: Exchange) -> Pairs | None:
    try:
        pairs = parse_qsl(
            exchange.incoming.query.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_QUERY_FIELDS,
        )
    except ValueError:
        return None
    return tuple(pairs)
