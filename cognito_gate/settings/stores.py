"""The address of a store, COGNITO_GATE_STORE: which store, and where it is.

Knows URLs; must not know how a store is asked. Addresses of servers may hold a password, so that no
problem tells more of one than its scheme.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from .formats import REGION, Problem, check_origin

FORMS = (
    "sqlite:///PATH, redis://HOST, rediss://HOST, valkey://HOST, valkeys://HOST or "
    "dynamodb://TABLE?region=REGION"
)
_TLS = {"redis": False, "valkey": False, "rediss": True, "valkeys": True}
_PREFIX = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_CA = "it takes a file of certificates in PEM format that the app's user can read"
_TABLE = re.compile(r"[A-Za-z0-9_.-]{3,255}")  # DynamoDB's own rule for names


@dataclass(frozen=True, slots=True)
class SQLiteAddress:
    """A file on this host."""

    path: Path


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """A server that speaks the protocol of Redis: Redis itself, or Valkey. `ca` is a file of
    certificates of authorities that may have signed its own, beside those of the system."""

    host: str
    port: int
    database: int
    tls: bool
    user: str
    password: str = field(repr=False)
    prefix: str = ""
    ca: Path | None = None


@dataclass(frozen=True, slots=True)
class DynamoDBAddress:
    """A table. Without a region boto3 finds one, and without an endpoint it asks AWS."""

    table: str
    region: str
    endpoint: str
    prefix: str = ""


StoreAddress: TypeAlias = SQLiteAddress | RedisAddress | DynamoDBAddress


def parse_store(value: str) -> StoreAddress:
    """The address that COGNITO_GATE_STORE gives.

    Raises:
        Problem: it is none; its text holds no password.
    """
    try:
        parts = urlsplit(value)
    except ValueError:
        raise Problem(f"is not a URL; it takes {FORMS}") from None
    if parts.scheme == "sqlite":
        return _parse_sqlite(value)
    if parts.scheme in _TLS:
        return _parse_redis(parts)
    if parts.scheme == "dynamodb":
        return _parse_dynamodb(parts)
    raise Problem(f"does not begin with the name of a store; it takes {FORMS}")


def check_store(value: str) -> None:
    """Check the address of a store, where there is one, and that a file can be there."""
    address = parse_store(value) if value else None
    if isinstance(address, RedisAddress) and address.ca:
        _check_ca(address.ca)
    if isinstance(address, SQLiteAddress):
        path = address.path
        if not path.parent.is_dir():
            raise Problem(
                f"names {str(path)!r}, in a directory that does not exist; create it, writable "
                "for the app's user only"
            )
        if path.is_dir():
            raise Problem(f"names {str(path)!r}, a directory; it takes the path of a file")


def _check_ca(path: Path) -> None:
    try:
        certificates = path.read_bytes()
    except OSError as error:
        raise Problem(f"has the ca {str(path)!r}: {error.strerror}; {_CA}") from None
    if b"-----BEGIN CERTIFICATE-----" not in certificates:
        raise Problem(f"has the ca {str(path)!r}, which has no certificates; {_CA}")


def _parse_sqlite(value: str) -> SQLiteAddress:
    takes = "sqlite:///app.db (beside the app) or sqlite:////var/lib/app/sessions.db (absolute)"
    path = value.removeprefix("sqlite:///")
    if path == value or not path.strip("/") or re.search(r"[?#\x00]|^:memory:$", path):
        raise Problem(f"is {value!r:.300}; it takes {takes}, without options")
    return SQLiteAddress(Path(path).absolute())  # now: servers may change their directory later


def _parse_redis(parts: SplitResult) -> RedisAddress:
    tls = _TLS[parts.scheme]
    ca = "&ca=FILE" if tls else ""
    takes = f"{parts.scheme}://USER:PASSWORD@HOST:PORT/NUMBER?prefix=NAME{ca}; only HOST is needed"
    options = _options(parts, {"prefix", "ca"} if tls else {"prefix"}, takes)
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Problem(f"has a port that is none; it takes {takes}") from None
    if not re.fullmatch(r"[A-Za-z0-9._:-]+", host):
        raise Problem(
            "has no host, or characters in it that none has (a password's must be "
            f"percent-encoded, as {quote('/', safe='')} for /); it takes {takes}"
        )
    if not re.fullmatch(r"/?[0-9]{0,5}", parts.path):
        raise Problem(f"has a path that is no database's number; it takes {takes}")
    return RedisAddress(
        host,
        port or 6379,
        int(parts.path.strip("/") or 0),
        tls,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        _prefix(options),
        Path(options["ca"]).absolute() if "ca" in options else None,
    )


def _parse_dynamodb(parts: SplitResult) -> DynamoDBAddress:
    takes = "dynamodb://TABLE?region=REGION"
    options = _options(parts, {"region", "endpoint", "prefix"}, takes)
    if parts.path.strip("/") or not _TABLE.fullmatch(parts.netloc):
        raise Problem(f"names no table; it takes {takes}")
    region, endpoint = options.get("region", ""), options.get("endpoint", "")
    if region and not REGION.fullmatch(region):
        raise Problem(f"has the region {region!r:.50}; it takes one such as eu-west-1")
    _check_endpoint(endpoint)
    return DynamoDBAddress(parts.netloc, region, endpoint, _prefix(options))


def _check_endpoint(endpoint: str) -> None:
    try:
        if endpoint:
            check_origin(endpoint, "")
    except Problem:
        # Without its value: there may be a password in it.
        takes = "an origin such as http://127.0.0.1:8000 (plain http is for this host only)"
        raise Problem(f"has an endpoint that cannot be used; it takes {takes}") from None


def _options(parts: SplitResult, known: set[str], takes: str) -> dict[str, str]:
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    options = dict(pairs)
    if parts.fragment or len(options) != len(pairs) or not options.keys() <= known:
        raise Problem(f"has an option that does not exist, or one twice; it takes {takes}")
    return options


def _prefix(options: dict[str, str]) -> str:
    prefix = options.get("prefix", "")
    if "prefix" in options and not _PREFIX.fullmatch(prefix):
        raise Problem(f"has the prefix {prefix!r:.80}; it takes letters, digits, and any of _.:-")
    return prefix
