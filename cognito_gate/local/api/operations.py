"""`POST /`: the operation that X-Amz-Target names, its input checked, its answer or refusal.

Must not know what any operation does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import Response

from ..checks import LocalConfigError
from ..model import OPERATIONS, Request
from ..pool import Pool
from . import account, passkey_registration, passwords, sign_up, software_token, tokens
from .challenges import respond_to_auth_challenge
from .errors import ApiError, ApiJSON, invalid, refusal
from .inputs import Body, check, read
from .shapes import SHAPES
from .sign_in import initiate_auth

UNKNOWN = "UnknownOperation"
_PREFIX = "AWSCognitoIdentityProviderService."


def operation_of(headers: Mapping[str, str]) -> str:
    """The operation that a request names, or UNKNOWN."""
    target = headers.get("x-amz-target", "")
    name = target.removeprefix(_PREFIX)
    return name if target.startswith(_PREFIX) and name in OPERATIONS else UNKNOWN


def answer_api(pool: Pool, request: Request) -> Response:
    """Answer one request of the JSON API."""
    try:
        with pool.turn:
            return ApiJSON(_answer(pool, request))
    except ApiError as exc:
        return refusal(exc)


def answer_preflight(pool: Pool, request: Request) -> Response:
    """Answer the preflight that browsers send before a call, because of the API's headers."""
    allowed = "content-type,x-amz-target,x-amz-user-agent,amz-sdk-invocation-id,amz-sdk-request"
    return Response(
        headers={
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": allowed,
            "Access-Control-Max-Age": "86400",
        }
    )


def too_large() -> Response:
    """A body that nobody reads to its end."""
    return refusal(ApiError("SerializationException", "Request body is incomplete or too large"))


def _answer(pool: Pool, request: Request) -> dict[str, Any]:
    operation = _OPERATIONS.get(request.endpoint)
    if operation is None:
        raise ApiError("UnknownOperationException")
    body = check(SHAPES[request.endpoint], read(request.body))
    try:
        return operation(pool, body)
    except LocalConfigError as exc:  # a value that no user of this pool could have
        raise invalid(str(exc)) from exc


_OPERATIONS: dict[str, Callable[[Pool, Body], dict[str, Any]]] = {
    "AdminUserGlobalSignOut": tokens.admin_user_global_sign_out,
    "AssociateSoftwareToken": software_token.associate_software_token,
    "ChangePassword": passwords.change_password,
    "CompleteWebAuthnRegistration": passkey_registration.complete,
    "ConfirmForgotPassword": passwords.confirm_forgot_password,
    "ConfirmSignUp": sign_up.confirm_sign_up,
    "DeleteWebAuthnCredential": passkey_registration.delete,
    "ForgotPassword": passwords.forgot_password,
    "GetTokensFromRefreshToken": tokens.get_tokens_from_refresh_token,
    "GetUser": account.get_user,
    "GetUserAttributeVerificationCode": account.get_user_attribute_verification_code,
    "GetUserAuthFactors": account.get_user_auth_factors,
    "GlobalSignOut": tokens.global_sign_out,
    "InitiateAuth": initiate_auth,
    "ListWebAuthnCredentials": passkey_registration.list_all,
    "ResendConfirmationCode": sign_up.resend_confirmation_code,
    "RespondToAuthChallenge": respond_to_auth_challenge,
    "RevokeToken": tokens.revoke_token,
    "SetUserMFAPreference": account.set_user_mfa_preference,
    "SignUp": sign_up.sign_up,
    "StartWebAuthnRegistration": passkey_registration.start,
    "UpdateUserAttributes": account.update_user_attributes,
    "VerifySoftwareToken": software_token.verify_software_token,
    "VerifyUserAttribute": account.verify_user_attribute,
}
