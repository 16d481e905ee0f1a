"""The way in: `/oauth2/authorize` with the gate's own parameters, read by where it redirects.

Knows what each goal says of app client, callback URL, grant and PKCE. An unregistered callback
never comes back to an app, so that nothing but this tells of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode, urlsplit

from .._gate.effects import Flow, HttpCall, call
from .._gate.protocol import oauth
from ..settings import Settings
from ..settings.checks import LOOPBACK
from . import domain, login_page, redirects, scopes
from .case import Case
from .findings import Finding, Fix, Line
from .places import RESETS
from .redirects import Goal

FIREWALL = Line("firewall", "firewall")
CLIENT = Line("client-id", "app client")
CALLBACK = Line("callback-url", "callback URL")
GRANT = Line("code-grant", "code grant")
PKCE = Line("pkce", "PKCE")
LINES = (domain.DOMAIN, FIREWALL, CLIENT, CALLBACK, GRANT, scopes.SCOPES, PKCE, login_page.PAGE)

_MISMATCH, _NO_GRANT, _INVALID = "redirect_mismatch", "unauthorized_client", "invalid_request"
_CHALLENGE = ("code_challenge", "code_challenge_method")


@dataclass(frozen=True, slots=True)
class Entry:
    """The findings; and why nothing more can be asked of this app client there, if so."""

    findings: tuple[Finding, ...]
    closed: str = ""


def examine(case: Case, advertised: str) -> Flow[Entry]:
    """Begin a sign-in as the gate would; `advertised` is the domain that the pool names."""
    why = domain.unsure(case)
    if why:
        return Entry(_rest((), why), why)
    answer = yield from call(_ask(case, case.settings))
    goal = redirects.read(case.settings, answer)
    # The error page for an unknown client also comes from a domain of another pool.
    known = not _is_client_unknown(goal)
    found = [domain.judge(case, goal, answer, advertised, known=known)]
    if found[0].state == "unknown" or goal.kind in ("unreachable", "refused", "moved"):
        why = "the login domain does not answer as Cognito does"
        return Entry(_rest(found, why), why)
    if found[0].state == "wrong":
        why = "the login domain is another one"
        return Entry(_rest(found, why), why)
    found.append(_firewall(case, goal))
    if goal.kind == "firewall":
        why = "a firewall stands before it"
        return Entry(_rest(found, why), why)
    return (yield from _inside(case, goal, found, advertised, known=known))


def _rest(found: tuple[Finding, ...] | list[Finding], why: str) -> tuple[Finding, ...]:
    """The lines so far, and all others as not checked."""
    return (*found, *(line.unchecked(why) for line in LINES[len(found) :]))


def _inside(
    case: Case, goal: Goal, found: list[Finding], advertised: str, *, known: bool
) -> Flow[Entry]:
    """What a domain that answers says of the app client, one line after the other."""
    closed = case.unsure("AWS_COGNITO_USER_POOL_CLIENT_ID")
    if not closed and not known:
        found.append(_unknown_client(case, goal, advertised))
        closed = "the app client is not known there"
    if closed:
        return Entry(_rest(found, closed), closed)
    found.append(CLIENT.ok(f"{case.settings.user_pool_client_id} is known at the login domain"))
    found.append(_callback(case, goal))
    if goal.error == _MISMATCH or case.unsure("AWS_COGNITO_REDIRECT_URL"):
        return Entry(_rest(found, "the callback URL has to be right first"))
    found.append(_grant(case, goal))
    if found[-1].state != "ok" and goal.error != _INVALID:
        return Entry(_rest(found, "the code grant has to be right first"))
    found.append((yield from scopes.examine(case, goal, lambda changed: _ask(case, changed))))
    found += yield from _last(case, goal)
    return Entry(tuple(found))


def _last(case: Case, goal: Goal) -> Flow[tuple[Finding, Finding]]:
    """PKCE and the login page, with the scopes left out where they are refused."""
    settings = case.settings
    if goal.error == scopes.REFUSED:
        settings = replace(settings, scopes=())
        goal = redirects.read(settings, (yield from call(_ask(case, settings))))
    sent = dict(parse_qsl(urlsplit(_ask(case, settings).url).query))
    if goal.error == _INVALID:
        without = {name: value for name, value in sent.items() if name not in _CHALLENGE}
        url = f"{settings.authorize_url}?{urlencode(without)}"
        bare = redirects.read(settings, (yield from call(replace(_ask(case, settings), url=url))))
        return _no_pkce(bare), login_page.PAGE.unchecked("the sign-in does not get that far")
    page = yield from login_page.examine(case, goal)
    return _pkce(goal, sent), page


def _ask(case: Case, settings: Settings) -> HttpCall:
    url = oauth.authorize_url(settings, case.attempt, {})
    return HttpCall("GET", url, timeout=settings.http_timeout_seconds)


# The lines


def _is_client_unknown(goal: Goal) -> bool:
    told = (_MISMATCH, _NO_GRANT, scopes.REFUSED)
    return goal.kind == "error page" and goal.error not in told


def _firewall(case: Case, goal: Goal) -> Finding:
    if goal.kind != "firewall":
        return FIREWALL.ok("lets sign-ins through")
    host = urlsplit(case.settings.redirect_url).hostname
    rule = (
        "Its common rule set takes a loopback address in a query for an attack "
        "(EC2MetaDataSSRF_QUERYARGUMENTS): count that rule in place of blocking, or register a "
        "callback URL that is not localhost."
        if host in LOOPBACK
        else "Its sampled requests name the rule that blocks; let that one count."
    )
    return FIREWALL.wrong(
        "the login domain answers HTTP 403, as a firewall (AWS WAF) before Cognito does",
        Fix(
            rule,
            console=case.place.pool_menu("Security", "AWS WAF"),
            command=f"aws wafv2 list-web-acls --scope REGIONAL --region {case.place.region}",
        ),
    )


def _unknown_client(case: Case, goal: Goal, advertised: str) -> Finding:
    settings = case.settings
    whose = (
        "the domain is this pool's, so the client id is wrong or of another pool"
        if advertised and case.settings.domain_origin == advertised
        else "the client id is wrong, or the domain belongs to another pool"
    )
    said = f" (it says {goal.error})" if goal.error else ""
    return CLIENT.wrong(
        f"{settings.domain_origin} does not know {settings.user_pool_client_id}{said}: {whose}",
        Fix(
            "Compare the client id, and the pool's domain, letter for letter.",
            console=case.place.pool_menu("Applications", "App clients") + ": the column Client ID",
            command=case.place.about_pool("list-user-pool-clients", "--max-results", "60"),
        ),
    )


def _callback(case: Case, goal: Goal) -> Finding:
    why = case.unsure("AWS_COGNITO_REDIRECT_URL")
    if why:
        return CALLBACK.unchecked(why)
    url = case.settings.redirect_url
    if goal.error == _MISMATCH:
        return CALLBACK.wrong(f"{url} is not registered at the app client ({_MISMATCH})", fix(case))
    return CALLBACK.ok(f"{url} is registered")


def fix(case: Case) -> Fix:
    """How a callback URL is registered."""
    url = case.settings.redirect_url
    return Fix(
        "Register exactly this text, or let AWS_COGNITO_REDIRECT_URL be one that is registered: "
        "http or https, host (localhost and 127.0.0.1 are two), port, capitals and a slash at the "
        f"end all count. {RESETS}",
        console=case.place.login_pages("Allowed callback URLs"),
        command=case.place.add_to_client("CallbackURLs", url),
    )


def _grant(case: Case, goal: Goal) -> Finding:
    if goal.kind in redirects.GOOD or goal.error == scopes.REFUSED:
        return GRANT.ok("the app client may use the authorization code grant")
    if goal.error == _NO_GRANT:
        return GRANT.wrong(
            f"the app client may not use the authorization code grant ({_NO_GRANT})", no_grant(case)
        )
    said = f"the sign-in came back with {goal.error or 'neither an error nor a login page'}"
    return GRANT.unchecked(f"{said} ({goal.described})" if goal.described else said)


def no_grant(case: Case) -> Fix:
    """How the code grant is allowed. Machines' clients cannot have it, and AWS refuses to mix."""
    return Fix(
        "Allow it. A client for machines (client_credentials) cannot have it as well: make another "
        f"client for the app then. {RESETS}",
        console=case.place.login_pages("OAuth 2.0 grant types"),
        command=case.place.update_client(
            ".AllowedOAuthFlowsUserPoolClient = true "
            '| .AllowedOAuthFlows = ((.AllowedOAuthFlows // []) + ["code"] | unique)'
        ),
    )


def _pkce(goal: Goal, sent: Mapping[str, str]) -> Finding:
    if goal.kind not in redirects.GOOD:
        return PKCE.unchecked("the sign-in did not lead to a login page")
    names = (*_CHALLENGE, "state", "nonce", "redirect_uri")
    lost = [name for name in names if goal.given.get(name) != sent[name]]
    if goal.kind == "login" and lost:
        return PKCE.warning(
            f"S256 is accepted, but the login page was not given {', '.join(lost)}",
            Fix("Something between here and Cognito changes addresses: look for a proxy."),
        )
    return PKCE.ok("S256 is accepted")


def _no_pkce(bare: Goal) -> Finding:
    if bare.kind not in redirects.GOOD:
        return PKCE.unchecked("the sign-in is refused with it and without it (invalid_request)")
    return PKCE.wrong(
        "a sign-in with a code challenge (S256) is refused, one without it is not",
        Fix("Cognito takes S256: look for what stands in its place, an emulator or a proxy."),
    )
