"""Remedies for a set-up with a local Cognito, in the place of those for a pool at AWS.

Knows which remedy belongs to which check; changes nothing but words.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeAlias

from ..settings.formats import web_origin
from . import (
    addresses,
    authorize,
    client_secret,
    cookies,
    domain,
    login_page,
    scopes,
    sign_in_pages,
    sign_out,
)
from .case import Case
from .findings import Finding, Fix
from .local_pool import LocalPool
from .reading import ENDPOINT

Remedy: TypeAlias = Callable[[Case, LocalPool, Fix], Fix]

_SETTING = "setting:"
_SECRET = "AWS_COGNITO_USER_POOL_CLIENT_SECRET"


def prescribe(case: Case, local: LocalPool, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, each with a remedy that can be followed on this machine."""
    return tuple(_with_remedy(case, local, finding) for finding in findings)


def _with_remedy(case: Case, local: LocalPool, finding: Finding) -> Finding:
    if finding.fix is None:
        return _named(finding) if local.running else finding
    if finding.code.startswith(_SETTING):
        variable = finding.code.removeprefix(_SETTING)
        return replace(finding, fix=_setting(variable, local, finding.fix))
    remedy = _REMEDIES.get(finding.code)
    return finding if remedy is None else replace(finding, fix=remedy(case, local, finding.fix))


def _named(finding: Finding) -> Finding:
    if finding.code != addresses.POOL.code or finding.state != "ok":
        return finding
    return replace(finding, found=f"{finding.found}, a local Cognito, for development only")


# What a remedy may be


def _start(local: LocalPool) -> Fix:
    return Fix(
        "Nothing answers there. Start the local Cognito, or the emulator that you use.",
        command=local.start(),
    )


def _add_url(local: LocalPool, variable: str, option: str, command: str) -> Fix:
    where = (
        "Start the local Cognito anew with this URL among the others"
        if command
        else f"Add this URL where this local Cognito is made, as in LocalCognito({option}=...)"
    )
    return Fix(
        f"{where}; or set {variable} to one that it has: {local.origin}/#clients lists them.",
        command=command,
    )


def _switches(local: LocalPool, what: str) -> Fix:
    return Fix(f"{what} at {local.origin}/#switches.")


def _no_faults(case: Case, local: LocalPool, fix: Fix) -> Fix:
    return _switches(local, "Probably a fault is switched on. Switch all faults off")


def _setting(variable: str, local: LocalPool, fix: Fix) -> Fix:
    """The value of one variable, as the local Cognito has it."""
    if variable == _SECRET:
        return Fix(
            "It is among the lines that the local Cognito prints at its start; with --public there "
            "is none. Store it in one place."
        )
    value = _values(local).get(variable)
    if value is None:
        return fix
    if not local.running:
        return Fix("The local Cognito prints this line at its start.", command=local.start())
    what = "Use the line that the local Cognito printed at its start, such as this one."
    return Fix(what, setting=f"{variable}={value}")


def _values(local: LocalPool) -> dict[str, str]:
    return {
        "AWS_COGNITO_DOMAIN": local.origin,
        "AWS_COGNITO_ISSUER": local.issuer,
        "AWS_COGNITO_LOGOUT_URL": next(iter(local.logouts), ""),
        "AWS_COGNITO_REDIRECT_URL": next(iter(local.callbacks), ""),
        "AWS_COGNITO_USER_POOL_CLIENT_ID": local.client_id,
        "AWS_COGNITO_USER_POOL_ID": local.pool_id,
        ENDPOINT: local.origin,
    }


# The remedies


