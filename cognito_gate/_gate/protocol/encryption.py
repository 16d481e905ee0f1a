"""Keys from secrets, and texts encrypted with them. Knows nothing of what the texts are.

Door to cryptography's Fernet and HKDF. It is imported when the first key is needed (`seal.py`).
"""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def derive(secret: str, purpose: str) -> bytes:
    """The key of 32 bytes that a secret gives for one purpose."""
    kdf = HKDF(SHA256(), length=32, salt=None, info=f"cognito-gate/1/{purpose}".encode())
    return kdf.derive(secret.encode())


class Box:
    """Fernet under several keys: the first one encrypts, all of them decrypt."""

    def __init__(self, keys: list[bytes]) -> None:
        self._fernet = MultiFernet([Fernet(urlsafe_b64encode(key)) for key in keys])

    def encrypt(self, text: str, now: float) -> str:
        return self._fernet.encrypt_at_time(text.encode(), int(now)).decode()

    def decrypt(self, sealed: bytes) -> str:
        """Raises ValueError for anything that was not encrypted with one of the keys."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as exc:
            raise ValueError("not encrypted with these keys") from exc

    def encrypted_at(self, sealed: bytes) -> int:
        """When it was encrypted (Unix time), of what `decrypt` has taken."""
        return self._fernet.extract_timestamp(sealed)
