"""The configuration of app client, pool and domain, read from AWS with credentials.

Calls AWS through an `Account`, and turns boto3's responses into typed facts. Checks nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from .._sign_in.password_policy import Policy
from ..pool.aws import Account, AwsError
from ..settings import Settings
from ..settings.formats import LOOPBACK

Record: TypeAlias = Mapping[str, Any]

_SERVICE = "cognito-idp"
_NOT_FOUND = "ResourceNotFoundException"
# The flows of an app client created without any (API reference, CreateUserPoolClient).
_USUAL_FLOWS = ("ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH")
_RULES = {
    "upper": "RequireUppercase",
    "lower": "RequireLowercase",
    "digits": "RequireNumbers",
    "symbols": "RequireSymbols",
}
_UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFacts:
    """An app client. Lifetimes are in seconds; an empty `readable` or `writable` means all."""

    hosted: bool
    grants: tuple[str, ...]
    scopes: tuple[str, ...]
    callbacks: tuple[str, ...]
    sign_outs: tuple[str, ...]
    providers: tuple[str, ...]
    flows: tuple[str, ...]
    rotates: bool
    grace: int
    revokes: bool
    hides_users: bool
    access_seconds: int
    id_seconds: int
    refresh_seconds: int
    readable: tuple[str, ...]
    writable: tuple[str, ...]
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolFacts:
    """A user pool. `guarded` says that a Lambda trigger checks each sign-up.

    `names` are the attributes by which people sign in: in the place of user names where
    `attributes_are_names`, else as aliases. `first_factors` are the ways of a choice-based sign-in.
    """

    updated_issuer: bool
    open_sign_up: bool
    guarded: bool
    mfa: str
    policy: Policy
    names: tuple[str, ...]
    attributes_are_names: bool
    attributes: tuple[str, ...]
    required: tuple[str, ...]
    first_factors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainFacts:
    """A login domain; `pool_id` is empty when no pool has it."""

    pool_id: str
    status: str
    managed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """The configuration, as far as it could be read; `absent` is why there is no app client.

    `styled` says whether the client has a managed login style; None where that is not known.
    """

    absent: str = ""
    client: ClientFacts | None = None
    pool: PoolFacts | None = None
    domain: DomainFacts | None = None
    styled: bool | None = None


def reason_not_to_ask(settings: Settings) -> str:
    """Why AWS cannot know this pool; empty when AWS, or an emulator of it, may know it."""
    issuer, domain = (
        urlsplit(url).hostname in LOOPBACK for url in (settings.issuer_url, settings.domain_origin)
    )
    if issuer or (domain and not settings.endpoint_url):
        return "the pool is on this machine, and not at AWS"
    return ""


def describe(account: Account, settings: Settings) -> Described:
    """Read all of it. Leaves out what these credentials may not read; raises nothing."""
    emulated = (urlsplit(settings.endpoint_url).hostname or "") in LOOPBACK
    try:
        if emulated and not account.emulator(_SERVICE):
            return Described(
                absent="boto3 reads AWS_ENDPOINT_URL from the environment only, and would ask AWS"
            )
        client = _client(account, settings)
    except AwsError as error:
        return Described(absent=_why(error))
    pool = {"UserPoolId": settings.user_pool_id}
    described = _call_or_none(account, "describe_user_pool", **pool)
    name = domain_name(settings)
    domain = _call_or_none(account, "describe_user_pool_domain", Domain=name) if name else None
    return Described(
        client=client,
        pool=None if described is None else _pool(_record(described, "UserPool")),
        domain=None if domain is None else _domain(_record(domain, "DomainDescription")),
        styled=_styled(account, settings),
    )


def _why(error: AwsError) -> str:
    if error.code == _NOT_FOUND:
        return "the account that these credentials belong to has no such pool, or app client"
    return str(error)


def _client(account: Account, settings: Settings) -> ClientFacts:
    answer = account.call(
        _SERVICE,
        "describe_user_pool_client",
        UserPoolId=settings.user_pool_id,
        ClientId=settings.user_pool_client_id,
    )
    return read_client(_record(answer, "UserPoolClient"))


def _call_or_none(account: Account, operation: str, **parameters: str) -> Record | None:
    try:
        return account.call(_SERVICE, operation, **parameters)
    except AwsError:
        return None


def _styled(account: Account, settings: Settings) -> bool | None:
    operation = "describe_managed_login_branding_by_client"
    try:
        account.call(
            _SERVICE,
            operation,
            UserPoolId=settings.user_pool_id,
            ClientId=settings.user_pool_client_id,
        )
    except AwsError as error:
        return False if error.code == _NOT_FOUND else None
    return True


def domain_name(settings: Settings) -> str:
    """The domain as AWS's operations name it: a prefix, or the whole name of a custom one.

    Empty for one on this machine: an emulator's address is not a domain of a pool.
    """
    host = urlsplit(settings.domain_origin).hostname or ""
    if host in LOOPBACK:
        return ""
    return host.partition(".")[0] if host.endswith(".amazoncognito.com") else host


# Records -> facts


def read_client(record: Record) -> ClientFacts:
    """The facts of a `UserPoolClient`; AWS's default for what is missing."""
    units = _record(record, "TokenValidityUnits")
    rotation = _record(record, "RefreshTokenRotation")
    grace = rotation.get("RetryGracePeriodSeconds", 0)
    return ClientFacts(
        hosted=record.get("AllowedOAuthFlowsUserPoolClient") is True,
        grants=_texts(record, "AllowedOAuthFlows"),
        scopes=_texts(record, "AllowedOAuthScopes"),
        callbacks=_texts(record, "CallbackURLs"),
        sign_outs=_texts(record, "LogoutURLs"),
        providers=_texts(record, "SupportedIdentityProviders"),
        flows=_texts(record, "ExplicitAuthFlows") or _USUAL_FLOWS,
        rotates=rotation.get("Feature") == "ENABLED",
        grace=grace if isinstance(grace, int) else 0,
        revokes=record.get("EnableTokenRevocation") is not False,
        hides_users=record.get("PreventUserExistenceErrors") == "ENABLED",
        access_seconds=_seconds(record.get("AccessTokenValidity"), units, "AccessToken", "hours"),
        id_seconds=_seconds(record.get("IdTokenValidity"), units, "IdToken", "hours"),
        refresh_seconds=_seconds(record.get("RefreshTokenValidity"), units, "RefreshToken", "days"),
        readable=_texts(record, "ReadAttributes"),
        writable=_texts(record, "WriteAttributes"),
        secret=_text(record, "ClientSecret"),
    )


