"""Reads CBOR (RFC 8949), as far as WebAuthn uses it: definite lengths, no tags, no fractions.

Must not know what is in it. Everything it reads came from a browser.
"""

from __future__ import annotations

_MAX_DEPTH = 4  # CTAP2's canonical form allows no more
_SIMPLE = {20: False, 21: True, 22: None}
_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}


def decode(data: bytes) -> tuple[object, bytes]:
    """The first item, and what follows it. Raises ValueError for anything else.

    Example::

        decode(b"\\xa1\\x61a\\x01rest")  # ({"a": 1}, b"rest")
    """
    reader = _Reader(data)
    return reader.item(0), data[reader.at :]


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        taken = self.data[self.at : self.at + count]
        if len(taken) != count:
            raise ValueError("CBOR that is cut short")
        self.at += count
        return taken

    def item(self, depth: int) -> object:
        if depth > _MAX_DEPTH:
            raise ValueError("CBOR that is nested too deeply")
        [first] = self.take(1)
        kind, argument = first >> 5, self.argument(first & 31)
        match kind:
            case 0:
                return argument
            case 1:
                return -1 - argument
            case 2:
                return self.take(argument)
            case 3:
                return self.take(argument).decode()
            case 4:
                return [self.item(depth + 1) for _ in range(self.count(argument))]
            case 5:
                return self.pairs(self.count(argument), depth)
        if kind == 7 and first & 31 in _SIMPLE:
            return _SIMPLE[argument]
        raise ValueError("CBOR of a kind that is not used here")

    def argument(self, short: int) -> int:
        """A number in the first byte, or in those after it."""
        if short < 24:
            return short
        if short not in _WIDTHS:
            raise ValueError("CBOR of indefinite length")
        return int.from_bytes(self.take(_WIDTHS[short]))

    def count(self, number: int) -> int:
        """A number of items that can still be there: each takes a byte at least."""
        if number > len(self.data) - self.at:
            raise ValueError("CBOR that is cut short")
        return number

    def pairs(self, count: int, depth: int) -> dict[object, object]:
        found: dict[object, object] = {}
        for _ in range(count):
            key = self.item(depth + 1)
            if not isinstance(key, str | int) or key in found:
                raise ValueError("CBOR with a key that is twice there, or none")
            found[key] = self.item(depth + 1)
        return found
