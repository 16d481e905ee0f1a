"""Errors of the JSON API, in Cognito's words, and the format of its responses.

Must not know operations or users.
"""

from __future__ import annotations

from starlette.responses import JSONResponse

from ..model import Client

INCORRECT = "Incorrect username or password."
NOT_FOUND = "User does not exist."
NO_SUCH_PAIR = "Username/client id combination not found."
MISMATCH = "Invalid verification code provided, please try again."
EXPIRED = "Invalid code provided, please request a code again."
TOO_MANY = "Attempt limit exceeded, please try after some time."

_STATUS = {"InternalErrorException": 500, "ForbiddenException": 403}


class ApiError(Exception):
    """A refusal: the exception's name in the API, and its message."""

    def __init__(self, kind: str, message: str | None = None) -> None:
        super().__init__(kind, message)
        self.kind = kind
        self.message = message


class ApiJSON(JSONResponse):
    """JSON under the API's media type."""

    media_type = "application/x-amz-json-1.1"


def refusal(error: ApiError) -> ApiJSON:
    """The response that botocore turns back into the exception."""
    message = {} if error.message is None else {"message": error.message}
    status = _STATUS.get(error.kind, 400)
    return ApiJSON(
        {"__type": error.kind, **message}, status, {"x-amzn-ErrorType": f"{error.kind}:"}
    )


def not_authorized(message: str = INCORRECT) -> ApiError:
    """The exception for most failures, which differ in the message only."""
    return ApiError("NotAuthorizedException", message)


def invalid(message: str) -> ApiError:
    """A parameter with an invalid value."""
    return ApiError("InvalidParameterException", message)


def missing(name: str) -> ApiError:
    """A required member of AuthParameters or ChallengeResponses is missing."""
    return invalid(f"Missing required parameter {name}")


def nobody(client: Client, hidden: ApiError, message: str = NOT_FOUND) -> ApiError:
    """The error for an unknown user: UserNotFound, or `hidden` if the client prevents that."""
    if client.prevent_user_existence_errors:
        return hidden
    return ApiError("UserNotFoundException", message)


def code_mismatch(message: str = MISMATCH) -> ApiError:
    """A wrong code."""
    return ApiError("CodeMismatchException", message)


def code_expired(message: str = EXPIRED) -> ApiError:
    """A code that has expired, or was never sent."""
    return ApiError("ExpiredCodeException", message)


def limit_exceeded() -> ApiError:
    """Too many requests of one kind for one user."""
    return ApiError("LimitExceededException", TOO_MANY)


def too_many_failures() -> ApiError:
    """Too many wrong codes."""
    return ApiError("TooManyFailedAttemptsException", TOO_MANY)
