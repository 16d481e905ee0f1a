"""Texts signed with keys, for everybody to read. Knows nothing of what they are.

Door to itsdangerous. It is imported where a setting asks for a signature (`seal.py`).
"""

from itsdangerous import BadData, URLSafeSerializer


class Signer:
    """Signs for one purpose, the `salt`: the first key signs, all of them verify."""

    def __init__(self, keys: list[bytes], salt: str) -> None:
        self._serializer = URLSafeSerializer(keys[::-1], salt=salt)  # whose last key signs

    def sign(self, text: str) -> str:
        return str(self._serializer.dumps(text))

    def verify(self, signed: bytes) -> str:
        """Raises ValueError for anything that was not signed with one of the keys."""
        try:
            return str(self._serializer.loads(signed))
        except (BadData, RecursionError) as exc:
            raise ValueError("not signed with these keys") from exc
