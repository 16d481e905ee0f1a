"""Checks whether the app client may request the scopes in the settings, and which it may not.

Knows Cognito's scopes; makes requests with the function it is given.
"""

from collections.abc import Callable
from dataclasses import replace

from .._gate.effects import Flow, HttpCall, call
from ..settings import Settings
from . import redirects
from .case import Case
from .findings import Check, Finding, Fix
from .places import RESETS
from .redirects import Destination

SCOPES = Check("scopes", "scopes", decides=True)
REFUSED = "invalid_scope"
MAX_SCOPES_TRIED = 20
# Cognito accepts these only together with `openid` (Developer Guide, "Authorize endpoint").
_WITH_OPENID = ("email", "phone", "profile")


def check(
    case: Case, destination: Destination, make_request: Callable[[Settings], HttpCall]
) -> Flow[Finding]:
    """The finding about the scopes, after a sign-in with all of them led to `destination`."""
    asked = case.settings.scopes
    why = case.reason_to_skip("AWS_COGNITO_SCOPES")
    if why:
        return SCOPES.unchecked(why)
    if destination.kind in redirects.SUCCESS:
        return _accepted(asked) if asked else (yield from _all_of_client(case, make_request))
    if destination.error != REFUSED:
        return SCOPES.unchecked("the sign-in did not lead to a login page")
    if "openid" not in asked and set(asked) & set(_WITH_OPENID):
        return SCOPES.wrong(
            f"{_listed(asked)} are asked for without openid, which some of them need",
            Fix("Ask for openid, too.", setting=f"AWS_COGNITO_SCOPES=openid {' '.join(asked)}"),
        )
    refused: list[str] = []
    for scope in asked[:MAX_SCOPES_TRIED]:
        alone = ("openid", scope) if scope in _WITH_OPENID else (scope,)
        settings = replace(case.settings, scopes=alone)
        if redirects.read(settings, (yield from call(make_request(settings)))).error == REFUSED:
            refused.append(scope)
    if "openid" in refused:  # then these were refused only because openid was
        refused = [scope for scope in refused if scope not in _WITH_OPENID]
    return _refused(case, tuple(refused))


def _all_of_client(case: Case, make_request: Callable[[Settings], HttpCall]) -> Flow[Finding]:
    """Whether `openid` is among the client's scopes, all of which it gets when it asks for none."""
    settings = replace(case.settings, scopes=("openid",))
    if redirects.read(settings, (yield from call(make_request(settings)))).error == REFUSED:
        return SCOPES.warning(
            "none is asked for, which means all that the app client has, and openid is not among "
            "them: there is no ID token (no e-mail, no name)",
            allow_openid(case),
        )
    return SCOPES.ok("none is asked for, which means all that the app client has")


def allow_openid(case: Case) -> Fix:
    """How to give the app client the scope without which it gets no ID token."""
    return Fix(
        f"Allow openid at the app client, and email and profile with it. {RESETS}",
        console=case.directions.login_pages("OpenID Connect scopes"),
        command=case.directions.add_to_client("AllowedOAuthScopes", "openid"),
    )


def _accepted(asked: tuple[str, ...]) -> Finding:
    if "openid" in asked:
        return SCOPES.ok(f"{_listed(asked)}: accepted")
    return SCOPES.warning(
        f"{_listed(asked)}: accepted, but without openid there is no ID token (no e-mail, no name)",
        Fix("Ask for openid, too.", setting=f"AWS_COGNITO_SCOPES=openid {' '.join(asked)}"),
    )


def _refused(case: Case, refused: tuple[str, ...]) -> Finding:
    asked = case.settings.scopes
    if not refused:
        return SCOPES.wrong(
            f"{_listed(asked) or 'the scopes of the app client'}: refused together (invalid_scope)",
            Fix("Ask for fewer, openid among them.", setting="AWS_COGNITO_SCOPES=openid"),
        )
    if "openid" in refused:
        return SCOPES.wrong(
            f"{_listed(tuple(refused))}: not allowed to the app client (invalid_scope), and "
            "without openid there is no ID token",
            allow_openid(case),
        )
    remaining = [scope for scope in asked if scope not in refused]
    return SCOPES.wrong(
        f"{_listed(refused)}: not allowed to the app client (invalid_scope)",
        Fix(
            f"Allow it, or do not ask for it. {RESETS}",
            setting=f"AWS_COGNITO_SCOPES={' '.join(remaining)}" if remaining else "",
            console=case.directions.login_pages("OpenID Connect scopes (or Custom scopes)"),
            command=case.directions.update_client(
                ".AllowedOAuthScopes = "
                '((.AllowedOAuthScopes // []) + ($value | split(" ")) | unique)',
                " ".join(refused),
            ),
        ),
    )


def _listed(scopes: tuple[str, ...]) -> str:
    return " ".join(scopes)
