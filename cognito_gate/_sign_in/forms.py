"""The forms of our own pages: shown with a token of this browser, taken only with it.

Knows the form and language cookies; must not know what a form is for.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from .._gate import gate_pages
from .._gate.exchange import Exchange
from .._gate.messages import MAX_FORM_BYTES, Headers, Respond
from .._gate.protocol import paths
from .._gate.protocol.urlencoded import Fields
from ..errors import BadRequest, CrossSiteRefused, FormExpired, FormTooLarge, FormTooSlow
from . import form_body
from .context import SignInExchange
from .records import View

BROWSER_SECONDS = 604_800
LANGUAGE_SECONDS = 31_536_000
_OWN_VALUE = re.compile("[A-Za-z0-9_-]{1,64}")
_OURS = {"form": 128, "next": paths.MAX_RETURN_CHARS, "attempt": 64, "action": 32}


def show(exchange: SignInExchange, view: View, status: int = 200, headers: Headers = ()) -> Respond:
    """A page of ours, with the token that its forms bring back."""
    context = exchange.context
    browser = _browser(exchange) or context.token()
    token = form_body.token(context.form_keys, browser)
    language = gate_pages.language(exchange)
    kept = [context.login.line(context.names.form, browser, BROWSER_SECONDS)]
    if exchange.asked("lang") == language:
        kept.append(context.login.line(context.names.language, language, LANGUAGE_SECONDS))
    lines = tuple(("set-cookie", line) for line in kept)
    view = replace(view, token=token, request_id=gate_pages.quoted_id(exchange, status))
    return context.screens.show(view, language, (*lines, *headers), status)


def posted(exchange: SignInExchange, fields: Mapping[str, int]) -> dict[str, str]:
    """The fields of a form that our own page sent; absent ones are empty.

    Args:
        fields: each name and the most characters it may have.

    Raises:
        CrossSiteRefused: another site sent it. FormExpired: it lacks this browser's token.
        FormTooSlow: it did not arrive in time. FormTooLarge, BadRequest: it is no form of ours.
    """
    if exchange.incoming.late:
        raise FormTooSlow("the form took too long to arrive")
    if len(exchange.incoming.body) > MAX_FORM_BYTES:
        raise FormTooLarge("the form is too large")
    _check_own(exchange)
    form = form_body.select(_body(exchange), {**_OURS, **fields})
    browser = _browser(exchange)
    try:
        form_body.check(exchange.context.form_keys, browser, form.get("form", ""))
    except CrossSiteRefused as error:
        raise FormExpired(kept=bool(browser)) from error
    return {name: form.get(name, "") for name in (*_OURS, *fields)}


def typed(exchange: Exchange, fields: Mapping[str, int]) -> dict[str, str]:
    """What was typed into a form, to be shown again; nothing when it cannot be read."""
    try:
        return form_body.select(_body(exchange), fields)
    except BadRequest:
        return {}


def _body(exchange: Exchange) -> Fields:
    """All fields of the form. Raises BadRequest."""
    fields = exchange.once(_parsed)
    if isinstance(fields, BadRequest):
        raise fields
    return fields


def _parsed(exchange: Exchange) -> Fields | BadRequest:
    incoming = exchange.incoming
    try:
        return form_body.parse(incoming.body, incoming.value(b"content-type"))
    except BadRequest as error:
        return error


def _check_own(exchange: SignInExchange) -> None:
    """Browsers tell where a form was sent from; none but this very origin may send ours."""
    site = exchange.incoming.value(b"sec-fetch-site")
    origin = exchange.incoming.value(b"origin").decode("latin-1")
    if site not in (b"", b"same-origin", b"none") or origin not in (
        "",
        exchange.settings.app_origin,
    ):
        raise CrossSiteRefused("a form was sent from another site")


def _browser(exchange: SignInExchange) -> str:
    return _cookie(exchange, exchange.context.names.form)


def _cookie(exchange: Exchange, name: str) -> str:
    value = exchange.jar.get(name, [""])[0]
    return value if _OWN_VALUE.fullmatch(value) else ""  # it goes back into a header


def return_to(exchange: SignInExchange) -> str:
    """Where the visitor wants to go: as the form says, else the address."""
    address = typed(exchange, _OURS).get("next") or exchange.asked("next") or "/"
    return paths.safe_return(address, exchange.context.routes)
