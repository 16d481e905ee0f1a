"""A visitor's own sessions: what is known of them, and ending this one, another, or all.

Knows what can be ended where. Must not know how a page looks.
"""

import re
from dataclasses import replace

from ...errors import BadRequest, CrossSiteRefused, Forbidden, LoginRequired, MethodRefused
from ...events import SignedOut
from ...identity import Identity
from .. import gate_pages, session_page
from ..effects import Flow, call
from ..exchange import Exchange
from ..gate_pages import GatePage
from ..messages import Headers, Pass, Respond
from ..protocol import fetch_metadata, jwt, pages, user_sessions
from ..protocol.user_sessions import Lack, UserSession
from ..records import RefreshRecord
from ..session_page import Others, Shown
from . import bearer, logout, refresh_record, token_revocation, verified_session

NO_END = float("inf")
THIS, EVERYWHERE = b"action=this", b"action=everywhere"
_STORED = re.compile(rb"action=([0-9a-f]{64})")
NO_SESSION = "what is to be ended is neither this session, nor another, nor all"


def check(exchange: Exchange) -> None:
    """Before anything is looked at.

    Raises:
        MethodRefused: neither GET, HEAD nor POST.
        CrossSiteRefused: another origin posts. BadRequest: what is posted is no such action.
    """
    incoming = exchange.incoming
    if incoming.method not in ("GET", "HEAD", "POST"):
        raise MethodRefused("GET, HEAD, POST")
    body = incoming.body
    if incoming.method == "POST":
        _check_origin(exchange)
        known = body in (THIS, EVERYWHERE) or _STORED.fullmatch(body) or _other(exchange)
        if incoming.late or not known:
            raise BadRequest(NO_SESSION)


def _other(exchange: Exchange) -> str:
    """Cognito's id of the other session that is to be ended, or empty."""
    action, _, text = exchange.incoming.body.partition(b"=")
    name = text.decode("latin-1")
    asked = action == b"action" and user_sessions.SESSION_ID.fullmatch(name)
    return name if asked and exchange.settings.list_sessions else ""


def _check_origin(exchange: Exchange) -> None:
    """Only our own page ends sessions. A sign-out may be a link of a sibling host's page, but that
    must not reach what is signed in elsewhere."""
    if exchange.incoming.value(b"sec-fetch-site") == b"same-site":
        raise CrossSiteRefused("a page of another host of this site asked")
    logout.check_site(exchange)


def sessions(exchange: Exchange, visitor: Pass) -> Flow[Respond]:
    """The route `{prefix}/sessions` for whoever is signed in."""
    one = _STORED.fullmatch(exchange.incoming.body)
    if one and visitor.identity is not None:
        return (yield from _end_stored(exchange, visitor, visitor.identity, one[1].decode()))
    if exchange.incoming.method == "POST" or visitor.identity is None:
        return (yield from (_end_other if _other(exchange) else _end)(exchange, visitor))
    shown = yield from _shown(exchange, visitor, visitor.identity)
    show = session_page.as_page if _for_a_person(exchange) else session_page.as_json
    return show(exchange, shown, visitor.headers)


def _by_bearer(exchange: Exchange) -> bool:
    return exchange.settings.bearer and bearer.presented(exchange.incoming)


def _for_a_person(exchange: Exchange) -> bool:
    return fetch_metadata.is_navigation(exchange.incoming._replace(method="GET"))


def _shown(exchange: Exchange, visitor: Pass, who: Identity) -> Flow[Shown]:
    until = verified_session.of_identity(exchange.context, who, NO_END).ends_at
    if _by_bearer(exchange):
        until = visitor.until
    stored = yield from exchange.context.sessions.load(exchange.cookies, exchange.now)
    record = refresh_record.find(exchange.context, stored.refresh, who.sub).record
    if record is not None and record.name in visitor.marks.keys:
        until = record.ends_at(exchange.settings.refresh_cookie_age_seconds)
    shown = Shown(
        who.username or who.sub,
        visitor.marks.began,
        until,
        "off",
        everywhere=jwt.API_SCOPE in who.scopes,
        lasting=jwt.end_of(who.access_claims) - who.access_claims["iat"],
    )
    if shown.everywhere or not _by_bearer(exchange):
        listed = yield from exchange.context.sessions.listed(who.sub)
        if listed is not None:
            here = tuple(one for one in listed if one.name not in visitor.marks.names)
            return replace(shown, stored=here)
    return replace(shown, others=(yield from _others(exchange, who.access_token)))


def _others(exchange: Exchange, access_token: str) -> Flow[Others]:
    if not exchange.settings.list_sessions:
        return "off"
    answer = yield from call(user_sessions.list_call(exchange.settings, access_token))
    listed = user_sessions.read_sessions(answer)
    return listed if isinstance(listed, str) else _elsewhere(listed)


def _elsewhere(listed: tuple[UserSession, ...]) -> tuple[UserSession, ...]:
    """Without this one, and without the sign-ins at Cognito that those listed came from: each ends
    with its session, and that of this browser is no other device's."""
    origins = {one.origin for one in listed if one.origin}
    return tuple(one for one in listed if not one.current and one.id not in origins)


