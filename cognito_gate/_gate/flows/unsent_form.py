"""A form that somebody sends without a session: a page that says what became of it.

Knows what a visitor is told, and that forms are kept only where COGNITO_GATE_KEEP_FORMS says so.
Must not know which forms are kept (keep_form.py).
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ...errors import LoginRequired
from ...events import Refused
from ...settings import Settings
from .. import gate_pages
from ..effects import Flow
from ..exchange import Exchange
from ..gate_pages import GatePage
from ..messages import Headers, Pass, Respond
from . import login

if TYPE_CHECKING:
    from .rule_refusals import Keep


ANYBODY = ""
"""Of a form without a session nobody knows yet who sent it."""


class UnsentForms:
    """What becomes of such forms at one gate. `routes` offer those that were kept; `keep` keeps one
    of the user with this `sub`, if anybody's."""

    def __init__(self, settings: Settings) -> None:
        self.routes: dict[str, Callable[[Exchange], Flow[Respond]]] = {}
        self.keep: Keep = _lose
        if settings.keep_forms:
            from .keep_form import keep  # noqa: PLC0415 - a gate that keeps no forms needs neither
            from .resume import resume  # noqa: PLC0415

            self.routes[settings.resume_path] = resume
            self.keep = keep
        self._page = settings.app_origin + settings.resume_path

    def refuse(self, exchange: Exchange, headers: Headers) -> Flow[Respond]:
        """The response to a form without a session. Nothing of it has reached the app.

        A page, and no redirect: browsers hold what a form leads to against the policy of the page
        that it is on, which need not let it go to Cognito (CSP 3, `form-action`).
        """
        outcome, kept = yield from self.keep(exchange, ANYBODY)
        settings = exchange.settings
        reason = f"a form without a session ({outcome})"
        exchange.record(Refused(exchange.facts, LoginRequired.status, LoginRequired.code, reason))
        onward = settings.resume_path if outcome == "kept" else "/"
        page = GatePage(
            "unsent_form",
            "text" if outcome == "kept" else outcome,
            values=(("seconds", str(settings.login_seconds)),),
            links=((login.login_url(exchange.context, onward), "gate.unsent_form.label"),),
        )
        challenge = ("www-authenticate", "Bearer")
        return gate_pages.show(exchange, LoginRequired.status, page, (challenge, *headers, *kept))

    def sent(self, exchange: Exchange, visitor: Pass) -> Pass:
        """Let a visitor's request through; the kept form is dropped where this is it, sent again,
        which its Referer tells."""
        keeper, incoming = exchange.context.kept_forms, exchange.incoming
        if keeper is None or incoming.method != "POST":
            return visitor
        senders = [value.partition(b"?")[0] for value in incoming.values(b"referer")]
        if self._page.encode() not in senders:
            return visitor
        return replace(visitor, headers=(*visitor.headers, *keeper.forget(exchange.jar)))


def _lose(exchange: Exchange, sub: str) -> Flow[tuple[str, Headers]]:
    yield from ()
    return "lost", ()
