"""What visitors are told of Cognito's refusals: never its message, and never who has an account."""

import tomllib
from pathlib import Path
from typing import get_args

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cognito_gate
from cognito_gate._gate.records import Sentence
from cognito_gate._sign_in import error_messages
from cognito_gate.errors import ApiRefused

API = botocore.session.get_session().get_service_model("cognito-idp")
OPERATIONS = [
    *("SignUp", "ConfirmSignUp", "ResendConfirmationCode", "ForgotPassword"),
    *("ConfirmForgotPassword", "InitiateAuth", "RespondToAuthChallenge", "GetUser"),
    *("ChangePassword", "AssociateSoftwareToken", "VerifySoftwareToken", "SetUserMFAPreference"),
]
CATALOGS = sorted(Path(cognito_gate.__file__).parent.glob("templates/languages/*.toml"))


def told(operation: str, exception: str, message: str = "") -> tuple[str, str]:
    said, remedy = error_messages.say(ApiRefused(operation, f"{exception}Exception", message))
    assert said == Sentence(said.id)
    return said.id.removeprefix("error."), remedy


INCORRECT = "Incorrect username or password."
SCHEMA = "Attributes did not conform to the schema: name: The attribute is required"
TABLE = [
    # Signing in
    ("InitiateAuth", "NotAuthorized", INCORRECT, "wrong_password", "keep"),
    ("InitiateAuth", "NotAuthorized", "User is disabled.", "wrong_password", "keep"),
    ("InitiateAuth", "NotAuthorized", "Password attempts exceeded", "too_many_attempts", "wait"),
    ("InitiateAuth", "NotAuthorized", "Invalid session", "start_over", "start_over"),
    ("InitiateAuth", "NotAuthorized", "Unable to verify secret hash", "unavailable", "operator"),
    ("InitiateAuth", "UserNotFound", "User does not exist.", "wrong_password", "keep"),
    ("InitiateAuth", "UserNotConfirmed", "User is not confirmed.", "confirm_first", "confirm"),
    ("InitiateAuth", "PasswordResetRequired", "", "reset_first", "reset"),
    ("InitiateAuth", "TooManyRequests", "Rate exceeded", "busy", "wait"),
    ("InitiateAuth", "Forbidden", "Request not allowed due to WAF block.", "blocked", "keep"),
    ("InitiateAuth", "InvalidParameter", "1 validation error", "input", "keep"),
    (
        *("InitiateAuth", "InvalidParameter"),
        *("USER_PASSWORD_AUTH flow not enabled for this client", "unavailable", "operator"),
    ),
    (
        *("InitiateAuth", "InvalidParameter"),
        *("Initiate Auth method not supported.", "unavailable", "operator"),
    ),
    (
        *("InitiateAuth", "InvalidParameter"),
        *("Cannot use IP Address passed into UserContextData", "unavailable", "operator"),
    ),
    (
        *("InitiateAuth", "InvalidParameter"),
        *("App client a is not configured for secret but", "unavailable", "operator"),
    ),
    # Answering challenges
    ("RespondToAuthChallenge", "NotAuthorized", INCORRECT, "wrong_password", "keep"),
    ("RespondToAuthChallenge", "NotAuthorized", "User is disabled.", "wrong_password", "keep"),
    ("RespondToAuthChallenge", "UserNotFound", "", "wrong_password", "keep"),
    (
        *("RespondToAuthChallenge", "NotAuthorized"),
        *("Invalid session for the user, session is expired.", "start_over", "start_over"),
    ),
    ("RespondToAuthChallenge", "NotAuthorized", "", "start_over", "start_over"),
    (
        *("RespondToAuthChallenge", "InvalidParameter"),
        *("Session does not exist", "start_over", "start_over"),
    ),
    ("RespondToAuthChallenge", "CodeMismatch", "", "code_wrong", "keep"),
    ("RespondToAuthChallenge", "ExpiredCode", "", "code_expired", "keep"),
    (
        *("RespondToAuthChallenge", "ExpiredCode"),
        *("Your software token has already been used once.", "code_used", "keep"),
    ),
    ("RespondToAuthChallenge", "InvalidPassword", "", "password_policy", "keep"),
    (
        "RespondToAuthChallenge",
        "PasswordHistoryPolicyViolation",
        "",
        "password_used_before",
        "keep",
    ),
    ("RespondToAuthChallenge", "SoftwareTokenMFANotFound", "", "totp_again", "keep"),
    ("RespondToAuthChallenge", "MFAMethodNotFound", "", "totp_again", "keep"),
    # New accounts
    ("SignUp", "UsernameExists", "User already exists", "address_taken", "keep"),
    ("SignUp", "InvalidPassword", "Password not long enough", "password_policy", "keep"),
    ("SignUp", "InvalidParameter", SCHEMA, "input", "keep"),
    ("SignUp", "InvalidParameter", "Username should be an email.", "field.email", "keep"),
    ("SignUp", "InvalidParameter", "Invalid email address format.", "field.email", "keep"),
    ("SignUp", "InvalidParameter", "Invalid phone number format.", "field.phone", "keep"),
    ("SignUp", "InvalidParameter", "Value at 'password' failed", "password_policy", "keep"),
    ("SignUp", "CodeDeliveryFailure", "", "not_sent", "keep"),
    ("SignUp", "LimitExceeded", "", "try_later", "wait"),
    ("SignUp", "InvalidParameter", "Value 'not enabled for' at 'username'", "input", "keep"),
    ("SignUp", "NotAuthorized", "SignUp is not permitted", "unavailable", "operator"),
    ("ConfirmSignUp", "CodeMismatch", "", "code_wrong_or_expired", "keep"),
    ("ConfirmSignUp", "ExpiredCode", "", "code_wrong_or_expired", "keep"),
    ("ConfirmSignUp", "UserNotFound", "", "code_wrong_or_expired", "keep"),
    ("ConfirmSignUp", "AliasExists", "", "email_taken", "keep"),
    ("ConfirmSignUp", "TooManyFailedAttempts", "", "try_later", "wait"),
    (
        "ConfirmSignUp",
        "NotAuthorized",
        "Current status is CONFIRMED",
        "code_wrong_or_expired",
        "keep",
    ),
    ("ConfirmSignUp", "NotAuthorized", "wrong secret hash", "unavailable", "operator"),
    ("ResendConfirmationCode", "UserNotFound", "", "generic", "keep"),
    # Forgotten passwords
    ("ForgotPassword", "UserNotFound", "", "generic", "keep"),
    ("ForgotPassword", "LimitExceeded", "Attempt limit exceeded", "try_later", "wait"),
    ("ConfirmForgotPassword", "UserNotFound", "", "code_wrong_or_expired", "keep"),
    ("ConfirmForgotPassword", "CodeMismatch", "", "code_wrong_or_expired", "keep"),
    (
        "ConfirmForgotPassword",
        "NotAuthorized",
        "User is disabled.",
        "code_wrong_or_expired",
        "keep",
    ),
    ("ConfirmForgotPassword", "ExpiredCode", "", "code_wrong_or_expired", "keep"),
    ("ConfirmForgotPassword", "UserNotConfirmed", "", "code_wrong_or_expired", "keep"),
    # One's own account
    ("ChangePassword", "NotAuthorized", INCORRECT, "wrong_previous", "keep"),
    ("ChangePassword", "NotAuthorized", "Access Token has been revoked", *["start_over"] * 2),
    ("ChangePassword", "UserNotFound", "", "start_over", "start_over"),
    (
        *("ChangePassword", "InvalidParameter"),
        *("Value at 'proposedPassword' failed", "password_policy", "keep"),
    ),
    ("GetUser", "NotAuthorized", "Invalid Access Token", "start_over", "start_over"),
    ("AssociateSoftwareToken", "SoftwareTokenMFANotFound", "", "unavailable", "operator"),
    ("AssociateSoftwareToken", "ConcurrentModification", "", "busy", "wait"),
    ("VerifySoftwareToken", "EnableSoftwareTokenMFA", "Code mismatch", "totp_again", "keep"),
    ("VerifySoftwareToken", "CodeMismatch", "", "code_wrong", "keep"),
    ("VerifySoftwareToken", "NotAuthorized", "Invalid session", "start_over", "start_over"),
    ("SetUserMFAPreference", "InvalidParameter", "", "totp_again", "keep"),
    # Anything
    ("SignUp", "UnexpectedLambda", "", "unavailable", "operator"),
    ("SignUp", "InvalidSmsRoleTrustRelationship", "", "unavailable", "operator"),
    ("InitiateAuth", "ResourceNotFound", "", "unavailable", "operator"),
    ("InitiateAuth", "FeatureUnavailableInTier", "", "unavailable", "operator"),
    ("InitiateAuth", "OfTheFuture", "", "unavailable", "operator"),
]


