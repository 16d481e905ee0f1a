"""The check of forms that are kept when a session ends: whether there is a way and room for one.

Knows where forms never reach the gate, and how large a session is likely to be.
"""

from collections.abc import Iterator

from .._gate.kept_forms import MAX_BYTES, RESERVED
from . import session_size
from .case import Case
from .findings import Check, Finding, Fix

KEPT_FORMS = Check("kept-forms", "kept forms")
VARIABLE = "COGNITO_GATE_KEEP_FORMS"

MIN_ROOM_BYTES = 1_000  # bytes, below which few forms have room
_SEALED = 4 / 3  # Base64 of what is encrypted


def check(case: Case) -> Iterator[Finding]:
    """Nothing where no forms are kept."""
    settings = case.settings
    if not settings.keep_forms:
        return
    if settings.trusted_proxies:
        yield KEPT_FORMS.warning(
            f"{VARIABLE} keeps none of the apps whose proxy asks {settings.prefix}/verify "
            "(COGNITO_GATE_TRUSTED_PROXIES): their forms never reach the gate",
            Fix("Nothing to do where this process serves an app itself; else remove the variable."),
        )
        return
    on_server = settings.store and settings.store_for == "sessions"
    session = 0 if on_server else session_size.likely_bytes(settings)
    room = int((MAX_BYTES - RESERVED - session) / _SEALED)
    if room < MIN_ROOM_BYTES:
        yield KEPT_FORMS.warning(
            f"a session of some {session:,} bytes leaves a form {room:,} bytes in cookies, less "
            f"with groups and custom claims: all together stay within {MAX_BYTES:,}",
            Fix(
                "Ask for fewer scopes (openid email), or keep sessions on a server "
                "(COGNITO_GATE_STORE)."
            ),
        )
        return
    text = min(room, 2_700)
    yield KEPT_FORMS.ok(
        f"for {settings.login_seconds} s, of some {text:,} bytes of text at most beside a session "
        "without groups and custom claims"
    )
