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
from .cognito_api_answers import throttled

MAX_BYTES = 262_144
REVOKE_SECONDS = 2.0
_TARGET = "AWSCognitoIdentityProviderService"


def api_call(
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
    """Whether to try less often."""
    return throttled(answer) or overloaded(answer)


def _context(settings: Settings, client: str) -> dict[str, Any]:
    """The visitor's address, for threat protection instead of this server's (Developer Guide,
    "Collecting data for threat protection in applications"). Cognito accepts it only from clients
    with a secret and EnablePropagateAdditionalUserContextData, and refuses calls of others."""
    if not (settings.user_context and settings.user_pool_client_secret):
        return {}
    try:
        ip = ip_address(client.partition("%")[0])
    except ValueError:
        return {}  # a UNIX socket's, or none
    return {"UserContextData": {"IpAddress": str(getattr(ip, "ipv4_mapped", None) or ip)}}


# How clients with a secret authenticate


def _secret_hash(settings: Settings, username: str, name: str) -> dict[str, str]:
    """The secret hash of a call that names a user (Developer Guide, "Computing secret hash
    values"): of the very username that is sent."""
    secret = settings.user_pool_client_secret
    if not secret:
        return {}
    message = f"{username}{settings.user_pool_client_id}"
    return {name: b64encode(hmac.digest(secret.encode(), message.encode(), "sha256")).decode()}


def _client(settings: Settings) -> dict[str, str]:
    """The client id and secret, for the calls that take the secret itself."""
    secret = settings.user_pool_client_secret
    parameters = {"ClientId": settings.user_pool_client_id}
    return parameters | {"ClientSecret": secret} if secret else parameters


# Accounts. `client` is the visitor's address, here and below.


def _of_user(
    settings: Settings, operation: str, username: str, client: str, **parameters: Any
) -> HttpCall:
    identifiers = {"ClientId": settings.user_pool_client_id, "Username": username}
    proof = _secret_hash(settings, username, "SecretHash")
    return api_call(settings, operation, {**identifiers, **proof, **parameters}, client)


def sign_up(
    settings: Settings, username: str, password: str, attributes: Mapping[str, str], client: str
) -> HttpCall:
    """Create an account; `attributes` are by Cognito's names. `read_signed_up` reads the answer."""
    members = [{"Name": name, "Value": value} for name, value in attributes.items()]
    parameters = {"Password": password, "UserAttributes": members}
    return _of_user(settings, "SignUp", username, client, **parameters)


def confirm_sign_up(
    settings: Settings, username: str, code: str, session: str, client: str
) -> HttpCall:
    """Prove a new account by the code it was sent; `session` is the sign-up's, or empty.
    `read_confirmed` reads the answer."""
    parameters = {"Session": session} if session else {}
    return _of_user(
        settings, "ConfirmSignUp", username, client, ConfirmationCode=code, **parameters
    )


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
    parameters = {"ConfirmationCode": code, "Password": password}
    return _of_user(settings, "ConfirmForgotPassword", username, client, **parameters)


# Sign-in. `read_outcome` reads the answers.


def _initiate(
    settings: Settings, flow: str, username: str, client: str, session: str = "", **more: str
) -> HttpCall:
    auth_parameters = {
        "USERNAME": username,
        **_secret_hash(settings, username, "SECRET_HASH"),
        **more,
    }
    parameters = {
        "AuthFlow": flow,
        "AuthParameters": auth_parameters,
        "ClientId": settings.user_pool_client_id,
    }
    session_parameters = {"Session": session} if session else {}
    return api_call(settings, "InitiateAuth", {**parameters, **session_parameters}, client)


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
    challenge_responses = {
        **responses,
        "USERNAME": username,
        **_secret_hash(settings, username, "SECRET_HASH"),
    }
    identifiers = {"ChallengeName": challenge, "ClientId": settings.user_pool_client_id}
    session_parameters = {"Session": session} if session else {}
    parameters = {**identifiers, **session_parameters, "ChallengeResponses": challenge_responses}
    return api_call(settings, "RespondToAuthChallenge", parameters, client)


# Sessions


def refresh(settings: Settings, refresh_token: str) -> HttpCall:
    """Refresh a session. Shared, remembered and repeated as a refresh at the token endpoint is."""
    parameters = {"RefreshToken": refresh_token, **_client(settings)}
    call = api_call(settings, "GetTokensFromRefreshToken", parameters)
    key = share_key("refresh", refresh_token)
    shared = replace(call, share=key, remember=_seconds_to_remember, fleet=True)
    return replace(shared, repeats="broken", patient=False)


def _seconds_to_remember(answer: HttpAnswer) -> float:
    try:
        return read_refreshed(answer).shareable_seconds
    except (GrantRefused, CognitoUnavailable):
        return 0.0


def revoke(settings: Settings, refresh_token: str) -> HttpCall:
    """Revoke a refresh token and all that came from it."""
    call = api_call(settings, "RevokeToken", {"Token": refresh_token, **_client(settings)})
    return replace(call, timeout=min(REVOKE_SECONDS, call.timeout))


# The signed-in user's account, by the access token with the scope aws.cognito.signin.user.admin


def get_user(settings: Settings, access_token: str) -> HttpCall:
    """Read the account of an access token. `read_account` reads the response."""
    return api_call(settings, "GetUser", {"AccessToken": access_token})


def change_password(
    settings: Settings, access_token: str, previous: str, proposed: str
) -> HttpCall:
    """Set another password, by proof of the previous one."""
    passwords = {"PreviousPassword": previous, "ProposedPassword": proposed}
    return api_call(settings, "ChangePassword", {"AccessToken": access_token, **passwords})


def associate_totp(settings: Settings, *, access_token: str = "", session: str = "") -> HttpCall:
    """Begin to set up an authenticator app: of an account, or in the `session` of MFA_SETUP.
    `read_totp` reads the answer."""
    return api_call(settings, "AssociateSoftwareToken", _token_or_session(access_token, session))


def verify_totp(
    settings: Settings, code: str, *, access_token: str = "", session: str = ""
) -> HttpCall:
    """Prove that the app gives the right codes. `read_totp_verified` reads the answer."""
    return api_call(
        settings,
        "VerifySoftwareToken",
        {**_token_or_session(access_token, session), "UserCode": code},
    )


def _token_or_session(access_token: str, session: str) -> dict[str, str]:
    return {"AccessToken": access_token} if access_token else {"Session": session}


def set_totp_preference(settings: Settings, access_token: str, *, on: bool) -> HttpCall:
    """Turn codes of the authenticator app at sign-in on or off."""
    preference = {"Enabled": on, "PreferredMfa": on}
    return api_call(
        settings,
        "SetUserMFAPreference",
        {"AccessToken": access_token, "SoftwareTokenMfaSettings": preference},
    )
