"""A sign-in page: GET shows it, POST handles its form, and an error shows it again.

The only place where errors become responses of these pages. Must not know what any form is for.
"""

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from .._gate.effects import Flow
from .._gate.messages import Headers, Respond
from .._gate.records import Sentence
from ..errors import (
    ApiRefused,
    CognitoUnavailable,
    FormExpired,
    FormRefused,
    GateError,
    MethodRefused,
    TooManyTries,
)
from . import accounting, challenge_cookie, error_messages, forms, next_page
from .context import SignInContext, SignInExchange

log = logging.getLogger("cognito_gate")
_RETRY: Headers = (("retry-after", "5"),)
# The messages that a redirect may ask the next page to show, by the `notice` in its query.
NOTICES = {
    "code_sent": "notice.code_sent",
    "code_sent_again": "notice.code_sent_again",
    "confirmed": "notice.confirmed",
    "password_changed": "notice.password_changed",
    "totp_on": "notice.totp_on",
    "totp_off": "notice.totp_off",
    "passkey_added": "notice.passkey_added",
    "passkey_removed": "notice.passkey_removed",
    "no_sign_in": "error.no_sign_in",
    "confirm_first": "error.confirm_first",
    "replaced": "error.replaced",
    "reset_first": "error.reset_first",
    "sign_in_again": "error.sign_in_again",
    "start_over": "error.start_over",
}


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a page tells the visitor: error, notice and field errors, and what had been typed."""

    status: int = 200
    error: Sentence | None = None
    notice: Sentence | None = None
    fields: Mapping[str, Sentence] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Headers = ()

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to tell."""
        return self.status == 200 and self.error is None and self.notice is None


Show: TypeAlias = Callable[[SignInExchange, Feedback], Flow[Respond]]
Take: TypeAlias = Callable[[SignInExchange], Flow[Respond]]


@dataclass(frozen=True, slots=True)
class SignInPage:
    """A page: how it is shown, what its form does, and which fields keep what was typed (with the
    maximum length of each). `signs_in`: its form is a step of a sign-in."""

    show: Show
    take: Take
    again: Callable[[SignInContext], Mapping[str, int]]
    signs_in: bool = False

    def serve(self, exchange: SignInExchange) -> Flow[Respond]:
        """Answer a request for it.

        Raises:
            MethodRefused, CrossSiteRefused, BadRequest, FormTooLarge: the request is wrong.
        """
        if exchange.incoming.method in ("GET", "HEAD"):
            return (yield from self.show(exchange, _notice_of(exchange)))
        if exchange.incoming.method != "POST":
            raise MethodRefused("GET, HEAD, POST")
        try:
            return (yield from self.take(exchange))
        except ApiRefused as error:
            return (yield from self.refused(exchange, error))
        except (FormRefused, FormExpired, TooManyTries, CognitoUnavailable) as error:
            feedback = _feedback_for(error, self._typed(exchange))
            self._record(exchange, error, feedback.status)
            return (yield from self.show(exchange, feedback))

    def refused(self, exchange: SignInExchange, error: ApiRefused) -> Flow[Respond]:
        """Respond to an error of Cognito (Developer Guide, "Managing errors")."""
        message, remedy = error_messages.say(error)
        typed = self._typed(exchange)
        advice = error_messages.fix(error)
        if remedy == "operator":
            log.error("%s%s", error, f"; {advice}" if advice else "")
        self._record(exchange, error, _status(error, remedy))
        ended = challenge_cookie.forget(exchange)
        return_to = forms.return_to(exchange)
        match remedy:
            case "start_over":
                return next_page.go(
                    exchange.context, "/sign-in", return_to=return_to, notice=remedy, headers=ended
                )
            case "confirm":
                record = challenge_cookie.find(exchange)
                username = typed.get("username", "").strip() or (record.typed if record else "")
                return _to_confirm(exchange, username, return_to)
            case "reset":
                return next_page.go(
                    exchange.context, "/forgot", return_to=return_to, notice="reset_first"
                )
            case "operator":
                feedback = Feedback(503, message, typed=typed, headers=_RETRY)
            case _:
                feedback = Feedback(_status(error, remedy), message, typed=typed)
        return (yield from self.show(exchange, feedback))

    def _record(self, exchange: SignInExchange, error: GateError, status: int) -> None:
        typed = self._typed(exchange)
        name = (typed.get("username") or typed.get("email", "")).strip()
        exchange.record(accounting.failed(exchange, error, status, name, signs_in=self.signs_in))

    def _typed(self, exchange: SignInExchange) -> Mapping[str, str]:
        return forms.typed(exchange, self.again(exchange.context))


def _to_confirm(exchange: SignInExchange, username: str, return_to: str) -> Respond:
    record = challenge_cookie.new(exchange, "CONFIRM", username=username, return_to=return_to)
    return next_page.onward(exchange, "/confirm", record, notice="confirm_first")


def _status(error: ApiRefused, remedy: str) -> int:
    """The HTTP status for an error of Cognito."""
    if remedy in ("operator", "wait"):
        return 503 if remedy == "operator" else 429
    return 403 if error.exception == "ForbiddenException" else 400


def _notice_of(exchange: SignInExchange) -> Feedback:
    """The message that the query of the page's URL asks for."""
    message_id = NOTICES.get(exchange.asked("notice"))
    if message_id is None:
        return Feedback()
    if message_id.startswith("error."):
        return Feedback(error=Sentence(message_id))
    return Feedback(notice=Sentence(message_id))


def _feedback_for(error: Exception, typed: Mapping[str, str]) -> Feedback:
    match error:
        case FormRefused():
            fields = {
                name: Sentence(said, values=tuple(values.items()))
                for name, (said, values) in error.fields.items()
            }
            return Feedback(400, fields=fields, typed=typed)
        case FormExpired():
            said = Sentence("error.form_expired" if error.kept else "error.no_cookies")
            return Feedback(403, said, typed=typed)
        case TooManyTries():
            wait = str(math.ceil(error.wait))
            said = Sentence("error.throttled", values=(("seconds", wait),))
            return Feedback(429, said, typed=typed, headers=(("retry-after", wait),))
    return Feedback(503, Sentence("error.unavailable"), typed=typed, headers=_RETRY)
