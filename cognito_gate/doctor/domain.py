"""Checks of the login domain: whether it answers as Cognito does, and belongs to this pool.

Knows the two kinds of domains and how each fails; must not know app clients.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from .._gate.effects import HttpAnswer
from ..settings import Settings
from ..settings.formats import LOOPBACK, PREFIX_DOMAIN
from . import reach
from .case import Case
from .findings import Check, Finding, Fix
from .redirects import Destination

DOMAIN = Check("domain", "login domain", decides=True)

# The lines about what a bare prefix takes its region from, by their codes.
_GIVES_REGION = ("region", "user-pool")
_SUFFIX = ".amazoncognito.com"
# Discovery and keys are there, sign-in pages never (Developer Guide, "User pool endpoints and
# managed login reference").
_API, _AWS = ("cognito-idp.", "cognito-idp-fips.", "issuer-cognito-idp."), ".amazonaws.com"
# Words that no prefix may contain (Developer Guide, "Using the Amazon Cognito prefix domain").
_WORDS = ("aws", "amazon", "cognito")
# CloudFront, which serves custom domains, says this where no distribution has the name yet.
_NO_DISTRIBUTION = b"the request could not be satisfied"


def reason_to_skip(case: Case) -> str:
    """Why the login domain cannot be called; empty when it can."""
    if not case.settings.domain and not case.reason_to_skip("AWS_COGNITO_DOMAIN"):
        return "there is no login domain, as COGNITO_GATE_LOGIN=custom allows"
    if not _is_bare(case.settings):
        return case.reason_to_skip("AWS_COGNITO_DOMAIN")
    region = ("AWS_REGION",) if case.settings.region else ("AWS_REGION", "AWS_COGNITO_USER_POOL_ID")
    return case.reason_to_skip("AWS_COGNITO_DOMAIN", *region)


def _is_bare(settings: Settings) -> bool:
    """True for a prefix alone, whose region is that of the settings."""
    return "." not in settings.domain and ":" not in settings.domain


def is_prefix(settings: Settings) -> bool:
    """True for a domain of Cognito's own, such as my-app.auth.eu-west-1.amazoncognito.com."""
    return (urlsplit(settings.domain_origin).hostname or "").endswith(_SUFFIX)


def is_here(settings: Settings) -> bool:
    """True for a domain on this machine, as of a local Cognito or an emulator."""
    return urlsplit(settings.domain_origin).hostname in LOOPBACK


def misnamed(case: Case) -> Finding | None:
    """The finding for an address of Cognito's API in the domain's place, which needs no call."""
    host = urlsplit(case.settings.domain_origin).hostname or ""
    if not host.startswith(_API) or not host.endswith(_AWS):
        return None
    return DOMAIN.wrong(
        f"{host} is Cognito's API, where tokens have their issuer, and not a login domain",
        fix(case, "Use the pool's login domain: the two are never the same."),
    )


