"""Why there is no usable answer: in words, and what to do about it.

Knows failures of connections and statuses that say nothing of Cognito itself.
"""

from urllib.parse import urlsplit

from .._gate.effects import HttpAnswer
from .._gate.protocol.oauth import printable
from .findings import Fix

_KINDS = {
    "dns": "its name does not resolve (DNS)",
    "tls": "TLS fails",
    "refused": "it refuses the connection",
    "timeout": "it does not answer in time",
}
_FIXES = {
    "dns": "Check the name for a typing error, and that this machine can resolve names.",
    "tls": "The certificate is not one for this name that this machine trusts. Behind a proxy "
    "that opens TLS, let SSL_CERT_FILE name its authority's certificate.",
    "refused": "Check host and port; a firewall or a proxy may stand in the way.",
    "timeout": "Check that this machine may reach it (firewall, proxy, VPC endpoint); "
    "COGNITO_GATE_HTTP_TIMEOUT_SECONDS says how long is waited.",
}
_ANY = "Check that this machine may reach it (firewall, proxy, VPC endpoint)."


def failure(answer: HttpAnswer) -> str:
    """Why no response came, in words; empty when one did."""
    if answer.status:
        return ""
    kind, _, detail = answer.failure.partition(": ")
    said = _KINDS.get(kind, printable(answer.failure))
    return f"{said}: {printable(detail)}" if detail and kind in _KINDS else said


def failed(what: str, url: str, answer: HttpAnswer) -> str:
    """A sentence for a finding: what could not be reached, where, and why."""
    return f"{what} at {origin(url)} cannot be reached: {failure(answer)}"


def fix(answer: HttpAnswer) -> Fix:
    """What to do about it."""
    return Fix(_FIXES.get(answer.failure.partition(": ")[0], _ANY))


def origin(url: str) -> str:
    """Scheme and host of one of our own addresses, to be shown."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def passing(answer: HttpAnswer) -> str:
    """Words for an answer that says nothing of the set-up; empty for one that may."""
    if answer.status == 429:
        return "Cognito answers HTTP 429 (too many requests); try again in a minute"
    if answer.status >= 500:
        return f"the answer is HTTP {answer.status}; try again in a minute"
    return ""


def firewalled(answer: HttpAnswer) -> bool:
    """True for a refusal by something in front of Cognito, which itself never says 403."""
    return answer.status == 403
