"""What the gate needs to know of a pool that no stack of ours describes, read from Cognito itself.

The result has the names of our stacks' outputs, so that the environment is made of it likewise.
Must not know the environment's variables, nor print.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..settings.checks import CHECKS
from ..settings.formats import Problem, domain_origin, pool_region
from .aws import NOT_FOUND, Account, AwsError, pages
from .changes import CLIENT, POOL
from .environment import (
    LOGOUT_UNREGISTERED,
    EnvironmentProblem,
    is_complete,
    of_same_origin,
)
from .stack import Stack, StackProblem, resources

_COGNITO = "cognito-idp"
OTHER_CALLBACKS = "OtherCallbackUrls"
"""The output with the callback URLs that are not in the environment, between spaces."""
_SCOPES = ("openid", "email", "phone", "profile")
_WAYS = {
    "PASSWORD": "PASSWORD_SRP",
    "EMAIL_OTP": "EMAIL_OTP",
    "SMS_OTP": "SMS_OTP",
    "WEB_AUTHN": "WEB_AUTHN",
}
_KINDS = {
    "upper": "RequireUppercase",
    "lower": "RequireLowercase",
    "digits": "RequireNumbers",
    "symbols": "RequireSymbols",
}
# What a client allows that names no flows (Cognito API reference, CreateUserPoolClient).
_USUAL_FLOWS = ("ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH")


@dataclass(frozen=True, slots=True)
class Named:
    """A pool and a client by their ids; an empty client id is for the only one there is."""

    pool_id: str
    client_id: str = ""
    pages: str = ""


def outputs_of_stack(
    account: Account, stack: Stack, client_id: str, pages: str
) -> Mapping[str, str]:
    """The outputs of a stack of ours; of any other, what its user pool and app client tell.

    Raises:
        StackProblem: it has no user pool, or several.
        EnvironmentProblem, AwsError: as `outputs_of_pool` says.
    """
    if is_complete(stack.outputs) and not client_id and not pages:
        return stack.outputs
    parts = resources(account, stack)
    pools = [part.physical_id for part in parts if part.type == POOL and not part.gone]
    if len(pools) != 1:
        raise StackProblem(
            f"The stack {stack.name} has {len(pools) or 'no'} user pools. Name the pool instead: "
            "`cognito-gate pool env --user-pool-id ... --client-id ...`."
        )
    clients = [part.physical_id for part in parts if part.type == CLIENT and not part.gone]
    only = clients[0] if len(clients) == 1 else ""
    return outputs_of_pool(account, Named(pools[0], client_id or only, pages))


def outputs_of_pool(account: Account, named: Named) -> Mapping[str, str]:
    """What a stack's outputs would say of this pool and this client.

    Raises:
        EnvironmentProblem: there is no such pool or client, or the client cannot sign anybody in;
            the text says what to change.
        AwsError: AWS refused a call.
    """
    pool = read_pool(account, named.pool_id)
    client_id = named.client_id or _only_client(account, named.pool_id)
    client = _read_client(account, named.pool_id, client_id)
    domain = _domain(pool, account.region)
    sign_in_pages = named.pages or "hosted"
    if sign_in_pages == "hosted":
        _check_hosted(client, client_id, domain)
    callbacks = _taken(client.get("CallbackURLs", ()), CHECKS["redirect_url"])
    callback = next(iter(callbacks), "")
    if not callback:
        raise EnvironmentProblem(
            f"The app client {client_id} has no callback URL that the gate could use. Add one, "
            "such as https://app.example.com/auth/callback. "
            "Console: App clients > the client > Login pages > Edit > Allowed callback URLs."
        )
    logouts = _taken(client.get("LogoutURLs", ()), CHECKS["logout_url"])
    logout = of_same_origin(callback, logouts) or next(iter(logouts), "")
    usual_logout = "/".join([*callback.split("/")[:3], "auth", "signed-out"])
    return {
        "Region": account.region,
        "UserPoolId": named.pool_id,
        "ClientId": client_id,
        "Domain": domain,
        "Issuer": _issuer(pool, named.pool_id),
        "RedirectUrl": callback,
        OTHER_CALLBACKS: " ".join(callbacks[1:]),
        "LogoutUrl": logout or usual_logout,
        LOGOUT_UNREGISTERED: "" if logout else "true",
        "Scopes": " ".join(scope for scope in _SCOPES if scope in _scopes(client)),
        "ConfidentialClient": "true" if client.get("ClientSecret") else "false",
        "SignInPages": sign_in_pages,
        "RefreshEnabled": "true",
        **(_for_own_pages(pool, client, client_id) if sign_in_pages == "custom" else {}),
    }


def read_pool(account: Account, pool_id: str) -> dict[str, Any]:
    """The pool as Cognito describes it.

    Raises:
        EnvironmentProblem: there is none; the text says where else it may be.
        AwsError: AWS refused the call.
    """
    try:
        answer = account.call(_COGNITO, "describe_user_pool", UserPoolId=pool_id)
    except AwsError as error:
        if error.code != NOT_FOUND:
            raise
        raise EnvironmentProblem(_no_pool(account.region, pool_id)) from error
    pool: dict[str, Any] = answer["UserPool"]
    return pool


def _no_pool(region: str, pool_id: str) -> str:
    home = pool_region(pool_id)
    advice = (
        f"Its id begins with {home}: leave --region out."
        if home != region
        else f"`aws cognito-idp list-user-pools --region {region} --max-results 60` lists those "
        "there; --profile picks another account."
    )
    return f"There is no user pool {pool_id} in {region} for these credentials. {advice}"


def _read_client(account: Account, pool_id: str, client_id: str) -> dict[str, Any]:
    ids = {"UserPoolId": pool_id, "ClientId": client_id}
    try:
        answer = account.call(_COGNITO, "describe_user_pool_client", **ids)
    except AwsError as error:
        if error.code != NOT_FOUND:
            raise
        names = _names(_clients(account, pool_id))
        raise EnvironmentProblem(
            f"The user pool {pool_id} has no app client {client_id}. It has:{names or ' none.'}"
        ) from error
    client: dict[str, Any] = answer["UserPoolClient"]
    return client


def _clients(account: Account, pool_id: str) -> list[Mapping[str, Any]]:
    listing = pages(account, _COGNITO, "list_user_pool_clients", UserPoolId=pool_id, MaxResults=60)
    return [item for page in listing for item in page["UserPoolClients"]]


def _names(clients: Iterable[Mapping[str, Any]]) -> str:
    return "".join(f"\n  {item['ClientId']}  {item['ClientName']}" for item in clients)


def _only_client(account: Account, pool_id: str) -> str:
    clients = _clients(account, pool_id)
    if len(clients) == 1:
        return str(clients[0]["ClientId"])
    names = _names(clients)
    raise EnvironmentProblem(
        f"The user pool {pool_id} has {len(clients) or 'no'} app clients; choose one by "
        f"--client-id:{names}"
        if clients
        else f"The user pool {pool_id} has no app client. Create one first."
    )


def _domain(pool: Mapping[str, Any], region: str) -> str:
    # A pool may have both. Discovery and passkeys are the custom domain's then (developer guide,
    # "Configuring a user pool domain").
    if pool.get("CustomDomain"):
        return f"https://{pool['CustomDomain']}"
    prefix = pool.get("Domain", "")
    return domain_origin(prefix, region) if prefix else ""


def _issuer(pool: Mapping[str, Any], pool_id: str) -> str:
    updated = pool.get("IssuerConfiguration", {}).get("Type") == "UPDATED"
    host = "issuer-cognito-idp" if updated else "cognito-idp"
    # The Region of the pool's id is the primary one, which is the issuer's.
    region = pool_region(pool_id)
    suffix = "amazonaws.eu" if region.startswith("eusc-") else "amazonaws.com"
    return f"https://{host}.{region}.{suffix}/{pool_id}"


def _check_hosted(client: Mapping[str, Any], client_id: str, domain: str) -> None:
    if not domain:
        raise EnvironmentProblem(
            "The user pool has no login domain. Create one (console: Branding > Domain), or let "
            "the gate serve the sign-in pages: --sign-in-pages custom."
        )
    enabled = client.get("AllowedOAuthFlowsUserPoolClient")
    if not enabled or "code" not in client.get("AllowedOAuthFlows", ()):
        raise EnvironmentProblem(
            f"The app client {client_id} does not allow the authorization code grant, by which "
            "Cognito's pages sign people in. Console: App clients > the client > Login pages > "
            "Edit > OAuth 2.0 grant types."
        )
    if "openid" not in client.get("AllowedOAuthScopes", ()):
        raise EnvironmentProblem(
            f"The app client {client_id} does not allow the scope openid, without which Cognito "
            "gives no ID token. Console: App clients > the client > Login pages > Edit > OpenID "
            "Connect scopes."
        )


def _scopes(client: Mapping[str, Any]) -> Sequence[str]:
    return client.get("AllowedOAuthScopes") or ("openid",)


def _taken(urls: Iterable[str], check: Callable[[str], None]) -> list[str]:
    """Those that the gate takes: a client may also have those of a phone's app."""
    taken = []
    for url in urls:
        try:
            check(url)
        except Problem:
            continue
        taken.append(url)
    return taken


