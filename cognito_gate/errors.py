"""The errors of the gate.

    GateError                     code               status
    ├── SettingsError             settings           500   (raised at start only)
    ├── BadRequest                bad_request        400
    │   └── CallbackRefused       login_failed       400
    ├── LoginRequired             login_required     401
    ├── TokenRefused              invalid_token      401
    ├── RevocationRefused         revocation_refused 401
    ├── ApiRefused                refused            400
    ├── CrossSiteRefused          cross_site         403
    ├── ProxyRefused              proxy_refused      403
    ├── Forbidden                 forbidden          403
    │   └── StepUpRequired        step_up_required   401
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
        ├── ClockWrong            clock              503
        └── StoreUnavailable      store              503

Each becomes a response in `error_responses.py` only. Texts are for logs and events, and hold no
secret; what a page says to people is in the language catalogs, by the error's code.
"""

from typing import ClassVar, Literal, TypeAlias

CallbackCause: TypeAlias = Literal[
    "", "cancelled", "signed_out", "not_started_here", "not_verified", "set_up"
]


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
        self.field, self.limit = field, limit
        super().__init__(reason)


class CallbackRefused(BadRequest):
    """Cognito's redirect to the callback cannot become a session.

    `cause` says why: cancelled by the visitor ("cancelled"), no session of theirs at Cognito
    ("signed_out"), "not_started_here", tokens not valid ("not_verified"), or wrong "set_up"."""

    code = "login_failed"

    def __init__(self, reason: str, *, cause: CallbackCause = "") -> None:
        self.cause = cause
        super().__init__(reason)


class LoginRequired(GateError):
    """There is no session, and the request is not a page that can be redirected to sign-in."""

    code = "login_required"
    status = 401


class TokenRefused(GateError):
    """A token or a sealed value is not valid. `cause` names what is wrong if it is only that: the
    token has expired ("expired"), it is from the future by this server's clock ("early"), the pool
    has no such key ("unknown_key"), or another version of this package has written the value
    ("version")."""

    code = "invalid_token"
    status = 401

    def __init__(
        self, reason: str, *, cause: Literal["", "expired", "early", "unknown_key", "version"] = ""
    ) -> None:
        self.cause = cause
        super().__init__(reason)


class CrossSiteRefused(GateError):
    """Another site made the browser send this request."""

    code = "cross_site"
    status = 403


class ProxyRefused(GateError):
    """Whoever asks about a request is no trusted proxy, or does not say clearly which request."""

    code = "proxy_refused"
    status = 403


class Forbidden(GateError):
    """The signed-in user is not allowed to do this. `sub` identifies the user, `rule` names the
    rule that is against it; `scopes` are all that it requires, where a scope is lacking."""

    code = "forbidden"
    status = 403

    def __init__(
        self, reason: str, *, sub: str, rule: str = "", scopes: tuple[str, ...] = ()
    ) -> None:
        self.sub, self.rule, self.scopes = sub, rule, scopes
        super().__init__(reason)


class StepUpRequired(Forbidden):
    """A rule wants a sign-in of `max_age` seconds ago at most, or of a class `acr` (RFC 9470)."""

    code = "step_up_required"
    status = 401

    def __init__(
        self, reason: str, *, sub: str, rule: str, max_age: int | None, acr: tuple[str, ...]
    ) -> None:
        self.max_age, self.acr = max_age, acr
        super().__init__(reason, sub=sub, rule=rule)


class MethodRefused(GateError):
    """The route exists, but not for this method. `allow` lists the methods that it takes."""

    code = "method_not_allowed"
    status = 405

    def __init__(self, allow: str) -> None:
        self.allow = allow
        super().__init__(f"this address accepts {allow} only")


class StaleCallback(GateError):
    """A callback whose sign-in is unknown here: replayed, expired, or of another browser. `again`:
    it was itself a second attempt. `return_to` is where the visitor wanted to go, if known."""

    code = "stale_login"
    status = 400

    def __init__(self, reason: str, *, again: bool, return_to: str = "/") -> None:
        self.again, self.return_to = again, return_to
        super().__init__(reason)


class CookiesLost(GateError):
    """The browser does not send the gate's cookies back."""

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


class RevocationRefused(GateError):
    """A request to end sessions is not signed as it should be, too old, used already, or wrong."""

    code = "revocation_refused"
    status = 401


class ApiRefused(GateError):
    """Cognito's JSON API refused a call. `exception` is Cognito's name of the error. `message` may
    contain what a visitor typed: use it to tell errors apart, not in logs or pages."""

    code = "refused"
    status = 400

    def __init__(self, operation: str, exception: str, message: str) -> None:
        self.operation, self.exception, self.message = operation, exception, message
        super().__init__(f"Cognito refuses {operation}: {exception}")


class FormRefused(GateError):
    """A form was filled in wrongly. `fields` maps each field's name to the id of an error message
    and the message's values."""

    code = "form"
    status = 400

    def __init__(self, fields: dict[str, tuple[str, dict[str, str]]]) -> None:
        self.fields = fields
        super().__init__(f"a form was filled in wrongly: {', '.join(fields)}")


class FormExpired(GateError):
    """A form has no valid token of this browser: it is too old, or its token does not match. If
    `kept` is false, the browser sent no cookie to compare the token with."""

    code = "form_expired"
    status = 403

    def __init__(self, *, kept: bool) -> None:
        self.kept = kept
        super().__init__("a form without the token of this browser")


class TooManyTries(GateError):
    """The rate limit is reached. `wait` is the number of seconds until the next attempt."""

    code = "too_many_tries"
    status = 429

    def __init__(self, wait: float) -> None:
        self.wait = wait
        super().__init__(f"too many attempts; the next one in {wait:.0f} s")


class FormTooSlow(GateError):
    """A form's body took longer to arrive than the gate waits."""

    code = "form_too_slow"
    status = 408


class FormTooLarge(GateError):
    """A form's body is larger than any form of the gate can be."""

    code = "form_too_large"
    status = 413


class CookiesTooLarge(GateError):
    """The request's cookies exceed what the gate is willing to parse."""

    code = "cookies_too_large"
    status = 431


class CognitoUnavailable(GateError):
    """Cognito cannot be reached, or its response is not usable. `headers` set the cookies that the
    browser must keep until the request is tried again."""

    code = "unavailable"
    status = 503

    def __init__(self, reason: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        self.headers = headers
        super().__init__(reason)


class ClockWrong(CognitoUnavailable):
    """The clocks of this server and of Cognito differ by too much to verify tokens."""

    code = "clock"


class StoreUnavailable(CognitoUnavailable):
    """The shared store (COGNITO_GATE_STORE) does not answer. Nothing is lost."""

    code = "store"
