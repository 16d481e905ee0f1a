"""Checks of the way from this machine to Cognito: proxies, certificates, endpoints, and whether
anything of it can be reached at all.

Knows what two failed calls say together, so that no other check blames what it cannot see.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from .._gate.effects import Flow, HttpAnswer, HttpCall, call
from ..settings.formats import LOOPBACK
from . import addresses, authorize, domain, reach
from .case import Case
from .findings import Check, Finding, Fix
from .reading import ENDPOINT

PROXY = Check("proxy", "proxy")
CERTIFICATES = Check("certificates", "certificates")
ENDPOINT_URL = Check("endpoint", "endpoint")
NETWORK = Check("network", "network", decides=True)

_EVERYWHERE = "https://cognito-idp.us-east-1.amazonaws.com/"  # there is Cognito in any case
_FROM_HERE = "Look at the environment of the app, in its container too: proxies have often to be "
# What other lines say of themselves where the pool, or the domain, cannot be reached.
_BEHIND = {addresses.POOL.code: addresses.UNREACHED, domain.DOMAIN.code: authorize.NO_ANSWER}
_NO_PROXY = "NO_PROXY=localhost,127.0.0.1"


@dataclass(frozen=True, slots=True)
class Failures:
    """Why the pool's own address, and the login domain, gave no response; empty where one came.
    `stand_in` is what answered in the pool's place; empty where Cognito may have."""

    pool: str = ""
    login: str = ""
    stand_in: str = ""


def check(case: Case, failures: Failures) -> Flow[tuple[Finding, ...]]:
    """The findings about the way to Cognito; none where nothing of it was set and all is well."""
    findings = (*_proxies(case, failures), *_certificates(case), *_endpoint(case))
    if failures.stand_in:
        return (*findings, _stood_in(case, failures.stand_in))
    if any(finding.state == "wrong" for finding in findings) or not _both_failed(case, failures):
        return findings
    answer = yield from call(
        HttpCall("GET", _EVERYWHERE, timeout=case.settings.http_timeout_seconds)
    )
    return (*findings, _no_such_region(case) if answer.status else _unreachable(case, failures))


def without_blame(
    case: Case, findings: Iterable[Finding], causes: Iterable[Finding], failures: Failures
) -> tuple[Finding, ...]:
    """The findings, in which nothing is blamed that one of the causes explains."""
    wrong = [cause for cause in causes if cause.state == "wrong"]
    failed = {addresses.POOL.code: failures.pool, domain.DOMAIN.code: failures.login}
    of_endpoint = any(cause.code == ENDPOINT_URL.code for cause in wrong)
    pool = {line.code for line in (addresses.POOL, addresses.ISSUER, addresses.KEYS)}
    blamed = {
        code for code, failure in failed.items() if failure and _explains(case, wrong, failure)
    }
    blamed |= pool if of_endpoint else set()
    behind = {f"not checked: {_BEHIND[code]}" for code in blamed & _BEHIND.keys()}
    return tuple(
        replace(finding, state="unknown", found=_see(wrong), fix=None)
        if finding.code in blamed or finding.found in behind
        else finding
        for finding in findings
    )


def _explains(case: Case, wrong: Iterable[Finding], failure: str) -> bool:
    """Whether one of the causes explains why no response came."""
    via_proxy = failure.startswith("proxy") or case.reading.surroundings.unusable() is not None
    always = {CERTIFICATES.code, ENDPOINT_URL.code, NETWORK.code}
    return any(cause.code in always or (cause.code == PROXY.code and via_proxy) for cause in wrong)


def _see(wrong: Iterable[Finding]) -> str:
    titles = " and ".join(dict.fromkeys(cause.title for cause in wrong))
    return f"not checked: see {titles} first"


# Proxies and certificates


def _proxies(case: Case, failures: Failures) -> Iterator[Finding]:
    around = case.reading.surroundings
    if broken := around.unusable():
        yield PROXY.wrong(
            f"{broken.variable} {broken.problem}: no call can be made",
            Fix(
                "Set it to the proxy's address, such as http://proxy.example.com:3128, or remove "
                "it. SOCKS needs `pip install 'httpx[socks]'`."
            ),
        )
        return
    pool, login = _urls(case)
    pairs = [(around.proxy(url), failure, url) for url, failure in
             ((pool, failures.pool), (login, failures.login)) if url]  # fmt: skip
    used = [(proxy, failure, url) for proxy, failure, url in pairs if proxy]
    for proxy, failure, url in used:
        if failure:
            yield _failing_proxy(case, proxy.variable, proxy.shown, failure, url)
            return
    if used:
        yield PROXY.ok(f"calls go through {used[0][0].shown} ({used[0][0].variable})")
    elif ignored := [name for name in around.ignored if name.upper().endswith("_PROXY")]:
        yield PROXY.warning(_ignored(ignored), Fix(_SET_THERE))


_SET_THERE = "Set it in the environment of the app's process, and remove it from the file."


