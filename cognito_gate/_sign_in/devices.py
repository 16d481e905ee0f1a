"""The accounts that this browser has signed in to: one sealed cookie, which outlives its sessions.

It opens nothing. Its browser has counts of tries of its own (rate_limits.py), so that nobody
elsewhere can use them up. Knows names and accounts as hashes only.
"""

from .._gate.context import Context
from .._gate.messages import Headers, Incoming
from .._gate.protocol import cookies
from .._gate.records import Device
from ..errors import TokenRefused
from .recall import digest

DEVICE_SECONDS = 7_776_000  # 90 days
MAX_NAMES = 8


def find(context: Context, incoming: Incoming) -> Device:
    """What this browser brought; without an id when it has signed in to nothing."""
    jar = cookies.jar(incoming)
    for value in cookies.candidates(jar, context.names.device):
        try:
            return Device.from_json(context.seals.device.open(value))
        except TokenRefused:
            continue
    return Device("", {})


def note(context: Context, incoming: Incoming, name: str, account: str) -> Headers:
    """The Set-Cookie line that says that this browser has signed in to `account`, as `name`.

    Names count as they were typed: to a pool, two that look alike may be two people.
    """
    found = find(context, incoming)
    now = dict.fromkeys((digest(account), digest(name)), digest(account))
    older = {key: value for key, value in found.accounts.items() if key not in now}
    kept = dict([*older.items(), *now.items()][-MAX_NAMES:])
    device = Device(found.id or context.token()[:22], kept)
    sealed = context.seals.device.seal(device.to_json(), incoming.now)
    line = context.login.line(context.names.device, sealed, DEVICE_SECONDS)
    return (("set-cookie", line),)
