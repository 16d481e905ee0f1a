"""Have Cognito end a refresh token, and with it every token of its sign-in.

Must not know why a session ends.
"""

import logging
from dataclasses import replace

from ..context import Context
from ..effects import Flow, call
from ..records import RefreshRecord

log = logging.getLogger("cognito_gate")


def revoke(context: Context, record: RefreshRecord) -> Flow[bool]:
    """Whether Cognito ended the refresh token. Best effort: no visitor's request hangs on it."""
    request = context.token_calls.revoke(context.settings, record.token)
    answer = yield from call(replace(request, ends=record.name))
    why = context.token_calls.read_revoked(answer)
    if why:
        log.warning("the refresh token could not be revoked: %s", why)
    return not why
