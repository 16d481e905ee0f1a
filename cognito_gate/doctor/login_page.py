"""Cognito's login page itself: whether there is one to be shown.

Knows how a missing page looks; must not know how one gets there.
"""

from .._gate.effects import Flow, HttpAnswer, HttpCall, call
from . import reach, redirects
from .case import Case
from .findings import Finding, Fix, Line
from .redirects import Goal

PAGE = Line("login-page", "login page")
_NONE = "Cognito has no login page to show"
MAX_BYTES = 2_000_000  # bytes, styles included


def examine(case: Case, goal: Goal) -> Flow[Finding]:
    """Open the page that a sign-in leads to."""
    if goal.kind == "page":
        return PAGE.ok("is shown")
    if goal.kind == "provider":
        return PAGE.ok(f"none: visitors go straight to {reach.origin(goal.location)}")
    if goal.kind == "unstyled":
        return PAGE.wrong(_NONE, no_style(case))
    if goal.kind != "login":
        return PAGE.unchecked("the sign-in did not lead to one")
    timeout = case.settings.http_timeout_seconds
    answer = yield from call(HttpCall("GET", goal.location, timeout=timeout, limit=MAX_BYTES))
    return _judge(case, answer)


def _judge(case: Case, answer: HttpAnswer) -> Finding:
    why = reach.failure(answer) or reach.passing(answer)
    if why:
        return PAGE.unchecked(why)
    leads = redirects.read(case.settings, answer)
    if answer.status == 200 and leads.kind != "unstyled":
        return PAGE.ok("is shown")
    if leads.kind == "login":
        return PAGE.unchecked("it leads back to itself")
    if answer.status < 400 and answer.status != 200 and leads.kind != "error page":
        return PAGE.ok("leads on, as to an identity provider's")
    said = f" (it says {leads.error})" if leads.error else f" (HTTP {answer.status})"
    return PAGE.wrong(f"{_NONE}{said}", no_style(case))


def no_style(case: Case) -> Fix:
    """How an app client gets a managed login style, without which there are no pages."""
    return Fix(
        "With managed login (branding version 2) an app client that was made by API, CDK or "
        "CloudFormation has no style, and without one no pages: create one. With the classic "
        "hosted UI, open the page in a browser to see what it says.",
        console=case.place.pool_menu("Branding", "Managed login", "Styles", "Create a style"),
        command=case.place.about_client(
            "create-managed-login-branding", "--use-cognito-provided-values"
        ),
    )
