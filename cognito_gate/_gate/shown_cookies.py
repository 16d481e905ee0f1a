"""Which of the gate's cookies the app may see: those of no sign-in under way, and no refresh token.

Knows the cookies' names; nothing of what they hold.
"""

from functools import lru_cache

from .cookie_kinds import Names

MAX_REMEMBERED_BYTES = 8_192
"""Of a Cookie header that is remembered with what the app sees of it. Servers cap it near that."""
_MARK = b"cognito_"
# The app may read the tokens, which its Identity has, too, and the visitor's language.
_SHOWN = {"access", "id", "language"}
_PLAIN_NAMES = Names.prefixed("")
_HIDDEN = frozenset(
    name.encode()
    for kind, name in zip(Names._fields, _PLAIN_NAMES, strict=True)
    if kind not in _SHOWN
)
_LOGIN = _PLAIN_NAMES.login.encode()


def shown_cookies(line: bytes) -> bytes | None:
    """A Cookie header without the gate's own secrets; None for one that holds none of them.

    An app that leaks what it was sent cannot leak these: a refresh token, sign-ins under way.
    """
    if line.find(_MARK) < 0:
        return None
    return (_without_hidden if len(line) > MAX_REMEMBERED_BYTES else _remembered)(line)


def _without_hidden(line: bytes) -> bytes | None:
    pairs = line.split(b";")
    shown = [pair for pair in pairs if not _is_hidden(pair)]
    return None if len(shown) == len(pairs) else b";".join(shown).strip(b" \t")


_remembered = lru_cache(1024)(_without_hidden)


def _is_hidden(pair: bytes) -> bool:
    name = pair.partition(b"=")[0].strip(b" \t").removeprefix(b"__Host-")
    whole = name[:-2] if name[-2:-1] == b"." and name[-1:].isdigit() else name
    return whole in _HIDDEN or name.startswith(_LOGIN)
