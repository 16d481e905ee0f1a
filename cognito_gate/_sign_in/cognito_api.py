"""The operations of Cognito's JSON API that sign-in pages need: one POST for each.

Knows members, flows and challenges by AWS's names ("Amazon Cognito user pools API Reference"); must
not know pages. Needs no AWS credentials: these operations are unsigned. Each answer has its reader.
"""

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

from .._gate.effects import HttpAnswer, HttpCall, overloaded, share_key
from ..errors import CognitoUnavailable, GrantRefused
from ..settings import Settings
from .cognito_api_answers import Account as Account
from .cognito_api_answers import Challenge as Challenge
from .cognito_api_answers import Delivery as Delivery
from .cognito_api_answers import Outcome as Outcome
from .cognito_api_answers import SignedUp as SignedUp
from .cognito_api_answers import names as names
from .cognito_api_answers import read as read
from .cognito_api_answers import read_account as read_account
from .cognito_api_answers import read_confirmed as read_confirmed
from .cognito_api_answers import read_delivery as read_delivery
from .cognito_api_answers import read_outcome as read_outcome
from .cognito_api_answers import read_refreshed as read_refreshed
from .cognito_api_answers import read_revoked as read_revoked
from .cognito_api_answers import read_signed_up as read_signed_up
from .cognito_api_answers import read_totp as read_totp
from .cognito_api_answers import read_totp_verified as read_totp_verified

MAX_BYTES = 262_144
REVOKE_SECONDS = 2.0
_TARGET = "AWSCognitoIdentityProviderService"


def ask(
    settings: Settings, operation: str, parameters: Mapping[str, Any], client: str = ""
) -> HttpCall:
    """A call of the API.

    Args:
        parameters: the operation's own members, as the API reference has them.
        client: the visitor's address, for operations that take UserContextData.
    """
    headers = (
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", f"{_TARGET}.{operation}"),
    )
    body = json.dumps({**parameters, **_context(settings, client)}, separators=(",", ":"))
    timeout = settings.http_timeout_seconds
    url = settings.api_url
    return HttpCall("POST", url, headers, body.encode(), timeout, MAX_BYTES, fails=_overloaded)


def _overloaded(answer: HttpAnswer) -> bool:
    """This API says "too many requests" by a 400."""
    throttled = answer.status == 400 and b"TooManyRequestsException" in answer.body[:2048]
    return throttled or overloaded(answer)


def _context(settings: Settings, client: str) -> dict[str, Any]:
    """Whose address to judge the risk by, instead of ours (Developer Guide, "Collecting data for
    threat protection in applications"). Cognito takes it only from clients that have a secret and
    EnablePropagateAdditionalUserContextData, and refuses the call of others."""
    if not (settings.user_context and settings.user_pool_client_secret):
        return {}
    try:
        found = ip_address(client.partition("%")[0])
    except ValueError:
        return {}  # a UNIX socket's, or none
    return {"UserContextData": {"IpAddress": str(getattr(found, "ipv4_mapped", None) or found)}}


# What clients with a secret prove themselves by


def _proof(settings: Settings, username: str, name: str) -> dict[str, str]:
    """The secret hash of a call that names a user (Developer Guide, "Computing secret hash
    values"): of the very username that is sent."""
    secret = settings.user_pool_client_secret
    if not secret:
        return {}
    said = f"{username}{settings.user_pool_client_id}"
    return {name: b64encode(hmac.digest(secret.encode(), said.encode(), "sha256")).decode()}


def _client(settings: Settings) -> dict[str, str]:
    """The client, for the calls that take its secret itself."""
    secret = settings.user_pool_client_secret
    known = {"ClientId": settings.user_pool_client_id}
    return known | {"ClientSecret": secret} if secret else known


# Accounts. `client` is the visitor's address, here and below.


def _of_user(
    settings: Settings, operation: str, username: str, client: str, **more: Any
) -> HttpCall:
    known = {"ClientId": settings.user_pool_client_id, "Username": username}
    proof = _proof(settings, username, "SecretHash")
    return ask(settings, operation, {**known, **proof, **more}, client)


def sign_up(
    settings: Settings, username: str, password: str, attributes: Mapping[str, str], client: str
) -> HttpCall:
    """Create an account; `attributes` are by Cognito's names. `read_signed_up` reads the answer."""
    given = [{"Name": name, "Value": value} for name, value in attributes.items()]
    more = {"Password": password, "UserAttributes": given}
    return _of_user(settings, "SignUp", username, client, **more)


def confirm_sign_up(
    settings: Settings, username: str, code: str, session: str, client: str
) -> HttpCall:
    """Prove a new account by the code it was sent; `session` is the sign-up's, or empty.
    `read_confirmed` reads the answer."""
    more = {"Session": session} if session else {}
    return _of_user(settings, "ConfirmSignUp", username, client, ConfirmationCode=code, **more)


def resend_code(settings: Settings, username: str, client: str) -> HttpCall:
    """Send a new account's code once more."""
    return _of_user(settings, "ResendConfirmationCode", username, client)


def forgot_password(settings: Settings, username: str, client: str) -> HttpCall:
    """Send a code by which a new password can be set."""
    return _of_user(settings, "ForgotPassword", username, client)