def _ignored(names: Iterable[str]) -> str:
    return f"{' and '.join(names)} in the env file has no effect: only the environment counts"


def _failing_proxy(case: Case, variable: str, shown: str, failure: str, url: str) -> Finding:
    reason = reach.failure(HttpAnswer(0, failure=failure))
    if urlsplit(url).hostname in LOOPBACK:
        return PROXY.wrong(
            f"{variable} sends calls to this machine itself through {shown}: {reason}",
            Fix("Except this machine's names.", setting=_NO_PROXY),
        )
    return PROXY.wrong(
        f"calls of {reach.origin(url)} go through {shown} ({variable}), and fail: {reason}",
        Fix(
            f"Check {variable}, and with its operator whether it may reach that host; or except "
            "the host in NO_PROXY, where it can be reached directly."
        ),
    )


def _certificates(case: Case) -> Iterator[Finding]:
    around = case.reading.surroundings
    variable, problem = around.certificates
    if variable:
        yield CERTIFICATES.wrong(
            f"{variable} names {around.variables[variable]!r}, which {problem}: no certificate can "
            "be checked, and no call be made",
            Fix(
                "Name a file of PEM certificates (SSL_CERT_FILE) or a directory of them "
                "(SSL_CERT_DIR) that this process can read, or remove the variable."
            ),
        )
    elif named := [name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if name in around.variables]:
        yield CERTIFICATES.ok(f"{around.variables[named[0]]} ({named[0]})")
    elif ignored := [name for name in around.ignored if name.startswith("SSL_")]:
        yield CERTIFICATES.warning(_ignored(ignored), Fix(_SET_THERE))


# Endpoints


def endpoint_variable(case: Case) -> str:
    """The variable that sends calls elsewhere than to AWS; empty where none does."""
    if not case.settings.endpoint_url or case.reason_to_skip(ENDPOINT):
        return ""
    return ENDPOINT if ENDPOINT in case.reading.given else "AWS_ENDPOINT_URL"


def _endpoint(case: Case) -> Iterator[Finding]:
    variable, settings = endpoint_variable(case), case.settings
    here = urlsplit(settings.endpoint_url).hostname in LOOPBACK
    if variable and here and settings.domain and domain.is_prefix(settings):
        yield ENDPOINT_URL.wrong(
            f"{variable} is {settings.endpoint_url}, an emulator's, while the login domain is "
            "AWS's: keys come from the one and tokens from the other, so that none is accepted",
            Fix(
                f"Remove {variable} from the environment and the env file (left over from an "
                "emulator?), or use the emulator's login domain as well."
            ),
        )


# Both addresses together


def _urls(case: Case) -> tuple[str, str]:
    """The pool's own address and the login domain; empty where the settings do not give one."""
    pool = case.reason_to_skip(*addresses.NEEDED)
    login = domain.reason_to_skip(case)
    return (
        "" if pool else case.settings.jwks_url,
        "" if login else f"{case.settings.domain_origin}/",
    )


def _both_failed(case: Case, failures: Failures) -> bool:
    """Whether neither could be reached; an address of this machine says nothing of the network."""
    elsewhere = all(url and urlsplit(url).hostname not in LOOPBACK for url in _urls(case))
    return elsewhere and bool(failures.pool and failures.login)


def _unreachable(case: Case, failures: Failures) -> Finding:
    pool, login = map(reach.origin, _urls(case))
    answer = HttpAnswer(0, failure=failures.pool)
    unresolved = failures.pool == "dns"
    why = "names do not resolve (DNS)" if unresolved else reach.failure(answer)
    what = "Check its connection and its name servers." if unresolved else reach.fix(answer).what
    return NETWORK.wrong(
        f"neither the user pool ({pool}) nor the login ({login}) can be reached from this machine: "
        f"{why}",
        Fix(
            f"{what} {_FROM_HERE}named there (HTTPS_PROXY). Nothing can be said of pool, domain "
            "and app client before that."
        ),
    )


def _stood_in(case: Case, answer: str) -> Finding:
    """The finding for an answer at the pool's own address that is none of Cognito's."""
    return NETWORK.wrong(
        f"{reach.origin(case.settings.jwks_url)} answers {answer}, where Cognito has JSON alone: "
        "something in front of it answers in its place",
        Fix(
            "Open that address in a browser on this machine: a guest network asks for its own "
            "sign-in, and a filtering proxy or a firewall says what it blocks. Its operators can "
            "let cognito-idp.*.amazonaws.com and the login domain through."
        ),
    )


def _no_such_region(case: Case) -> Finding:
    pool = reach.origin(case.settings.jwks_url)
    return NETWORK.wrong(
        f"AWS can be reached, and {pool} cannot: there may be no such region",
        Fix(
            "Check the region in AWS_COGNITO_USER_POOL_ID and AWS_REGION for a typing error.",
            console="Amazon Cognito > User pools: the column User pool ID",
        ),
    )
