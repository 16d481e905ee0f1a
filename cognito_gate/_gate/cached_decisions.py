"""The short way to a decision: what was verified moments ago is found again, without a flow.

Knows which headers decide who somebody is. Verifies nothing: what is found here was decided by a
flow, and whether the visitor may go on is asked as it is there. None always means: ask the flow.
"""

from collections.abc import Callable, Container, Iterable
from dataclasses import replace
from typing import TypeAlias

from .authorization import Authorization
from .context import Context
from .messages import METHOD_OVERRIDES, Pass
from .protocol import cookies
from .protocol.session_cache import Entry, SessionCache
from .shown_cookies import shown_cookies
from .target import Target

Find: TypeAlias = Callable[[str, Iterable[tuple[bytes, bytes]], float, str, str], Pass | None]
"""See `CachedDecisions.find`."""
MAX_LINE_BYTES = 8_192
"""Of a Cookie header that is looked at here. Servers cap it near that, and flows take more."""
_MARK = cookies.MARK.encode()
ANYBODY = Pass(None, shown=True)
"""The decision for a public path, where nobody is signed in."""


class CachedDecisions:
    """Decisions on HTTP requests. `routes` are the paths that the gate answers itself, and all that
    begin with `below` are, where it is set."""

    def __init__(
        self,
        context: Context,
        authorization: Authorization,
        routes: Container[str],
        below: str = "",
    ) -> None:
        self._context = context
        self._authorization = authorization
        self._routes = routes
        self._below = below
        self._known = context.sessions.known
        # Browsers send one Cookie header again and again: it leads to the session at once.
        self._by_line: SessionCache[Pass] = SessionCache(context.settings.session_cache)
        self._changes = 0
        self._any_ended = context.revocations.any
        forms = context.kept_forms
        self._kept_form = forms.name.encode() if forms else b""
        bearer = {b"authorization"} if context.settings.bearer else set()
        self._looked_at = frozenset({b"cookie", b"upgrade", *METHOD_OVERRIDES} | bearer)

    def find(
        self,
        path: str,
        headers: Iterable[tuple[bytes, bytes]],
        now: float,
        method: str,
        mount: str,
    ) -> Pass | None:
        """The decision that a flow would come to, where it is known already.

        Args:
            path: decoded; `mount` is the part of it where the app is mounted.
            headers: those of the request, with lower-case names.
            now: Unix time.
        """
        if path in self._routes or (self._below and path.startswith(self._below)):
            return None
        line = token = b""
        for name, value in headers:
            if name in self._looked_at:
                if name == b"cookie":
                    line = line + b"; " + value if line else value  # HTTP/2 may send several
                elif name == b"authorization" and not token and value:
                    token = value
                else:
                    # A WebSocket's origin counts, and a method in place of the first; two tokens
                    # are none.
                    return None
        if len(line) > MAX_LINE_BYTES:
            return None
        if self._kept_form and method == "POST" and self._kept_form in line:
            return None  # it may be the form that is sent again
        if token:
            visitor = self._caller(token, now)
        elif line.find(_MARK) >= 0:  # not `in`, which takes bytes for a number first
            visitor = self._session(line, now)
        else:
            anybody = self._authorization.lets_anybody(Target(path, mount, method))
            return ANYBODY if anybody else None
        if visitor is None or not self._authorization.restricts:
            return visitor
        return self._allowed(visitor, Target(path, mount, method, now))

    def find_current(
        self,
        path: str,
        headers: Iterable[tuple[bytes, bytes]],
        now: float,
        method: str,
        mount: str,
    ) -> Pass | None:
        """The same where processes share a store: what others have ended is found no more."""
        shared = self._context.shared
        if shared is None or now >= shared.revocations.due_at:
            return None
        if self._changes != shared.copies.changes:
            self._changes = shared.copies.changes
            self._by_line = SessionCache(self._context.settings.session_cache)
        return self.find(path, headers, now, method, mount)

    def _session(self, line: bytes, now: float) -> Pass | None:
        """The session of a Cookie header."""
        entry = self._by_line.entry((line,), now)
        if entry is None:
            entry = self._by_values(line, now)
            if entry is None:
                return None
            shown = shown_cookies(line) is None
            visitor = replace(entry.result, shown=True) if shown else entry.result
            self._by_line.put((line,), visitor, now=now, until=entry.until)
        else:
            visitor = entry.result
        return None if self._any_ended() and self._is_over(visitor, now) else visitor

    def _by_values(self, line: bytes, now: float) -> Entry[Pass] | None:
        """The session of the cookies' values, where the cookie of its last use is new enough, too:
        a flow rewrites it."""
        known = self._known(line, now)
        entry = self._context.session_cache.entry(known[0], now) if known is not None else None
        if known is None or entry is None:
            return None
        until, idle = min(entry.until, known[1]), self._context.idle
        if idle is not None:
            fresh_until = idle.fresh_until(line, entry.result.marks, now)
            if fresh_until is None:
                return None
            until = min(until, fresh_until)
        return entry if until == entry.until else replace(entry, until=until)

    def _caller(self, header: bytes, now: float) -> Pass | None:
        """The caller of an Authorization header."""
        scheme, _, token = header.strip().partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        caller = self._context.bearer_cache.get((token.strip(),), now)
        return None if caller is None or self._is_over(caller, now) else caller

    def _is_over(self, visitor: Pass, now: float) -> bool:
        return self._context.is_over(visitor.marks, now)

    def _allowed(self, visitor: Pass, target: Target) -> Pass | None:
        try:
            self._authorization.check(target, visitor.identity)
        except Exception:  # noqa: BLE001 - the flow asks again, and says what is wrong
            return None
        return visitor
