"""Keep a form whose sender has to sign in first, as far as that is safe and possible.

Knows which forms are kept: those that a page of this origin sent, of a user who is known, that can
be sent again as they were. Must not know what is shown about it. Loaded only where forms are kept.
"""

import re
from typing import Literal, TypeAlias

from ...errors import BadRequest
from ..effects import Flow, read_form
from ..exchange import Exchange
from ..kept_forms import MAX_BYTES, RESERVED, KeptForm
from ..messages import MAX_FORM_BYTES, Headers, Incoming
from ..protocol import fetch_metadata, urlencoded
from ..protocol.urlencoded import Fields
from . import login

Outcome: TypeAlias = Literal["kept", "lost", "too_large", "waiting"]
"""What became of a form. `waiting`: another one is kept already, and would be lost."""
MAX_FIELDS = 1_000
# A field of a form comes back from a page of ours as it was, but for what no browser sends: a name
# that is empty, a NUL, and line breaks that are not CRLF (HTML, "constructing the entry list").
_CHANGES = re.compile(r"\0|\r(?!\n)|(?<!\r)\n")


def keep(exchange: Exchange, sub: str) -> Flow[tuple[Outcome, Headers]]:
    """What becomes of the form, and the cookie that keeps it. `sub` is of the user who sent it;
    where it is empty, that is who signed in last."""
    incoming, jar, keeper = exchange.incoming, exchange.jar, exchange.context.keeper
    user, target = keeper.user(jar), login.return_address(exchange)
    # All of it before the body is read: nobody else makes this server wait for one.
    if user is None or sub not in ("", user.sub) or not _may_be_sent_again(exchange, target):
        return "lost", ()
    waiting = keeper.find(jar, user.sub, exchange.now)
    if waiting is not None and waiting.target != target:
        return "waiting", ()
    stated = _stated_length(incoming)
    body = (yield from read_form()) if stated <= MAX_FORM_BYTES else b""
    if max(stated, len(body or b"")) > MAX_FORM_BYTES:
        return "too_large", ()
    fields = _fields(body, stated)
    if fields is None:
        return "lost", ()
    flat = [text for pair in fields for text in pair]
    form = KeptForm(user.sub, target, int(exchange.now), flat)
    room = MAX_BYTES - RESERVED - user.bytes - exchange.cookies.app_bytes
    headers = keeper.keep(form, room, exchange.now)
    return ("too_large", ()) if headers is None else ("kept", headers)


def _may_be_sent_again(exchange: Exchange, target: str) -> bool:
    """Whether our own page could send this form as it came, and whether a page of this origin did:
    what another site sends must not be offered to anybody."""
    incoming = exchange.incoming
    if not fetch_metadata.sent_by(incoming, exchange.settings.app_origin):
        return False
    if target != _address(incoming):
        return False  # not an address that a page of ours may lead to
    try:
        urlencoded.check_type(incoming.value(b"content-type"))
    except BadRequest:
        return False
    return True


def _address(incoming: Incoming) -> str:
    query = b"?" + incoming.query if incoming.query else b""
    return (incoming.target + query).decode("latin-1")


def _stated_length(incoming: Incoming) -> int:
    """What Content-Length says; 0 where it says nothing."""
    stated = incoming.value(b"content-length")
    return int(stated) if re.fullmatch(rb"[0-9]{1,18}", stated) else 0


def _fields(body: bytes | None, stated: int) -> Fields | None:
    """The fields, or None where not all of the form is there, or it is none that a browser sends:
    half a form could order half of what was meant."""
    if body is None or len(body) < stated:
        return None
    try:
        fields = urlencoded.parse(body, MAX_FIELDS)
    except BadRequest:
        return None
    exact = all(name and not _CHANGES.search(name + value) for name, value in fields)
    return fields if exact else None
