"""The way out: `/logout` with the gate's own parameters, read by where it redirects.

Knows what Cognito does with a sign-out URL that is not registered. Ends no session: the call
carries no cookie.
"""

from .._gate.effects import Flow, HttpAnswer, HttpCall, call
from .._gate.protocol import oauth
from . import reach, redirects
from .case import Case
from .findings import Finding, Fix, Line
from .places import RESETS

SIGN_OUT = Line("sign-out-url", "sign-out URL")


def examine(case: Case, closed: str) -> Flow[Finding]:
    """Ask for a sign-out; `closed` is why the login domain cannot be asked."""
    why = closed or case.unsure("AWS_COGNITO_LOGOUT_URL")
    if why:
        return SIGN_OUT.unchecked(why)
    settings = case.settings
    answer = yield from call(
        HttpCall("GET", oauth.logout_url(settings), timeout=settings.http_timeout_seconds)
    )
    return _judge(case, answer)


def _judge(case: Case, answer: HttpAnswer) -> Finding:
    url = case.settings.logout_url
    goal = redirects.read(case.settings, answer)
    match goal.kind:
        case "signed out":
            return SIGN_OUT.ok(f"{url} is registered")
        case "unreachable":
            return SIGN_OUT.unchecked(reach.failure(answer))
        case "passing":
            return SIGN_OUT.unchecked(reach.passing(answer))
        case "firewall":
            return SIGN_OUT.unchecked("a firewall answers HTTP 403")
        case "error page" | "login" | "refused":
            # An unlisted URL falls through to the other form of /logout, and fails there.
            said = goal.described or goal.error or goal.shown or f"HTTP {answer.status}"
            return SIGN_OUT.wrong(f"{url} is not registered (Cognito says: {said})", fix(case))
    return SIGN_OUT.unchecked(f"Cognito leads elsewhere: {goal.shown or f'HTTP {answer.status}'}")


def fix(case: Case) -> Fix:
    """How a sign-out URL is registered."""
    return Fix(
        "Register exactly this text among the sign-out URLs, which are another list than the "
        f"callback URLs; or let AWS_COGNITO_LOGOUT_URL be one that is there. {RESETS}",
        console=case.place.login_pages("Allowed sign-out URLs"),
        command=case.place.add_to_client("LogoutURLs", case.settings.logout_url),
    )
