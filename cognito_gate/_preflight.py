"""What a CORS preflight gets of the app's answer, while nobody is signed in: what other origins may
ask, and nothing else.

Knows such an answer (Fetch, "CORS-preflight fetch") on either edge. Must not know which requests
are preflights.
"""

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from starlette.types import Message, Send

Lines: TypeAlias = list[tuple[str, str]]

_PREFIX = "access-control-"
_OTHERS = ("allow", "cache-control", "content-type", "vary")


def _answer(status: str, headers: Lines) -> tuple[str, Lines]:
    """The app's answer without its body, which no browser reads, and with those headers alone that
    say what may be asked. A view that does the same for every method answers as to any request:
    that is for nobody who is not signed in."""
    kept = [pair for pair in headers if _is_shown(pair[0].lower())]
    # 204 has no body, and says nothing of one (RFC 9110, section 8.6).
    return status, kept if status.startswith("204") else [*kept, ("content-length", "0")]


def _is_shown(name: str) -> bool:
    return name.startswith(_PREFIX) or name in _OTHERS


def asgi_answer(send: "Send") -> "Send":
    """The `send` for an ASGI app that a preflight reaches."""

    async def send_answer(message: "Message") -> None:
        if message["type"] == "http.response.start":
            raw = message.get("headers", ())
            told = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw]
            status, lines = _answer(str(message["status"]), told)
            headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in lines]
            await send({"type": message["type"], "status": int(status[:3]), "headers": headers})
            await send({"type": "http.response.body"})

    return send_answer


def wsgi_answer(
    app: "WSGIApplication", environ: "WSGIEnvironment", start_response: "StartResponse"
) -> list[bytes]:
    """Call a WSGI app that a preflight reaches."""
    started: list[tuple[str, Lines]] = []

    def start(status: str, headers: Lines, exc_info: Any = None) -> Any:
        started.append((status, headers))
        return lambda data: None

    chunks = app(environ, start)
    try:
        next(iter(chunks), b"")  # an app that is a generator starts only now
    finally:
        getattr(chunks, "close", lambda: None)()
    start_response(*_answer(*started[-1]))
    return []
