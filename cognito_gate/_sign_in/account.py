"""The page `{prefix}/account`: change the password, set up an authenticator app, turn it off.

Needs a session whose access token may manage the account (`aws.cognito.signin.user.admin`); those
of our own sign-in pages may.
"""

from .._gate.effects import Flow, call
from .._gate.flows import login, session
from .._gate.messages import Headers, Respond
from .._gate.protocol import jwt
from .._gate.records import View
from ..errors import ApiRefused, BadRequest, CognitoUnavailable, FormRefused
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
from .page import SignInPage, Trouble

_STEP = "TOTP"
FRESH_SECONDS = 900  # how long after a sign-in the second factor may be changed
# Of a token that may not do this, and of an account that is not what it was at the sign-in.
_NOT_THEIRS = frozenset(
    {
        "NotAuthorizedException",
        "PasswordResetRequiredException",
        "UserNotConfirmedException",
        "UserNotFoundException",
    }
)


def _show(exchange: SignInExchange, trouble: Trouble) -> Flow[Respond]:
    visitor = yield from session.session(exchange)
    if visitor.identity is None:
        return _signed_out(exchange, visitor.headers)
    answer = yield from call(cognito_api.get_user(exchange.settings, visitor.identity.access_token))
    try:
        found = cognito_api.read_account(answer)
    except ApiRefused as error:
        if error.exception not in _NOT_THEIRS:
            raise CognitoUnavailable(str(error)) from error
        return _not_here(exchange, visitor.headers)
    view = _view(exchange, trouble, visitor.identity, found)
    headers = (*visitor.headers, *trouble.headers)
    return forms.show(exchange, view, trouble.status, headers)


def _view(exchange: SignInExchange, trouble: Trouble, who: Identity, found: Account) -> View:
    step = challenge_cookie.find(exchange)
    setting_up = step is not None and step.step == _STEP and step.username == who.sub
    email = found.attributes.get("email", "")
    by_email = exchange.settings.sign_in == "email"  # the user name is one that nobody chose
    name = email if email and by_email else found.username
    facts = {
        "username": name,
        "email": email,
        "totp": "SOFTWARE_TOKEN_MFA" in found.mfa,
        "policy": exchange.context.policy,
    }
    screen = "account"
    if step is not None and setting_up and trouble.notice is None:
        screen = "totp-setup"
        facts |= totp_facts(exchange.context, "/account", name, step.facts["secret"])
    return View(
        screen=screen,
        error=trouble.error,
        notice=trouble.notice,
        field_errors=trouble.fields,
        typed=trouble.typed,
        facts=facts,
    )


def _signed_out(exchange: SignInExchange, headers: Headers) -> Respond:
    wanted = login.return_address(exchange)
    return next_page.go(exchange.context, "/sign-in", return_to=wanted, headers=headers)


def _not_here(exchange: SignInExchange, headers: Headers) -> Respond:
    """A session of the hosted login may not manage the account, unless it asked for that scope."""
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
        answer = yield from _acted(exchange, visitor.identity, form)
    except ApiRefused as error:
        answer = yield from ACCOUNT.refused(exchange, error)
    if answer.status != 303:  # the page itself, which has asked for the session once more
        return answer
    return Respond(answer.status, (*answer.headers, *visitor.headers), answer.body)


def _acted(exchange: SignInExchange, who: Identity, form: dict[str, str]) -> Flow[Respond]:
    action = form["action"]
    if action == "password":
        return (yield from _changed(exchange, who, form))
    if action == "cancel":
        return next_page.go(exchange.context, "/account", headers=challenge_cookie.forget(exchange))
    if not -jwt.CLOCK_SKEW <= exchange.now - (who.auth_time or 0) <= FRESH_SECONDS:
        # A session that was left open, or stolen, must not change the second factor.
        here = f"{exchange.settings.prefix}/account"
        return next_page.go(exchange.context, "/sign-in", return_to=here, notice="sign_in_again")
    if action == "totp":
        return (yield from _begun(exchange, who, form))
    if action == "totp-verify":
        return (yield from _turned_on(exchange, who, form["code"]))
    if action == "totp-off":
        return (yield from _turned_off(exchange, who, form))
    raise BadRequest("no such action")


