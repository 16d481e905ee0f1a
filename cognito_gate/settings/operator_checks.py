"""The checks of what operators set for themselves: a wrong value raises a `Problem`.

Knows formats and the file system; must not know what is written to the audit log.
"""

import re
import stat
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from .formats import Problem

STDERR = "stderr"
# Headers that browsers and clients set by themselves: none of them names a request.
_TAKEN_HEADERS = frozenset({"authorization", "cookie", "host", "referer", "user-agent"})


def _audit_log(value: str) -> None:
    if value in ("", STDERR):
        return
    path, takes = Path(value), "it takes stderr, or the path of a file"
    try:
        kind = path.stat().st_mode
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise Problem(f"is {value!r}, in a directory that does not exist; {takes}") from None
        return
    except (OSError, ValueError) as error:
        raise Problem(f"is {value!r}, which cannot be used ({error}); {takes}") from error
    if not (stat.S_ISREG(kind) or stat.S_ISCHR(kind) or stat.S_ISFIFO(kind)):
        raise Problem(f"is {value!r}, which is not a file; {takes}")


def _request_id_header(value: str) -> None:
    if value and (not re.fullmatch("[a-z][a-z0-9-]{0,63}", value) or value in _TAKEN_HEADERS):
        raise Problem(f"is {value!r}; it takes the name of a header such as X-Request-ID")


def _metrics_token(value: str) -> None:
    takes = "at least 32 characters; `cognito-gate secret` prints some"
    if value and len(value) < 32:
        raise Problem(f"has {len(value)} characters; it takes {takes}")
    if not re.fullmatch(r"[\x21-\x7e]*", value):
        raise Problem(f"has characters that no header can carry; it takes {takes}")


def _metrics_addresses(values: tuple[str, ...]) -> None:
    for value in values:
        try:
            ip_network(value)
        except ValueError as error:
            raise Problem(
                f"lists {value!r}; it takes addresses and networks such as 10.0.0.0/8 and ::1"
            ) from error


OPERATOR_CHECKS: dict[str, Callable[[Any], None]] = {
    "audit_log": _audit_log,
    "metrics_token": _metrics_token,
    "metrics_addresses": _metrics_addresses,
    "request_id_header": _request_id_header,
}
