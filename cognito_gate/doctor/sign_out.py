"""Checks sign-out: calls `/logout` as the gate would, and reads where it redirects.

Knows what Cognito does with a sign-out URL that is not registered. Ends no session, because the
call carries no cookie.
"""

from .._gate.effects import Flow, HttpAnswer, HttpCall, call
from .._gate.protocol import oauth
from . import reach, redirects
from .case import Case
from .findings import Check, Finding, Fix
from .places import RESETS

SIGN_OUT = Check("sign-out-url", "sign-out URL")


def check(case: Case, closed: str) -> Flow[Finding]:
    """Call `/logout`; `closed` is why the login domain cannot be called."""
    why = closed or case.reason_to_skip("AWS_COGNITO_LOGOUT_URL")
    if why:
        return SIGN_OUT.unchecked(why)
    settings = case.settings
    answer = yield from call(
        HttpCall("GET", oauth.logout_url(settings), timeout=settings.http_timeout_seconds)
    )
    return _read_result(case, answer)


def _read_result(case: Case, answer: HttpAnswer) -> Finding:
    url = case.settings.logout_url
    destination = redirects.read(case.settings, answer)
    match destination.kind:
        case "signed out":
            return SIGN_OUT.ok(f"{url} is registered")
        case "unreachable":
            return SIGN_OUT.unchecked(reach.failure(answer))
        case "passing":
            return SIGN_OUT.unchecked(reach.passing(answer))
        case "firewall":
            return SIGN_OUT.unchecked("a firewall answers HTTP 403")
        case "error page" | "login" | "refused":
            # An unlisted URL falls through to the other form of /logout, and fails there (Developer
            # Guide, "Logout endpoint").
            message = (
                destination.error_description
                or destination.error
                or destination.printable_location
                or f"HTTP {answer.status}"
            )
            return SIGN_OUT.wrong(f"{url} is not registered (Cognito says: {message})", fix(case))
    return SIGN_OUT.unchecked(
        f"Cognito leads elsewhere: {destination.printable_location or f'HTTP {answer.status}'}"
    )


def fix(case: Case) -> Fix:
    """How to register a sign-out URL."""
    return Fix(
        "Register exactly this URL among the sign-out URLs, which are another list than the "
        f"callback URLs; or set AWS_COGNITO_LOGOUT_URL to one that is registered. {RESETS}",
        console=case.directions.login_pages("Allowed sign-out URLs"),
        command=case.directions.add_to_client("LogoutURLs", case.settings.logout_url),
    )
