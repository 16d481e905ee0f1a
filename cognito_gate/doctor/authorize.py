"""Checks of sign-in: calls `/oauth2/authorize` as the gate would, and reads where it redirects.

Knows what each destination says about app client, callback URL, grant and PKCE. Cognito does not
redirect to an unregistered callback URL, so the app itself never learns of that error (Developer
Guide, "Authorize endpoint" and "Troubleshooting").
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode, urlsplit

from .._gate.effects import Flow, HttpCall, call
from .._gate.protocol import oauth
from ..settings import Settings
from ..settings.formats import LOOPBACK
from . import domain, login_page, redirects, scopes
from .case import Case
from .findings import Check, Finding, Fix
from .places import RESETS
from .redirects import Destination

FIREWALL = Check("firewall", "firewall", decides=True)
CLIENT = Check("client-id", "app client", decides=True)
CALLBACK = Check("callback-url", "callback URL", decides=True)
GRANT = Check("code-grant", "code grant", decides=True)
PKCE = Check("pkce", "PKCE", decides=True)
LINES = (domain.DOMAIN, FIREWALL, CLIENT, CALLBACK, GRANT, scopes.SCOPES, PKCE, login_page.PAGE)
NO_ANSWER = "the login domain does not answer as Cognito does"

_MISMATCH, _NO_GRANT, _INVALID = "redirect_mismatch", "unauthorized_client", "invalid_request"
_CHALLENGE = ("code_challenge", "code_challenge_method")


@dataclass(frozen=True, slots=True)
class LoginFindings:
    """The findings; `closed` is why the login domain can answer nothing more, empty if it can.

    `failure` is why no response came from it at all; empty where one did.
    """

    findings: tuple[Finding, ...]
    closed: str = ""
    failure: str = ""


def check(case: Case, advertised: str, closed: str = "") -> Flow[LoginFindings]:
    """Start a sign-in as the gate would.

    Args:
        advertised: the login domain that the pool names.
        closed: why nothing can be learned from the login domain; empty when it can.
    """
    why = closed or domain.reason_to_skip(case)
    if why:
        return LoginFindings(_with_unchecked((), why), why)
    if misnamed := domain.misnamed(case):
        why = "AWS_COGNITO_DOMAIN is no login domain"
        return LoginFindings(_with_unchecked((misnamed,), why), why)
    answer = yield from call(_authorize_request(case, case.settings))
    destination = redirects.read(case.settings, answer)
    # The error page for an unknown client also comes from a domain of another pool.
    known = not _is_client_unknown(destination)
    findings = [domain.check_domain(case, destination, answer, advertised, known=known)]
    if findings[0].state == "unknown" or destination.kind in ("unreachable", "refused", "moved"):
        why = NO_ANSWER
        failure = answer.failure if destination.kind == "unreachable" else ""
        return LoginFindings(_with_unchecked(findings, why), why, failure)
    if findings[0].state == "wrong":
        why = "the login domain is another one"
        return LoginFindings(_with_unchecked(findings, why), why)
    findings.append(_firewall(case, destination))
    if destination.kind == "firewall":
        why = "a firewall blocks the login domain"
        return LoginFindings(_with_unchecked(findings, why), why)
    return (yield from _check_client(case, destination, findings, advertised, known=known))


def _with_unchecked(findings: tuple[Finding, ...] | list[Finding], why: str) -> tuple[Finding, ...]:
    """The findings so far, followed by all remaining checks as not checked."""
    return (*findings, *(line.unchecked(why) for line in LINES[len(findings) :]))


def _check_client(
    case: Case, destination: Destination, findings: list[Finding], advertised: str, *, known: bool
) -> Flow[LoginFindings]:
    """The checks of the app client, one after the other, at a domain that answers."""
    closed = case.reason_to_skip("AWS_COGNITO_USER_POOL_CLIENT_ID")
    if not closed and not known:
        findings.append(_unknown_client(case, destination, advertised))
        closed = "the app client is not known there"
    if closed:
        return LoginFindings(_with_unchecked(findings, closed), closed)
    findings.append(CLIENT.ok(f"{case.settings.user_pool_client_id} is known at the login domain"))
    findings.append(_callback(case, destination))
    if destination.error == _MISMATCH or case.reason_to_skip("AWS_COGNITO_REDIRECT_URL"):
        return LoginFindings(_with_unchecked(findings, "the callback URL has to be right first"))
    findings.append(_grant(case, destination))
    if findings[-1].state != "ok" and destination.error != _INVALID:
        return LoginFindings(_with_unchecked(findings, "the code grant has to be right first"))
    findings.append(
        (
            yield from scopes.check(
                case, destination, lambda changed: _authorize_request(case, changed)
            )
        )
    )
    findings += yield from _check_pkce_and_page(case, destination)
    return LoginFindings(tuple(findings))


def _check_pkce_and_page(case: Case, destination: Destination) -> Flow[tuple[Finding, Finding]]:
    """Check PKCE and the login page, without scopes if Cognito refuses those."""
    settings = case.settings
    if destination.error == scopes.REFUSED:
        settings = replace(settings, scopes=())
        destination = redirects.read(
            settings, (yield from call(_authorize_request(case, settings)))
        )
    sent = dict(parse_qsl(urlsplit(_authorize_request(case, settings).url).query))
    if destination.error == _INVALID:
        without = {name: value for name, value in sent.items() if name not in _CHALLENGE}
        url = f"{settings.authorize_url}?{urlencode(without)}"
        without_pkce = redirects.read(
            settings, (yield from call(replace(_authorize_request(case, settings), url=url)))
        )
        return _no_pkce(without_pkce), login_page.PAGE.unchecked(
            "the sign-in does not get that far"
        )
    page = yield from login_page.check(case, destination)
    return _pkce(destination, sent), page


def _authorize_request(case: Case, settings: Settings) -> HttpCall:
    url = oauth.authorize_url(settings, case.attempt, {})
    return HttpCall("GET", url, timeout=settings.http_timeout_seconds)


# The lines


def _is_client_unknown(destination: Destination) -> bool:
    errors_after_lookup = (_MISMATCH, _NO_GRANT, scopes.REFUSED)
    return destination.kind == "error page" and destination.error not in errors_after_lookup


def _firewall(case: Case, destination: Destination) -> Finding:
    if destination.kind != "firewall":
        return FIREWALL.ok("lets sign-ins through")
    return blocked(case, "the login domain")


def blocked(case: Case, what: str) -> Finding:
    """The finding for a firewall that refuses a call which Cognito itself would not. 403 is also
    what a rule's own response with a status of 5xx became (Developer Guide, document history,
    2026-10-01)."""
    host = urlsplit(case.settings.redirect_url).hostname
    rule = (
        "Its common rule set takes a loopback address in a query for an attack "
        "(EC2MetaDataSSRF_QUERYARGUMENTS): count that rule in place of blocking, or register a "
        "callback URL that is not localhost."
        if host in LOOPBACK
        else "Its sampled requests name the rule that blocks; let that one count."
    )
    return FIREWALL.wrong(
        f"{what} answers HTTP 403, as a firewall (AWS WAF) before Cognito does",
        Fix(
            rule,
            console=case.directions.pool_menu("Security", "AWS WAF"),
            command=f"aws wafv2 list-web-acls --scope REGIONAL --region {case.directions.region}",
        ),
    )


def _unknown_client(case: Case, destination: Destination, advertised: str) -> Finding:
    settings = case.settings
    cause = (
        "the domain is this pool's, so the client id is wrong or of another pool"
        if advertised and case.settings.domain_origin == advertised
        else "the client id is wrong, or the domain belongs to another pool"
    )
    detail = f" (it says {destination.error})" if destination.error else ""
    return CLIENT.wrong(
        f"{settings.domain_origin} does not know {settings.user_pool_client_id}{detail}: {cause}",
        Fix(
            "Compare the client id, and the pool's domain, letter for letter.",
            console=case.directions.pool_menu("Applications", "App clients")
            + ": the column Client ID",
            command=case.directions.about_pool("list-user-pool-clients", "--max-results", "60"),
        ),
    )


def _callback(case: Case, destination: Destination) -> Finding:
    why = case.reason_to_skip("AWS_COGNITO_REDIRECT_URL")
    if why:
        return CALLBACK.unchecked(why)
    url = case.settings.redirect_url
    if destination.error == _MISMATCH:
        return CALLBACK.wrong(f"{url} is not registered at the app client ({_MISMATCH})", fix(case))
    return CALLBACK.ok(f"{url} is registered")


def fix(case: Case) -> Fix:
    """How to register a callback URL."""
    url = case.settings.redirect_url
    return Fix(
        "Register exactly this URL, or set AWS_COGNITO_REDIRECT_URL to one that is registered: "
        "http or https, host (localhost and 127.0.0.1 differ), port, case and a slash at the "
        f"end all count. {RESETS}",
        console=case.directions.login_pages("Allowed callback URLs"),
        command=case.directions.add_to_client("CallbackURLs", url),
    )


def _grant(case: Case, destination: Destination) -> Finding:
    if destination.kind in redirects.SUCCESS or destination.error == scopes.REFUSED:
        return GRANT.ok("the app client may use the authorization code grant")
    if destination.error == _NO_GRANT:
        return GRANT.wrong(
            f"the app client may not use the authorization code grant ({_NO_GRANT})", no_grant(case)
        )
    result = (
        f"the sign-in came back with {destination.error or 'neither an error nor a login page'}"
    )
    return GRANT.unchecked(
        f"{result} ({destination.error_description})" if destination.error_description else result
    )


def no_grant(case: Case) -> Fix:
    """How to allow the code grant, which AWS refuses for a client of client_credentials (API
    reference, CreateUserPoolClient, AllowedOAuthFlows)."""
    return Fix(
        "Allow it. A machine-to-machine client (client_credentials) cannot have it as well: create "
        f"another client for the app in that case. {RESETS}",
        console=case.directions.login_pages("OAuth 2.0 grant types"),
        command=case.directions.update_client(
            ".AllowedOAuthFlowsUserPoolClient = true "
            '| .AllowedOAuthFlows = ((.AllowedOAuthFlows // []) + ["code"] | unique)'
        ),
    )


def _pkce(destination: Destination, sent: Mapping[str, str]) -> Finding:
    if destination.kind not in redirects.SUCCESS:
        return PKCE.unchecked("the sign-in did not lead to a login page")
    names = (*_CHALLENGE, "state", "nonce", "redirect_uri")
    lost = [name for name in names if destination.parameters.get(name) != sent[name]]
    if destination.kind == "login" and lost:
        return PKCE.warning(
            f"S256 is accepted, but the login page was not given {', '.join(lost)}",
            Fix("Something between this machine and Cognito changes URLs: look for a proxy."),
        )
    return PKCE.ok("S256 is accepted")


def _no_pkce(without_pkce: Destination) -> Finding:
    if without_pkce.kind not in redirects.SUCCESS:
        return PKCE.unchecked("the sign-in is refused with it and without it (invalid_request)")
    return PKCE.wrong(
        "a sign-in with a code challenge (S256) is refused, one without it is not",
        Fix("Cognito supports S256, so this is not Cognito: look for an emulator or a proxy."),
    )