@pytest.mark.parametrize(("operation", "exception", "message", "said", "remedy"), TABLE)
def test_the_table(operation: str, exception: str, message: str, said: str, remedy: str) -> None:
    assert told(operation, exception, message) == (said, remedy)
    assert told(operation, exception, message.upper()) == (said, remedy)


EVERY = [
    (operation, shape.name.removesuffix("Exception"))
    for operation in OPERATIONS
    for shape in API.operation_model(operation).error_shapes
]
VISITORS = {row[1] for row in TABLE if row[4] != "operator"} | {"UserLambdaValidation"}
EXCEPT = {
    ("AssociateSoftwareToken", "SoftwareTokenMFANotFound"),
    ("SignUp", "NotAuthorized"),
}


@pytest.mark.parametrize(("operation", "exception"), EVERY)
def test_every_exception_that_aws_documents(operation: str, exception: str) -> None:
    _, remedy = error_messages.say(ApiRefused(operation, f"{exception}Exception", ""))
    assert remedy in get_args(error_messages.Remedy)
    visitors = exception in VISITORS and (operation, exception) not in EXCEPT
    assert (remedy != "operator") == visitors


@pytest.mark.parametrize("catalog", CATALOGS, ids=lambda path: path.name)
def test_every_sentence_is_in_every_language(catalog: Path) -> None:
    texts = tomllib.loads(catalog.read_text(encoding="utf-8"))["error"]
    said = {told(*row[:3])[0] for row in TABLE} | {"generic"}
    assert {name for name in said if "." not in name} <= texts.keys()
    assert {name.removeprefix("field.") for name in said if "." in name} <= texts["field"].keys()


