"""Checks whether Cognito has a login page to show.

Knows how a missing page looks; must not know how a sign-in gets there.
"""

from .._gate.effects import Flow, HttpAnswer, HttpCall, call
from . import reach, redirects
from .case import Case
from .findings import Check, Finding, Fix
from .redirects import Destination

PAGE = Check("login-page", "login page", decides=True)
_NONE = "Cognito has no login page to show"
MAX_BYTES = 2_000_000  # bytes, styles included


def check(case: Case, destination: Destination) -> Flow[Finding]:
    """Open the page that a sign-in leads to."""
    if destination.kind == "page":
        return PAGE.ok("is shown")
    if destination.kind == "provider":
        return PAGE.ok(f"none: visitors go straight to {reach.origin(destination.location)}")
    if destination.kind == "unstyled":
        return PAGE.wrong(_NONE, no_style(case))
    if destination.kind != "login":
        return PAGE.unchecked("the sign-in did not lead to one")
    timeout = case.settings.http_timeout_seconds
    answer = yield from call(
        HttpCall("GET", destination.location, timeout=timeout, limit=MAX_BYTES)
    )
    return _read_result(case, answer)


def _read_result(case: Case, answer: HttpAnswer) -> Finding:
    why = reach.failure(answer) or reach.passing(answer)
    if why:
        return PAGE.unchecked(why)
    next_destination = redirects.read(case.settings, answer)
    if answer.status == 200 and next_destination.kind != "unstyled":
        return PAGE.ok("is shown")
    if next_destination.kind == "login":
        return PAGE.unchecked("it leads back to itself")
    if answer.status < 400 and answer.status != 200 and next_destination.kind != "error page":
        return PAGE.ok("leads on, as to an identity provider's")
    detail = (
        f" (it says {next_destination.error})"
        if next_destination.error
        else f" (HTTP {answer.status})"
    )
    return PAGE.wrong(f"{_NONE}{detail}", no_style(case))


def no_style(case: Case) -> Fix:
    """How to give an app client a managed login style, without which it has no pages (Developer
    Guide, "User pool managed login"; API reference, UpdateUserPoolClient)."""
    return Fix(
        "With managed login (branding version 2) an app client that was made by API, CDK or "
        "CloudFormation has no style, and without one no pages: create one. With the classic "
        "hosted UI, open the page in a browser to see what it says.",
        console=case.directions.pool_menu("Branding", "Managed login", "Styles", "Create a style"),
        command=case.directions.about_client(
            "create-managed-login-branding", "--use-cognito-provided-values"
        ),
    )
