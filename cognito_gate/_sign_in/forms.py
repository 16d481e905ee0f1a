"""The forms of our own pages: shown with a token of this browser, taken only with it.

Knows the form and language cookies; must not know what a form is for.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

from .._gate.messages import MAX_FORM_BYTES, Headers, Incoming, Respond
from .._gate.protocol import cookies, paths
from .._gate.records import View
from ..errors import BadRequest, CrossSiteRefused, FormExpired, FormTooLarge, FormTooSlow
from . import form_body
from .context import SignInContext

BROWSER_SECONDS = 604_800
LANGUAGE_SECONDS = 31_536_000
MAX_CHARS = 2048
_OWN_VALUE = re.compile("[A-Za-z0-9_-]{1,64}")
_OURS = {"form": 128, "next": paths.MAX_RETURN_CHARS, "attempt": 64, "action": 32}


def show(
    context: SignInContext, incoming: Incoming, view: View, status: int = 200, headers: Headers = ()
) -> Respond:
    """A page of ours, with the token that its forms bring back."""
    browser = _browser(incoming, context) or context.token()
    token = form_body.token(context.form_keys, browser)
    chosen = _query(incoming).get("lang", "") or _cookie(incoming, context.names.language)
    language = context.screens.language(b",".join(incoming.values(b"accept-language")), chosen)
    kept = [context.login.line(context.names.form, browser, BROWSER_SECONDS)]
    if _query(incoming).get("lang") == language:
        kept.append(context.login.line(context.names.language, language, LANGUAGE_SECONDS))
    lines = tuple(("set-cookie", line) for line in kept)
    return context.screens.show(replace(view, token=token), language, (*lines, *headers), status)


def posted(context: SignInContext, incoming: Incoming, fields: Mapping[str, int]) -> dict[str, str]:
    """The fields of a form that our own page sent; absent ones are empty.

    Args:
        fields: each name and the most characters it may have.

    Raises:
        CrossSiteRefused: another site sent it. FormExpired: it lacks this browser's token.
        FormTooSlow: it did not arrive in time. FormTooLarge, BadRequest: it is no form of ours.
    """
    if incoming.late:
        raise FormTooSlow("This form took too long to arrive. Nothing was changed; send it again.")
    if len(incoming.body) > MAX_FORM_BYTES:
        raise FormTooLarge("this form is too large")
    _check_own(context, incoming)
    content_type = incoming.value(b"content-type")
    found = form_body.read(incoming.body, content_type, {**_OURS, **fields})
    browser = _browser(incoming, context)
    try:
        form_body.check(context.form_keys, browser, found.get("form", ""))
    except CrossSiteRefused as error:
        raise FormExpired(kept=bool(browser)) from error
    return {name: found.get(name, "") for name in (*_OURS, *fields)}


def typed(incoming: Incoming, fields: Mapping[str, int]) -> dict[str, str]:
    """What was typed into a form, to be shown again; nothing when it cannot be read."""
    try:
        return form_body.read(incoming.body, incoming.value(b"content-type"), fields)
    except BadRequest:
        return {}


def _check_own(context: SignInContext, incoming: Incoming) -> None:
    """Browsers tell where a form was sent from; none but this very origin may send ours."""
    site = incoming.value(b"sec-fetch-site")
    origin = incoming.value(b"origin").decode("latin-1")
    if site not in (b"", b"same-origin", b"none") or origin not in (
        "",
        context.settings.app_origin,
    ):
        here = context.settings.app_origin
        raise CrossSiteRefused(f"This form was sent from elsewhere. This app is at {here}/.")


def _browser(incoming: Incoming, context: SignInContext) -> str:
    return _cookie(incoming, context.names.form)


def _cookie(incoming: Incoming, name: str) -> str:
    held = cookies.jar(incoming).get(name, [""])[0]
    return held if _OWN_VALUE.fullmatch(held) else ""  # it goes back into a header


def _query(incoming: Incoming) -> dict[str, str]:
    try:
        pairs = parse_qsl(incoming.query.decode("ascii"), errors="strict", max_num_fields=50)
    except ValueError:
        return {}
    return {name: value for name, value in reversed(pairs) if len(value) <= MAX_CHARS}


def asked(incoming: Incoming, name: str) -> str:
    """A parameter of the page's address, or an empty text."""
    return _query(incoming).get(name, "")


def return_to(context: SignInContext, incoming: Incoming) -> str:
    """Where the visitor wants to go: as the form says, else the address."""
    said = typed(incoming, _OURS).get("next") or asked(incoming, "next") or "/"
    return paths.safe_return(said, context.routes)