def _name(who: Identity) -> str:
    """Cognito's name for the person, by which the sign-in page's tries are counted, too."""
    return who.username or who.sub


def _changed(exchange: SignInExchange, who: Identity, form: dict[str, str]) -> Flow[Respond]:
    wrong = fields.filled(form, "previous")
    fields.check(wrong | fields.new_password(exchange.context.policy, form["password"]))
    rate_limits.check_guess(exchange, _name(who), "password")
    answer = yield from call(
        cognito_api.change_password(
            exchange.settings, who.access_token, form["previous"], form["password"]
        )
    )
    cognito_api.read("ChangePassword", answer)
    rate_limits.proved(exchange, _name(who), _name(who))
    return next_page.go(exchange.context, "/account", notice="password_changed")


# The authenticator app. Whoever finds a session that was left open may not take away the app that
# is on, nor put their own in its place: for both the password is asked for.


def _on(context: SignInContext, who: Identity) -> Flow[bool]:
    """Whether an app is on now, which another browser may have changed."""
    answer = yield from call(cognito_api.get_user(context.settings, who.access_token))
    return "SOFTWARE_TOKEN_MFA" in cognito_api.read_account(answer).mfa


def _check_password(exchange: SignInExchange, who: Identity, form: dict[str, str]) -> Flow[None]:
    """Have Cognito check the password. Raises FormRefused when it is not right."""
    fields.check(fields.filled(form, "proof"))
    rate_limits.check_guess(exchange, _name(who), "password")
    try:
        yield from password.prove(exchange, _name(who), form["proof"])
    except ApiRefused as error:
        if error_messages.say(error)[0].id != "error.wrong_password":
            raise
        raise FormRefused({"proof": ("error.wrong_previous", {})}) from error
    rate_limits.proved(exchange, _name(who), _name(who))


def _begun(exchange: SignInExchange, who: Identity, form: dict[str, str]) -> Flow[Respond]:
    on = yield from _on(exchange.context, who)
    if on:
        yield from _check_password(exchange, who, form)
    answer = yield from call(
        cognito_api.associate_totp(exchange.settings, access_token=who.access_token)
    )
    secret, _ = cognito_api.read_totp(answer)
    facts = {"secret": secret, "replaces": "yes" if on else ""}
    step = challenge_cookie.new(exchange, _STEP, username=who.sub, return_to="/", facts=facts)
    return next_page.onward(exchange, "/account", step)


def _turned_on(exchange: SignInExchange, who: Identity, text: str) -> Flow[Respond]:
    code = fields.totp(text)
    step = challenge_cookie.find(exchange)
    if step is None or (step.step, step.username) != (_STEP, who.sub):
        return next_page.go(exchange.context, "/account", notice="start_over")
    rate_limits.check_guess(exchange, _name(who), "code")
    if (yield from _on(exchange.context, who)) and not step.facts.get("replaces"):
        ended = challenge_cookie.forget(exchange)
        return next_page.go(exchange.context, "/account", notice="start_over", headers=ended)
    answer = yield from call(
        cognito_api.verify_totp(exchange.settings, code, access_token=who.access_token)
    )
    cognito_api.read_totp_verified(answer)
    answer = yield from call(
        cognito_api.set_totp_preference(exchange.settings, who.access_token, on=True)
    )
    cognito_api.read("SetUserMFAPreference", answer)
    rate_limits.proved(exchange, _name(who), _name(who))
    ended = challenge_cookie.forget(exchange)
    return next_page.go(exchange.context, "/account", notice="totp_on", headers=ended)


def _turned_off(exchange: SignInExchange, who: Identity, form: dict[str, str]) -> Flow[Respond]:
    yield from _check_password(exchange, who, form)
    answer = yield from call(
        cognito_api.set_totp_preference(exchange.settings, who.access_token, on=False)
    )
    cognito_api.read("SetUserMFAPreference", answer)
    return next_page.go(exchange.context, "/account", notice="totp_off")


ACCOUNT = SignInPage(_show, _take, lambda context: {})
