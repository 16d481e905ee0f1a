"""Check state, exchange the code, verify the tokens, open the session.

Everything that can be checked is checked before the code is sent. Must not know what happens to a
callback that came too late (`gate.py`).
"""

import logging
import re
from dataclasses import dataclass, field

from ...errors import (
    BadRequest,
    CallbackRefused,
    CognitoUnavailable,
    GateError,
    GrantRefused,
    MethodRefused,
    StaleCallback,
    StoreUnavailable,
)
from .. import gate_pages
from ..context import Context
from ..effects import Flow, HttpAnswer, call, share_key
from ..exchange import Exchange, Pairs
from ..messages import Headers, Respond
from ..protocol import oauth, paths
from ..records import LoginAttempt, Tokens
from . import establish, login_cookies, token_trust

log = logging.getLogger("cognito_gate")
# A pre sign-up trigger has linked the accounts; the second try signs in (Developer Guide, "Linking
# federated users").
_JUST_LINKED = "Already found an entry for username"
_CODE = re.compile("[A-Za-z0-9._~-]+")  # as Cognito's are; others may hold half a query
_ANY_CODE = re.compile("[ -~]*")  # RFC 6749, appendix A.11
MAX_CHARS = {"code": 2048, "state": 512, "error": 256, "error_description": 4096, "iss": 512}


@dataclass(frozen=True, slots=True)
class Returned:
    """What Cognito sent back with the browser: a code or an error."""

    state: str = field(repr=False)
    code: str = field(repr=False)
    error: str
    description: str
    iss: str | None


def read_query(query: Pairs) -> Returned:
    """The parameters of a callback. Tokens in the query are ignored (RFC 9700 section 2.1.2).

    Raises:
        BadRequest: a parameter is missing, doubled, or too long (RFC 6749 section 3.1).
    """
    values: dict[str, str] = {}
    for name, value in query:
        if name not in MAX_CHARS:
            continue
        if name in values or len(value) > MAX_CHARS[name]:
            raise BadRequest(f"the callback's {name} is doubled or too long")
        values[name] = value
    code, error, state = (values.get(name, "") for name in ("code", "error", "state"))
    if bool(code) == bool(error) or (code and not state and not _CODE.fullmatch(code)):
        raise BadRequest("the callback needs a code and a state, or an error")
    if not _ANY_CODE.fullmatch(code):
        raise BadRequest("the callback's code has characters that no code has")
    return Returned(state, code, error, values.get("error_description", ""), values.get("iss"))


def attempt_of(exchange: Exchange) -> LoginAttempt | None:
    """The attempt that a callback belongs to, for those who answer in its place."""
    try:
        return login_cookies.find(exchange, read_query(exchange.query).state)
    except BadRequest:
        return None


def check_not_astray(exchange: Exchange) -> None:
    """Raises CallbackRefused when a callback came to another path: a new sign-in would end there
    again, and again."""
    if b"state=" in exchange.incoming.query and attempt_of(exchange) is not None:
        log.error(
            "a sign-in came back to %s, the path of AWS_COGNITO_REDIRECT_URL is %s: they must be "
            "the same as the server sees them (root path, mounts, a proxy that strips a prefix)",
            oauth.printable(exchange.incoming.path),
            exchange.settings.callback_path,
        )
        raise CallbackRefused("the sign-in came back to another path", cause="set_up")


def callback(exchange: Exchange) -> Flow[Respond]:
    """The path of the redirect URL.

    Raises:
        MethodRefused, BadRequest: the request is wrong.
        CallbackRefused: Cognito says that there was no sign-in, or its tokens do not hold.
        StaleCallback: no such sign-in is under way in this browser, or its code is spent.
        GrantRefused: Cognito refuses the exchange for a reason of its set-up.
        SessionTooLarge: the tokens do not fit into cookies.
        CognitoUnavailable: nothing is lost, the same address may be tried again.
    """
    if exchange.incoming.method != "GET":
        raise MethodRefused("GET")
    returned = read_query(exchange.query)
    if returned.iss not in (None, exchange.settings.issuer_url):
        raise CallbackRefused(  # RFC 9207
            "the sign-in came from another issuer", cause="not_verified"
        )
    if returned.code and not returned.state:
        raise _unasked(exchange)
    attempt = login_cookies.find(exchange, returned.state)
    if returned.error:
        raise _unfinished(returned, attempt)
    if attempt is None:
        again = returned.state.startswith(login_cookies.AGAIN)
        raise StaleCallback("no such sign-in is under way in this browser", again=again)
    yield from _check_unused(exchange.context, attempt, returned.code, exchange.now)
    try:
        response = yield from _exchange(exchange, attempt, returned.code)
    except (CognitoUnavailable, GrantRefused):
        raise  # the same code may come again
    except GateError:
        yield from _use_up(exchange.context, attempt, exchange.now)
        raise
    yield from _use_up(exchange.context, attempt, exchange.now)
    return response


