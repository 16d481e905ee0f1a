"""The scopes that are asked for: whether the app client may have them, and which it may not.

Knows scopes of Cognito; asks with the function it is given.
"""

from collections.abc import Callable
from dataclasses import replace

from .._gate.effects import Flow, HttpCall, call
from ..settings import Settings
from . import redirects
from .case import Case
from .findings import Finding, Fix, Line
from .places import RESETS
from .redirects import Goal

SCOPES = Line("scopes", "scopes")
REFUSED = "invalid_scope"
MOST_TRIED = 20
_WITH_OPENID = ("email", "phone", "profile")  # which Cognito takes beside `openid` only


def examine(case: Case, goal: Goal, ask: Callable[[Settings], HttpCall]) -> Flow[Finding]:
    """The line of the scopes, after a sign-in with all of them has led to `goal`."""
    asked = case.settings.scopes
    why = case.unsure("AWS_COGNITO_SCOPES")
    if why:
        return SCOPES.unchecked(why)
    if goal.kind in redirects.GOOD:
        return _accepted(asked)
    if goal.error != REFUSED:
        return SCOPES.unchecked("the sign-in did not lead to a login page")
    if "openid" not in asked and set(asked) & set(_WITH_OPENID):
        return SCOPES.wrong(
            f"{_listed(asked)} are asked for without openid, which some of them need",
            Fix("Ask for openid, too.", setting=f"AWS_COGNITO_SCOPES=openid {' '.join(asked)}"),
        )
    refused: list[str] = []
    for scope in asked[:MOST_TRIED]:
        alone = ("openid", scope) if scope in _WITH_OPENID else (scope,)
        settings = replace(case.settings, scopes=alone)
        if redirects.read(settings, (yield from call(ask(settings)))).error == REFUSED:
            refused.append(scope)
    if "openid" in refused:  # then these were refused for its sake
        refused = [scope for scope in refused if scope not in _WITH_OPENID]
    return _refused(case, tuple(refused))


def _accepted(asked: tuple[str, ...]) -> Finding:
    if not asked:
        return SCOPES.ok("none is asked for, which means all that the app client has")
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
    left = [scope for scope in asked if scope not in refused]
    return SCOPES.wrong(
        f"{_listed(refused)}: not allowed to the app client (invalid_scope)",
        Fix(
            f"Allow it, or do not ask for it. {RESETS}",
            setting=f"AWS_COGNITO_SCOPES={' '.join(left)}" if left else "",
            console=case.place.login_pages("OpenID Connect scopes (or Custom scopes)"),
            command=case.place.update_client(
                ".AllowedOAuthScopes = "
                '((.AllowedOAuthScopes // []) + ($value | split(" ")) | unique)',
                " ".join(refused),
            ),
        ),
    )


def _listed(scopes: tuple[str, ...]) -> str:
    return " ".join(scopes)
