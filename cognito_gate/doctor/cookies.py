"""The app's own addresses against cookies: hosts, the cookie domain, public paths.

Knows what browsers do with cookies (RFC 6265bis); nothing here asks Cognito.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from ..settings import ASGI_SESSION_BYTES, WSGI_SESSION_BYTES, Settings
from ..settings.checks import LOOPBACK
from .case import Case
from .domain import unsure as domain_unsure
from .findings import Finding, Fix, Line

COOKIE_DOMAIN = Line("cookie-domain", "cookie domain")
AFTER = Line("after-sign-out", "after sign-out")
HOSTS = Line("app-host", "app's host")
PUBLIC = Line("public-paths", "public paths")
SIZE = Line("session-size", "session size")

# Who refuses a request whose Cookie header is longer, by their own documentation, in bytes.
_REFUSES = (
    (8_000, "gunicorn, Apache and nginx (8,190, unless they are told otherwise)"),
    (10_000, "API Gateway (10,240 of all headers)"),
    (16_000, "an Application Load Balancer (16,384)"),
)

# Some of the Public Suffix List's, on which browsers refuse cookies: those that apps live under.
_SUFFIXES = frozenset((
    "amazonaws.com", "amazoncognito.com", "appspot.com", "awsapprunner.com", "azurewebsites.net",
    "cloudfront.net", "elasticbeanstalk.com", "fly.dev", "github.io", "gitlab.io", "herokuapp.com",
    "hf.space", "lambda-url.aws", "netlify.app", "ngrok-free.app", "ngrok.app", "ngrok.io",
    "on.aws", "onrender.com", "pages.dev", "run.app", "streamlit.app", "trycloudflare.com",
    "up.railway.app", "vercel.app", "web.app", "workers.dev",
))  # fmt: skip
_SECOND = ("ac", "co", "com", "edu", "gob", "gov", "gouv", "go", "ne", "net", "nom", "or", "org")


def examine(case: Case) -> Iterator[Finding]:
    """The lines, in which nothing is asked of anybody."""
    redirect = case.unsure("AWS_COGNITO_REDIRECT_URL")
    yield _hosts(case, redirect)
    yield _cookie_domain(case, redirect)
    yield _after(case, redirect)
    yield _public(case)
    yield _size(case)


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _hosts(case: Case, why: str) -> Finding:
    settings = case.settings
    why = why or domain_unsure(case)
    if why:
        return HOSTS.unchecked(why)
    app, login = _host(settings.redirect_url), _host(settings.domain_origin)
    if app == login and app in LOOPBACK:
        other = "127.0.0.1" if login == "localhost" else "localhost"
        return HOSTS.warning(
            f"the app and the login are both on {app}, and cookies ignore ports: they share theirs",
            Fix(f"Reach one of them as {other}."),
        )
    if app == login:
        return HOSTS.wrong(
            f"the redirect URL is on the login's own host, {login}: it leads to Cognito",
            Fix("Let AWS_COGNITO_REDIRECT_URL be an address of the app."),
        )
    if app.endswith(f".{login}"):
        return HOSTS.warning(
            f"the app's host, {app}, is under the login's, {login}, whose session cookie it gets",
            Fix(f"Move the app, or the login, such as to auth.{login.partition('.')[2] or login}."),
        )
    scheme = "https" if settings.secure else "http, which is for this machine only"
    return HOSTS.ok(f"{app} ({scheme}), apart from {login}")


def _cookie_domain(case: Case, why: str) -> Finding:
    settings = case.settings
    domain = settings.cookie_domain
    why = why or case.unsure("AWS_COGNITO_COOKIE_DOMAIN")
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
            Fix("Leave it out where one host is enough.", setting="AWS_COGNITO_COOKIE_DOMAIN="),
        )
    return COOKIE_DOMAIN.ok(f"{domain}, which the app's host belongs to")


def _is_suffix(domain: str) -> bool:
    if domain in _SUFFIXES or domain.endswith((".amazoncognito.com", ".elb.amazonaws.com")):
        return True
    labels = domain.split(".")
    return len(labels) == 2 and labels[0] in _SECOND and len(labels[1]) == 2


def _after(case: Case, why: str) -> Finding:
    settings = case.settings
    why = why or case.unsure("AWS_COGNITO_LOGOUT_URL")
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
        Fix("If that is not meant, let the sign-out URL be one of the app's."),
    )


def _same(settings: Settings, one: str, other: str) -> Fix:
    url = settings.logout_url.replace(f"//{other}", f"//{one}", 1)
    return Fix(
        "Use one name in both, and in the browser; register it as sign-out URL.",
        setting=f"AWS_COGNITO_LOGOUT_URL={url}",
    )


def _public(case: Case) -> Finding:
    why = case.unsure("COGNITO_GATE_PUBLIC_PATHS")
    if why:
        return PUBLIC.unchecked(why)
    paths = case.settings.public_paths
    if "/*" in paths:
        return PUBLIC.warning(
            "/* is public, which is everything: nobody has to sign in",
            Fix("List the paths that need no sign-in, such as /health and /static/*."),
        )
    return PUBLIC.ok(" ".join(paths) if paths else "none: everything needs a sign-in")


def _size(case: Case) -> Finding:
    why = case.unsure("COGNITO_GATE_SESSION_BYTES")
    if why:
        return SIZE.unchecked(why)
    most = case.settings.session_bytes
    if not most:
        return SIZE.ok(
            f"{ASGI_SESSION_BYTES:,} bytes under ASGI, {WSGI_SESSION_BYTES:,} under WSGI: what is "
            "larger is refused with a page that says so"
        )
    refuses = [who for limit, who in _REFUSES if most > limit]
    if not refuses:
        return SIZE.ok(f"{most:,} bytes: what is larger is refused with a page that says so")
    return SIZE.warning(
        f"{most:,} bytes, which is more than some take, and then visitors are locked out without "
        f"a page that says why: {'; '.join(refuses)}",
        Fix(
            "Unless none of them is between your visitors and your app, or their limits were "
            "raised, lower it.",
            setting="COGNITO_GATE_SESSION_BYTES=8000",
        ),
    )
