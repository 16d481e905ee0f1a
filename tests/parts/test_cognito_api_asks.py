"""What is sent to Cognito's JSON API: botocore judges every shape, header and name."""

import json
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from botocore.serialize import create_serializer
from botocore.validate import ParamValidator

from cognito_gate import Settings
from cognito_gate._gate.effects import HttpCall
from cognito_gate._sign_in import cognito_api
from tests.parts.made import CLIENT, settings

API = botocore.session.get_session().get_service_model("cognito-idp")
SECRET = "0123456789abcdefghijklmnopqrstuvwxyz"
CUSTOM = {"COGNITO_GATE_LOGIN": "custom", "COGNITO_GATE_USER_CONTEXT": "true"}
CONFIDENTIAL = settings(**CUSTOM, AWS_COGNITO_USER_POOL_CLIENT_SECRET=SECRET)
PUBLIC = settings(**CUSTOM, AWS_COGNITO_USER_POOL_CLIENT_SECRET="")
SESSION = "a-session-of-twenty-characters"
ADDRESS = "192.0.2.7"
PASSWORD = "Correct-Horse-1é"
# printf ada1example23456789 | openssl dgst -sha256 -hmac "$SECRET" -binary | base64
HASH = "iiue2mmF9EZBMlikWom9KzmLrfM269wjWHEQiR/pRQ0="

Make = Callable[[Settings], HttpCall]
NAMED: dict[str, tuple[Make, dict[str, Any]]] = {
    "SignUp": (
        lambda found: cognito_api.sign_up(
            found, "ada", PASSWORD, {"email": "ada@example.com", "custom:team": "A&B"}, ADDRESS
        ),
        {
            "Password": PASSWORD,
            "UserAttributes": [
                {"Name": "email", "Value": "ada@example.com"},
                {"Name": "custom:team", "Value": "A&B"},
            ],
        },
    ),
    "ConfirmSignUp": (
        lambda found: cognito_api.confirm_sign_up(found, "ada", "123456", SESSION, ADDRESS),
        {"ConfirmationCode": "123456", "Session": SESSION},
    ),
    "ResendConfirmationCode": (lambda found: cognito_api.resend_code(found, "ada", ADDRESS), {}),
    "ForgotPassword": (lambda found: cognito_api.forgot_password(found, "ada", ADDRESS), {}),
    "ConfirmForgotPassword": (
        lambda found: cognito_api.confirm_forgot_password(
            found, "ada", "123456", PASSWORD, ADDRESS
        ),
        {"ConfirmationCode": "123456", "Password": PASSWORD},
    ),
}
"""Operations that carry SecretHash, and what they send besides it and the names."""

FLOWS: dict[str, tuple[Make, str, dict[str, str]]] = {
    "password": (
        lambda found: cognito_api.initiate_password(found, "ada", PASSWORD, ADDRESS),
        "USER_PASSWORD_AUTH",
        {"PASSWORD": PASSWORD},
    ),
    "srp": (
        lambda found: cognito_api.initiate_srp(found, "ada", "abcdef", ADDRESS),
        "USER_SRP_AUTH",
        {"SRP_A": "abcdef"},
    ),
    "choice": (lambda found: cognito_api.initiate_choice(found, "ada", ADDRESS), "USER_AUTH", {}),
    "session": (
        lambda found: cognito_api.initiate_with_session(found, "ada", SESSION, ADDRESS),
        "USER_AUTH",
        {},
    ),
}

WITH_SECRET: dict[str, tuple[Make, dict[str, str]]] = {
    "GetTokensFromRefreshToken": (
        lambda found: cognito_api.refresh(found, "a.refresh-token"),
        {"RefreshToken": "a.refresh-token"},
    ),
    "RevokeToken": (
        lambda found: cognito_api.revoke(found, "a.refresh-token"),
        {"Token": "a.refresh-token"},
    ),
}
"""Operations that carry the client's secret itself."""

WITH_TOKEN: dict[str, tuple[str, Make, dict[str, Any]]] = {
    "account": (
        "GetUser",
        lambda found: cognito_api.get_user(found, "a.token"),
        {"AccessToken": "a.token"},
    ),
    "password": (
        "ChangePassword",
        lambda found: cognito_api.change_password(found, "a.token", "Old-Horse-1", PASSWORD),
        {
            "AccessToken": "a.token",
            "PreviousPassword": "Old-Horse-1",
            "ProposedPassword": PASSWORD,
        },
    ),
    "app": (
        "AssociateSoftwareToken",
        lambda found: cognito_api.associate_totp(found, access_token="a.token"),
        {"AccessToken": "a.token"},
    ),
    "app in a sign-in": (
        "AssociateSoftwareToken",
        lambda found: cognito_api.associate_totp(found, session=SESSION),
        {"Session": SESSION},
    ),
    "code": (
        "VerifySoftwareToken",
        lambda found: cognito_api.verify_totp(found, "012345", access_token="a.token"),
        {"AccessToken": "a.token", "UserCode": "012345"},
    ),
    "code in a sign-in": (
        "VerifySoftwareToken",
        lambda found: cognito_api.verify_totp(found, "012345", session=SESSION),
        {"Session": SESSION, "UserCode": "012345"},
    ),
    "on": (
        "SetUserMFAPreference",
        lambda found: cognito_api.set_totp_preference(found, "a.token", on=True),
        {
            "AccessToken": "a.token",
            "SoftwareTokenMfaSettings": {"Enabled": True, "PreferredMfa": True},
        },
    ),
    "off": (
        "SetUserMFAPreference",
        lambda found: cognito_api.set_totp_preference(found, "a.token", on=False),
        {
            "AccessToken": "a.token",
            "SoftwareTokenMfaSettings": {"Enabled": False, "PreferredMfa": False},
        },
    ),
}
"""Operations that an access token or a session is enough for: no client at all."""


