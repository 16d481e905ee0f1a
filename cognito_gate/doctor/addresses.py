"""Checks of the pool's own addresses: region, issuer, discovery document, signing keys.

Knows what Cognito publishes about a pool; of the login domain only its name in that document.
"""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from .._gate.effects import Flow, HttpAnswer, HttpCall, call
from .._gate.protocol import oauth
from .._gate.protocol.jwks import read_jwks
from .._gate.protocol.strict_json import load
from ..errors import CognitoUnavailable
from ..settings import Settings
from ..settings.formats import LOOPBACK, POOL_ID, pool_region, web_origin
from . import reach
from .case import Case
from .findings import Check, Finding, Fix
from .reading import ENDPOINT

REGION = Check("region", "region")
POOL = Check("user-pool", "user pool", decides=True)
ISSUER = Check("issuer", "issuer", decides=True)
KEYS = Check("signing-keys", "signing keys", decides=True)

NEEDED = ("AWS_COGNITO_USER_POOL_ID", "AWS_REGION", "AWS_COGNITO_ISSUER", ENDPOINT)
"""The variables from which the pool's own address follows."""

UNREACHED = "its address cannot be reached"
NETWORK_FIRST = "see network first"

# One signs ID tokens, the other access tokens (Developer Guide, "Verifying JSON web tokens").
USUAL_KEY_COUNT = 2
_DOCUMENT = "openid-configuration"
# AWS recommends the second: its keys are served from several Regions. Application Load
# Balancers and API Gateway's Cognito authorizers take the first alone (Developer Guide, "User pool
# endpoints and managed login reference"; API reference, IssuerConfigurationType).
_FORMS = {"cognito-idp.": "the original form", "issuer-cognito-idp.": "the updated form"}
_AWS = (".amazonaws.com", ".amazonaws.eu")


@dataclass(frozen=True, slots=True)
class Document:
    """What the discovery document says; the texts are empty when it could not be read.

    `answer` is the HTTP response. `origin` is the login domain's, as the pool itself names it.
    """

    answer: HttpAnswer
    issuer: str = ""
    origin: str = ""

    @property
    def absent(self) -> bool:
        """Whether Cognito says that there is no such pool at this address."""
        return self.answer.status in (400, 404)


@dataclass(frozen=True, slots=True)
class Addresses:
    """The findings, and the login domain that the pool advertises (empty when unknown).

    `failure` is why no response came at all; empty where one did. `stand_in` is what answered in
    Cognito's place; empty where Cognito may have.
    """

    findings: tuple[Finding, ...]
    advertised: str = ""
    failure: str = ""
    stand_in: str = ""


def check(case: Case) -> Flow[Addresses]:
    """Read the discovery document and the keys from where the gate would read them."""
    why = case.reason_to_skip(*NEEDED)
    if why:
        return Addresses(_unchecked(why))
    settings = case.settings
    if _is_login_domain(settings):
        return (yield from _check_without_issuer(case))
    document = read_document((yield from call(_discovery_request(settings))))
    keys = yield from call(oauth.jwks_call(settings))
    if stand_in := _stand_in(settings, document.answer, keys):
        return Addresses(_unchecked(NETWORK_FIRST), stand_in=stand_in)
    other_document = Document(HttpAnswer(0))
    if document.absent and _other_form(settings):
        other_document = read_document(
            (yield from call(_discovery_request(replace(settings, issuer=_other_form(settings)))))
        )
    region = _region(case, document)
    pool = _pool(case, document, keys, other_document)
    unusable = "there is no such user pool there" if pool.state == "wrong" else ""
    if reach.failure(document.answer):
        unusable = UNREACHED
    issuer = ISSUER.unchecked(unusable) if unusable else _issuer(case, document, other_document)
    if region.state == "wrong" and not settings.issuer:
        # The gate makes the issuer from the region, so that the region is what has to be fixed.
        pool = POOL.unchecked("the region is wrong") if unusable else pool
        issuer = ISSUER.unchecked("the region is wrong")
    keys_finding = KEYS.unchecked(unusable) if unusable else _keys(case, keys, issuer)
    findings = (region, pool, issuer, keys_finding)
    return Addresses(findings, document.origin, _failure(document.answer))


