"""One address of our own: its page is shown, its form is taken, and a refusal shows it again.

The one place where errors become answers on these pages. Must not know what any form is for.
"""

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from .._gate.effects import Flow
from .._gate.messages import Headers, Incoming, Respond
from .._gate.records import Sentence
from ..errors import (
    ApiRefused,
    CognitoUnavailable,
    FormExpired,
    FormRefused,
    MethodRefused,
    TooManyTries,
)
from . import challenge_cookie, error_messages, forms, next_page
from .context import SignInContext

log = logging.getLogger("cognito_gate")
_RETRY: Headers = (("retry-after", "5"),)
# What the address of a page may say, since a redirect cannot.
NOTICES = {
    "code_sent": "notice.code_sent",
    "code_sent_again": "notice.code_sent_again",
    "confirmed": "notice.confirmed",
    "password_changed": "notice.password_changed",
    "totp_on": "notice.totp_on",
    "totp_off": "notice.totp_off",
    "confirm_first": "error.confirm_first",
    "replaced": "error.replaced",
    "reset_first": "error.reset_first",
    "sign_in_again": "error.sign_in_again",
    "start_over": "error.start_over",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a page is shown again: what to say, by which field, and what had been typed."""

    status: int = 200
    error: Sentence | None = None
    notice: Sentence | None = None
    fields: Mapping[str, Sentence] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Headers = ()

    @property
    def calm(self) -> bool:
        """True when there is nothing to say."""
        return self.status == 200 and self.error is None and self.notice is None


Show: TypeAlias = Callable[[SignInContext, Incoming, Trouble], Flow[Respond]]
Take: TypeAlias = Callable[[SignInContext, Incoming], Flow[Respond]]


@dataclass(frozen=True, slots=True)
class SignInPage:
    """How an address is shown, what its form does, and which fields are shown again (with the
    most characters of each)."""

    show: Show
    take: Take
    again: Callable[[SignInContext], Mapping[str, int]]

    def serve(self, context: SignInContext, incoming: Incoming) -> Flow[Respond]:
        """Answer a request for it.

        Raises:
            MethodRefused, CrossSiteRefused, BadRequest, FormTooLarge: the request is wrong.
        """
        if incoming.method in ("GET", "HEAD"):
            return (yield from self.show(context, incoming, _told(incoming)))
        if incoming.method != "POST":
            raise MethodRefused("GET, HEAD, POST")
        try:
            return (yield from self.take(context, incoming))
        except ApiRefused as error:
            return (yield from self.refused(context, incoming, error))
        except (FormRefused, FormExpired, TooManyTries, CognitoUnavailable) as error:
            log.info("%s: %s", error.code, error)
            trouble = _trouble(error, self._typed(context, incoming))
            return (yield from self.show(context, incoming, trouble))

    def refused(
        self, context: SignInContext, incoming: Incoming, error: ApiRefused
    ) -> Flow[Respond]:
        """What Cognito's refusal means to the visitor (Developer Guide, "Managing errors")."""
        said, remedy = error_messages.say(error)
        typed = self._typed(context, incoming)
        advice = error_messages.fix(error)
        level = logging.ERROR if remedy == "operator" else logging.INFO
        log.log(level, "%s%s", error, f"; {advice}" if advice else "")
        ended = challenge_cookie.forget(context, incoming)
        wanted = forms.return_to(context, incoming)
        match remedy:
            case "start_over":
                return next_page.go(
                    context, "/sign-in", return_to=wanted, notice=remedy, headers=ended
                )
            case "confirm":
                step = challenge_cookie.find(context, incoming)
                username = typed.get("username", "").strip() or (step.typed if step else "")
                return _to_confirm(context, incoming, username, wanted)
            case "reset":
                return next_page.go(context, "/forgot", return_to=wanted, notice="reset_first")
            case "operator":
                trouble = Trouble(503, said, typed=typed, headers=_RETRY)
            case _:
                status = 403 if error.exception == "ForbiddenException" else 400
                trouble = Trouble(429 if remedy == "wait" else status, said, typed=typed)
        return (yield from self.show(context, incoming, trouble))

    def _typed(self, context: SignInContext, incoming: Incoming) -> Mapping[str, str]:
        return forms.typed(incoming, self.again(context))


def _to_confirm(
    context: SignInContext, incoming: Incoming, username: str, return_to: str
) -> Respond:
    step = challenge_cookie.new(
        context, incoming, "CONFIRM", username=username, return_to=return_to
    )
    return next_page.onward(context, incoming, "/confirm", step, notice="confirm_first")


def _told(incoming: Incoming) -> Trouble:
    """What the page's address asks it to say."""
    said = NOTICES.get(forms.asked(incoming, "notice"))
    if said is None:
        return Trouble()
    if said.startswith("error."):
        return Trouble(error=Sentence(said))
    return Trouble(notice=Sentence(said))


def _trouble(error: Exception, typed: Mapping[str, str]) -> Trouble:
    match error:
        case FormRefused():
            fields = {
                name: Sentence(said, values=tuple(values.items()))
                for name, (said, values) in error.fields.items()
            }
            return Trouble(400, fields=fields, typed=typed)
        case FormExpired():
            said = Sentence("error.form_expired" if error.kept else "error.no_cookies")
            return Trouble(403, said, typed=typed)
        case TooManyTries():
            wait = str(math.ceil(error.wait))
            said = Sentence("error.throttled", values=(("seconds", wait),))
            return Trouble(429, said, typed=typed, headers=(("retry-after", wait),))
    return Trouble(503, Sentence("error.unavailable"), typed=typed, headers=_RETRY)
