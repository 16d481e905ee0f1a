"""The passkeys of the account page: listed, added, removed.

Whoever adds one can sign in from then on, so that the page asks for a fresh sign-in first
(account.py). What is verified of a passkey, Cognito verifies. Must not know the page's other parts.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from .._gate.effects import Flow, call
from .._gate.messages import Respond
from .._gate.protocol.strict_json import load
from ..errors import ApiRefused, BadRequest, CognitoUnavailable, FormRefused
from ..events import PasskeyAdded, PasskeyRemoved
from ..identity import Identity
from ..settings import Settings
from . import cognito_api, error_messages, forms, next_page, rate_limits
from . import cognito_api_passkeys as api
from .context import SignInExchange
from .records import View

log = logging.getLogger("cognito_gate")

FIELDS = {"credential": 12_288, "passkey": 1_400}
"""The fields of the forms, and the most characters of each: an id has up to 1,023 bytes."""
_NOT_ADDED = FormRefused({"passkey": ("error.passkey", {})})


def offered(settings: Settings) -> bool:
    """Whether people can sign in with passkeys here."""
    return settings.sign_in_flow == "choice" and "WEB_AUTHN" in settings.sign_in_ways


def facts(exchange: SignInExchange, identity: Identity) -> Flow[dict[str, Any]]:
    """What the account page shows of them. It is there also where Cognito does not list them: the
    password can be changed all the same."""
    if not offered(exchange.settings):
        return {"passkeys": None, "passkeys_known": False}
    answer = yield from call(api.list_passkeys(exchange.settings, identity.access_token))
    try:
        listed = api.read_passkeys(answer)
    except (ApiRefused, CognitoUnavailable) as error:
        advice = error_messages.fix(error) if isinstance(error, ApiRefused) else ""
        log.error("%s%s", error, f"; {advice}" if advice else "")
        return {"passkeys": (), "passkeys_known": False}
    return {"passkeys": tuple(_shown(one) for one in listed), "passkeys_known": True}


def _shown(passkey: api.Passkey) -> dict[str, str]:
    at = passkey.created_at
    day = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d") if at else ""
    return {"id": passkey.id, "name": passkey.name, "day": day}


def act(exchange: SignInExchange, identity: Identity, form: dict[str, str]) -> Flow[Respond]:
    """Handle a form of the page's passkeys.

    Raises:
        BadRequest: there is no such action. FormRefused: what the browser made is no passkey.
        TooManyTries: too many came from one address. ApiRefused, CognitoUnavailable.
    """
    if not offered(exchange.settings):
        raise BadRequest("no such action")
    yield from rate_limits.check_address(exchange)
    if form["action"] == "passkey":
        return (yield from _begin(exchange, identity))
    if form["action"] == "passkey-add":
        return (yield from _add(exchange, identity, form["credential"]))
    if form["action"] == "passkey-remove":
        return (yield from _remove(exchange, identity, form["passkey"]))
    raise BadRequest("no such action")


def _begin(exchange: SignInExchange, identity: Identity) -> Flow[Respond]:
    """The page on which the browser makes one. Its challenge is kept by Cognito, for this user and
    once, so that nothing of it is kept here."""
    answer = yield from call(api.start_passkey(exchange.settings, identity.access_token))
    options = api.read_options(answer)
    _warn_of_another_site(exchange.settings, options)
    view = View(screen="passkey-setup", facts={"options": json.dumps(options)})
    return forms.show(exchange, view)


def _warn_of_another_site(settings: Settings, options: dict[str, Any]) -> None:
    """Browsers refuse passkeys of a relying party that is no part of the site's host name (Web
    Authentication, 5.1.3): the page says so to visitors, the log to operators."""
    party = options.get("rp")
    name = party.get("id") if isinstance(party, dict) else None
    host = urlsplit(settings.app_origin).hostname or ""
    if isinstance(name, str) and host != name and not host.endswith(f".{name}"):
        log.error(
            "the pool's passkeys are for %s, and this site is %s: set the relying party id of the "
            "pool's passkeys (WebAuthnConfiguration) to this host name or to a parent of it, "
            "before anybody registers one",
            name,
            host,
        )


def _add(exchange: SignInExchange, identity: Identity, text: str) -> Flow[Respond]:
    try:
        credential = load(text.encode())
    except ValueError as error:
        raise _NOT_ADDED from error
    if not isinstance(credential, dict):
        raise _NOT_ADDED
    answer = yield from call(
        api.complete_passkey(exchange.settings, identity.access_token, credential)
    )
    cognito_api.read("CompleteWebAuthnRegistration", answer)
    exchange.record(PasskeyAdded(exchange.facts, identity.username or identity.sub))
    return next_page.go(exchange.context, "/account", notice="passkey_added")


def _remove(exchange: SignInExchange, identity: Identity, credential_id: str) -> Flow[Respond]:
    answer = yield from call(
        api.delete_passkey(exchange.settings, identity.access_token, credential_id)
    )
    cognito_api.read("DeleteWebAuthnCredential", answer)
    exchange.record(PasskeyRemoved(exchange.facts, identity.username or identity.sub))
    return next_page.go(exchange.context, "/account", notice="passkey_removed")
