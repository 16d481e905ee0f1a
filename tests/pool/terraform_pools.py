"""Pools as the template's options and as the variables of the OpenTofu module."""

from __future__ import annotations

from typing import Any

from tests.pool.variants import CUSTOM, FUNCTION, KEYS, LITE, MAIL, SECRET, ZONE

GOOGLE = {
    "type": "Google",
    "details": {
        "client_id": "1",
        "client_secret": SECRET,
        "authorize_scopes": "openid email profile",
    },
    "attributes": {"email": "email", "email_verified": "email_verified", "name": "name"},
}
# Each pool, as the template's options and as the module's variables.
POOLS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "defaults": ({}, {}),
    "lite": (LITE, {"tier": "LITE", "login": "classic", "rotation": False}),
    "own pages": (
        {"sign_in_pages": "custom", "self_sign_up": True, "sign_in": "both", "rotation": False},
        {"sign_in_pages": "custom", "self_sign_up": True, "sign_in": "both", "rotation": False},
    ),
    "passkeys on own pages": (
        {**KEYS, "sign_in_pages": "custom", "public": True, "mfa": "off"},
        {"passwordless": ["WEB_AUTHN"], "sign_in_pages": "custom", "public": True, "mfa": "OFF"},
    ),
    "a domain, passkeys": (
        {**ZONE, **KEYS, "passkey_domain": "auth.example.com", "passkey_verification": "required"},
        {
            "custom_domain": "auth.example.com",
            "certificate_arn": CUSTOM["certificate_arn"],
            "hosted_zone_id": ZONE["hosted_zone_id"],
            "passwordless": ["WEB_AUTHN"],
            "passkey_domain": "auth.example.com",
            "passkey_verification": "required",
        },
    ),
    "mail": (
        {
            **MAIL,
            "email_reply_to": "help@example.com",
            "email_configuration_set": "shop",
            "email_subject": "Code",
            "email_message": "{####}",
            "invitation_subject": "Welcome",
            "invitation_message": "{username} {####}",
        },
        {
            "ses_identity": MAIL["ses_identity"],
            "email_from": MAIL["email_from"],
            "email_reply_to": "help@example.com",
            "email_configuration_set": "shop",
            "email_subject": "Code",
            "email_message": "{####}",
            "invitation": {"subject": "Welcome", "message": "{username} {####}", "sms": None},
        },
    ),
    "others": (
        {
            "name": "shop",
            "required": ("email", "name", "phone"),
            "attributes": ("plan", "seats:number"),
            "scopes": ("openid", "email", "orders/read"),
            "api_scopes": ("orders/read=See orders",),
            "identity_providers": (),
            "read_attributes": ("locale",),
            "write_attributes": ("custom:plan",),
            "groups": ("admin", "editors"),
            "tags": ("team=web",),
            "access_minutes": 5,
            "id_minutes": 6,
            "refresh_days": 7,
            "grace_seconds": 8,
            "password_length": 20,
            "deletion_protection": False,
            "mfa": "on",
            "sign_in": "username",
        },
        {
            "name": "shop",
            "required": ["email", "name", "phone_number"],
            "attributes": {"plan": "String", "seats": "Number"},
            "scopes": ["openid", "email", "orders/read"],
            "api_scopes": {"orders": {"read": "See orders"}},
            "identity_providers": {},
            "read_attributes": ["locale"],
            "write_attributes": ["custom:plan"],
            "groups": ["admin", "editors"],
            "tags": {"team": "web"},
            "access_minutes": 5,
            "id_minutes": 6,
            "refresh_days": 7,
            "grace_seconds": 8,
            "password_length": 20,
            "deletion_protection": False,
            "mfa": "ON",
            "sign_in": "username",
        },
    ),
    "functions, watched": (
        {
            "tier": "plus",
            "threat_protection": "enforced",
            "triggers": (f"pre-token={FUNCTION}", f"user-migration={FUNCTION}"),
        },
        {
            "tier": "PLUS",
            "threat_protection": "ENFORCED",
            "triggers": {"pre_token": FUNCTION, "user_migration": FUNCTION},
        },
    ),
    "a table": ({"sessions_table": True}, {"sessions_table": True}),
    "plus, without codes": (
        {"tier": "plus", "threat_protection": "enforced", "mfa": "off"},
        {"tier": "PLUS", "threat_protection": "ENFORCED", "mfa": "OFF"},
    ),
}
