"""Forms: a posted body -> its fields; and the token that ties a form to one browser.

Knows which fields a form may have, and HMAC; must not know which forms there are, nor what is in
them. No error ever repeats what was typed.
"""

import hmac
from collections.abc import Mapping

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .._gate.protocol import urlencoded
from .._gate.protocol.urlencoded import Fields
from ..errors import BadRequest, CrossSiteRefused

MAX_FIELDS = 50


def parse(body: bytes, content_type: bytes) -> Fields:
    """The fields of a form, exactly as they were typed.

    Args:
        body: the request's body.
        content_type: the value of its Content-Type header.

    Raises:
        BadRequest: it is no form, or something is not what a browser writes: a stray percent sign,
            or text that is not UTF-8.
    """
    urlencoded.check_type(content_type)
    return urlencoded.parse(body, MAX_FIELDS)


def select(fields: Fields, wanted: Mapping[str, int]) -> dict[str, str]:
    """The wanted fields that are there.

    Args:
        fields: what `parse` read.
        wanted: the name of each field and the most characters it may have. Others are ignored.

    Raises:
        BadRequest: a wanted field is there twice, or is too long.

    Example::

        select(parse(b"username=ada&code=1+2", content_type), {"code": 64})   # {"code": "1 2"}
    """
    selected: dict[str, str] = {}
    for name, text in fields:
        if name not in wanted:
            continue
        if name in selected:  # parsers disagree on which of two counts
            raise BadRequest(f"the field {name} of this form was sent twice")
        if len(text) > wanted[name]:
            reason = f"the field {name} of this form takes {wanted[name]} characters at most"
            raise BadRequest(reason, field=name, limit=wanted[name])
        selected[name] = text
    return selected


class Keys:
    """What form tokens are made with: the key of the first secret signs, those of all verify.

    Example::

        keys = Keys(settings.secrets)
        check(keys, browser, token(keys, browser))
    """

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._keys = [_key(secret) for secret in secrets]

    def tokens(self, browser: str) -> list[str]:
        """The token of each key, the one that signs first."""
        data = browser.encode("utf-8", "surrogatepass")
        return [hmac.digest(key, data, "sha256").hex() for key in self._keys]


def _key(secret: str) -> bytes:
    # RFC 5869 section 3.2: `info` keeps it apart from the keys of seal.py, whose go on with a "1".
    kdf = HKDF(SHA256(), length=32, salt=None, info=b"cognito-gate/form/1")
    return kdf.derive(secret.encode())


def token(keys: Keys, browser: str) -> str:
    """The token that the forms of one browser carry: 64 hex digits.

    Args:
        browser: what only this browser has, a random text in a cookie; never empty.
    """
    if not browser:
        raise ValueError("a form token needs the text of a browser's cookie, and got none")
    return keys.tokens(browser)[0]


def check(keys: Keys, browser: str, token: str) -> None:
    """Let a form through whose token was made for this browser.

    Raises:
        CrossSiteRefused: it was not, or the browser brought no cookie.
    """
    received = token.encode("utf-8", "surrogatepass")
    # All keys are tried, so that the time tells nothing of them.
    matches = [
        hmac.compare_digest(expected.encode(), received) for expected in keys.tokens(browser)
    ]
    if not browser or not any(matches):
        raise CrossSiteRefused("a form came without the token of this browser")