def _exchange(exchange: Exchange, attempt: LoginAttempt, code: str) -> Flow[Respond]:
    """The code's tokens, and the session that they make."""
    yield from token_trust.ready(exchange.context, exchange.now)
    answer = yield from call(oauth.code_exchange(exchange.settings, code, attempt))
    tokens = _exchanged(answer, attempt)
    return (yield from _signed_in(exchange, attempt, tokens))


def _check_unused(context: Context, attempt: LoginAttempt, code: str, now: float) -> Flow[None]:
    """A sign-in comes back once, with one code: its cookie drives no second exchange here. (Other
    processes know only where they share a store; the code itself serves once everywhere.)"""
    mark = share_key("code", code)
    until = now + context.settings.login_seconds
    used = context.used.add(attempt.state, mark, now, until=until)
    if used == mark and context.shared is not None:
        try:
            used = yield from context.shared.claim("state", attempt.state, mark, until=until)
        except StoreUnavailable as error:
            if context.settings.store_for == "sessions":
                raise  # before the code is spent for a session that cannot be kept
            log.warning("%s; whether another process has used this sign-in is not known", error)
    if used != mark:
        raise StaleCallback(
            "this sign-in came back before", again=attempt.again, return_to=attempt.return_to
        )


def _use_up(context: Context, attempt: LoginAttempt, now: float) -> Flow[None]:
    until = now + context.settings.login_seconds
    context.used.put(attempt.state, "", until=until)
    if context.shared is not None:
        yield from context.shared.use_up("state", attempt.state, until=until)


def _unasked(exchange: Exchange) -> GateError:
    """A code without a state: nobody here asked for it, so it is never accepted. A sign-in that
    this app starts by itself takes its place, once."""
    sender = (
        oauth.printable(exchange.incoming.value(b"referer").decode("latin-1")) or "an unnamed page"
    )
    log.warning(
        "a callback came with a code and no state, sent by %s: a login link made by hand, the "
        "console's own, or a sign-in begun at an identity provider. The code is not used; link to "
        "%s/login instead",
        sender,
        exchange.settings.prefix,
    )
    if login_cookies.tried_again(exchange):
        return CallbackRefused(
            "the sign-in came back without its state, twice", cause="not_started_here"
        )
    return StaleCallback("a code without a state", again=False)


def _unfinished(returned: Returned, attempt: LoginAttempt | None) -> GateError:
    """Why there was no sign-in. What the query says is believed only with our own state."""
    if attempt is None:
        return CallbackRefused("Cognito did not complete the sign-in")
    log.warning(
        "Cognito ended a sign-in: %s, %s",
        oauth.printable(returned.error),
        oauth.printable(returned.description),
    )
    if returned.description.startswith(_JUST_LINKED):
        return StaleCallback(
            "an account was linked", again=attempt.again, return_to=attempt.return_to
        )
    return oauth.read_provider_error(returned.error, returned.description)


def _exchanged(answer: HttpAnswer, attempt: LoginAttempt) -> Tokens:
    try:
        return oauth.read_tokens(answer)
    except GrantRefused as error:
        if error.error != "invalid_grant":
            raise
        # Used, expired, or another's code: for the visitor all of these are "too late".
        raise StaleCallback(str(error), again=attempt.again, return_to=attempt.return_to) from error


def _signed_in(exchange: Exchange, attempt: LoginAttempt, tokens: Tokens) -> Flow[Respond]:
    # Strict cookies stay behind on the way back from Cognito: an older session may be there unseen.
    strict = exchange.settings.cookie_samesite == "strict"
    session = yield from establish.establish(exchange, tokens, attempt.nonce, unseen=strict)
    stored = session.headers
    ended = login_cookies.forget(exchange, attempt.state)
    kept = sum(map(len, exchange.jar.get(exchange.context.names.kept_form, ())))
    room = login_cookies.MAX_BYTES - kept - sum(len(line.partition(";")[0]) for _, line in stored)
    crowded = login_cookies.make_room(exchange, room, spent=attempt.state)
    headers: Headers = (*stored, *ended, *crowded)
    target = paths.safe_return(attempt.return_to, exchange.context.routes)
    if strict:
        # A redirect would still count as Cognito's navigation, and Strict cookies would stay
        # behind; a page of our own makes the next step ours.
        return gate_pages.onward(exchange, target, headers)
    return Respond(303, (("location", target), *headers))