def _end_other(exchange: Exchange, visitor: Pass) -> Flow[Respond]:
    """End a session on another device, which Cognito's word alone is good for: tokens do not say
    by what id it lists their session, so that nothing is known to be over here."""
    who, other = visitor.identity, _other(exchange)
    if who is None:
        return _to_page(exchange, visitor)
    _check_scope(exchange, who)
    lack: Lack | None = "refused"
    if jwt.API_SCOPE in who.scopes:
        request = user_sessions.revoke_call(exchange.settings, who.access_token, other)
        lack = user_sessions.read_signed_out((yield from call(request)))
    if lack is None:
        exchange.record(SignedOut(exchange.facts, who.sub, "", revoked=True, other=other))
    return _ended_other(exchange, visitor, other, lack)


def _ended_other(exchange: Exchange, visitor: Pass, other: str, lack: Lack | None) -> Respond:
    if not _for_a_person(exchange):
        content = {"signed_out": None if lack else other, "reason": lack}
        return pages.show_json(200, content, visitor.headers)
    if lack is None:
        return _to_page(exchange, visitor)
    page = GatePage("not_signed_out", lack, links=((_page(exchange), "page.continue"),))
    return gate_pages.show(exchange, 200, page, visitor.headers)


def _to_page(exchange: Exchange, visitor: Pass) -> Respond:
    """On to the list; nobody signs in there first. Raises LoginRequired for a program of nobody."""
    if visitor.identity is None and not _for_a_person(exchange):
        raise LoginRequired("nobody is signed in")
    return Respond(303, (("location", _page(exchange)), *visitor.headers))


def _page(exchange: Exchange) -> str:
    return f"{exchange.settings.prefix}/sessions"


def _end(exchange: Exchange, visitor: Pass) -> Flow[Respond]:
    who, everywhere = visitor.identity, exchange.incoming.body == EVERYWHERE
    context, now = exchange.context, exchange.now
    lack: Lack | None = None
    if who is not None and everywhere:
        _check_scope(exchange, who)
        # Here first: whatever Cognito says, and if the request is cancelled meanwhile.
        context.revocations.end_all(who.sub, now, until=context.last_use(now))
        yield from context.revocations.share(now)
        lack = yield from _end_at_cognito(exchange, who, visitor.marks.name)
    if _by_bearer(exchange):
        headers = yield from _end_bearer(exchange, visitor, everywhere=everywhere)
    else:
        headers = yield from logout.sign_out(exchange, everywhere=everywhere)
    return _ended(exchange, headers, everywhere=everywhere, lack=lack)


def _end_stored(exchange: Exchange, visitor: Pass, who: Identity, chosen: str) -> Flow[Respond]:
    """End another session of this user, by the name that the list has for it."""
    _check_scope(exchange, who)
    context, now = exchange.context, exchange.now
    listed = yield from context.sessions.listed(who.sub)
    if listed is None:
        raise BadRequest(NO_SESSION)  # sessions are in cookies: none has such a name
    for one in listed:
        if one.id != chosen:
            continue
        record = RefreshRecord.from_json(one.refresh) if one.refresh else None
        context.revocations.end(one.name, until=context.last_use(now))
        yield from context.revocations.share(now)
        yield from context.sessions.end(one, now)
        revoked = record is not None and (yield from token_revocation.revoke(context, record))
        exchange.record(SignedOut(exchange.facts, who.sub, one.name, revoked, everywhere=False))
    if not _for_a_person(exchange):
        return pages.show_json(200, {"ended": chosen}, visitor.headers)
    return Respond(303, (("location", _page(exchange)), *visitor.headers))


def _check_scope(exchange: Exchange, who: Identity) -> None:
    """A token that was given away for less must not end what its user does elsewhere."""
    if _by_bearer(exchange) and jwt.API_SCOPE not in who.scopes:
        text = f"a bearer token without the scope {jwt.API_SCOPE}"
        raise Forbidden(text, sub=who.sub, scopes=(jwt.API_SCOPE,))


def _end_at_cognito(exchange: Exchange, who: Identity, name: str) -> Flow[Lack | None]:
    """Why Cognito did not end the sessions of other devices; None where it did."""
    if jwt.API_SCOPE not in who.scopes:
        return "refused"  # what Cognito says of a token without the scope
    request = user_sessions.global_sign_out_call(exchange.settings, who.access_token)
    try:
        answer = yield from call(request)
    except GeneratorExit:  # the request is cancelled, and the sessions here are over already
        exchange.record(SignedOut(exchange.facts, who.sub, name, False, everywhere=True))
        raise
    return user_sessions.read_signed_out(answer)


def _end_bearer(exchange: Exchange, visitor: Pass, *, everywhere: bool) -> Flow[Headers]:
    """A caller without cookies: there is nothing to clear, and no refresh token to revoke."""
    context, now = exchange.context, exchange.now
    for name in visitor.marks.names:
        context.revocations.end(name, until=context.last_use(now))
    yield from context.revocations.share(now)
    sub = visitor.identity.sub if visitor.identity else ""
    exchange.record(SignedOut(exchange.facts, sub, visitor.marks.name, False, everywhere))
    return ()


def _ended(exchange: Exchange, headers: Headers, *, everywhere: bool, lack: Lack | None) -> Respond:
    onward = logout.onward(exchange.settings)
    if not _for_a_person(exchange):
        where = "everywhere" if everywhere and lack is None else "here"
        content = {"signed_out": where, "reason": lack, "logout_url": onward}
        return pages.show_json(200, content, headers)
    if lack is None:
        return Respond(303, (("location", onward), *headers))
    page = GatePage("signed_out_here", lack, links=((onward, "page.continue"),))
    return gate_pages.show(exchange, 200, page, headers)