def _for_own_pages(
    pool: Mapping[str, Any], client: Mapping[str, Any], client_id: str
) -> dict[str, str]:
    policies = pool.get("Policies", {})
    factors = policies.get("SignInPolicy", {}).get("AllowedFirstAuthFactors", ["PASSWORD"])
    policy = policies.get("PasswordPolicy", {})
    kinds = [kind for kind, name in _KINDS.items() if policy.get(name)]
    closed = pool.get("AdminCreateUserConfig", {}).get("AllowAdminCreateUserOnly", False)
    required = [
        item["Name"]
        for item in pool.get("SchemaAttributes", ())
        if item.get("Required") and item["Name"] != "sub"
    ]
    return {
        "SignInFlow": _flow(client.get("ExplicitAuthFlows") or _USUAL_FLOWS, factors, client_id),
        "SignInWays": " ".join(_WAYS[factor] for factor in factors if factor in _WAYS),
        "PasswordPolicy": " ".join([str(policy.get("MinimumLength", 8)), *kinds]),
        "SignUp": "false" if closed else "true",
        "SignIn": _sign_in(pool),
        "Required": " ".join(required),
        "UserContext": str(client.get("EnablePropagateAdditionalUserContextData", False)).lower(),
    }


def _flow(flows: Sequence[str], factors: Sequence[str], client_id: str) -> str:
    for flow, name in (
        ("ALLOW_USER_AUTH", "choice" if len(factors) > 1 else ""),
        ("ALLOW_USER_SRP_AUTH", "srp"),
        ("ALLOW_USER_PASSWORD_AUTH", "password"),
        ("ALLOW_USER_AUTH", "choice"),
    ):
        if flow in flows and name:
            return name
    raise EnvironmentProblem(
        f"The app client {client_id} allows none of the flows of the gate's own sign-in pages. "
        "Console: App clients > the client > App client information > Edit > Authentication "
        "flows: ALLOW_USER_SRP_AUTH."
    )


def _sign_in(pool: Mapping[str, Any]) -> str:
    if "email" in pool.get("UsernameAttributes", ()):
        return "email"
    return "both" if "email" in pool.get("AliasAttributes", ()) else "username"