def test_there_are_languages() -> None:
    assert len(CATALOGS) >= 2


@pytest.mark.parametrize("operation", ["InitiateAuth", "RespondToAuthChallenge"])
def test_nobody_learns_who_has_an_account(operation: str) -> None:
    wrong = told(operation, "NotAuthorized", INCORRECT)
    assert told(operation, "UserNotFound", "User does not exist.") == wrong
    assert told(operation, "NotAuthorized", "User is disabled.") == wrong
    for proof in ("ConfirmSignUp", "ConfirmForgotPassword"):
        assert told(proof, "UserNotFound") == told(proof, "CodeMismatch")


@given(
    operation=st.sampled_from(OPERATIONS),
    exception=st.sampled_from(sorted({name for _, name in EVERY})) | st.text(max_size=9),
    message=st.text(),
)
def test_messages_are_never_shown(operation: str, exception: str, message: str) -> None:
    if exception != "UserLambdaValidation":
        told(operation, exception, message)


# What a pool's owner says


def owners(message: str) -> Sentence:
    error = ApiRefused("SignUp", "UserLambdaValidationException", message)
    said, remedy = error_messages.say(error)
    assert remedy == "keep"
    return said


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("PreSignUp failed with error Only for members.", "Only for members."),
        ("PreAuthentication failed with error Gesperrt <b>", "Gesperrt <b>"),
        ("Only for members.", "Only for members."),
        ("It failed with error 5", "It failed with error 5"),
        ("The PreSignUp failed with error 5", "The PreSignUp failed with error 5"),
        ("PreSignUp failed with error PostX failed with error a", "PostX failed with error a"),
        ("PreSignUp failed with error a\r\n  b\tc", "a b c"),
        ("a\x00b\x1b[31m\u202ec\u2066\x7f", "ab[31mc"),
        ("é🔑日本", "é🔑日本"),
        ("", ""),
        (" \n", ""),
    ],
)
def test_a_lambdas_text(message: str, text: str) -> None:
    assert owners(message) == Sentence("error.generic", text)


@given(st.text())
def test_any_text_of_a_lambda(message: str) -> None:
    text = owners(message).text
    assert len(text) <= error_messages.MAX_CHARS
    assert text.isprintable()


def test_a_long_text() -> None:
    assert owners("a" * 1000).text == "a" * 300


# What whoever runs the app is told


@pytest.mark.parametrize(
    ("exception", "message", "advice"),
    [
        ("NotAuthorized", "Unable to verify secret hash for client", "POOL_CLIENT_SECRET"),
        ("NotAuthorized", "SignUp is not permitted for this user pool", "COGNITO_GATE_SIGN_UP"),
        ("InvalidParameter", "App client a is not configured for secret", "POOL_CLIENT_SECRET"),
        ("InvalidParameter", "USER_SRP_AUTH is not enabled for the client.", "SIGN_IN_FLOW"),
        ("InvalidParameter", "Cannot use IP Address in UserContextData", "Propagate"),
        ("ResourceNotFound", "User pool client 1 does not exist.", "POOL_CLIENT_ID"),
        ("FeatureUnavailableInTier", "", "feature plan"),
        ("SoftwareTokenMFANotFound", "", "authenticator apps"),
    ],
)
def test_what_mends_it(exception: str, message: str, advice: str) -> None:
    assert advice in error_messages.fix(
        ApiRefused("InitiateAuth", f"{exception}Exception", message)
    )


def test_what_nobody_can_mend() -> None:
    for exception in ("NotAuthorizedException", "CodeMismatchException", "NotAuthorized"):
        assert error_messages.fix(ApiRefused("InitiateAuth", exception, INCORRECT)) == ""
