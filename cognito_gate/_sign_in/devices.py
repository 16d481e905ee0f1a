"""The accounts that this browser has signed in to: one sealed cookie, which outlives its sessions.

It grants no access. A browser with it has rate limits of its own (rate_limits.py), so that nobody
elsewhere can use them up. Knows names and accounts as hashes only.
"""

from .._gate.exchange import Exchange
from .._gate.messages import Headers
from .._gate.protocol import cookies
from ..errors import TokenRefused
from .recall import digest
from .records import Device

DEVICE_SECONDS = 7_776_000  # 90 days
MAX_NAMES = 8


def find(exchange: Exchange) -> Device:
    """The device cookie of this browser; one without an id when there is none."""
    jar = exchange.jar
    for value in cookies.candidates(jar, exchange.context.names.device):
        try:
            return Device.from_json(exchange.context.seals.device.open(value))
        except TokenRefused:
            continue
    return Device("", {})


def note(exchange: Exchange, name: str, account: str) -> Headers:
    """The Set-Cookie line that says that this browser has signed in to `account`, as `name`.

    Names count as they were typed: to a pool, two that look alike may be two people.
    """
    found = find(exchange)
    now = dict.fromkeys((digest(account), digest(name)), digest(account))
    older = {key: value for key, value in found.accounts.items() if key not in now}
    kept = dict([*older.items(), *now.items()][-MAX_NAMES:])
    device = Device(found.id or exchange.context.token()[:22], kept)
    sealed = exchange.context.seals.device.seal(device.to_json(), exchange.now)
    line = exchange.context.login.line(exchange.context.names.device, sealed, DEVICE_SECONDS)
    return (("set-cookie", line),)
