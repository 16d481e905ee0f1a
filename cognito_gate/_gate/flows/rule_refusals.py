"""Who is signed in and may not go on: a page for people, a challenge for programs.

Knows what each of them is told, and where they can go from there. Must not know what a rule
requires (authorization.py).
"""

from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import urlencode

from ...errors import Forbidden, StepUpRequired
from ...events import Refused
from .. import gate_pages
from ..effects import Flow
from ..exchange import Exchange
from ..gate_pages import GatePage
from ..messages import WEBSOCKET_FORBIDDEN, Header, Headers, Pass, Respond
from ..protocol import fetch_metadata, pages
from . import error_responses, login, step_up

Keep: TypeAlias = Callable[[Exchange, str], Flow[tuple[str, Headers]]]
"""Keeps a form of the user with this `sub`, if anybody's: what became of it, and the cookie."""


def refuse(exchange: Exchange, error: Forbidden, visitor: Pass, keep: Keep) -> Flow[Respond]:
    """For a visitor who is signed in, and may not go here, or not with this sign-in. `keep` is for
    a form that a new sign-in may help."""
    navigation = fetch_metadata.is_navigation(exchange.incoming)
    form = fetch_metadata.sends_form(exchange.incoming)
    if isinstance(error, StepUpRequired):
        again = step_up.ask(exchange, error, visitor) if navigation else None
        if form:
            again = yield from _unsent(exchange, error, visitor, keep)
        if again is not None:
            return again
    _record(exchange, error, str(error))
    if not navigation and not form:
        return _refuse_program(exchange, error, visitor.headers)
    name = (visitor.identity.username if visitor.identity else None) or error.sub
    page = GatePage(
        error.code,
        "form" if form and isinstance(error, StepUpRequired) else "text",
        values=(("name", name),),
        links=(
            (_logout(exchange, form=form), f"gate.{error.code}.label"),
            (gate_pages.home(exchange), "page.to_app"),
        ),
    )
    return gate_pages.show(exchange, Forbidden.status, page, visitor.headers)


def _unsent(
    exchange: Exchange, error: StepUpRequired, visitor: Pass, keep: Keep
) -> Flow[Respond | None]:
    """The page of a form for which its sender has to sign in again, or None where that was of no
    use before. A page, as for a form without a session (unsent_form.py)."""
    asked = step_up.offer(exchange, error, visitor)
    if asked is None:
        return None
    outcome, kept = yield from keep(exchange, error.sub)
    _record(exchange, error, f"{error}; a form ({outcome})")
    onward = exchange.settings.resume_path if outcome == "kept" else "/"
    way = login.login_url(exchange.context, onward, step_up.wishes(error))
    page = GatePage(
        "step_up_form",
        "text" if outcome == "kept" else outcome,
        values=(("seconds", str(exchange.settings.login_seconds)),),
        links=((way, "gate.step_up_form.label"),),
    )
    headers = (_step_up_challenge(error), *asked, *kept, *visitor.headers)
    return gate_pages.show(exchange, error.status, page, headers)


def _record(exchange: Exchange, error: Forbidden, reason: str) -> None:
    exchange.record(
        Refused(exchange.facts, error.status, error.code, reason, error.sub, error.rule)
    )


def _logout(exchange: Exchange, *, form: bool) -> str:
    """To sign out, in again as somebody else perhaps, and back to this address, unless only forms
    are sent there."""
    back = "/" if form else login.return_address(exchange)
    return f"{exchange.settings.prefix}/logout?{urlencode({'next': back}, safe='/')}"


def _step_up_challenge(error: StepUpRequired) -> Header:
    age = "" if error.max_age is None else str(error.max_age)
    return error_responses.challenge(
        "insufficient_user_authentication", acr_values=" ".join(error.acr), max_age=age
    )


def _refuse_program(exchange: Exchange, error: Forbidden, headers: Headers) -> Respond:
    content = {"error": error.code}
    if isinstance(error, StepUpRequired):
        content["login_url"] = login.login_url(exchange.context)
        challenge = _step_up_challenge(error)
    else:
        challenge = error_responses.challenge("insufficient_scope", scope=" ".join(error.scopes))
    socket = exchange.incoming.kind == "websocket"
    status = Forbidden.status if socket else error.status
    shown = pages.show_json(status, content, (challenge, *headers))
    return Respond(status, shown.headers, shown.body, close_code=WEBSOCKET_FORBIDDEN)
