"""The pool, by its own addresses: region, issuer, discovery document, signing keys.

Knows what Cognito publishes of a pool; nothing of the login domain beyond its name there.
"""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from .._gate.effects import Flow, HttpAnswer, HttpCall, call
from .._gate.protocol import oauth
from .._gate.protocol.jwks import read_jwks
from .._gate.protocol.strict_json import load
from ..errors import CognitoUnavailable
from ..settings import Settings
from ..settings.checks import LOOPBACK, POOL_ID, pool_region, web_origin
from . import reach
from .case import Case
from .findings import Finding, Fix, Line

REGION = Line("region", "region")
POOL = Line("user-pool", "user pool")
ISSUER = Line("issuer", "issuer")
KEYS = Line("signing-keys", "signing keys")

USUAL_KEYS = 2  # one signs ID tokens, the other access tokens
_DOCUMENT = "openid-configuration"
_ENDPOINT = "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"
_FORMS = {"cognito-idp.": "the original form", "issuer-cognito-idp.": "the updated form"}
_AWS = (".amazonaws.com", ".amazonaws.eu")


@dataclass(frozen=True, slots=True)
class Document:
    """What the discovery document says; nothing, where none could be read.

    `answer` is how it came. `origin` is the login domain's, as the pool itself names it.
    """

    answer: HttpAnswer
    issuer: str = ""
    origin: str = ""

    @property
    def absent(self) -> bool:
        """Cognito knows no such pool there."""
        return self.answer.status in (400, 404)


@dataclass(frozen=True, slots=True)
class Addresses:
    """The findings, and the login domain that the pool advertises (empty when unknown)."""

    findings: tuple[Finding, ...]
    advertised: str = ""


def examine(case: Case) -> Flow[Addresses]:
    """Look the pool up where the gate would."""
    why = case.unsure("AWS_COGNITO_USER_POOL_ID", "AWS_REGION", "AWS_COGNITO_ISSUER", _ENDPOINT)
    if why:
        return Addresses(tuple(line.unchecked(why) for line in (REGION, POOL, ISSUER, KEYS)))
    settings = case.settings
    document = read_document((yield from call(_document_ask(settings))))
    keys = yield from call(oauth.jwks_call(settings))
    other = Document(HttpAnswer(0))
    if document.absent and _other_form(settings):
        other = read_document(
            (yield from call(_document_ask(replace(settings, issuer=_other_form(settings)))))
        )
    region = _region(case, document)
    pool = _pool(case, document, keys, other)
    gone = "there is no such user pool there" if pool.state == "wrong" else ""
    if reach.failure(document.answer):
        gone = "its address cannot be reached"
    issuer = ISSUER.unchecked(gone) if gone else _issuer(case, document, other)
    if region.state == "wrong" and not settings.issuer:  # which then is wrong for that alone
        pool = POOL.unchecked("the region is wrong") if gone else pool
        issuer = ISSUER.unchecked("the region is wrong")
    found = KEYS.unchecked(gone) if gone else _keys(case, keys, issuer)
    return Addresses((region, pool, issuer, found), document.origin)


def _document_ask(settings: Settings) -> HttpCall:
    ask = oauth.jwks_call(settings)
    return replace(ask, url=ask.url.removesuffix("jwks.json") + _DOCUMENT, share="")


def read_document(answer: HttpAnswer) -> Document:
    """The discovery document of an answer, read leniently: AWS may change it at any time."""
    try:
        record = load(answer.body) if answer.status == 200 else {}
    except ValueError:
        record = {}
    if not isinstance(record, dict):
        return Document(answer)
    issuer, endpoint = map(_address, (record.get("issuer"), record.get("authorization_endpoint")))
    # A pool without a domain names its issuer's address there.
    origin = "" if not endpoint or endpoint.startswith(f"{issuer}/") else web_origin(endpoint)
    return Document(answer, issuer, origin)


def _address(value: object) -> str:
    """An address out of the document, fit to be shown; empty when it is none."""
    text = oauth.printable(value) if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
        _ = parts.port  # which is only looked at now
    except ValueError:
        return ""
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return text if safe and parts.hostname and " " not in text else ""


def _other_form(settings: Settings) -> str:
    """The same pool's issuer in AWS's other form; empty for an address that is not AWS's."""
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
    of_pool = pool_region(settings.user_pool_id)
    if not settings.region:
        return REGION.ok(f"{of_pool}, as the pool id says")
    if settings.region == of_pool:
        return REGION.ok(f"{of_pool}, in AWS_REGION and in the pool id")
    found = f"AWS_REGION is {settings.region}, and the pool id says {of_pool}"
    # A replica in another Region keeps the pool's id (Developer Guide, multi-Region replication).
    host = urlsplit(settings.issuer_url).hostname or ""
    if document.issuer == settings.issuer_url and f".{settings.region}." in f".{host}":
        return REGION.ok(f"{found}; the pool answers there, as a replica does")
    fix = Fix(
        "Take the region of the pool, or leave AWS_REGION out. Where AWS sets it for you (Lambda, "
        "ECS), give AWS_COGNITO_ISSUER and the full AWS_COGNITO_DOMAIN.",
        setting=f"AWS_REGION={of_pool}",
    )
    if f".{of_pool}." in f".{host}" and "." in settings.domain:
        return REGION.warning(
            f"{found}; issuer and domain are given in full, so it is not used", fix
        )
    return REGION.wrong(found, fix)


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
                "Check the pool's id, letter for letter (case counts), and its region.",
                console="Amazon Cognito > User pools: the column User pool ID",
                command=case.place.aws("list-user-pools", "--max-results", "60"),
            ),
        )
    said = reach.passing(answer) or f"HTTP {answer.status} without an OpenID configuration"
    return POOL.unchecked(f"{reach.origin(url)} does not answer as Cognito does: {said}")


def _issuer(case: Case, document: Document, other: Document) -> Finding:
    ours = case.settings.issuer_url
    theirs = document.issuer or other.issuer
    if not theirs:
        return ISSUER.unchecked("there is no OpenID configuration to compare it with")
    named = theirs.rpartition("/")[2]
    if POOL_ID.fullmatch(named) and named != case.settings.user_pool_id:
        return ISSUER.wrong(
            f"the document is of another pool: its issuer is {theirs}",
            Fix("Check AWS_COGNITO_ISSUER and AWS_COGNITO_USER_POOL_ID: they must go together."),
        )
    if theirs == ours:
        return ISSUER.ok(f"{ours} ({_form(ours)})")
    found = f"the pool's issuer is {theirs} ({_form(theirs)}), ours is {ours} ({_form(ours)})"
    what = "No token would be accepted. Set it to the pool's own, or leave it out if that is the "
    return ISSUER.wrong(found, Fix(f"{what}original form.", setting=f"AWS_COGNITO_ISSUER={theirs}"))


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
        usual = "" if count == USUAL_KEYS else f" (a pool of Cognito's has {USUAL_KEYS})"
        return KEYS.ok(f"{count} RS256 {'key' if count == 1 else 'keys'} for use{usual}")
    if issuer.state == "wrong":
        return KEYS.unchecked("the issuer is wrong")
    return KEYS.wrong(
        f"{url} answers HTTP {answer.status} without an RS256 key for use",
        Fix("Check what answers there: an emulator, a proxy, or the wrong address."),
    )


def count_keys(answer: HttpAnswer) -> int:
    """How many keys of an answer the gate would use."""
    try:
        return len(read_jwks(oauth.read_keys(answer)))
    except CognitoUnavailable:
        return 0
