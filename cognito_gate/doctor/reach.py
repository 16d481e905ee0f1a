"""Why there is no usable response, in words, and what to do about it.

Knows failures of connections, and statuses that say nothing about the set-up.
"""

from urllib.parse import urlsplit

from .._gate.effects import HttpAnswer
from .._gate.protocol.oauth import printable
from .._gate.protocol.strict_json import load
from .findings import Fix

_KINDS = {
    "dns": "its name does not resolve (DNS)",
    "tls": "TLS fails",
    "refused": "it refuses the connection",
    "timeout": "it does not answer in time",
    "no route": "there is no route to it (the network is unreachable)",
    "ProxyError": "the proxy refuses",
}
_FIXES = {
    "dns": "Check the name for a typing error, and that this machine can resolve names.",
    "tls": "This machine does not trust the certificate, or it is for another name. Behind a proxy "
    "that intercepts TLS, set SSL_CERT_FILE to the certificate of its authority; in a guest "
    "network, sign in to that network first.",
    "refused": "Check host and port; a firewall or a proxy may block the connection.",
    "timeout": "Check that this machine may reach it (firewall, proxy, VPC endpoint); "
    "COGNITO_GATE_HTTP_TIMEOUT_SECONDS sets how long to wait.",
}
NETWORK_SIGN_IN = 511
"""Network Authentication Required (RFC 6585 section 6)."""

_VIA_PROXY = "proxy, "
_ANY = "Check that this machine may reach it (firewall, proxy, VPC endpoint)."


def failure(answer: HttpAnswer) -> str:
    """Why no response came, in words; empty when one did."""
    if answer.status:
        return ""
    kind, _, detail = answer.failure.removeprefix(_VIA_PROXY).partition(": ")
    reason = _KINDS.get(kind, printable(kind))
    return f"{reason}: {printable(detail)}" if detail and kind in _KINDS else reason


def failed(what: str, url: str, answer: HttpAnswer) -> str:
    """A sentence for a finding: what could not be reached, where, and why."""
    return f"{what} at {origin(url)} cannot be reached: {failure(answer)}"


def fix(answer: HttpAnswer) -> Fix:
    """What to do about it."""
    kind = answer.failure.removeprefix(_VIA_PROXY).partition(": ")[0]
    return Fix(_FIXES.get(kind, _ANY))


def origin(url: str) -> str:
    """Scheme and host of a URL from the settings, for a finding."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def passing(answer: HttpAnswer) -> str:
    """Why a response says nothing about the set-up (a passing failure); empty if it may."""
    if answer.status == 429:
        return "Cognito answers HTTP 429 (too many requests); try again in a minute"
    if answer.status >= 500:
        return f"the answer is HTTP {answer.status}; try again in a minute"
    return ""


def stand_in(answer: HttpAnswer) -> str:
    """What came in Cognito's place from an address where it serves JSON alone, as a portal of a
    guest network or a filtering proxy sends it; empty where Cognito may have answered so."""
    if answer.status == NETWORK_SIGN_IN:
        return f"HTTP {answer.status}, a sign-in to the network"
    if not answer.status or answer.status in (400, 404) or passing(answer):
        return ""
    try:
        load(answer.body)
    except ValueError:
        kind = printable(answer.header("content-type").partition(";")[0])
        return f"HTTP {answer.status}{f' ({kind})' if kind else ''}"
    return ""


def firewalled(answer: HttpAnswer) -> bool:
    """True for a refusal by a firewall in front of Cognito, which itself never answers 403."""
    return answer.status == 403
