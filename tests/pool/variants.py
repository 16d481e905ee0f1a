"""Pools that people may want: each option both ways, each part of the template, few pools."""

from __future__ import annotations

from typing import Any

from cognito_gate.pool._resource_values import TRIGGERS
from cognito_gate.pool.identity_providers import IdentityProvider
from cognito_gate.pool.options import PoolOptions

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
CUSTOM: dict[str, Any] = {"custom_domain": "auth.example.com", "certificate_arn": CERTIFICATE}
ZONE: dict[str, Any] = {**CUSTOM, "hosted_zone_id": "Z0123456789ABCDEFGHIJ"}
LIMITED: dict[str, Any] = {"self_sign_up": True, "email_domains": ("example.com",)}
PHONE: dict[str, Any] = {"verify_phone": True, "required": ("email", "phone")}
LITE: dict[str, Any] = {"tier": "lite", "login": "classic", "rotation": False}
OWN_PAGES: dict[str, Any] = {"sign_in_pages": "custom"}

BY_PHONE: dict[str, Any] = {"sign_in": "phone", "required": ("phone",)}
TRUSTED: dict[str, Any] = {"self_sign_up": True, "auto_confirm_domains": ("example.com",)}
KEYS: dict[str, Any] = {"passwordless": ("passkey",)}
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:hook"
MAIL: dict[str, Any] = {
    "ses_identity": "arn:aws:ses:eu-west-1:123456789012:identity/example.com",
    "email_from": "The shop <no-reply@example.com>",
}
LOG_GROUP = "arn:aws:logs:eu-west-1:123456789012:log-group:/shop/pool"
_EMAIL = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
SECRET = "{{resolve:secretsmanager:shop/google:SecretString:client_secret}}"
OKTA = IdentityProvider(
    type="saml",
    name="Okta",
    metadata_url="https://okta.example.com/metadata",
    attributes=(("email", _EMAIL),),
    identifiers=("example.com",),
)
GOOGLE = IdentityProvider(type="google", client_id="1.apps.example.com", client_secret=SECRET)
PROVIDERS = (
    GOOGLE,
    IdentityProvider(type="facebook", client_id="2", client_secret=SECRET),
    IdentityProvider(
        type="amazon", client_id="3", client_secret=SECRET, scopes="profile postal_code"
    ),
    IdentityProvider(type="apple", client_id="4", team_id="T", key_id="K", private_key=SECRET),
    IdentityProvider(
        type="oidc",
        name="Login-Service",
        client_id="5",
        client_secret=SECRET,
        issuer="https://login.example.com",
        attributes=(("email", "mail"), ("custom:plan", "plan")),
    ),
    OKTA,
)

GOES: dict[str, Any] = {"retain": False, "deletion_protection": False}

