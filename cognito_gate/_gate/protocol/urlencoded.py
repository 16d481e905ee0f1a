"""The body of a form -> its fields: `application/x-www-form-urlencoded` (WHATWG URL, section 5).

Must not know which forms there are, nor what is in them. No error ever repeats what was typed.
"""

import re
from typing import TypeAlias
from urllib.parse import unquote_to_bytes

from ...errors import BadRequest

Fields: TypeAlias = tuple[tuple[str, str], ...]

_TYPE = b"application/x-www-form-urlencoded"
_STRAY = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def check_type(content_type: bytes) -> None:
    """Raises BadRequest for the Content-Type of anything but such a form in UTF-8."""
    kind, *parameters = (part.strip(b" \t") for part in content_type.lower().split(b";"))
    if kind != _TYPE:
        raise BadRequest(f"this address takes forms only ({_TYPE.decode()})")
    for parameter in parameters:
        name, _, value = parameter.partition(b"=")
        if name == b"charset" and value.strip(b'"') != b"utf-8":
            raise BadRequest("this address takes forms in UTF-8 only")


def parse(body: bytes, max_fields: int) -> Fields:
    """The fields of a form, exactly as they were typed.

    Raises:
        BadRequest: there are more, or something is not what a browser writes: a stray percent sign,
            or text that is not UTF-8.
    """
    if body.count(b"&") >= max_fields:
        raise BadRequest(f"this form has more than {max_fields} fields")
    pairs = (field.partition(b"=") for field in filter(None, body.split(b"&")))
    return tuple((_decoded(name), _decoded(value)) for name, _, value in pairs)


def _decoded(raw: bytes) -> str:
    if _STRAY.search(raw):
        raise BadRequest("this form has a percent sign that begins no percent-encoding")
    try:
        return unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        # Without its cause, which holds the bytes: they may be a password.
        raise BadRequest("this form holds text that is not UTF-8") from None
