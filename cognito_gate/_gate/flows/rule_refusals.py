"""Who is signed in and may not go on: a page for people, a challenge for programs.

Knows what each of them is told, and where they can go from there. Must not know what a rule
requires (authorization.py).
"""

from urllib.parse import urlencode

from ...errors import Forbidden, StepUpRequired
from ...events import Refused
from .. import gate_pages
from ..exchange import Exchange
from ..gate_pages import GatePage
from ..messages import WEBSOCKET_FORBIDDEN, Headers, Pass, Respond
from ..protocol import fetch_metadata, pages
from . import error_responses, login, step_up


def refuse(exchange: Exchange, error: Forbidden, visitor: Pass) -> Respond:
    """For a visitor who is signed in, and may not go here, or not with this sign-in."""
    navigation = fetch_metadata.is_navigation(exchange.incoming)
    if navigation and isinstance(error, StepUpRequired):
        again = step_up.ask(exchange, error, visitor)
        if again is not None:
            return again
    reason = str(error)
    exchange.record(
        Refused(exchange.facts, error.status, error.code, reason, error.sub, error.rule)
    )
    if not navigation:
        return _refuse_program(exchange, error, visitor.headers)
    name = (visitor.identity.username if visitor.identity else None) or error.sub
    page = GatePage(
        error.code,
        values=(("name", name),),
        links=(
            (_logout(exchange), f"gate.{error.code}.label"),
            (gate_pages.home(exchange), "page.to_app"),
        ),
    )
    return gate_pages.show(exchange, Forbidden.status, page, visitor.headers)


def _logout(exchange: Exchange) -> str:
    """To sign out, in again as somebody else perhaps, and back to this address."""
    query = urlencode({"next": login.return_address(exchange)}, safe="/")
    return f"{exchange.settings.prefix}/logout?{query}"


def _refuse_program(exchange: Exchange, error: Forbidden, headers: Headers) -> Respond:
    content = {"error": error.code}
    if isinstance(error, StepUpRequired):
        content["login_url"] = login.login_url(exchange.context)
        age = "" if error.max_age is None else str(error.max_age)
        challenge = error_responses.challenge(
            "insufficient_user_authentication", acr_values=" ".join(error.acr), max_age=age
        )
    else:
        challenge = error_responses.challenge("insufficient_scope", scope=" ".join(error.scopes))
    socket = exchange.incoming.kind == "websocket"
    status = Forbidden.status if socket else error.status
    shown = pages.show_json(status, content, (challenge, *headers))
    return Respond(status, shown.headers, shown.body, close_code=WEBSOCKET_FORBIDDEN)
