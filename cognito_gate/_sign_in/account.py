"""The page `{prefix}/account`: change the password, set up an authenticator app, turn it off.

Needs a session whose access token may manage the account (scope `aws.cognito.signin.user.admin`),
as tokens of the gate's sign-in pages may.
"""

from .._gate.effects import Flow, call
from .._gate.flows import login, session
from .._gate.messages import Headers, Respond
from .._gate.protocol import jwt
from ..errors import ApiRefused, BadRequest, CognitoUnavailable, FormRefused
from ..events import PasswordChanged, SecondFactorSetUp, SecondFactorTurnedOff
from ..identity import Identity
from . import (
    challenge_cookie,
    cognito_api,
    error_messages,
    fields,
    forms,
    next_page,
    password,
    rate_limits,
)
from .challenge import totp_facts
from .cognito_api import Account
from .context import SignInContext, SignInExchange
from .page import Feedback, SignInPage
from .records import View

_STEP = "TOTP"
FRESH_SECONDS = 900  # how long after a sign-in the second factor may be changed
# Errors for a token that may not manage the account, and for an account that has changed.
_ACCESS_ERRORS = frozenset(
    {
        "NotAuthorizedException",
        "PasswordResetRequiredException",
        "UserNotConfirmedException",
        "UserNotFoundException",
    }
)


def _show(exchange: SignInExchange, feedback: Feedback) -> Flow[Respond]:
    visitor = yield from session.session(exchange)
    if visitor.identity is None:
        return _signed_out(exchange, visitor.headers)
    answer = yield from call(cognito_api.get_user(exchange.settings, visitor.identity.access_token))
    try:
        account = cognito_api.read_account(answer)
    except ApiRefused as error:
        if error.exception not in _ACCESS_ERRORS:
            raise CognitoUnavailable(str(error)) from error
        return _not_allowed(exchange, visitor.headers)
    view = _view(exchange, feedback, visitor.identity, account)
    headers = (*visitor.headers, *feedback.headers)
    return forms.show(exchange, view, feedback.status, headers)


def _view(
    exchange: SignInExchange, feedback: Feedback, identity: Identity, account: Account
) -> View:
    record = challenge_cookie.find(exchange)
    setting_up = record is not None and record.step == _STEP and record.username == identity.sub
    email = account.attributes.get("email", "")
    by_email = exchange.settings.sign_in == "email"  # then the user name is generated
    name = email if email and by_email else account.username
    facts = {
        "username": name,
        "email": email,
        "totp": "SOFTWARE_TOKEN_MFA" in account.mfa,
        "policy": exchange.context.policy,
    }
    page = "account"
    if record is not None and setting_up and feedback.notice is None:
        page = "totp-setup"
        facts |= totp_facts(exchange.context, "/account", name, record.facts["secret"])
    return View(
        screen=page,
        error=feedback.error,
        notice=feedback.notice,
        field_errors=feedback.fields,
        typed=feedback.typed,
        facts=facts,
    )


def _signed_out(exchange: SignInExchange, headers: Headers) -> Respond:
    return_to = login.return_address(exchange)
    return next_page.go(exchange.context, "/sign-in", return_to=return_to, headers=headers)


def _not_allowed(exchange: SignInExchange, headers: Headers) -> Respond:
    """The page for a session that may not manage the account, such as one of the hosted login."""
    facts = {
        "title": "message.not_here.title",
        "text": "message.not_here.text",
        "link": f"{exchange.settings.prefix}/logout",
        "label": "account.sign_out",
    }
    return forms.show(exchange, View(screen="message", facts=facts), 403, headers)


def _take(exchange: SignInExchange) -> Flow[Respond]:
    limits = {"previous": 256, "password": 256, "proof": 256, "code": 64}
    form = forms.posted(exchange, limits)
    visitor = yield from session.session(exchange)
    if visitor.identity is None:
        return _signed_out(exchange, visitor.headers)
    try:
        answer = yield from _handle_action(exchange, visitor.identity, form)
    except ApiRefused as error:
        answer = yield from ACCOUNT.refused(exchange, error)
    if answer.status != 303:  # the page itself, whose headers set the session cookies already
        return answer
    return Respond(answer.status, (*answer.headers, *visitor.headers), answer.body)


def _handle_action(
    exchange: SignInExchange, identity: Identity, form: dict[str, str]
) -> Flow[Respond]:
    action = form["action"]
    if action == "password":
        return (yield from _change_password(exchange, identity, form))
    if action == "cancel":
        return next_page.go(exchange.context, "/account", headers=challenge_cookie.forget(exchange))
    if not -jwt.CLOCK_SKEW <= exchange.now - (identity.auth_time or 0) <= FRESH_SECONDS:
        # An old session may be stolen or left open, and must not change the second factor.
        here = f"{exchange.settings.prefix}/account"
        return next_page.go(exchange.context, "/sign-in", return_to=here, notice="sign_in_again")
    if action == "totp":
        return (yield from _begin_totp(exchange, identity, form))
    if action == "totp-verify":
        return (yield from _turn_on_totp(exchange, identity, form["code"]))
    if action == "totp-off":
        return (yield from _turn_off_totp(exchange, identity, form))
    raise BadRequest("no such action")


