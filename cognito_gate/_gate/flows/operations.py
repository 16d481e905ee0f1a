"""The routes for operators and their machines: `{prefix}/health`, `/ready` and `/metrics`.

Knows who may read metrics; must not know what they say. Health and readiness are for everybody, and
tell nothing else.
"""

import hmac
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import TypeAlias

from ...errors import CognitoUnavailable, MethodRefused
from ...events import Refused
from ...settings import Settings
from ...settings.endpoints import METRICS
from .. import store
from ..effects import Flow, compute
from ..exchange import Exchange
from ..messages import Incoming, Respond
from ..protocol import pages
from . import token_trust

Scrape: TypeAlias = Callable[[], tuple[str, bytes]]
"""Gives all metrics of the process, or of its siblings too: their media type, and their text."""
_RETRY = ("retry-after", "5")


def routes(
    settings: Settings, scrape: Scrape | None
) -> dict[str, Callable[[Exchange], Flow[Respond]]]:
    """Each by its path; metrics only where there is somebody who may read them."""
    prefix = settings.prefix
    found = {f"{prefix}/health": health, f"{prefix}/ready": ready}
    if scrape is None:
        return {**found}
    return {**found, prefix + METRICS: MetricsRoute(settings, scrape)}


def health(exchange: Exchange) -> Flow[Respond]:
    """The route `{prefix}/health`: the process answers. Raises MethodRefused."""
    yield from ()
    _check_method(exchange)
    return pages.show_json(200, {"status": "ok"})


def ready(exchange: Exchange) -> Flow[Respond]:
    """The route `{prefix}/ready`: sessions can be verified, since signing keys are held, and read,
    where they are in a store.

    Raises:
        MethodRefused: neither GET nor HEAD.
    """
    _check_method(exchange)
    keys, now = exchange.context.keys, exchange.now
    try:
        # Once, and after a failure not at once: anybody may ask here, however often.
        if keys.cold and keys.may_fetch("", now, trusted=True):
            yield from token_trust.ready(exchange.context, now)
    except CognitoUnavailable:
        pass  # the sender's log says why
    reason = "Cognito's signing keys are not there yet" if keys.cold else ""
    reason = reason or (yield from _missing_store(exchange.settings))
    if reason:
        content = {"status": "unavailable", "reason": reason}
        return pages.show_json(503, content, (_RETRY,))
    return pages.show_json(200, {"status": "ready"})


def _missing_store(settings: Settings) -> Flow[str]:
    """What is wrong with the store, if sessions are in one. Refreshes go on without it."""
    if settings.store and settings.store_for != "refresh":
        try:
            yield from store.load("ready")
        except store.StoreFailed:
            return "the store of sessions does not answer"
    return ""


class MetricsRoute:
    """The route `{prefix}/metrics`, for whoever has the token and comes from one of the networks,
    as far as the settings name either."""

    def __init__(self, settings: Settings, scrape: Scrape) -> None:
        self._token = settings.metrics_token.encode()
        self._networks = tuple(map(ip_network, settings.metrics_addresses))
        self._scrape = scrape

    def __call__(self, exchange: Exchange) -> Flow[Respond]:
        """All metrics, for one who may read them. Raises MethodRefused."""
        _check_method(exchange)
        if self._networks and not all(map(self._is_near, _senders(exchange.incoming))):
            return _refuse(exchange, 403, "forbidden", "metrics are not for this address")
        if self._token and not self._has_token(exchange.incoming):
            return _refuse(exchange, 401, "invalid_token", "metrics need their own token")
        media_type, text = yield from compute(self._scrape)
        return Respond(200, (("content-type", media_type), pages.NO_STORE), text)

    def _is_near(self, client: str) -> bool:
        try:
            address = ip_address(client)
        except ValueError:  # a UNIX socket has none
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self._networks)

    def _has_token(self, incoming: Incoming) -> bool:
        values = incoming.values(b"authorization")
        scheme, _, token = values[0].strip().partition(b" ") if len(values) == 1 else (b"",) * 3
        return scheme.lower() == b"bearer" and hmac.compare_digest(token.strip(), self._token)


def _senders(incoming: Incoming) -> tuple[str, ...]:
    """Whom the request comes from: a proxy on a near address says whom it has it from, unless the
    server has believed it already. RFC 7239 would name them so that nobody here reads it: then it
    is nobody near."""
    told = b",".join(incoming.values(b"x-forwarded-for") + incoming.values(b"x-real-ip"))
    hops = [hop.strip() for hop in told.decode("latin-1").split(",") if hop.strip()]
    unread = [""] if incoming.values(b"forwarded") else []
    return (incoming.client, *hops, *unread)


def _check_method(exchange: Exchange) -> None:
    if exchange.incoming.method not in ("GET", "HEAD"):
        raise MethodRefused("GET, HEAD")


def _refuse(exchange: Exchange, status: int, code: str, reason: str) -> Respond:
    exchange.record(Refused(exchange.facts, status, code, reason))
    challenge = (("www-authenticate", "Bearer"),) if status == 401 else ()
    return pages.show_json(status, {"error": code}, challenge)