def _pool(case: Case, local: LocalPool, fix: Fix) -> Fix:
    """The first of the pool's own values that differs, where one does."""
    settings = case.settings
    if not local.running:
        return _start(local)
    for variable, ours, its in (
        ("AWS_COGNITO_USER_POOL_ID", settings.user_pool_id, local.pool_id),
        (ENDPOINT, web_origin(settings.jwks_url), local.origin),
        ("AWS_COGNITO_ISSUER", settings.issuer_url, local.issuer),
    ):
        if ours != its:
            what = f"The local Cognito at {local.origin} has another value."
            return Fix(
                f"{what} Use all lines that it printed at its start, this one among them.",
                setting=f"{variable}={its}",
            )
    return _no_faults(case, local, fix)


def _domain(case: Case, local: LocalPool, fix: Fix) -> Fix:
    if not local.running:
        return _start(local)
    if web_origin(case.settings.domain_origin) == local.origin:
        return _no_faults(case, local, fix)
    what = f"The local Cognito is at {local.origin}: use that."
    what = f"{fix.what} {what}" if domain.is_here(case.settings) else what
    return Fix(what, setting=f"AWS_COGNITO_DOMAIN={local.origin}")


def _client(case: Case, local: LocalPool, fix: Fix) -> Fix:
    return _setting("AWS_COGNITO_USER_POOL_CLIENT_ID", local, fix)


def _secret(case: Case, local: LocalPool, fix: Fix) -> Fix:
    return _setting(_SECRET, local, fix) if fix.console else fix


def _callback(case: Case, local: LocalPool, fix: Fix) -> Fix:
    command = local.start(callback=case.settings.redirect_url)
    return _add_url(local, "AWS_COGNITO_REDIRECT_URL", "callback_urls", command)


def _sign_out(case: Case, local: LocalPool, fix: Fix) -> Fix:
    command = local.start(logout=case.settings.logout_url)
    return _add_url(local, "AWS_COGNITO_LOGOUT_URL", "logout_urls", command)


def _after_sign_out(case: Case, local: LocalPool, fix: Fix) -> Fix:
    url = fix.setting.partition("=")[2]
    added = bool(url) and url not in local.logouts
    return replace(fix, command=local.start(logout=url)) if added else fix


def _grant(case: Case, local: LocalPool, fix: Fix) -> Fix:
    return Fix(
        "The app client of `cognito-gate local` has it. Where this one is made, give it the flow: "
        'Client(flows=("code",)).'
    )


def _scopes(case: Case, local: LocalPool, fix: Fix) -> Fix:
    if not fix.console:
        return fix
    return Fix(
        "Do not ask for it; or, where this local Cognito is made, give it to the app client: "
        "Client(scopes=..., custom_scopes=...).",
        setting=fix.setting,
    )


def _flow(case: Case, local: LocalPool, fix: Fix) -> Fix:
    if case.settings.user_pool_client_id != local.client_id:
        return _client(case, local, fix)
    flow = sign_in_pages.ALLOWED_BY[case.settings.sign_in_flow]
    return Fix(
        "The app client of `cognito-gate local` has every flow. Where this one is made, add it: "
        f'Client(auth_flows=("{flow}",)); or set another COGNITO_GATE_SIGN_IN_FLOW.'
    )


def _revocation(case: Case, local: LocalPool, fix: Fix) -> Fix:
    return _switches(local, "Switch token revocation on")


_REMEDIES: Mapping[str, Remedy] = MappingProxyType(
    {
        addresses.POOL.code: _pool,
        addresses.ISSUER.code: _pool,
        addresses.KEYS.code: _pool,
        domain.DOMAIN.code: _domain,
        authorize.FIREWALL.code: _no_faults,
        authorize.CLIENT.code: _client,
        authorize.CALLBACK.code: _callback,
        authorize.GRANT.code: _grant,
        scopes.SCOPES.code: _scopes,
        login_page.PAGE.code: _no_faults,
        sign_out.SIGN_OUT.code: _sign_out,
        client_secret.SECRET.code: _secret,
        client_secret.REVOCATION.code: _revocation,
        sign_in_pages.FLOW.code: _flow,
        cookies.AFTER.code: _after_sign_out,
    }
)