def without_blame(case: Case, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, in which a prefix is not blamed that was looked for in a wrong region."""
    by_code = {finding.code: finding for finding in findings}
    first = next((by_code[code] for code in _GIVES_REGION if by_code[code].state == "wrong"), None)
    if first is None or not _is_bare(case.settings) or by_code[DOMAIN.code].state != "wrong":
        return tuple(by_code.values())
    origin = case.settings.domain_origin
    why = f"see {first.title} first, from which {origin} follows"
    return tuple(
        DOMAIN.unchecked(why) if code == DOMAIN.code else finding
        for code, finding in by_code.items()
    )


def check_domain(
    case: Case, destination: Destination, answer: HttpAnswer, advertised: str, *, known: bool
) -> Finding:
    """The finding about the domain.

    Args:
        advertised: the login domain that the pool itself names; empty when it names none.
        known: whether the domain knows the app client.
    """
    origin = case.settings.domain_origin
    match destination.kind:
        case "unreachable":
            fault = reach.failed("the login", origin, answer)
            return DOMAIN.wrong(fault, _absent(case, answer, advertised))
        case "refused":
            fault = f"{origin} answers HTTP {answer.status} where Cognito's login would redirect"
            return DOMAIN.wrong(fault, _absent(case, answer, advertised))
        case "firewall" if _NO_DISTRIBUTION in answer.body.lower():
            fault = f"{origin} has no login of Cognito's behind it (CloudFront says HTTP 403)"
            return DOMAIN.wrong(fault, _absent(case, answer, advertised))
        case "moved":
            fault = f"{origin} sends on to {reach.origin(destination.printable_location)}"
            what = "If that is the pool's domain, use it."
            return DOMAIN.wrong(fault, _or_advertised(case, what, advertised))
        case "passing":
            return DOMAIN.unchecked(f"{origin}: {reach.passing(answer)}")
        case "odd" if answer.status == 200:
            fault = f"{origin} answers with a page of its own where Cognito's login would redirect"
            return DOMAIN.wrong(fault, _absent(case, answer, advertised))
        case "odd":
            fault = f"{origin} answers HTTP {answer.status}, and not as Cognito's login does"
            return DOMAIN.unchecked(
                f"{fault} ({destination.printable_location})"
                if destination.printable_location
                else fault
            )
    return _of_pool(case, advertised, known=known)


def _or_advertised(case: Case, what: str, advertised: str) -> Fix:
    """What to do, and the domain that the pool itself names."""
    if not advertised or _same(advertised, case.settings.domain_origin):
        return fix(case, what)
    named = f"The pool itself names {advertised} as its domain. {what}"
    return fix(case, named, f"AWS_COGNITO_DOMAIN={advertised}")


def _absent(case: Case, answer: HttpAnswer, advertised: str) -> Fix:
    settings = case.settings
    host = urlsplit(settings.domain_origin).hostname or ""
    if is_prefix(settings):
        what = _prefix(host.partition(".")[0])
    elif is_here(settings):
        running = "Is the local Cognito, or the emulator, running?"
        what = running if reach.failure(answer) else "Something else answers there."
    else:
        what = (
            "A custom domain needs its DNS record (an alias or CNAME to the pool's CloudFront "
            "distribution), and takes up to an hour to work."
        )
    what = f"{what} {reach.fix(answer).what}" if reach.failure(answer) else what
    return _or_advertised(case, what, advertised)


def _prefix(prefix: str) -> str:
    if not PREFIX_DOMAIN.fullmatch(prefix) or any(word in prefix for word in _WORDS):
        return f"Cognito does not allow the prefix {prefix!r}: check it."
    return f"No pool there seems to have the prefix {prefix!r}: check prefix and region."


def fix(case: Case, what: str, setting: str = "") -> Fix:
    """Where to find the pool's domains."""
    return Fix(
        what,
        setting,
        console=case.directions.pool_menu("Branding", "Domain"),
        command=case.directions.about_pool(
            "describe-user-pool", "--query", "UserPool.[CustomDomain,Domain]"
        ),
    )


def _of_pool(case: Case, advertised: str, *, known: bool) -> Finding:
    """Whether a domain that answers belongs to this pool, as far as the pool says."""
    settings = case.settings
    origin = settings.domain_origin
    if not advertised or _same(advertised, origin):
        return DOMAIN.ok(f"{origin} answers" + (", the pool names it" if advertised else ""))
    fix_domain = fix(case, "Use this pool's domain.", f"AWS_COGNITO_DOMAIN={advertised}")
    fault = f"{origin} is the domain of another pool; this one's is {advertised}"
    # A pool with both kinds names the custom one only (Developer Guide, "Configuring a domain").
    is_second_domain = is_prefix(settings) and not advertised.endswith(_SUFFIX)
    if not known:
        return (
            DOMAIN.ok(f"{origin} answers") if is_second_domain else DOMAIN.wrong(fault, fix_domain)
        )
    if settings.endpoint_url:  # an emulator may name itself differently
        return DOMAIN.ok(f"{origin} answers; the pool itself names {advertised}")
    if is_prefix(settings) and not is_second_domain:  # a pool has only one prefix domain
        return DOMAIN.wrong(fault, fix_domain)
    return DOMAIN.warning(
        f"{origin} answers, but the pool names {advertised}: this is its second domain (cookies "
        "and passkeys of the two differ), a proxy of yours, or another pool's",
        fix_domain,
    )


def _same(one: str, other: str) -> bool:
    """Whether two origins are the same; all names of this machine count as equal."""
    first, second = urlsplit(one), urlsplit(other)
    here = first.hostname in LOOPBACK and second.hostname in LOOPBACK
    return one == other or (here and first.port == second.port)
