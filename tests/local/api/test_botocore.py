"""Every operation driven by boto3 over a socket: parsing and exception classes are botocore's."""

import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from cognito_gate.local import AUTH_FLOWS, Fault, LocalCognito, totp_code
from cognito_gate.local.model import OPERATIONS
from tests.local.api.authenticator import Authenticator
from tests.local.api.desk import NEW, hash_of
from tests.local.api.srp_client import SrpClient
from tests.local.stage import PASSWORDS
from tests.signing_keys import with_ready_keys

Boto = Any  # botocore makes its classes at run time


class Caller:
    """A boto3 client of one pool."""

    def __init__(self, cognito: LocalCognito, origin: str) -> None:
        self.cognito = cognito
        self.boto: Boto = boto3.client(
            "cognito-idp",
            endpoint_url=origin,
            region_name="us-east-1",
            config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
        )

    @property
    def client(self) -> dict[str, str]:
        return {"ClientId": self.cognito.client.client_id}

    def sent(self) -> str:
        return self.cognito.outbox[-1].code

    def hash(self, username: str) -> str:
        client = self.cognito.client
        return hash_of(client.secret or "", username, client.client_id)

    def person(self, username: str) -> dict[str, str]:
        return {**self.client, "Username": username, "SecretHash": self.hash(username)}

    def begin(self, flow: str, username: str, **parameters: str) -> dict[str, Any]:
        known = {"USERNAME": username, "SECRET_HASH": self.hash(username)}
        answer: dict[str, Any] = self.boto.initiate_auth(
            **self.client, AuthFlow=flow, AuthParameters={**known, **parameters}
        )
        return answer

    def answer(self, asked: dict[str, Any], username: str, **responses: str) -> dict[str, Any]:
        known = {"USERNAME": username, "SECRET_HASH": self.hash(username)}
        session = {"Session": asked["Session"]} if "Session" in asked else {}
        answer: dict[str, Any] = self.boto.respond_to_auth_challenge(
            **self.client,
            **session,
            ChallengeName=asked["ChallengeName"],
            ChallengeResponses={**known, **responses},
        )
        return answer


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    """One pool on a loopback port."""
    cognito = with_ready_keys(LocalCognito(auth_flows=AUTH_FLOWS))
    with cognito.serve() as origin:
        yield Caller(cognito, origin)


