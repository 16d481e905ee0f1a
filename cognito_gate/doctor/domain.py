"""The login domain: whether it answers as Cognito does, and whether it is this pool's.

Knows the two forms of domains and how each fails; must not know app clients.
"""

from urllib.parse import urlsplit

from .._gate.effects import HttpAnswer
from ..settings import Settings
from ..settings.checks import LOOPBACK, PREFIX_DOMAIN
from . import reach
from .case import Case
from .findings import Finding, Fix, Line
from .redirects import Goal

DOMAIN = Line("domain", "login domain")

_SUFFIX = ".amazoncognito.com"
_WORDS = ("aws", "amazon", "cognito")  # which no prefix may hold
# What CloudFront, on which custom domains stand, says where no distribution has the name yet.
_NO_DISTRIBUTION = b"the request could not be satisfied"


def unsure(case: Case) -> str:
    """Why nothing can be asked of the domain; empty when it can."""
    if not case.settings.domain and not case.unsure("AWS_COGNITO_DOMAIN"):
        return "there is no login domain, as COGNITO_GATE_LOGIN=custom allows"
    bare = "." not in case.settings.domain and ":" not in case.settings.domain
    if not bare:
        return case.unsure("AWS_COGNITO_DOMAIN")
    region = ("AWS_REGION",) if case.settings.region else ("AWS_REGION", "AWS_COGNITO_USER_POOL_ID")
    return case.unsure("AWS_COGNITO_DOMAIN", *region)


def is_prefix(settings: Settings) -> bool:
    """True for a domain of Cognito's own, such as my-app.auth.eu-west-1.amazoncognito.com."""
    return (urlsplit(settings.domain_origin).hostname or "").endswith(_SUFFIX)


def judge(case: Case, goal: Goal, answer: HttpAnswer, advertised: str, *, known: bool) -> Finding:
    """The domain's line.

    Args:
        advertised: the login domain that the pool itself names; empty when it names none.
        known: whether the domain knows the app client.
    """
    origin = case.settings.domain_origin
    match goal.kind:
        case "unreachable":
            return DOMAIN.wrong(reach.failed("the login", origin, answer), _absent(case, answer))
        case "refused":
            found = f"{origin} answers HTTP {answer.status} where Cognito's login would redirect"
            return DOMAIN.wrong(found, _absent(case, answer))
        case "firewall" if _NO_DISTRIBUTION in answer.body.lower():
            found = f"{origin} has no login of Cognito's behind it (CloudFront says HTTP 403)"
            return DOMAIN.wrong(found, _absent(case, answer))
        case "moved":
            found = f"{origin} sends on to {reach.origin(goal.shown)}"
            return DOMAIN.wrong(found, fix(case, "If that is the pool's domain, name it."))
        case "passing":
            return DOMAIN.unchecked(f"{origin}: {reach.passing(answer)}")
        case "odd":
            found = f"{origin} answers HTTP {answer.status}, and not as Cognito's login does"
            return DOMAIN.unchecked(f"{found} ({goal.shown})" if goal.shown else found)
    return _of_pool(case, advertised, known=known)


def _absent(case: Case, answer: HttpAnswer) -> Fix:
    settings = case.settings
    host = urlsplit(settings.domain_origin).hostname or ""
    if is_prefix(settings):
        what = _prefix(host.partition(".")[0])
    elif reach.failure(answer) and host in LOOPBACK:
        what = "Is the local Cognito, or the emulator, running?"
    else:
        what = (
            "A custom domain needs its DNS record (an alias or CNAME to the pool's CloudFront "
            "distribution), and takes up to an hour after it was made."
        )
    return fix(case, f"{what} {reach.fix(answer).what}" if reach.failure(answer) else what)


def _prefix(prefix: str) -> str:
    if not PREFIX_DOMAIN.fullmatch(prefix) or any(word in prefix for word in _WORDS):
        return f"The prefix {prefix!r} is none that Cognito allows: compare it."
    return f"No pool there seems to have the prefix {prefix!r}: compare prefix and region."


def fix(case: Case, what: str, setting: str = "") -> Fix:
    """Where the pool's domains are."""
    return Fix(
        what,
        setting,
        console=case.place.pool_menu("Branding", "Domain"),
        command=case.place.about_pool(
            "describe-user-pool", "--query", "UserPool.[CustomDomain,Domain]"
        ),
    )


def _of_pool(case: Case, advertised: str, *, known: bool) -> Finding:
    """Whether a domain that answers is one of this pool's, as far as the pool tells."""
    settings = case.settings
    origin = settings.domain_origin
    if not advertised or _same(advertised, origin):
        return DOMAIN.ok(f"{origin} answers" + (", the pool names it" if advertised else ""))
    own = fix(case, "Take the pool's own domain.", f"AWS_COGNITO_DOMAIN={advertised}")
    other = f"{origin} is the domain of another pool; this one's is {advertised}"
    # A pool with both kinds names the custom one only (Developer Guide, "Configuring a domain").
    second = is_prefix(settings) and not advertised.endswith(_SUFFIX)
    if not known:
        return DOMAIN.ok(f"{origin} answers") if second else DOMAIN.wrong(other, own)
    if settings.endpoint_url:  # emulators have names of their own for themselves
        return DOMAIN.ok(f"{origin} answers; the pool itself names {advertised}")
    if is_prefix(settings) and not second:  # of which a pool has one
        return DOMAIN.wrong(other, own)
    return DOMAIN.warning(
        f"{origin} answers, but the pool names {advertised}: this is its second domain (cookies "
        "and passkeys of the two differ), a proxy of yours, or another pool's",
        own,
    )


def _same(one: str, other: str) -> bool:
    """The same origin; the names of this machine count as one."""
    first, second = urlsplit(one), urlsplit(other)
    here = first.hostname in LOOPBACK and second.hostname in LOOPBACK
    return one == other or (here and first.port == second.port)