def _unchecked(why: str) -> tuple[Finding, ...]:
    return tuple(line.unchecked(why) for line in (REGION, POOL, ISSUER, KEYS))


def _stand_in(settings: Settings, document: HttpAnswer, keys: HttpAnswer) -> str:
    """What answered in the place of AWS, for the document and the keys alike."""
    host = urlsplit(settings.issuer_url).hostname or ""
    of_aws = host.endswith(_AWS) and not settings.endpoint_url
    both = of_aws and reach.stand_in(keys)
    return reach.stand_in(document) if both else ""


def _is_login_domain(settings: Settings) -> bool:
    """Whether the issuer is on the login domain, which no pool's is (Developer Guide, "User pool
    endpoints and managed login reference")."""
    host = urlsplit(settings.issuer).hostname or ""
    login = urlsplit(settings.domain_origin).hostname if settings.domain else ""
    return host not in LOOPBACK and (host.endswith(".amazoncognito.com") or host == login != "")


def _check_without_issuer(case: Case) -> Flow[Addresses]:
    """Check the address that the pool id gives, and name the issuer as what is wrong."""
    derived = replace(case.settings, issuer="")
    found = yield from check(replace(case, reading=replace(case.reading, settings=derived)))
    wrong = ISSUER.wrong(
        f"AWS_COGNITO_ISSUER is {case.settings.issuer}, the login domain; the issuer of a pool is "
        f"another address, and this pool's is {derived.issuer_url}",
        Fix("Leave it out: it follows from the pool's id.", setting="AWS_COGNITO_ISSUER="),
    )
    findings = (wrong if each.code == ISSUER.code else each for each in found.findings)
    return replace(found, findings=tuple(findings))


def _failure(answer: HttpAnswer) -> str:
    return "" if answer.status else answer.failure


def _discovery_request(settings: Settings) -> HttpCall:
    request = oauth.jwks_call(settings)
    return replace(request, url=request.url.removesuffix("jwks.json") + _DOCUMENT, share="")


def read_document(answer: HttpAnswer) -> Document:
    """The discovery document of a response, read leniently because AWS may add to it."""
    try:
        record = load(answer.body) if answer.status == 200 else {}
    except ValueError:
        record = {}
    if not isinstance(record, dict):
        return Document(answer)
    issuer, endpoint = map(_address, (record.get("issuer"), record.get("authorization_endpoint")))
    # For a pool without a domain, the endpoint is below the issuer's address.
    origin = "" if not endpoint or endpoint.startswith(f"{issuer}/") else web_origin(endpoint)
    return Document(answer, issuer, origin)


def _address(value: object) -> str:
    """A URL from the document, safe to print; empty when it is not a valid URL."""
    text = oauth.printable(value) if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for a port that is not a number
    except ValueError:
        return ""
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return text if safe and parts.hostname and " " not in text else ""


def _other_form(settings: Settings) -> str:
    """The same pool's issuer in AWS's other form; empty when the address is not one of AWS."""
    parts = urlsplit(settings.issuer_url)
    host = parts.hostname or ""
    if settings.endpoint_url or not host.endswith(_AWS):
        return ""
    if host.startswith("issuer-cognito-idp."):
        return f"https://{host.removeprefix('issuer-')}{parts.path}"
    return f"https://issuer-{host}{parts.path}" if host.startswith("cognito-idp.") else ""


# The lines


def _region(case: Case, document: Document) -> Finding:
    settings = case.settings
    pool_region_name = pool_region(settings.user_pool_id)
    if not settings.region:
        return REGION.ok(f"{pool_region_name}, as the pool id says")
    if settings.region == pool_region_name:
        return REGION.ok(f"{pool_region_name}, in AWS_REGION and in the pool id")
    difference = f"AWS_REGION is {settings.region}, and the pool id says {pool_region_name}"
    # A replica in another Region keeps the pool's id (Developer Guide, multi-Region replication).
    host = urlsplit(settings.issuer_url).hostname or ""
    if document.issuer == settings.issuer_url and f".{settings.region}." in f".{host}":
        return REGION.ok(f"{difference}; the pool answers there, as a replica does")
    fix = Fix(
        "Use the region of the pool, or leave AWS_REGION out. Where AWS sets it for you (Lambda, "
        "ECS), set AWS_COGNITO_ISSUER and the full AWS_COGNITO_DOMAIN.",
        setting=f"AWS_REGION={pool_region_name}",
    )
    if f".{pool_region_name}." in f".{host}" and "." in settings.domain:
        return REGION.warning(
            f"{difference}; issuer and domain are given in full, so it is not used", fix
        )
    return REGION.wrong(difference, fix)