def _name(identity: Identity) -> str:
    """Cognito's name of the user, by which the sign-in page counts attempts, too."""
    return identity.username or identity.sub


def _change_password(
    exchange: SignInExchange, identity: Identity, form: dict[str, str]
) -> Flow[Respond]:
    wrong = fields.filled(form, "previous")
    fields.check(wrong | fields.new_password(exchange.context.policy, form["password"]))
    yield from rate_limits.check_guess(exchange, _name(identity), "password")
    answer = yield from call(
        cognito_api.change_password(
            exchange.settings, identity.access_token, form["previous"], form["password"]
        )
    )
    cognito_api.read("ChangePassword", answer)
    exchange.record(PasswordChanged(exchange.facts, _name(identity), "account"))
    yield from rate_limits.proved(exchange, _name(identity), _name(identity))
    return next_page.go(exchange.context, "/account", notice="password_changed")


# The authenticator app. Removing or replacing it takes the password, so that somebody with an open
# session of another person cannot do it.


def _is_totp_on(context: SignInContext, identity: Identity) -> Flow[bool]:
    """Whether an app is turned on; asks Cognito, since another browser may have changed it."""
    answer = yield from call(cognito_api.get_user(context.settings, identity.access_token))
    return "SOFTWARE_TOKEN_MFA" in cognito_api.read_account(answer).mfa


def _check_password(
    exchange: SignInExchange, identity: Identity, form: dict[str, str]
) -> Flow[None]:
    """Have Cognito check the password. Raises FormRefused when it is not right."""
    fields.check(fields.filled(form, "proof"))
    yield from rate_limits.check_guess(exchange, _name(identity), "password")
    try:
        yield from password.prove(exchange, _name(identity), form["proof"])
    except ApiRefused as error:
        if error_messages.say(error)[0].id != "error.wrong_password":
            raise
        raise FormRefused({"proof": ("error.wrong_previous", {})}) from error
    yield from rate_limits.proved(exchange, _name(identity), _name(identity))


def _begin_totp(
    exchange: SignInExchange, identity: Identity, form: dict[str, str]
) -> Flow[Respond]:
    on = yield from _is_totp_on(exchange.context, identity)
    if on:
        yield from _check_password(exchange, identity, form)
    answer = yield from call(
        cognito_api.associate_totp(exchange.settings, access_token=identity.access_token)
    )
    secret, _ = cognito_api.read_totp(answer)
    facts = {"secret": secret, "replaces": "yes" if on else ""}
    record = challenge_cookie.new(
        exchange, _STEP, username=identity.sub, return_to="/", facts=facts
    )
    return next_page.onward(exchange, "/account", record)


def _turn_on_totp(exchange: SignInExchange, identity: Identity, text: str) -> Flow[Respond]:
    code = fields.totp(text)
    record = challenge_cookie.find(exchange)
    if record is None or (record.step, record.username) != (_STEP, identity.sub):
        return next_page.go(exchange.context, "/account", notice="start_over")
    yield from rate_limits.check_guess(exchange, _name(identity), "code")
    if (yield from _is_totp_on(exchange.context, identity)) and not record.facts.get("replaces"):
        ended = challenge_cookie.forget(exchange)
        return next_page.go(exchange.context, "/account", notice="start_over", headers=ended)
    answer = yield from call(
        cognito_api.verify_totp(exchange.settings, code, access_token=identity.access_token)
    )
    cognito_api.read_totp_verified(answer)
    answer = yield from call(
        cognito_api.set_totp_preference(exchange.settings, identity.access_token, on=True)
    )
    cognito_api.read("SetUserMFAPreference", answer)
    exchange.record(SecondFactorSetUp(exchange.facts, _name(identity)))
    yield from rate_limits.proved(exchange, _name(identity), _name(identity))
    ended = challenge_cookie.forget(exchange)
    return next_page.go(exchange.context, "/account", notice="totp_on", headers=ended)


def _turn_off_totp(
    exchange: SignInExchange, identity: Identity, form: dict[str, str]
) -> Flow[Respond]:
    yield from _check_password(exchange, identity, form)
    answer = yield from call(
        cognito_api.set_totp_preference(exchange.settings, identity.access_token, on=False)
    )
    cognito_api.read("SetUserMFAPreference", answer)
    exchange.record(SecondFactorTurnedOff(exchange.facts, _name(identity)))
    return next_page.go(exchange.context, "/account", notice="totp_off")


ACCOUNT = SignInPage(_show, _take, lambda context: {})