# As few as show each option's values, those at both ends of a range, and each part of the template.
# Options that have nothing to do with one another share a variant.
VARIANTS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "the least of all": {
        "name": "Shop, staging v2 +=.@-_",
        "sign_in": "username",
        "required": (),
        "password_length": 6,
        "password_upper": False,
        "password_lower": False,
        "password_digits": False,
        "password_symbols": False,
        "temporary_password_days": 365,
        "email_subject": "Welcome",
        "mfa": "off",
        "scopes": ("openid",),
        "access_minutes": 5,
        "id_minutes": 5,
        "refresh_days": 1,
        "grace_seconds": 0,
        "domain_prefix": "my-shop",
        **GOES,
    },
    "the most of all": {
        "sign_in": "both",
        "required": ("email", "name", "phone"),
        "password_length": 99,
        "temporary_password_days": 1,
        "email_subject": "- Code: {{ yours }}",
        "email_message": "!Ref UserPool\t{{ AWS::Region }} <b>{####}</b> \u00e4\U0001f600",
        "self_sign_up": True,
        "mfa": "on",
        "groups": ("admin", "Admin", "site-editors", "\u00e4rzte", "a:b", "\u2603"),
        "callback_urls": ("https://app.example.com/auth/callback", "http://localhost:5000/cb"),
        "logout_urls": (
            "https://app.example.com/bye?a=b&c=d",
            "http://127.0.0.1:5000/",
            "http://[::1]/",
        ),
        "scopes": ("openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"),
        "access_minutes": 1440,
        "id_minutes": 1440,
        "refresh_days": 3650,
        "grace_seconds": 60,
        "tier": "plus",
        "issuer": "updated",
        "sessions_table": True,
    },
    "a link in own words": {
        "verify_email": "link",
        "email_subject": 'Your "shop" & you: ready?',
        "email_message": "Hello,\n{##please # confirm##}.\n\n'Bye' # not a comment",
        "sign_in": "username",
        "required": ("name",),
        "public": True,
        "retain": False,
    },
    "phones, own pages": {**PHONE, **OWN_PAGES, "self_sign_up": True, "rotation": False},
    "phones only": {
        "sign_in": "username",
        "verify_phone": True,
        "required": ("phone",),
        "token_revocation": False,
        "prevent_user_existence_errors": False,
    },
    "limited, own pages": {**LIMITED, **OWN_PAGES},
    "limited to several, by either, all required": {
        **LIMITED,
        **GOES,
        "email_domains": ("example.com", "sub.example.org", "a.xn--p1ai"),
        "sign_in": "both",
        "required": ("name", "email", "phone"),
    },
    "lite, own pages, limited": {**LITE, **OWN_PAGES, **LIMITED},
    "a domain, classic": {**CUSTOM, "login": "classic"},
    "a domain, lite": {**CUSTOM, **LITE},
    "a domain in a zone": ZONE,
    "no passwords, own pages": {
        **OWN_PAGES,
        **MAIL,
        "required": ("email", "phone"),
        "passwordless": ("passkey", "email-otp", "sms-otp"),
        "passkey_domain": "example.com",
        "passkey_verification": "required",
        "passkey_mfa": True,
        "callback_urls": ("https://app.example.com/auth/callback",),
        "logout_urls": ("https://app.example.com/auth/signed-out",),
        "mfa_methods": ("email", "app", "sms"),
        "email_reply_to": "help@example.com",
        "email_configuration_set": "shop_1",
        "email_message": "Your code for {app}: {####} ${AWS::Region}",
        "invitation_subject": "Welcome to {app}",
        "invitation_message": "You are {username}, by {####}, at {app}/",
        "invitation_sms": "{username} {####} {app}",
        "code_subject": "Your code",
        "code_message": "{####} is your code for {app}",
        "code_sms": "{####} is your code for {app}",
        "sms_message": "{####} confirms your number at {app}",
    },
    "no passwords, hosted": {"passwordless": ("email-otp", "passkey"), "mfa": "off"},
    "passkeys at a domain": {**CUSTOM, **KEYS, "passkey_domain": "auth.example.com", "tls": "1.3"},
    "by phone": {**BY_PHONE, "self_sign_up": True, "mfa_methods": ("sms",)},
    "by either address": {"sign_in": "email-or-phone", "required": (), "self_sign_up": True},
    "trusted domains": TRUSTED,
    "other identity providers": {
        "attributes": ("plan", "seats:number", "vip:boolean", "since:date"),
        "identity_providers": PROVIDERS,
        "scopes": ("openid", "email", "orders/read"),
        "api_scopes": ("orders/read", "orders/write=Change orders", "https://api.example.com/all"),
        "read_attributes": ("locale", "email"),
        "write_attributes": ("locale", "custom:plan"),
        "tags": ("team=web", "cost:center=4 2"),
    },
    "functions, watched": {
        "triggers": tuple(f"{name}={FUNCTION}" for name in TRIGGERS),
        "pre_token_version": 3,
        "tier": "plus",
        "threat_protection": "enforced",
        "notification_log": LOG_GROUP,
        "sign_in_log": "arn:aws:firehose:eu-west-1:123456789012:deliverystream/sign-ins",
    },
    "functions, lite": {
        **LITE,
        "triggers": (f"pre-token={FUNCTION}", f"user-migration={FUNCTION}"),
        "pre_token_version": 1,
    },
    "plus, unwatched": {"tier": "plus", "threat_protection": "off"},
    "plus, enforced without codes": {"tier": "plus", "threat_protection": "enforced", "mfa": "off"},
    "everything": {
        **LIMITED,
        **ZONE,
        **OWN_PAGES,
        "name": "everything",
        "sign_in": "both",
        "required": ("email", "name", "phone"),
        "email_subject": "S",
        "email_message": "{####}",
        "groups": ("admin", "editors"),
        "mfa": "on",
        "public": True,
        "parent_record": True,
        "sessions_table": True,
        "tier": "plus",
        "issuer": "updated",
    },
}
"""What differs from the defaults, by what it is."""


def pool(name: str) -> PoolOptions:
    """The options of a variant."""
    return PoolOptions(**VARIANTS[name])