def confirm_forgot_password(
    settings: Settings, username: str, code: str, password: str, client: str
) -> HttpCall:
    """Set a new password by that code."""
    more = {"ConfirmationCode": code, "Password": password}
    return _of_user(settings, "ConfirmForgotPassword", username, client, **more)


# Sign-in. `read_outcome` reads the answers.


def _initiate(
    settings: Settings, flow: str, username: str, client: str, session: str = "", **more: str
) -> HttpCall:
    said = {"USERNAME": username, **_proof(settings, username, "SECRET_HASH"), **more}
    known = {"AuthFlow": flow, "AuthParameters": said, "ClientId": settings.user_pool_client_id}
    kept = {"Session": session} if session else {}
    return ask(settings, "InitiateAuth", {**known, **kept}, client)


def initiate_password(settings: Settings, username: str, password: str, client: str) -> HttpCall:
    """Sign in with a password, which Cognito sees. The client must allow USER_PASSWORD_AUTH."""
    return _initiate(settings, "USER_PASSWORD_AUTH", username, client, PASSWORD=password)


def initiate_srp(settings: Settings, username: str, srp_a: str, client: str) -> HttpCall:
    """Sign in with a password that Cognito does not see: SRP's first half."""
    return _initiate(settings, "USER_SRP_AUTH", username, client, SRP_A=srp_a)


def initiate_choice(settings: Settings, username: str, client: str, **preferred: str) -> HttpCall:
    """Ask which ways to sign in there are, or take the `preferred` one: PREFERRED_CHALLENGE, and
    what that needs. The client must allow USER_AUTH."""
    return _initiate(settings, "USER_AUTH", username, client, **preferred)


def initiate_with_session(settings: Settings, username: str, session: str, client: str) -> HttpCall:
    """Sign in with no more than the session of ConfirmSignUp."""
    return _initiate(settings, "USER_AUTH", username, client, session)


def respond(
    settings: Settings,
    challenge: str,
    username: str,
    session: str,
    responses: Mapping[str, str],
    client: str,
) -> HttpCall:
    """Answer a challenge.

    Args:
        username: as Cognito calls the person (USER_ID_FOR_SRP), where a challenge said it.
        session: of the last answer; empty where that had none.
        responses: by AWS's names, such as {"EMAIL_OTP_CODE": "123456"}.
    """
    said = {**responses, "USERNAME": username, **_proof(settings, username, "SECRET_HASH")}
    known = {"ChallengeName": challenge, "ClientId": settings.user_pool_client_id}
    kept = {"Session": session} if session else {}
    found = {**known, **kept, "ChallengeResponses": said}
    return ask(settings, "RespondToAuthChallenge", found, client)


# Sessions


def refresh(settings: Settings, refresh_token: str) -> HttpCall:
    """Renew a session. Shared, remembered and repeated as a refresh at the token endpoint is."""
    found = {"RefreshToken": refresh_token, **_client(settings)}
    call = ask(settings, "GetTokensFromRefreshToken", found)
    key = share_key("refresh", refresh_token)
    return replace(call, share=key, remember=_seconds_to_remember, repeats="broken", patient=False)


def _seconds_to_remember(answer: HttpAnswer) -> float:
    try:
        return read_refreshed(answer).shareable_seconds
    except (GrantRefused, CognitoUnavailable):
        return 0.0


def revoke(settings: Settings, refresh_token: str) -> HttpCall:
    """Revoke a refresh token and all that came from it."""
    call = ask(settings, "RevokeToken", {"Token": refresh_token, **_client(settings)})
    return replace(call, timeout=min(REVOKE_SECONDS, call.timeout))


# One's own account, by its access token, which needs the scope aws.cognito.signin.user.admin


def get_user(settings: Settings, access_token: str) -> HttpCall:
    """Whose token it is. `read_account` reads the answer."""
    return ask(settings, "GetUser", {"AccessToken": access_token})


def change_password(
    settings: Settings, access_token: str, previous: str, proposed: str
) -> HttpCall:
    """Set another password, by proof of the previous one."""
    said = {"PreviousPassword": previous, "ProposedPassword": proposed}
    return ask(settings, "ChangePassword", {"AccessToken": access_token, **said})


def associate_totp(settings: Settings, *, access_token: str = "", session: str = "") -> HttpCall:
    """Begin to set up an authenticator app: of an account, or in the `session` of MFA_SETUP.
    `read_totp` reads the answer."""
    return ask(settings, "AssociateSoftwareToken", _whose(access_token, session))


def verify_totp(
    settings: Settings, code: str, *, access_token: str = "", session: str = ""
) -> HttpCall:
    """Prove that the app gives the right codes. `read_totp_verified` reads the answer."""
    return ask(settings, "VerifySoftwareToken", {**_whose(access_token, session), "UserCode": code})


def _whose(access_token: str, session: str) -> dict[str, str]:
    return {"AccessToken": access_token} if access_token else {"Session": session}


def set_totp_preference(settings: Settings, access_token: str, *, on: bool) -> HttpCall:
    """Ask for codes of the app at sign-in, or no longer."""
    said = {"Enabled": on, "PreferredMfa": on}
    return ask(
        settings,
        "SetUserMFAPreference",
        {"AccessToken": access_token, "SoftwareTokenMfaSettings": said},
    )
