"""Sessions in the browser's own cookies: the default, which needs nothing else.

Knows the three session cookies, their seals and ages. Verifies nothing: what it reads is still
only what a browser sent.
"""

from ...errors import SessionTooLarge, TokenRefused
from ...settings import Settings
from ..cookie_kinds import Names, Seals, session_attributes
from ..effects import Flow
from ..messages import Headers
from ..protocol import cookies as cookie_parts
from ..protocol.cookies import Jar, RequestCookies
from ..protocol.seal import Inherited
from ..protocol.session_cache import Values
from ..records import RefreshRecord, Tokens
from .interface import NOT_SAID, Beginning, Listed, Saved, Stored

INHERITED = Names.prefixed("")
"""The names that flask-cognito-lib uses."""


class CookieSessions:
    """The `Sessions` of a gate without a store. `max_bytes` is how much a session may put into
    cookies."""

    def __init__(self, settings: Settings, names: Names, seals: Seals, max_bytes: int) -> None:
        self._settings = settings
        self._names = names
        self._seals = seals
        self._max_bytes = max_bytes
        self._attributes = session_attributes(settings)
        old_key = settings.flask_cognito_lib_key
        self._inherited = Inherited(old_key) if old_key else None
        refresh = (names.refresh,) if settings.refresh_flow_enabled else ()
        self.cookie_names = (names.access, names.id, *refresh)

    def known(self, line: bytes, now: float) -> tuple[Values, float] | None:
        values = cookie_parts.glance(line, self.cookie_names)
        return None if values is None else (values, float("inf"))

    def load(self, cookies: RequestCookies, now: float, *, fresh: bool = False) -> Flow[Stored]:
        yield from ()
        plain = cookies.glance(self.cookie_names)
        if plain and plain[0]:
            access, id_, refresh = (*plain, "", "")[:3]
            parts = [(value,) if value else () for value in (access, id_, refresh)]
            return Stored(parts[0], parts[1], parts[2])
        return self._search(cookies.jar) if cookies.jar else Stored()

    def _search(self, jar: Jar) -> Stored:
        names = self._names
        if self._inherited and not cookie_parts.names(jar, names.access) + cookie_parts.names(
            jar, names.refresh
        ):
            names = INHERITED
        refreshes = self._settings.refresh_flow_enabled
        return Stored(
            cookie_parts.candidates(jar, names.access),
            cookie_parts.candidates(jar, names.id),
            cookie_parts.candidates(jar, names.refresh) if refreshes else [],
        )

    def values(self, cookies: RequestCookies, access: str, id_: str, refresh: str) -> Values:
        return self._values(access, id_, refresh)

    def _values(self, access: str, id_: str, refresh: str) -> Values:
        return (access, id_, refresh)[: len(self.cookie_names)]

    def open_access(self, value: str) -> tuple[str, float]:
        """A sealed value alone says when it ends."""
        text = self._seals.access.open(value)
        end, colon, token = text.partition(":")
        return (token, float(end)) if colon and end.isdigit() else (text, float("inf"))

    def open_id(self, value: str) -> str:
        return self._seals.id.open(value)

    def open_refresh(self, value: str) -> RefreshRecord:
        try:
            return RefreshRecord.from_json(self._seals.refresh.open(value))
        except TokenRefused:
            if self._inherited is None:
                raise
            token, sealed_at = self._inherited.open(value)
            return RefreshRecord(token, None, sealed_at)  # whose it is, Cognito will say

    def check_size(self, tokens: Tokens) -> None:
        self._check_sizes({"access": len(tokens.access), "ID": len(tokens.id)})

    def begin(
        self,
        cookies: RequestCookies,
        tokens: Tokens,
        record: RefreshRecord | None,
        now: float,
        beginning: Beginning = NOT_SAID,
        *,
        unseen: bool = False,
    ) -> Flow[Saved]:
        yield from ()
        return self.give(cookies.jar, tokens, record, now, unseen=unseen)

    def save(
        self, cookies: RequestCookies, tokens: Tokens, record: RefreshRecord, now: float
    ) -> Flow[Saved | None]:
        yield from ()
        return self.give(cookies.jar, tokens, record, now)

    def give(
        self,
        jar: Jar,
        tokens: Tokens,
        record: RefreshRecord | None,
        now: float,
        *,
        unseen: bool = False,
    ) -> Saved:
        """A session as cookies, in place of those in `jar`. Raises SessionTooLarge."""
        age, rest = self._settings.cookie_age_seconds, 0
        if record is not None:
            rest = self._rest(record, now)
            age = min(age, rest)
        end = f"{int(now) + age}:" if self._settings.cookie_encrypted else ""
        names, seals = self._names, self._seals
        access = seals.access.seal(end + tokens.access, now)
        id_ = seals.id.seal(tokens.id, now) if tokens.id else ""
        refresh = seals.refresh.seal(record.to_json(), now) if record else ""
        self._check_sizes(
            {names.access: len(access), names.id: len(id_), names.refresh: len(refresh)}
        )
        lines = [
            *self._lines(jar, names.access, access, age, unseen=unseen),
            *self._lines(jar, names.id, id_, age, unseen=unseen),
            *self._lines(jar, names.refresh, refresh, rest, unseen=unseen),
            *self._left_behind(jar),
        ]
        values = self._values(access, id_, refresh)
        return Saved(_headers(lines), values, int(now) + age if end else float("inf"))

    def save_refresh(
        self, cookies: RequestCookies, record: RefreshRecord, now: float
    ) -> Flow[Headers]:
        yield from ()
        sealed = self._seals.refresh.seal(record.to_json(), now)
        rest = self._rest(record, now)
        return _headers(self._attributes.store(self._names.refresh, sealed, rest, cookies.jar))

    def drop_refresh(self, cookies: RequestCookies) -> Flow[Headers]:
        yield from ()
        return _headers(self._attributes.clear(self._names.refresh, cookies.jar))

    def drop(self, cookies: RequestCookies, *, unseen: bool = False) -> Flow[Headers]:
        yield from ()
        return self.clear(cookies.jar, unseen=unseen)

    def clear(self, jar: Jar, *, unseen: bool = False) -> Headers:
        """What clears the session's cookies."""
        names, lines = self._names, self._left_behind(jar)
        for name in (names.access, names.id, names.refresh):
            lines += self._attributes.clear(name, jar, always=unseen)
        return _headers(lines)

    def listed(self, sub: str) -> Flow[tuple[Listed, ...] | None]:
        yield from ()
        return None  # browsers have them

    def end(self, session: Listed, now: float) -> Flow[None]:
        yield from ()

    def _rest(self, record: RefreshRecord, now: float) -> int:
        """The seconds to the absolute end of a session."""
        return max(0, record.ends_at(self._settings.refresh_cookie_age_seconds) - int(now))

    def _lines(self, jar: Jar, name: str, value: str, seconds: int, *, unseen: bool) -> list[str]:
        if value:
            return self._attributes.store(name, value, seconds, jar, unseen=unseen)
        return self._attributes.clear(name, jar, unseen=unseen)

    def _check_sizes(self, sizes: dict[str, int]) -> None:
        """Raises SessionTooLarge, naming the sizes, when their sum is too much for cookies."""
        total = sum(sizes.values())
        if total > self._max_bytes:
            parts = ", ".join(f"{name} {size}" for name, size in sizes.items())
            raise SessionTooLarge(
                f"a session of {total} bytes ({parts}) does not fit into cookies "
                f"({self._max_bytes}, by COGNITO_GATE_SESSION_BYTES or its default); "
                "fewer groups or custom claims, or AWS_COGNITO_SCOPES without profile, make it "
                "smaller; a larger budget fits if what stands in front takes it; "
                "COGNITO_GATE_STORE with COGNITO_GATE_STORE_FOR=large keeps it on a server"
            )

    def _left_behind(self, jar: Jar) -> list[str]:
        """Lines that clear what flask-cognito-lib set under names that are not ours."""
        if self._inherited is None or self._names == INHERITED:
            return []
        old = (INHERITED.access, INHERITED.id, INHERITED.refresh)
        return [line for name in old for line in self._attributes.clear(name, jar)]


def _headers(lines: list[str]) -> Headers:
    return tuple(("set-cookie", line) for line in lines)
