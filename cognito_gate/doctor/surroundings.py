"""The variables that decide how this machine reaches Cognito: proxies and certificates.

Knows which of them httpx reads (https://www.python-httpx.org/environment_variables/), and reads the
certificates that they name. They count in the environment only: `.env` has settings of the gate.
"""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_SCHEMES = ("http", "https", "socks5", "socks5h")
_IS_PROXY = frozenset(each for name in _PROXIES for each in (name, name.lower()))


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy as a variable gives it; its address may hold a password."""

    variable: str
    address: str = field(repr=False)

    @property
    def problem(self) -> str:
        """Why no call can be made with it; empty when one can be tried."""
        try:
            parts = urlsplit(self.address)
            _ = parts.port  # raises for a port that is not a number
        except ValueError:
            return "is not a URL"
        if parts.scheme not in _SCHEMES or not parts.hostname:
            return "is not the address of a proxy"
        return "needs httpx's extra for SOCKS" if _lacks_socks(parts.scheme) else ""

    @property
    def shown(self) -> str:
        """Its scheme, host and port, for a finding."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the environment says, without empty variables.

    `certificates` is a variable that names certificates which cannot be used, and why; `ignored`
    are variables that only the env file has; `workers` is how many processes WEB_CONCURRENCY asks
    for, which uvicorn and gunicorn read; 0 where it says nothing.
    """

    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    certificates: tuple[str, str] = ("", "")
    ignored: tuple[str, ...] = ()
    workers: int = 0

    def proxy(self, url: str) -> Proxy | None:
        """The proxy through which a URL is called; None for none."""
        scheme, host = urlsplit(url).scheme, urlsplit(url).hostname or ""
        names = (f"{scheme}_proxy", f"{scheme}_PROXY".upper(), "all_proxy", "ALL_PROXY")
        variable = next((name for name in names if self.variables.get(name)), "")
        if not variable or self._is_excepted(host):
            return None
        return Proxy(variable, _with_scheme(self.variables[variable]))

    def unusable(self) -> Proxy | None:
        """A proxy with which no call at all can be made: httpx reads all of them beforehand."""
        names = (name for name in sorted(self.variables) if name in _IS_PROXY)
        proxies = (Proxy(name, _with_scheme(self.variables[name])) for name in names)
        return next((each for each in proxies if each.problem), None)

    def _is_excepted(self, host: str) -> bool:
        listed = self.variables.get("no_proxy") or self.variables.get("NO_PROXY", "")
        names = [name.strip().lstrip(".").lower() for name in listed.split(",") if name.strip()]
        return any(name == "*" or host == name or host.endswith(f".{name}") for name in names)


def _with_scheme(address: str) -> str:
    return address if "://" in address else f"http://{address}"


def read_surroundings(environ: Mapping[str, str], values: Mapping[str, str]) -> Surroundings:
    """Read them.

    Args:
        environ: the environment.
        values: the environment and the env file, as the gate's settings are read from.
    """
    names = {*_IS_PROXY, *_CERTIFICATES, "NO_PROXY", "no_proxy"}
    variables = {name: environ[name] for name in names if environ.get(name, "").strip()}
    ignored = {name for name in names - variables.keys() if values.get(name, "").strip()}
    workers = environ.get("WEB_CONCURRENCY", "").strip()
    return Surroundings(
        variables,
        _certificates(variables),
        tuple(sorted(ignored)),
        int(workers) if re.fullmatch(r"[0-9]{1,6}", workers) else 0,
    )


def _certificates(variables: Mapping[str, str]) -> tuple[str, str]:
    """The variable that counts, and what is wrong with what it names; empty texts where nothing
    is. The file goes before the directory."""
    for name in _CERTIFICATES:
        if name in variables:
            return (name, problem) if (problem := _problem(name, variables[name])) else ("", "")
    return "", ""


def _problem(name: str, value: str) -> str:
    if name == "SSL_CERT_DIR":
        return "" if Path(value).is_dir() else "is not a directory"
    try:
        ssl.create_default_context(cafile=value)
    except FileNotFoundError:
        return "does not exist"
    except ssl.SSLError:
        return "holds no certificates in PEM"
    except OSError as error:
        return f"cannot be read ({type(error).__name__})"
    return ""


def _lacks_socks(scheme: str) -> bool:
    return scheme.startswith("socks") and find_spec("socksio") is None