def _pool(case: Case, document: Document, keys: HttpAnswer, other: Document) -> Finding:
    settings = case.settings
    answer, url = document.answer, settings.jwks_url
    if reach.failure(answer):
        return POOL.wrong(reach.failed("the user pool's address", url, answer), reach.fix(answer))
    if document.issuer:
        return POOL.ok(f"{settings.user_pool_id} is known at {reach.origin(url)}")
    if count_keys(keys) or other.issuer:
        return POOL.ok(f"{settings.user_pool_id} is known, without an OpenID configuration here")
    if document.absent:
        return POOL.wrong(
            f"no user pool {settings.user_pool_id} at {reach.origin(url)} (HTTP {answer.status})",
            Fix(
                "Check the pool's id, letter for letter (case counts), and its region, "
                f"{pool_region(settings.user_pool_id)}, which is what stands before the _.",
                console="Amazon Cognito > User pools: the column User pool ID",
                command=case.directions.aws("list-user-pools", "--max-results", "60"),
            ),
        )
    reason = reach.passing(answer) or f"HTTP {answer.status} without an OpenID configuration"
    return POOL.unchecked(f"{reach.origin(url)} does not answer as Cognito does: {reason}")


def _issuer(case: Case, document: Document, other: Document) -> Finding:
    configured = case.settings.issuer_url
    published = document.issuer or other.issuer
    if not published:
        return ISSUER.unchecked("there is no OpenID configuration to compare it with")
    pool_id = published.rpartition("/")[2]
    if POOL_ID.fullmatch(pool_id) and pool_id != case.settings.user_pool_id:
        return ISSUER.wrong(
            f"the document is of another pool: its issuer is {published}",
            Fix("Check AWS_COGNITO_ISSUER and AWS_COGNITO_USER_POOL_ID: they must go together."),
        )
    if published == configured:
        return ISSUER.ok(f"{configured} ({_form(configured)})")
    return ISSUER.wrong(
        f"the pool's issuer is {published} ({_form(published)}), ours is {configured} "
        f"({_form(configured)})",
        Fix(
            "No token would be accepted. Set AWS_COGNITO_ISSUER to the pool's issuer, or leave it "
            "out if that is the original form.",
            setting=f"AWS_COGNITO_ISSUER={published}",
        ),
    )


def _form(issuer: str) -> str:
    host = urlsplit(issuer).hostname or ""
    named = (name for start, name in _FORMS.items() if host.startswith(start))
    return next(named, "an address of its own") if host.endswith(_AWS) else "an address of its own"


def _keys(case: Case, answer: HttpAnswer, issuer: Finding) -> Finding:
    url = case.settings.jwks_url
    if reach.failure(answer):
        return KEYS.wrong(reach.failed("the signing keys", url, answer), reach.fix(answer))
    if reach.passing(answer):
        return KEYS.unchecked(f"{url}: {reach.passing(answer)}")
    count = count_keys(answer)
    if count:
        usual = "" if count == USUAL_KEY_COUNT else f" (a pool of Cognito's has {USUAL_KEY_COUNT})"
        return KEYS.ok(f"{count} RS256 {'key' if count == 1 else 'keys'} for use{usual}")
    if issuer.state == "wrong":
        return KEYS.unchecked("the issuer is wrong")
    return KEYS.wrong(
        f"{url} answers HTTP {answer.status} without an RS256 key for use",
        Fix(
            "Check what answers there: an emulator, a proxy, a firewall (HTTP 403 is AWS "
            "WAF's), or the wrong address."
        ),
    )


def count_keys(answer: HttpAnswer) -> int:
    """How many keys of a response the gate would use."""
    try:
        return len(read_jwks(oauth.read_keys(answer)))
    except CognitoUnavailable:
        return 0
