"""The input of each operation, after botocore's model of the API. Data only."""

from __future__ import annotations

from .inputs import VISIBLE, VISIBLE_OR_BLANK, Choice, Flag, ListOf, Members, Shape, Text, Texts

_CLIENT_ID = Text(1, 128, r"[\w+]+")
_SECRET_HASH = Text(1, 128, r"[\w+=/]+")
_CLIENT_SECRET = Text(24, 64, r"[\w+]+")
_USERNAME = Text(1, 128, VISIBLE)
_PASSWORD = Text(0, 256, r"[\S]+")
_CODE = Text(1, 2048, r"[\S]+", secret=False)
_TOKEN = Text(pattern="[A-Za-z0-9-_=.]+")
_SESSION = Text(20, 4096)
_DEVICE_KEY = Text(1, 55, r"[\w-]+_[0-9a-f-]+")
_ATTRIBUTE_NAME = Text(1, 32, VISIBLE_OR_BLANK, secret=False)
_ATTRIBUTES = ListOf(Members({"Name": _ATTRIBUTE_NAME, "Value": Text(0, 2048)}, required=("Name",)))
_CONTEXT = Members({"IpAddress": Text(), "EncodedData": Text()})
_MFA = Members({"Enabled": Flag(), "PreferredMfa": Flag()})
_PLAIN = Text(secret=False)

_AUTH_FLOW = Choice((
    "USER_SRP_AUTH", "REFRESH_TOKEN_AUTH", "REFRESH_TOKEN", "CUSTOM_AUTH", "ADMIN_NO_SRP_AUTH",
    "USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "USER_AUTH",
))  # fmt: skip
_CHALLENGE = Choice((
    "SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA", "SELECT_MFA_TYPE", "MFA_SETUP",
    "PASSWORD_VERIFIER", "CUSTOM_CHALLENGE", "SELECT_CHALLENGE", "DEVICE_SRP_AUTH",
    "DEVICE_PASSWORD_VERIFIER", "ADMIN_NO_SRP_AUTH", "NEW_PASSWORD_REQUIRED", "SMS_OTP",
    "PASSWORD", "WEB_AUTHN", "PASSWORD_SRP",
))  # fmt: skip

_CALLER: dict[str, Shape] = {"ClientId": _CLIENT_ID}
_METADATA: dict[str, Shape] = {"ClientMetadata": Texts()}
_PERSON: dict[str, Shape] = {
    **_CALLER,
    **_METADATA,
    "SecretHash": _SECRET_HASH,
    "Username": _USERNAME,
    "UserContextData": _CONTEXT,
}
_HOLDER: dict[str, Shape] = {"AccessToken": _TOKEN}

SHAPES: dict[str, Members] = {
    "AdminUserGlobalSignOut": Members(
        {"UserPoolId": Text(1, 55, r"[\w-]+_[0-9a-zA-Z]+"), "Username": _USERNAME},
        required=("UserPoolId", "Username"),
    ),
    "AssociateSoftwareToken": Members({"AccessToken": _TOKEN, "Session": _SESSION}),
    "ChangePassword": Members(
        {**_HOLDER, "PreviousPassword": _PASSWORD, "ProposedPassword": _PASSWORD},
        required=("AccessToken", "ProposedPassword"),
    ),
    "CompleteWebAuthnRegistration": Members(
        {**_HOLDER, "Credential": Members({})}, required=("AccessToken", "Credential")
    ),
    "ConfirmForgotPassword": Members(
        {**_PERSON, "ConfirmationCode": _CODE, "Password": _PASSWORD},
        required=("ClientId", "Username", "ConfirmationCode", "Password"),
    ),
    "ConfirmSignUp": Members(
        {
            **_PERSON,
            "ConfirmationCode": _CODE,
            "ForceAliasCreation": Flag(),
            "Session": _SESSION,
        },
        required=("ClientId", "Username", "ConfirmationCode"),
    ),
    "DeleteWebAuthnCredential": Members(
        {**_HOLDER, "CredentialId": _PLAIN}, required=("AccessToken", "CredentialId")
    ),
    "ForgotPassword": Members(_PERSON, required=("ClientId", "Username")),
    "GetTokensFromRefreshToken": Members(
        {
            **_CALLER,
            **_METADATA,
            "RefreshToken": _TOKEN,
            "ClientSecret": _CLIENT_SECRET,
            "DeviceKey": _DEVICE_KEY,
        },
        required=("RefreshToken", "ClientId"),
    ),
    "GetUser": Members(_HOLDER, required=("AccessToken",)),
    "GetUserAttributeVerificationCode": Members(
        {**_HOLDER, **_METADATA, "AttributeName": _ATTRIBUTE_NAME},
        required=("AccessToken", "AttributeName"),
    ),
    "GetUserAuthFactors": Members(_HOLDER, required=("AccessToken",)),
    "GlobalSignOut": Members(_HOLDER, required=("AccessToken",)),
    "InitiateAuth": Members(
        {
            **_CALLER,
            **_METADATA,
            "AuthFlow": _AUTH_FLOW,
            "AuthParameters": Texts(),
            "UserContextData": _CONTEXT,
            "Session": _SESSION,
        },
        required=("AuthFlow", "ClientId"),
    ),
    "ListWebAuthnCredentials": Members(_HOLDER, required=("AccessToken",)),
    "ResendConfirmationCode": Members(_PERSON, required=("ClientId", "Username")),
    "RespondToAuthChallenge": Members(
        {
            **_CALLER,
            **_METADATA,
            "ChallengeName": _CHALLENGE,
            "ChallengeResponses": Texts(),
            "UserContextData": _CONTEXT,
            "Session": _SESSION,
        },
        required=("ClientId", "ChallengeName"),
    ),
    "RevokeToken": Members(
        {**_CALLER, "Token": _TOKEN, "ClientSecret": _CLIENT_SECRET},
        required=("Token", "ClientId"),
    ),
    "SetUserMFAPreference": Members(
        {
            **_HOLDER,
            "SMSMfaSettings": _MFA,
            "SoftwareTokenMfaSettings": _MFA,
            "EmailMfaSettings": _MFA,
        },
        required=("AccessToken",),
    ),
    "SignUp": Members(
        {
            **_PERSON,
            "Password": _PASSWORD,
            "UserAttributes": _ATTRIBUTES,
            "ValidationData": _ATTRIBUTES,
        },
        required=("ClientId", "Username"),
    ),
    "StartWebAuthnRegistration": Members(_HOLDER, required=("AccessToken",)),
    "UpdateUserAttributes": Members(
        {**_HOLDER, **_METADATA, "UserAttributes": _ATTRIBUTES},
        required=("AccessToken", "UserAttributes"),
    ),
    "VerifySoftwareToken": Members(
        {
            "AccessToken": _TOKEN,
            "Session": _SESSION,
            "UserCode": Text(6, 6, "[0-9]+"),
            "FriendlyDeviceName": _PLAIN,
        },
        required=("UserCode",),
    ),
    "VerifyUserAttribute": Members(
        {**_HOLDER, "AttributeName": _ATTRIBUTE_NAME, "Code": _CODE},
        required=("AccessToken", "AttributeName", "Code"),
    ),
}
