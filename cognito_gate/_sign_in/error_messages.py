"""What a refusal of Cognito's means to a visitor: the sentence to show, and what happens next.

Knows AWS's exceptions, and its messages where nothing else tells cases apart; must not know pages
or languages. A message is never shown, save one that the pool's owner wrote in a Lambda.
"""

import re
from typing import Literal, TypeAlias

from .._gate.records import Sentence
from ..errors import ApiRefused

Remedy: TypeAlias = Literal["keep", "start_over", "confirm", "reset", "wait", "operator"]
"""keep: the form again · start_over: the first page · confirm: the page for a new account's code ·
reset: the page for a forgotten password · wait: the form again, for later · operator: the form
again, while whoever runs the app must act."""

Meaning: TypeAlias = tuple[str, Remedy]

MAX_CHARS = 300  # characters of a Lambda's text

_WRONG: Meaning = ("error.wrong_password", "keep")
_NOT_SAID: Meaning = ("error.code_wrong_or_expired", "keep")
_PREVIOUS: Meaning = ("error.wrong_previous", "keep")
_NO_CODE: Meaning = ("error.code_wrong", "keep")
_TOTP: Meaning = ("error.totp_again", "keep")
_LATER: Meaning = ("error.try_later", "wait")
_OVER: Meaning = ("error.start_over", "start_over")
_OPERATOR: Meaning = ("error.unavailable", "operator")
_NO_PASSKEYS: Meaning = ("error.passkeys_off", "operator")
_NOT_ADDED: Meaning = ("error.passkey", "keep")
_FULL: Meaning = ("error.passkeys_full", "keep")

# Whatever is not here is for whoever runs the app: roles and Lambdas that do not work, features
# that the pool lacks, and what AWS may add.
_MEANINGS: dict[str, Meaning] = {
    "AliasExistsException": ("error.email_taken", "keep"),
    "CodeDeliveryFailureException": ("error.not_sent", "keep"),
    "CodeMismatchException": _NO_CODE,
    "ConcurrentModificationException": ("error.busy", "wait"),
    "EnableSoftwareTokenMFAException": _TOTP,
    "ExpiredCodeException": ("error.code_expired", "keep"),
    "ForbiddenException": ("error.blocked", "keep"),
    "InvalidParameterException": ("error.input", "keep"),
    "InvalidPasswordException": ("error.password_policy", "keep"),
    "LimitExceededException": _LATER,
    "MFAMethodNotFoundException": _TOTP,
    "NotAuthorizedException": _OVER,
    "PasswordHistoryPolicyViolationException": ("error.password_used_before", "keep"),
    "PasswordResetRequiredException": ("error.reset_first", "reset"),
    "SoftwareTokenMFANotFoundException": _TOTP,
    "TooManyFailedAttemptsException": _LATER,
    "TooManyRequestsException": ("error.busy", "wait"),
    "UserLambdaValidationException": ("error.generic", "keep"),
    "UserNotConfirmedException": ("error.confirm_first", "confirm"),
    "UserNotFoundException": _OVER,
    "UsernameExistsException": ("error.address_taken", "keep"),
    "WebAuthnChallengeNotFoundException": _NOT_ADDED,
    "WebAuthnClientMismatchException": _NOT_ADDED,
    "WebAuthnConfigurationMissingException": _NO_PASSKEYS,
    "WebAuthnCredentialNotSupportedException": ("error.passkey_unsupported", "keep"),
    "WebAuthnNotEnabledException": _NO_PASSKEYS,
    "WebAuthnOriginNotAllowedException": _NOT_ADDED,
    "WebAuthnRelyingPartyMismatchException": _NOT_ADDED,
}
# Where the operation counts. That nobody has a name is said as if the secret were wrong (Developer
# Guide, "Managing error responses"), since pools may be set to tell.
_OF_OPERATION: dict[tuple[str, str], Meaning] = {
    ("AssociateSoftwareToken", "SoftwareTokenMFANotFoundException"): _OPERATOR,
    ("CompleteWebAuthnRegistration", "InvalidParameterException"): _NOT_ADDED,
    # Members that are no text of Unicode: what the browser sent is passed on as it is.
    ("CompleteWebAuthnRegistration", "SerializationException"): _NOT_ADDED,
    # Both for an account with as many as it can have, and for too many calls.
    ("CompleteWebAuthnRegistration", "LimitExceededException"): _FULL,
    ("DeleteWebAuthnCredential", "ResourceNotFoundException"): ("error.passkey_gone", "keep"),
    ("ForgotPassword", "UserNotFoundException"): ("error.generic", "keep"),
    ("InitiateAuth", "NotAuthorizedException"): _WRONG,
    ("InitiateAuth", "UserNotFoundException"): _WRONG,
    ("ResendConfirmationCode", "UserNotFoundException"): ("error.generic", "keep"),
    ("RespondToAuthChallenge", "UserNotFoundException"): _WRONG,
    ("SetUserMFAPreference", "InvalidParameterException"): _TOTP,
    ("StartWebAuthnRegistration", "FeatureUnavailableInTierException"): _NO_PASSKEYS,
    ("StartWebAuthnRegistration", "LimitExceededException"): _FULL,
    # "SignUp is not permitted for this user pool": it is for administrators only.
    ("SignUp", "NotAuthorizedException"): _OPERATOR,
}
# To whoever has a code and no more, an account that is there, not there, confirmed or not must look
# the same, also where Cognito tells them apart.
_TELLING = (
    "CodeMismatchException",
    "ExpiredCodeException",
    "NotAuthorizedException",
    "UserNotConfirmedException",
    "UserNotFoundException",
)
_OF_OPERATION |= {
    (operation, exception): _NOT_SAID
    for operation in ("ConfirmForgotPassword", "ConfirmSignUp")
    for exception in _TELLING
}
# Where only the message tells, by a phrase of it in small letters. The first that fits counts.
_PHRASES: dict[str, tuple[tuple[str, Meaning], ...]] = {
    "NotAuthorizedException": (
        ("secret", _OPERATOR),
        ("attempts exceeded", ("error.too_many_attempts", "wait")),
        ("incorrect username or password", _WRONG),
        ("user is disabled", _WRONG),  # which tells no more than a wrong password does
        ("session", _OVER),
    ),
    "InvalidParameterException": (
        ("not enabled for", _OPERATOR),
        ("not supported", _OPERATOR),
        ("usercontextdata", _OPERATOR),
        ("not configured for secret", _OPERATOR),
        ("session does not exist", _OVER),
        ("should be an email", ("error.field.email", "keep")),
        ("invalid email address", ("error.field.email", "keep")),
        ("invalid phone number", ("error.field.phone", "keep")),
        ("at 'password'", ("error.password_policy", "keep")),
        ("at 'proposedpassword'", ("error.password_policy", "keep")),
    ),
    # An authenticator app has no code to ask for: the next one comes by itself.
    "ExpiredCodeException": (("already been used", ("error.code_used", "keep")),),
}
_TRIGGER = re.compile("^([A-Z][a-z]+){2,} failed with error ")  # such as PreSignUp
# What fixes a refusal: by exception and phrase, in words of ours.
_FIXES: tuple[tuple[str, str, str], ...] = (
    ("NotAuthorized", "secret", "check AWS_COGNITO_USER_POOL_CLIENT_SECRET"),
    (
        "NotAuthorized",
        "signup is not permitted",
        "the pool lets only administrators create accounts; COGNITO_GATE_SIGN_UP should be false",
    ),
    (
        "InvalidParameter",
        "not configured for secret",
        "the app client has no secret; AWS_COGNITO_USER_POOL_CLIENT_SECRET should be empty",
    ),
    (
        "InvalidParameter",
        "not enabled for",
        "the app client does not allow the flow that COGNITO_GATE_SIGN_IN_FLOW names",
    ),
    (
        "InvalidParameter",
        "usercontextdata",
        "COGNITO_GATE_USER_CONTEXT needs an app client that accepts additional user context data "
        "(EnablePropagateAdditionalUserContextData)",
    ),
    ("ResourceNotFound", "", "check AWS_COGNITO_USER_POOL_CLIENT_ID and the region"),
    ("FeatureUnavailableInTier", "", "the pool's feature plan does not include this"),
    (
        "WebAuthnConfigurationMissing",
        "",
        "the pool has no relying party id for passkeys (WebAuthnConfiguration); set it to this "
        "app's host name or to a parent of it",
    ),
    (
        "WebAuthnNotEnabled",
        "",
        "the pool does not allow passkeys: add WEB_AUTHN to the first factors of its sign-in "
        "policy, or take it out of COGNITO_GATE_SIGN_IN_WAYS",
    ),
    ("SoftwareTokenMFANotFound", "", "authenticator apps are not turned on in the pool"),
)


