"""Pools that people may want: each option both ways, and the options that meet in one place."""

from __future__ import annotations

from typing import Any

import pytest

from cognito_gate.pool.options import PoolOptions

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
CUSTOM: dict[str, Any] = {"custom_domain": "auth.example.com", "certificate_arn": CERTIFICATE}
ZONE: dict[str, Any] = {**CUSTOM, "hosted_zone_id": "Z0123456789ABCDEFGHIJ"}
LIMITED: dict[str, Any] = {"self_sign_up": True, "email_domains": ("example.com",)}
PHONE: dict[str, Any] = {"verify_phone": True, "required": ("email", "phone")}
LITE: dict[str, Any] = {"tier": "lite", "login": "classic", "rotation": False}
OWN_PAGES: dict[str, Any] = {"sign_in_pages": "custom"}

VARIANTS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "named": {"name": "Shop, staging v2 +=.@-_"},
    "by username": {"sign_in": "username"},
    "by username, nothing required": {"sign_in": "username", "required": ()},
    "by username, name only": {"sign_in": "username", "required": ("name",)},
    "by either": {"sign_in": "both"},
    "by either, all required": {"sign_in": "both", "required": ("email", "name", "phone")},
    "weak passwords": {
        "password_length": 6,
        "password_upper": False,
        "password_lower": False,
        "password_digits": False,
        "password_symbols": False,
        "temporary_password_days": 365,
    },
    "long passwords": {"password_length": 99, "temporary_password_days": 1},
    "a link": {"verify_email": "link"},
    "a link in own words": {
        "verify_email": "link",
        "email_subject": 'Your "shop" & you: ready?',
        "email_message": "Hello,\n{##please # confirm##}.\n\n'Bye' # not a comment",
    },
    "a code in own words": {
        "email_subject": "- Code: {{ yours }}",
        "email_message": "!Ref UserPool\t{{ AWS::Region }} <b>{####}</b> \u00e4\U0001f600",
    },
    "a subject only": {"email_subject": "Welcome"},
    "phones": PHONE,
    "phones only": {"sign_in": "username", "verify_phone": True, "required": ("phone",)},
    "phones, open": {**PHONE, "self_sign_up": True, "mfa": "on"},
    "open": {"self_sign_up": True},
    "open, by username": {"self_sign_up": True, "sign_in": "username"},
    "limited": LIMITED,
    "limited to several": {
        **LIMITED,
        "email_domains": ("example.com", "sub.example.org", "a.xn--p1ai"),
    },
    "limited, by either, all required": {
        **LIMITED,
        "sign_in": "both",
        "required": ("name", "email", "phone"),
    },
    "limited, kept by nobody": {**LIMITED, "retain": False, "deletion_protection": False},
    "without MFA": {"mfa": "off"},
    "with MFA": {"mfa": "on"},
    "public": {"public": True},
    "public, own pages": {"public": True, **OWN_PAGES},
    "own pages": OWN_PAGES,
    "own pages, no rotation": {**OWN_PAGES, "rotation": False},
    "several URLs": {
        "callback_urls": ("https://app.example.com/auth/callback", "http://localhost:5000/cb"),
        "logout_urls": (
            "https://app.example.com/bye?a=b&c=d",
            "http://127.0.0.1:5000/",
            "http://[::1]/",
        ),
    },
    "just openid": {"scopes": ("openid",)},
    "all scopes": {
        "scopes": ("openid", "email", "phone", "profile", "aws.cognito.signin.user.admin")
    },
    "short tokens": {"access_minutes": 5, "id_minutes": 5, "refresh_days": 1, "grace_seconds": 0},
    "long tokens": {
        "access_minutes": 1440,
        "id_minutes": 1440,
        "refresh_days": 3650,
        "grace_seconds": 60,
    },
    "no rotation": {"rotation": False},
    "nothing revoked, all told": {
        "token_revocation": False,
        "prevent_user_existence_errors": False,
    },
    "classic pages": {"login": "classic"},
    "lite": LITE,
    "lite, own pages, limited": {**LITE, **OWN_PAGES, **LIMITED},
    "plus": {"tier": "plus"},
    "a prefix": {"domain_prefix": "my-shop"},
    "a domain": CUSTOM,
    "a domain, classic": {**CUSTOM, "login": "classic"},
    "a domain in a zone": ZONE,
    "a domain and its parent": {**ZONE, "parent_record": True},
    "groups": {"groups": ("admin", "Admin", "site-editors", "\u00e4rzte", "a:b", "\u2603")},
    "updated issuer": {"issuer": "updated"},
    "one that goes": {"retain": False, "deletion_protection": False},
    "one that goes, but not by itself": {"retain": False},
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
        "tier": "plus",
        "issuer": "updated",
    },
}
"""What differs from the defaults, by what it is."""

each_variant = pytest.mark.parametrize("name", VARIANTS)
"""Run a test with the name of each."""


def pool(name: str) -> PoolOptions:
    """The options of a variant."""
    return PoolOptions(**VARIANTS[name])
