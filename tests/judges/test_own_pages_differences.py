"""In what MiniStack's JSON API differs from Amazon Cognito's: a table, asserted row by row.

A row that no longer holds is good news: take it out, and let the other tests ask for more.
"""

# what                 Amazon Cognito               MiniStack 1.5          what it means here
# -------------------  ---------------------------  ---------------------  ------------------------
# codes                random, for minutes          always 123456, 654321  a wrong one is refused
# text messages        sent                         never                  the code is taken as read
# SignUp: address      masked                       as it stands           shown as it comes
# USER_AUTH            asks which way               not known              no choice, EMAIL_OTP or
#                                                                          SMS_OTP judged here
# requiredAttributes   those of the pool's schema   always none            not judged here
# a forced password    measured by the policy       taken as it is         ours measures it
# Session              proves the steps before      not looked at          relied on nowhere
# MFA ON, none set up  MFA_SETUP                    tokens                 not judged here
# a TOTP code again    refused                      taken                  relied on nowhere
# lockout              after five wrong passwords   never                  ours counts, too
# ClientSecret         asked for, to refresh or     not looked at          SECRET_HASH alone proves
#                      revoke                                              that secrets are right
# UserContextData      whose address it is          not looked at          taken without complaint
# ConfirmSignUp        a Session, to go on with     none                   one signs in oneself

from __future__ import annotations

import base64
import hmac
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.browser.authenticator import App
from tests.judges.ministack import MiniStack
from tests.judges.own_pages import PASSWORD, Kind, OwnPool, make_own_pool

NAMES = Kind(confidential=False, flow="password", sign_in="username")


@pytest.fixture(scope="module")
def pool(judge: MiniStack) -> OwnPool:
    """A pool whose users have names, and a client without a secret."""
    return make_own_pool(judge.origin, NAMES)


def initiate(pool: OwnPool, name: str, flow: str = "USER_PASSWORD_AUTH", **more: str) -> Any:
    typed = {"USERNAME": name, "PASSWORD": PASSWORD, **more}
    return pool.api.initiate_auth(ClientId=pool.client_id, AuthFlow=flow, AuthParameters=typed)


def respond(pool: OwnPool, challenge: str, session: str, **said: str) -> Any:
    return pool.api.respond_to_auth_challenge(
        ClientId=pool.client_id,
        ChallengeName=challenge,
        Session=session,
        ChallengeResponses=said,
    )


def sign_up(pool: OwnPool, name: str, **attributes: str) -> Any:
    held = [{"Name": key, "Value": value} for key, value in attributes.items()]
    return pool.api.sign_up(
        ClientId=pool.client_id, Username=name, Password=PASSWORD, UserAttributes=held
    )


def test_what_is_like_cognito(judge: MiniStack, pool: OwnPool) -> None:
    """A judge is worth its name for these: it asks for SECRET_HASH, of the very username."""
    confidential = make_own_pool(judge.origin, Kind(flow="password", sign_in="username"))
    confidential.add("ada")
    said = {"Username": "ada", "ClientId": confidential.client_id}
    for more in ({}, {"SecretHash": "wrong"}, {"SecretHash": secret_hash(confidential, "eve")}):
        with pytest.raises(ClientError, match=r"NotAuthorized.*(SECRET_HASH|secret hash)"):
            confidential.api.forgot_password(**said, **more)
    confidential.api.forgot_password(**said, SecretHash=secret_hash(confidential, "ada"))


def secret_hash(pool: OwnPool, name: str) -> str:
    said = f"{name}{pool.client_id}".encode()
    return base64.b64encode(hmac.digest(pool.secret.encode(), said, "sha256")).decode()


def test_codes_are_known(pool: OwnPool) -> None:
    sign_up(pool, "coded", email="coded@example.com")
    known = {"ClientId": pool.client_id, "Username": "coded"}
    answer = pool.api.confirm_sign_up(**known, ConfirmationCode="123456")
    assert "Session" not in answer
    pool.api.forgot_password(**known)
    pool.api.confirm_forgot_password(**known, ConfirmationCode="654321", Password=PASSWORD)


def test_no_text_messages_and_no_masks(pool: OwnPool) -> None:
    assert "CodeDeliveryDetails" not in sign_up(pool, "caller", phone_number="+442079460123")
    sent = sign_up(pool, "writer", email="writer@example.com")["CodeDeliveryDetails"]
    assert (sent["DeliveryMedium"], sent["Destination"]) == ("EMAIL", "writer@example.com")


def test_no_choice_of_ways(pool: OwnPool) -> None:
    with pytest.raises(ClientError, match="Unsupported AuthFlow: USER_AUTH"):
        initiate(pool, "ada", "USER_AUTH")


def test_a_forced_password_needs_no_more_than_a_name(judge: MiniStack) -> None:
    schema = [{"Name": "family_name", "Required": True, "AttributeDataType": "String"}]
    pool = make_own_pool(judge.origin, Kind(**{**vars(NAMES), "pool": {"Schema": schema}}))
    pool.add("forced", temporary=True)
    challenge = initiate(pool, "forced")
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    assert challenge["ChallengeParameters"]["requiredAttributes"] == "[]"
    session = "of-another-sign-in-altogether"
    answer = respond(pool, "NEW_PASSWORD_REQUIRED", session, USERNAME="forced", NEW_PASSWORD="weak")
    assert answer["AuthenticationResult"]["AccessToken"]


def test_mfa_is_asked_of_those_alone_who_set_it_up(judge: MiniStack) -> None:
    pool = make_own_pool(judge.origin, NAMES)
    pool.call(
        "set_user_pool_mfa_config",
        SoftwareTokenMfaConfiguration={"Enabled": True},
        MfaConfiguration="ON",
    )
    pool.add("ada")
    access = {"AccessToken": initiate(pool, "ada")["AuthenticationResult"]["AccessToken"]}
    app = App(pool.api.associate_software_token(**access)["SecretCode"])
    code = app.code()
    pool.api.verify_software_token(**access, UserCode=code)
    for _ in range(2):  # the same code, and the same session
        assert initiate(pool, "ada")["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
        said = {"USERNAME": "ada", "SOFTWARE_TOKEN_MFA_CODE": code}
        answer = respond(pool, "SOFTWARE_TOKEN_MFA", "of-another-sign-in-altogether", **said)
        assert answer["AuthenticationResult"]


def test_no_lockout(pool: OwnPool) -> None:
    pool.add("locked")
    for _ in range(8):
        with pytest.raises(ClientError, match="Incorrect username or password"):
            initiate(pool, "locked", PASSWORD="Wrong-Horse-1")
    assert initiate(pool, "locked")["AuthenticationResult"]


def test_a_session_is_kept_and_ended_without_the_secret(judge: MiniStack) -> None:
    pool = make_own_pool(judge.origin, Kind(flow="password", sign_in="username"))
    pool.add("ada")
    proof = {"SECRET_HASH": secret_hash(pool, "ada")}
    token = initiate(pool, "ada", **proof)["AuthenticationResult"]["RefreshToken"]
    wrong = {"ClientId": pool.client_id, "ClientSecret": "of-another-client-" * 3}
    pool.api.get_tokens_from_refresh_token(RefreshToken=token, **wrong)
    pool.api.revoke_token(Token=token, **wrong)
    with pytest.raises(ClientError, match="Refresh Token has been revoked"):
        pool.api.get_tokens_from_refresh_token(RefreshToken=token, **wrong)