def respond(found: Settings) -> HttpCall:
    return cognito_api.respond(
        found, "EMAIL_OTP", "ada", SESSION, {"EMAIL_OTP_CODE": "1234"}, ADDRESS
    )


ALL: dict[str, tuple[str, Make]] = {
    **{name: (name, make) for name, (make, _) in (NAMED | WITH_SECRET).items()},
    **{f"flow {name}": ("InitiateAuth", make) for name, (make, _, _) in FLOWS.items()},
    **{f"token {name}": (operation, make) for name, (operation, make, _) in WITH_TOKEN.items()},
    "respond": ("RespondToAuthChallenge", respond),
}


def body(ask: HttpCall) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ask.body)
    return found


def enums(shape: Any, value: Any) -> None:
    """botocore leaves enumerations to the service."""
    if shape.type_name == "structure":
        for name, inner in value.items():
            enums(shape.members[name], inner)
    else:
        assert value in (getattr(shape, "enum", None) or [value])


# botocore's judgement


@pytest.mark.parametrize("found", [CONFIDENTIAL, PUBLIC], ids=["confidential", "public"])
@pytest.mark.parametrize("name", ALL)
def test_botocore_takes_it(name: str, found: Settings) -> None:
    operation, make = ALL[name]
    ask, model = make(found), API.operation_model(operation)
    assert ParamValidator().validate(body(ask), model.input_shape).generate_report() == ""
    enums(model.input_shape, body(ask))
    same_request(ask, model)


def same_request(ask: HttpCall, model: Any) -> None:
    theirs = create_serializer("json").serialize_to_request(body(ask), model)
    assert ask.method == theirs["method"]
    assert ask.url == f"https://cognito-idp.eu-west-1.amazonaws.com{theirs['url_path']}"
    assert dict(ask.headers) == {name.lower(): value for name, value in theirs["headers"].items()}
    assert body(ask) == json.loads(theirs["body"])


@pytest.mark.parametrize("name", ALL)
def test_no_operation_needs_a_signature(name: str) -> None:
    assert API.operation_model(ALL[name][0]).auth_type == "none"


def test_botocore_would_refuse_other_members() -> None:
    shape = API.operation_model("GetUser").input_shape
    wrong = {"AccessToken": "a.token", "ClientId": CLIENT}
    assert "Unknown parameter" in ParamValidator().validate(wrong, shape).generate_report()
    with pytest.raises(AssertionError):
        enums(API.operation_model("InitiateAuth").input_shape, {"AuthFlow": "PASSWORD"})


# What is in each


@pytest.mark.parametrize("name", NAMED)
def test_operations_that_name_a_user(name: str) -> None:
    make, rest = NAMED[name]
    public = {"ClientId": CLIENT, "Username": "ada", **rest}
    assert body(make(PUBLIC)) == public
    assert body(make(CONFIDENTIAL)) == {
        **public,
        "SecretHash": HASH,
        "UserContextData": {"IpAddress": ADDRESS},
    }


@pytest.mark.parametrize("name", FLOWS)
def test_sign_in(name: str) -> None:
    make, flow, rest = FLOWS[name]
    public = {
        "AuthFlow": flow,
        "ClientId": CLIENT,
        "AuthParameters": {"USERNAME": "ada", **rest},
        **({"Session": SESSION} if name == "session" else {}),
    }
    assert body(make(PUBLIC)) == public
    assert body(make(CONFIDENTIAL)) == {
        **public,
        "AuthParameters": {"USERNAME": "ada", "SECRET_HASH": HASH, **rest},
        "UserContextData": {"IpAddress": ADDRESS},
    }


def test_an_answer_to_a_challenge() -> None:
    said = {"EMAIL_OTP_CODE": "1234", "USERNAME": "ada"}
    known = {"ChallengeName": "EMAIL_OTP", "ClientId": CLIENT, "Session": SESSION}
    assert body(respond(PUBLIC)) == {**known, "ChallengeResponses": said}
    assert body(respond(CONFIDENTIAL)) == {
        **known,
        "ChallengeResponses": {**said, "SECRET_HASH": HASH},
        "UserContextData": {"IpAddress": ADDRESS},
    }


@pytest.mark.parametrize("name", WITH_SECRET)
def test_sessions(name: str) -> None:
    make, rest = WITH_SECRET[name]
    assert body(make(PUBLIC)) == {"ClientId": CLIENT, **rest}
    assert body(make(CONFIDENTIAL)) == {"ClientId": CLIENT, "ClientSecret": SECRET, **rest}


@pytest.mark.parametrize("name", WITH_TOKEN)
def test_ones_own_account(name: str) -> None:
    _, make, whole = WITH_TOKEN[name]
    assert body(make(PUBLIC)) == body(make(CONFIDENTIAL)) == whole