def test_a_life(caller: Caller) -> None:
    """Sign-up, confirmation, password, app, attributes, new password, tokens, sign-out."""
    boto = caller.boto
    email = [{"Name": "email", "Value": "eve@example.com"}]
    signed_up = boto.sign_up(**caller.person("eve"), Password=NEW, UserAttributes=email)
    assert signed_up["UserConfirmed"] is False
    assert signed_up["CodeDeliveryDetails"]["Destination"] == "e***@e***"
    boto.resend_confirmation_code(**caller.person("eve"))
    with pytest.raises(boto.exceptions.UserNotConfirmedException):
        caller.begin("USER_PASSWORD_AUTH", "eve", PASSWORD=NEW)
    boto.confirm_sign_up(**caller.person("eve"), ConfirmationCode=caller.sent())
    result = caller.begin("USER_PASSWORD_AUTH", "eve", PASSWORD=NEW)["AuthenticationResult"]
    token = {"AccessToken": result["AccessToken"]}

    secret = boto.associate_software_token(**token)["SecretCode"]
    code = totp_code(secret, time.time())
    assert boto.verify_software_token(**token, UserCode=code)["Status"] == "SUCCESS"
    first = {"Enabled": True, "PreferredMfa": True}
    boto.set_user_mfa_preference(**token, SoftwareTokenMfaSettings=first)
    assert boto.get_user(**token)["PreferredMfaSetting"] == "SOFTWARE_TOKEN_MFA"
    factors = boto.get_user_auth_factors(**token)["ConfiguredUserAuthFactors"]
    assert factors == ["PASSWORD", "SOFTWARE_TOKEN"]

    moved = [{"Name": "email", "Value": "eve@new.example"}]
    assert boto.update_user_attributes(**token, UserAttributes=moved)["CodeDeliveryDetailsList"]
    boto.get_user_attribute_verification_code(**token, AttributeName="email")
    boto.verify_user_attribute(**token, AttributeName="email", Code=caller.sent())

    boto.change_password(**token, PreviousPassword=NEW, ProposedPassword="Another-1-Password")
    boto.forgot_password(**caller.person("eve"))
    boto.confirm_forgot_password(
        **caller.person("eve"), ConfirmationCode=caller.sent(), Password="A-Third-Password-1"
    )

    caller.boto.get_tokens_from_refresh_token(
        **caller.client,
        RefreshToken=result["RefreshToken"],
        ClientSecret=caller.cognito.client.secret,
    )
    boto.revoke_token(
        **caller.client, Token=result["RefreshToken"], ClientSecret=caller.cognito.client.secret
    )
    with pytest.raises(boto.exceptions.NotAuthorizedException, match="has been revoked"):
        boto.get_user(**token)

    srp = SrpClient(caller.cognito.pool_id.partition("_")[2], "A-Third-Password-1")
    asked = caller.begin("USER_SRP_AUTH", "eve", SRP_A=srp.public)
    proof = srp.answer(asked["ChallengeParameters"], "Sat Nov 21 04:05:06 UTC 2026")
    assert proof.pop("USERNAME") == "eve"
    second = caller.answer(asked, "eve", **proof)
    assert second["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    code = caller.cognito.totp_code("eve", 1)
    done = caller.answer(second, "eve", SOFTWARE_TOKEN_MFA_CODE=code)["AuthenticationResult"]
    boto.admin_user_global_sign_out(UserPoolId=caller.cognito.pool_id, Username="bob")
    boto.global_sign_out(AccessToken=done["AccessToken"])
    passkeys = {name for name in OPERATIONS if "WebAuthn" in name}  # below
    assert caller.cognito.calls.keys() == set(OPERATIONS) - passkeys


def test_passkeys() -> None:
    authenticator = Authenticator()
    cognito = with_ready_keys(LocalCognito(auth_flows=AUTH_FLOWS, first_factors=("WEB_AUTHN",)))
    with cognito.serve() as origin:
        boto = Caller(cognito, origin).boto
        scope = "aws.cognito.signin.user.admin"
        tokens = cognito.tokens_for("ada", scopes=(scope,))
        token = {"AccessToken": tokens["access_token"]}
        options = boto.start_web_authn_registration(**token)["CredentialCreationOptions"]
        boto.complete_web_authn_registration(**token, Credential=authenticator.create(options))
        [listed] = boto.list_web_authn_credentials(**token)["Credentials"]
        assert listed["CreatedAt"].tzinfo
        boto.delete_web_authn_credential(**token, CredentialId=listed["CredentialId"])
        with pytest.raises(boto.exceptions.ResourceNotFoundException):
            boto.delete_web_authn_credential(**token, CredentialId=listed["CredentialId"])


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("TooManyRequestsException", "Rate exceeded"),
        ("InternalErrorException", "Internal error"),
        ("ForbiddenException", "Request not allowed due to WAF block."),
    ],
)
def test_faults_are_botocores_exceptions(caller: Caller, kind: str, message: str) -> None:
    caller.cognito.fail("InitiateAuth", Fault("api_error", error=kind), times=1)
    with pytest.raises(getattr(caller.boto.exceptions, kind)) as caught:
        caller.begin("USER_PASSWORD_AUTH", "ada", PASSWORD="x")
    assert caught.value.response["Error"]["Message"] == message


def test_refusals_are_botocores_exceptions(caller: Caller) -> None:
    boto = caller.boto
    with pytest.raises(boto.exceptions.NotAuthorizedException, match="Incorrect username or pass"):
        caller.begin("USER_PASSWORD_AUTH", "nobody", PASSWORD="x")
    with pytest.raises(boto.exceptions.UsernameExistsException):
        boto.sign_up(**caller.person("ada"), Password=NEW)
    with pytest.raises(boto.exceptions.InvalidPasswordException):
        boto.sign_up(**caller.person("mallory"), Password="short")
    with pytest.raises(boto.exceptions.CodeMismatchException):
        boto.confirm_forgot_password(**caller.person("nobody"), ConfirmationCode="1", Password=NEW)
    with pytest.raises(boto.exceptions.InvalidParameterException, match="1 validation error"):
        boto.forgot_password(ClientId="no-such client", Username="ada")
    with pytest.raises(boto.exceptions.ResourceNotFoundException):
        boto.forgot_password(ClientId="nosuchclient", Username="ada")


def test_the_choice_of_a_first_factor(caller: Caller) -> None:
    asked = caller.begin("USER_AUTH", "ada")
    assert asked["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP"]
    done = caller.answer(asked, "ada", ANSWER="PASSWORD", PASSWORD=PASSWORDS["ada"])
    assert done["AuthenticationResult"]["TokenType"] == "Bearer"