def say(error: ApiRefused) -> tuple[Sentence, Remedy]:
    """What to tell the visitor, and what happens next.

    Example::

        said, remedy = say(ApiRefused("SignUp", "UsernameExistsException", "User already exists"))
        # Said("error.address_taken"), "keep"
    """
    said, remedy = _meaning(error)
    if error.exception == "UserLambdaValidationException":
        return Sentence(said, _owners(error.message)), remedy
    return Sentence(said), remedy


def _meaning(error: ApiRefused) -> Meaning:
    of_operation = _OF_OPERATION.get((error.operation, error.exception))
    told = _told(error)
    if told is not None and (of_operation is not _NOT_SAID or told is _OPERATOR):
        return _PREVIOUS if (error.operation, told) == ("ChangePassword", _WRONG) else told
    return of_operation or _MEANINGS.get(error.exception, _OPERATOR)


def _told(error: ApiRefused) -> Meaning | None:
    """What the message alone tells."""
    message = error.message.lower()
    repeats = "value '" in message  # what a visitor typed is no word of Cognito's
    for phrase, meaning in _PHRASES.get(error.exception, ()):
        if phrase in message and not (repeats and meaning is _OPERATOR):
            return meaning
    return None


def fix(error: ApiRefused) -> str:
    """What whoever runs the app can do about a refusal; empty where that is not known."""
    message = error.message.lower()
    for name, phrase, advice in _FIXES:
        if error.exception == f"{name}Exception" and phrase in message:
            return advice
    return ""


def _owners(message: str) -> str:
    """The text of the pool's own Lambda, as one line; still to be escaped where it is shown."""
    text = " ".join(_TRIGGER.sub("", message, count=1).split())
    return "".join(char for char in text if char.isprintable())[:MAX_CHARS]