def _seconds(value: object, units: Record, name: str, usual: str) -> int:
    """A lifetime. Without a unit it is hours, or days for refresh tokens; 0 is the default."""
    if not isinstance(value, int) or value <= 0:
        value, units = (1 if usual == "hours" else 30), {}
    return value * _UNITS.get(_text(units, name), _UNITS[usual])


def _pool(record: Record) -> PoolFacts:
    creation, policies = _record(record, "AdminCreateUserConfig"), _record(record, "Policies")
    instead = _texts(record, "UsernameAttributes")
    schema = _records(record, "SchemaAttributes")
    return PoolFacts(
        updated_issuer=_record(record, "IssuerConfiguration").get("Type") == "UPDATED",
        open_sign_up=creation.get("AllowAdminCreateUserOnly") is not True,
        guarded=bool(_record(record, "LambdaConfig").get("PreSignUp")),
        mfa=_text(record, "MfaConfiguration").lower() or "off",
        policy=_policy(_record(policies, "PasswordPolicy")),
        names=instead or _texts(record, "AliasAttributes"),
        attributes_are_names=bool(instead),
        attributes=tuple(_text(each, "Name") for each in schema),
        required=tuple(
            name
            for each in schema
            if (name := _text(each, "Name")) != "sub" and each.get("Required") is True
        ),
        first_factors=_texts(_record(policies, "SignInPolicy"), "AllowedFirstAuthFactors")
        or ("PASSWORD",),
    )


def _policy(record: Record) -> Policy:
    """The password policy; Cognito's own default for one that is not told (8 characters, all four
    kinds; Developer Guide, "Adding user pool password requirements")."""
    length = record.get("MinimumLength")
    rules = tuple(rule for rule, name in _RULES.items() if record.get(name) is True)
    if isinstance(length, int) and 6 <= length <= 99:
        return Policy(length, rules)
    return Policy(8, tuple(_RULES))


def _domain(record: Record) -> DomainFacts:
    return DomainFacts(
        pool_id=_text(record, "UserPoolId"),
        status=_text(record, "Status"),
        managed=record.get("ManagedLoginVersion") == 2,
    )


def _record(record: Record, name: str) -> Record:
    value = record.get(name)
    return value if isinstance(value, Mapping) else {}


def _records(record: Record, name: str) -> tuple[Record, ...]:
    value = record.get(name)
    items = value if isinstance(value, list | tuple) else ()
    return tuple(item for item in items if isinstance(item, Mapping))


def _texts(record: Record, name: str) -> tuple[str, ...]:
    value = record.get(name)
    items = value if isinstance(value, list | tuple) else ()
    return tuple(item for item in items if isinstance(item, str))


def _text(record: Record, name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""
