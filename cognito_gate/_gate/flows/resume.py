"""The route `{prefix}/resume`: a form that was kept is offered to whoever sent it.

Knows who may see that there is one. Must not know how it was kept. Loaded only where forms are.
"""

from dataclasses import replace

from ...errors import CrossSiteRefused, MethodRefused
from .. import gate_pages, resume_page
from ..effects import Flow
from ..exchange import Exchange
from ..gate_pages import GatePage
from ..messages import Respond
from ..protocol import fetch_metadata
from . import error_responses, login, session


def resume(exchange: Exchange) -> Flow[Respond]:
    """Show the form's page to its user; a POST discards the form.

    Raises:
        MethodRefused: neither GET, HEAD nor POST.
        CrossSiteRefused: it is not the page that asks to discard it.
    """
    incoming, keeper = exchange.incoming, exchange.context.keeper
    if incoming.method == "POST":
        return _discard(exchange)
    if incoming.method not in ("GET", "HEAD"):
        raise MethodRefused("GET, HEAD, POST")
    visitor = yield from session.session(exchange)
    if visitor.identity is None:
        if not fetch_metadata.is_navigation(incoming):
            return error_responses.login_required(exchange, visitor.headers)
        started = login.begin(exchange, exchange.settings.resume_path)
        return replace(started, headers=(*started.headers, *visitor.headers))
    form = keeper.find(exchange.jar, visitor.identity.sub, exchange.now)
    if form is not None:
        return resume_page.show(exchange, form, visitor.headers)
    page = GatePage("resume", "nothing", links=((gate_pages.home(exchange), "page.to_app"),))
    return gate_pages.show(exchange, 404, page, (*visitor.headers, *keeper.forget(exchange.jar)))


def _discard(exchange: Exchange) -> Respond:
    if not fetch_metadata.sent_by(exchange.incoming, exchange.settings.app_origin):
        raise CrossSiteRefused("another site asked to discard a form")
    headers = exchange.context.keeper.forget(exchange.jar)
    return Respond(303, (("location", gate_pages.home(exchange)), *headers))
