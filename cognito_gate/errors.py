"""The errors of the gate.

    GateError                     code               status
    ├── SettingsError             settings           500   (raised at start only)
    ├── BadRequest                bad_request        400
    │   └── CallbackRefused       login_failed       400
    ├── LoginRequired             login_required     401
    ├── TokenRefused              invalid_token      401
    ├── ApiRefused                refused            400
    ├── CrossSiteRefused          cross_site         403
    ├── Forbidden                 forbidden          403
    ├── MethodRefused             method_not_allowed 405
    ├── StaleCallback             stale_login        400
    ├── CookiesLost               cookies            400
    ├── FormRefused               form               400
    ├── FormExpired               form_expired       403
    ├── FormTooSlow               form_too_slow      408
    ├── FormTooLarge              form_too_large     413
    ├── TooManyTries              too_many_tries     429
    ├── SessionTooLarge           session_too_large  431
    ├── GrantRefused              grant_refused      502
    ├── CookiesTooLarge           cookies_too_large  431
    └── CognitoUnavailable        unavailable        503
        └── ClockWrong            clock              503

Each is raised where it is known and becomes a response in `error_responses.py` only. Texts are for
logs and events, and never hold a token, a code, a cookie or a secret; what a page says to people is
in the language catalogs, by the error's code.
"""

from typing import ClassVar, Literal


class GateError(Exception):
    """Root of all errors of this package. `code` is stable, `status` is the HTTP status."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500


class SettingsError(GateError, ValueError):
    """The settings are wrong. `problems` maps each variable's name to what is wrong with it.

    Example::

        try:
            Settings.from_env()
        except SettingsError as error:
            print(error.problems["AWS_COGNITO_DOMAIN"])
    """

    code = "settings"

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        lines = "".join(f"\n  {name}: {problem}" for name, problem in problems.items())
        super().__init__(f"cognito-gate cannot start, the settings are wrong:{lines}")


class BadRequest(GateError):
    """The request cannot be understood. `field` names the field of a form that holds more than
    `limit` characters, where that is the reason."""

    code = "bad_request"
    status = 400

    def __init__(self, reason: str, *, field: str = "", limit: int = 0) -> None:
        self.field = field
        self.limit = limit
        super().__init__(reason)


class CallbackRefused(BadRequest):
    """A sign-in came back that cannot become a session.

    `cause` is what a page tells apart for people: they cancelled it ("cancelled"), Cognito has no
    session of theirs ("signed_out"), nobody here had started it ("not_started_here"), its tokens
    do not hold ("not_verified"), or the operators have to act ("set_up").
    """

    code = "login_failed"

    def __init__(
        self,
        reason: str,
        *,
        cause: Literal[
            "", "cancelled", "signed_out", "not_started_here", "not_verified", "set_up"
        ] = "",
    ) -> None:
        self.cause = cause
        super().__init__(reason)


class LoginRequired(GateError):
    """No session, and the request is not one that can be sent to sign-in."""

    code = "login_required"
    status = 401


class TokenRefused(GateError):
    """A token or a sealed value that is not to be trusted.

    `cause` says that nothing else is wrong: its time is over ("expired"), or by this server's
    clock yet to come ("early"), or its key is not among the pool's ("unknown_key"), or another
    version of this package has written it ("version").
    """

    code = "invalid_token"
    status = 401

    def __init__(
        self, reason: str, *, cause: Literal["", "expired", "early", "unknown_key", "version"] = ""
    ) -> None:
        self.cause = cause
        super().__init__(reason)


class CrossSiteRefused(GateError):
    """Another site tried to make the browser do this."""

    code = "cross_site"
    status = 403


class Forbidden(GateError):
    """Somebody is signed in, and may not do this. `sub` says who."""

    code = "forbidden"
    status = 403

    def __init__(self, reason: str, *, sub: str) -> None:
        self.sub = sub
        super().__init__(reason)


class MethodRefused(GateError):
    """The route exists, but not for this method. `allow` lists the methods that it takes."""

    code = "method_not_allowed"
    status = 405

    def __init__(self, allow: str) -> None:
        self.allow = allow
        super().__init__(f"this address accepts {allow} only")


class StaleCallback(GateError):
    """A callback whose sign-in is unknown here: replayed, expired, or of another browser.

    `again` says that this sign-in was itself a second try; `return_to` is where the visitor
    wanted to go, when that is still known.
    """

    code = "stale_login"
    status = 400

    def __init__(self, reason: str, *, again: bool, return_to: str = "/") -> None:
        self.again = again
        self.return_to = return_to
        super().__init__(reason)


class CookiesLost(GateError):
    """The browser does not send our cookies back."""

    code = "cookies"
    status = 400


class SessionTooLarge(GateError):
    """The tokens of this session do not fit into cookies."""

    code = "session_too_large"
    status = 431


class GrantRefused(GateError):
    """Cognito's token endpoint refused. `error` is its OAuth error code."""

    code = "grant_refused"
    status = 502

    def __init__(self, error: str, reason: str) -> None:
        self.error = error
        super().__init__(reason)


class ApiRefused(GateError):
    """Cognito's JSON API refused a call. `exception` is its name for the reason.

    `message` may repeat what a visitor typed: it tells reasons apart, and is not for logs or pages.
    """

    code = "refused"
    status = 400

    def __init__(self, operation: str, exception: str, message: str) -> None:
        self.operation = operation
        self.exception = exception
        self.message = message
        super().__init__(f"Cognito refuses {operation}: {exception}")


class FormRefused(GateError):
    """A form was filled in wrongly. `fields` maps each field's name to the id of what to say, and
    what to fill in there."""

    code = "form"
    status = 400

    def __init__(self, fields: dict[str, tuple[str, dict[str, str]]]) -> None:
        self.fields = fields
        super().__init__(f"a form was filled in wrongly: {', '.join(fields)}")


class FormExpired(GateError):
    """A form without the token of this browser: too old, or (not `kept`) the browser sends no
    cookie that it could be held against."""

    code = "form_expired"
    status = 403

    def __init__(self, *, kept: bool) -> None:
        self.kept = kept
        super().__init__("a form without the token of this browser")


class TooManyTries(GateError):
    """Too many tries in a short time. `wait` is in seconds."""

    code = "too_many_tries"
    status = 429

    def __init__(self, wait: float) -> None:
        self.wait = wait
        super().__init__(f"too many attempts; the next one in {wait:.0f} s")


class FormTooSlow(GateError):
    """A form's body took longer to arrive than any form of ours may."""

    code = "form_too_slow"
    status = 408


class FormTooLarge(GateError):
    """A form's body is larger than any form of ours."""

    code = "form_too_large"
    status = 413


class CookiesTooLarge(GateError):
    """The request's cookies are more than this gate looks at."""

    code = "cookies_too_large"
    status = 431


class CognitoUnavailable(GateError):
    """Cognito cannot be reached, or answers with nothing usable. Nothing is lost: try again.

    `headers` keep in the browser what must not be lost meanwhile.
    """

    code = "unavailable"
    status = 503

    def __init__(self, reason: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        self.headers = headers
        super().__init__(reason)


class ClockWrong(CognitoUnavailable):
    """The clocks of this server and of Cognito differ by too much to verify tokens."""

    code = "clock"
