"""Checks of the app's addresses and cookies: hosts, cookie domain, public paths, session size.

Knows what browsers do with cookies (RFC 6265bis); nothing here calls Cognito.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from ..settings import Settings
from ..settings.formats import LOOPBACK
from . import session_size
from .case import Case
from .domain import reason_to_skip as domain_skip_reason
from .findings import Check, Finding, Fix

COOKIE_DOMAIN = Check("cookie-domain", "cookie domain")
AFTER = Check("after-sign-out", "after sign-out")
HOSTS = Check("app-host", "app's host")
PUBLIC = Check("public-paths", "public paths")

# Entries of the Public Suffix List under which apps are hosted; browsers refuse cookies for them.
_SUFFIXES = frozenset((
    "amazonaws.com", "amazoncognito.com", "appspot.com", "awsapprunner.com", "azurewebsites.net",
    "cloudfront.net", "elasticbeanstalk.com", "fly.dev", "github.io", "gitlab.io", "herokuapp.com",
    "hf.space", "lambda-url.aws", "netlify.app", "ngrok-free.app", "ngrok.app", "ngrok.io",
    "on.aws", "onrender.com", "pages.dev", "run.app", "streamlit.app", "trycloudflare.com",
    "up.railway.app", "vercel.app", "web.app", "workers.dev",
))  # fmt: skip
_SECOND_LEVEL = (
    "ac",
    "co",
    "com",
    "edu",
    "gob",
    "gov",
    "gouv",
    "go",
    "ne",
    "net",
    "nom",
    "or",
    "org",
)


def check(case: Case) -> Iterator[Finding]:
    """All checks of this file; none of them sends a request."""
    redirect = case.reason_to_skip("AWS_COGNITO_REDIRECT_URL")
    yield _hosts(case, redirect)
    yield _cookie_domain(case, redirect)
    yield _after_sign_out(case, redirect)
    yield _public(case)
    yield session_size.check(case)


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _hosts(case: Case, why: str) -> Finding:
    settings = case.settings
    why = why or domain_skip_reason(case)
    if why:
        return HOSTS.unchecked(why)
    app, login = _host(settings.redirect_url), _host(settings.domain_origin)
    if app == login and app in LOOPBACK:
        other = "127.0.0.1" if login == "localhost" else "localhost"
        return HOSTS.warning(
            f"the app and the login are both on {app}; cookies ignore ports, so they share them",
            Fix(f"Use {other} for one of them."),
        )
    if app == login:
        return HOSTS.wrong(
            f"the redirect URL and the login domain are both on {login}: an app and "
            "Cognito's login have a host each",
            Fix(
                f"If {login} is the app's, set AWS_COGNITO_DOMAIN to the pool's login domain; else "
                "AWS_COGNITO_REDIRECT_URL to an address of the app."
            ),
        )
    if app.endswith(f".{login}"):
        return HOSTS.warning(
            f"the app's host, {app}, is below the login's, {login}, and gets its session cookie",
            Fix(f"Move the app, or the login, such as to auth.{login.partition('.')[2] or login}."),
        )
    scheme = "https" if settings.secure else "http, which is for this machine only"
    return HOSTS.ok(f"{app} ({scheme}), apart from {login}")


def _cookie_domain(case: Case, why: str) -> Finding:
    settings = case.settings
    domain = settings.cookie_domain
    why = why or case.reason_to_skip("AWS_COGNITO_COOKIE_DOMAIN")
    if why:
        return COOKIE_DOMAIN.unchecked(why)
    if not domain:
        return COOKIE_DOMAIN.ok("none: the cookies are for the app's host alone")
    if _is_suffix(domain):
        return COOKIE_DOMAIN.wrong(
            f"{domain} belongs to everybody (a public suffix): browsers refuse cookies for it",
            Fix(
                "Leave it out, or name a domain of your own.", setting="AWS_COGNITO_COOKIE_DOMAIN="
            ),
        )
    login = _host(settings.domain_origin)
    if login == domain or login.endswith(f".{domain}"):
        return COOKIE_DOMAIN.warning(
            f"{domain} covers the login, {login}: each session cookie is sent to Cognito, too, "
            "whose limit on headers it fills",
            Fix("Leave it out if one host is enough.", setting="AWS_COGNITO_COOKIE_DOMAIN="),
        )
    return COOKIE_DOMAIN.ok(f"{domain}, which the app's host belongs to")


def _is_suffix(domain: str) -> bool:
    if domain in _SUFFIXES or domain.endswith((".amazoncognito.com", ".elb.amazonaws.com")):
        return True
    labels = domain.split(".")
    return len(labels) == 2 and labels[0] in _SECOND_LEVEL and len(labels[1]) == 2


def _after_sign_out(case: Case, why: str) -> Finding:
    settings = case.settings
    why = why or case.reason_to_skip("AWS_COGNITO_LOGOUT_URL")
    if why:
        return AFTER.unchecked(why)
    if settings.lands_on_sign_in:
        page = f"{settings.app_origin}{settings.prefix}/signed-out"
        return AFTER.warning(
            "visitors land on /, which needs a sign-in: they see the sign-in page again",
            Fix(
                f"Register {page}, a page of the gate, as sign-out URL; or list / among the "
                "public paths, if everybody may see it.",
                setting=f"AWS_COGNITO_LOGOUT_URL={page}",
            ),
        )
    if settings.logout_path:
        return AFTER.ok(f"visitors land on {settings.logout_path}, which is public")
    one, other = _host(settings.redirect_url), _host(settings.logout_url)
    if one != other and {one, other} <= LOOPBACK:
        return AFTER.wrong(
            f"the redirect URL is on {one} and the sign-out URL on {other}: two sites to a "
            "browser, so that signing out ends in a sign-in that cannot succeed",
            _same(settings, one, other),
        )
    return AFTER.warning(
        f"visitors land on another site, {settings.logout_url}",
        Fix("If that is not intended, set the sign-out URL to an address of the app."),
    )


def _same(settings: Settings, one: str, other: str) -> Fix:
    url = settings.logout_url.replace(f"//{other}", f"//{one}", 1)
    return Fix(
        "Use one name in both, and in the browser; register it as sign-out URL.",
        setting=f"AWS_COGNITO_LOGOUT_URL={url}",
    )


def _public(case: Case) -> Finding:
    why = case.reason_to_skip("COGNITO_GATE_PUBLIC_PATHS")
    if why:
        return PUBLIC.unchecked(why)
    paths = case.settings.public_paths
    if "/*" in paths:
        return PUBLIC.warning(
            "/* is public, which is everything: nobody has to sign in",
            Fix("List the paths that need no sign-in, such as /health and /static/*."),
        )
    return PUBLIC.ok(" ".join(paths) if paths else "none: everything needs a sign-in")
