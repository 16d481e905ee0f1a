"""Options that contradict each other: each case differs from an accepted one by one fact."""

from __future__ import annotations

from typing import Any

import pytest

from cognito_gate.pool.options import FLAGS, PoolOptions, PoolOptionsError
from tests.pool.variants import (
    BY_PHONE,
    CERTIFICATE,
    CUSTOM,
    FUNCTION,
    KEYS,
    LIMITED,
    LITE,
    MAIL,
    OKTA,
    OWN_PAGES,
    PHONE,
    TRUSTED,
    ZONE,
)

URL = "https://app.example.com/cb"
NEEDS_PLUS = ("threat_protection", "needs --tier plus")


def problems(**options: Any) -> dict[str, str]:
    with pytest.raises(PoolOptionsError) as error:
        PoolOptions(**options)
    return error.value.problems


# Each case: what is accepted, the one change to it, and what is then said of which option.
CONTRADICTIONS: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({}, {"required": ("name",)}, "required", "add --required email"),
    ({"sign_in": "both"}, {"required": ("name",)}, "required", "add --required email"),
    (
        {"sign_in": "username", "required": ("name",)},
        {"self_sign_up": True},
        "self_sign_up",
        "no address to send the code to",
    ),
    (PHONE, {"required": ("email",)}, "verify_phone", "add --required phone"),
    (BY_PHONE, {"required": ()}, "required", "add --required phone"),
    (BY_PHONE, {"sign_in_pages": "custom"}, "sign_in", "own pages do not ask for"),
    (TRUSTED, {"self_sign_up": False}, "auto_confirm_domains", "add --self-sign-up"),
    (
        {**TRUSTED, "email_domains": ("example.com",)},
        {"email_domains": ("example.org",)},
        "auto_confirm_domains",
        "'example.com', which --email-domain does not let in",
    ),
    (KEYS, {"tier": "lite", "login": "classic", "rotation": False}, "passwordless", "essentials"),
    (KEYS, {"login": "classic"}, "passwordless", "add --login managed"),
    (
        {**KEYS, **OWN_PAGES, "sign_in": "username", "required": ()},
        {"passwordless": ("email-otp",)},
        "passwordless",
        "add --required email",
    ),
    (KEYS, {"passwordless": ("sms-otp",)}, "passwordless", "add --required phone"),
    (KEYS, {"mfa": "on"}, "passwordless", "add --passkey-mfa"),
    (
        {**KEYS, "passkey_verification": "required", "passkey_mfa": True, "mfa": "on"},
        {"passwordless": ("passkey", "email-otp")},
        "passwordless",
        "--mfa on rules out",
    ),
    (
        {**KEYS, "passkey_verification": "required", "passkey_mfa": True},
        {"passkey_verification": "preferred"},
        "passkey_mfa",
        "--passkey-verification required",
    ),
    ({}, {"passkey_verification": "required"}, "passkey_verification", "--passwordless passkey"),
    (KEYS, {"passkey_domain": "app.example.com"}, "passkey_domain", "leave it out"),
    (
        {**KEYS, **OWN_PAGES, "passkey_domain": "localhost"},
        {"passkey_domain": "example.com"},
        "passkey_domain",
        "neither 'localhost'",
    ),
    (KEYS, {"passkey_domain": "http://a", **OWN_PAGES}, "passkey_domain", "without port"),
    (MAIL, {"ses_identity": ""}, "email_from", "add --ses-identity"),
    (MAIL, {"email_from": ""}, "email_from", "is missing"),
    (MAIL, {"email_from": "\u200b <a@example.com>"}, "email_from", "a name and <address>"),
    (MAIL, {"email_from": "Shop"}, "email_from", "a name and <address>"),
    (MAIL, {"email_reply_to": "Shop <a@example.com>"}, "email_reply_to", "e-mail address"),
    (MAIL, {"email_configuration_set": "a b"}, "email_configuration_set", "64 letters"),
    ({}, {"mfa_methods": ("email",)}, "mfa_methods", "add --ses-identity"),
    (
        {**MAIL, **LITE},
        {"mfa_methods": ("email",)},
        "mfa_methods",
        "needs --tier essentials or plus",
    ),
    ({"mfa_methods": ("sms",)}, {"mfa": "off"}, "mfa_methods", "no effect with --mfa off"),
    ({}, {"code_subject": "Code"}, "code_subject", "is never sent"),
    ({}, {"invitation_sms": "{username} {####}"}, "invitation_sms", "is never sent"),
    ({}, {"invitation_message": "{####}"}, "invitation_message", "lacks {username}"),
    (PHONE, {"sms_message": "Hello"}, "sms_message", "lacks {####}"),
    (PHONE, {"sms_message": "{####}" + "x" * 135}, "sms_message", "has 141 characters"),
    (
        {**PHONE, "sms_message": "{app}{####}" + "x" * 113},
        {"sms_message": "{app}{####}" + "x" * 114},
        "sms_message",
        "has 141 characters with the app's address",
    ),
    ({}, {"read_attributes": ("custom:plan",)}, "read_attributes", "add --attribute plan"),
    (LIMITED, {"write_attributes": ("email",)}, "write_attributes", "settles at sign-up"),
    ({"tier": "plus"}, {"tier": "essentials", "threat_protection": "audit"}, *NEEDS_PLUS),
    (
        {"tier": "plus", "sign_in_log": "arn:aws:s3:::a-bucket"},
        {"threat_protection": "off"},
        "sign_in_log",
        "written by threat protection only",
    ),
    ({"tier": "plus"}, {"sign_in_log": "x"}, "sign_in_log", "a log group, a bucket or a stream"),
    (
        {"identity_providers": (OKTA,)},
        {"identity_providers": (OKTA, OKTA)},
        "identity_providers",
        "has 'Okta' twice",
    ),
    (
        {"identity_providers": (OKTA,)},
        {"required": ("email", "name")},
        "identity_providers",
        "does not map name",
    ),
    (LIMITED, {"identity_providers": (OKTA,)}, "identity_providers", "settles at sign-up"),
    (LIMITED, {"triggers": (f"pre-sign-up={FUNCTION}",)}, "triggers", "a pool has one"),
    (
        {**LITE, "triggers": (f"pre-token={FUNCTION}",), "pre_token_version": 1},
        {"pre_token_version": 2},
        "pre_token_version",
        "on lite it is 1",
    ),
    ({}, {"pre_token_version": 3}, "pre_token_version", "without --trigger pre-token"),
    ({}, {"tls": "1.3"}, "tls", "without --custom-domain"),
    (LIMITED, {"self_sign_up": False}, "email_domains", "add --self-sign-up"),
    (
        {"sign_in": "username", "self_sign_up": True, "verify_phone": True, "required": ("phone",)},
        {"email_domains": ("example.com",)},
        "email_domains",
        "add --required email",
    ),
    (
        {**LIMITED, "required": ("email", "phone")},
        {"verify_phone": True},
        "email_domains",
        "Cognito verifies the number only",
    ),
    (LIMITED, {"email_domains": ("example.com", "example.com")}, "email_domains", "twice"),
    (LIMITED, {"email_domains": ("@example.com",)}, "email_domains", "such as example.com"),
    (LIMITED, {"email_domains": ("*.example.com",)}, "email_domains", "such as example.com"),
    (LIMITED, {"email_domains": ("Example.com",)}, "email_domains", "lowercase"),
    (LIMITED, {"email_domains": ("b\u00fccher.example",)}, "email_domains", "xn--"),
    (LIMITED, {"email_domains": ("localhost",)}, "email_domains", "such as example.com"),
    (LIMITED, {"email_domains": ("example.com.",)}, "email_domains", "such as example.com"),
    (LIMITED, {"email_domains": ("a,b.example",)}, "email_domains", "such as example.com"),
    (LIMITED, {"email_domains": (f"{'x' * 64}.example",)}, "email_domains", "such as"),
    (LIMITED, {"email_domains": (f"{'a.' * 125}exam",)}, "email_domains", "such as"),
    (
        LIMITED,
        {"email_domains": tuple(f"{'x' * 50}{n}.example" for n in range(60))},
        "email_domains",
        "more than 3000 characters",
    ),
    (
        {"verify_email": "link", "email_message": "{##here##}"},
        {"email_message": "{####}"},
        "email_message",
        "the words to click",
    ),
    (
        {"verify_email": "link", "email_message": "{####} {##here##}"},
        {"email_message": "{## here #}"},
        "email_message",
        "the words to click",
    ),
    ({"grace_seconds": 10}, {"rotation": False}, "grace_seconds", "no effect"),
    (LITE, {"login": "managed"}, "login", "add --login classic"),
    (LITE, {"rotation": True}, "rotation", "add --no-rotation"),
    ({}, {"logout_urls": ("http://localhost:8000/auth/callback",)}, "logout_urls", "loop forever"),
    ({}, {"logout_urls": ("http://localhost:8000/auth/callback/",)}, "logout_urls", "loop forever"),
    (
        {},
        {"logout_urls": ("http://LOCALHOST:8000/auth/callback?a",)},
        "logout_urls",
        "loop forever",
    ),
    (CUSTOM, {"domain_prefix": "my-app"}, "domain_prefix", "leave one of them out"),
    (CUSTOM, {"certificate_arn": ""}, "certificate_arn", "is missing"),
    (CUSTOM, {"certificate_arn": "x"}, "certificate_arn", "arn:aws:acm:us-east-1:"),
    (
        CUSTOM,
        {"certificate_arn": CERTIFICATE.replace("us-east-1", "eu-west-1")},
        "certificate_arn",
        "must be in us-east-1, wherever the pool is",
    ),
    (
        CUSTOM,
        {"certificate_arn": CERTIFICATE.replace("123456789012", "1")},
        "certificate_arn",
        "arn:aws:acm:us-east-1:",
    ),
    (CUSTOM, {"custom_domain": ""}, "certificate_arn", "without --custom-domain"),
    (CUSTOM, {"custom_domain": "example.com"}, "custom_domain", "such as auth.example.com"),
    (CUSTOM, {"custom_domain": "https://auth.example.com"}, "custom_domain", "takes a host"),
    (CUSTOM, {"custom_domain": "Auth.example.com"}, "custom_domain", "takes a host"),
    (CUSTOM, {"custom_domain": "auth.example.com/"}, "custom_domain", "takes a host"),
    (CUSTOM, {"custom_domain": f"{'x' * 52}.example.com"}, "custom_domain", "63 characters"),
    (
        CUSTOM,
        {"callback_urls": ("https://auth.example.com/cb",)},
        "custom_domain",
        "each other's cookies",
    ),
    (
        CUSTOM,
        {"logout_urls": ("https://app.auth.example.com/bye",)},
        "custom_domain",
        "each other's cookies",
    ),
    ({}, {"hosted_zone_id": "Z0123"}, "hosted_zone_id", "without --custom-domain"),
    (ZONE, {"hosted_zone_id": "/hostedzone/Z0123"}, "hosted_zone_id", "hosted zone's id"),
    (
        {**ZONE, "parent_record": True},
        {"hosted_zone_id": ""},
        "parent_record",
        "add --hosted-zone-id",
    ),
]


@pytest.mark.parametrize(("accepted", "change", "name", "told"), CONTRADICTIONS)
def test_contradicting(
    accepted: dict[str, Any], change: dict[str, Any], name: str, told: str
) -> None:
    PoolOptions(**accepted)
    found = problems(**{**accepted, **change})
    assert list(found) == [FLAGS[name]]
    assert told in found[FLAGS[name]]


def test_a_broken_url_is_said_once() -> None:
    for url in ("https://[::1/cb", "https://app.example.com:x/cb"):
        assert list(problems(**CUSTOM, callback_urls=(url,))) == ["--callback-url"]


def test_what_can_meet() -> None:
    """Neighbours of refusals that must stay possible."""
    PoolOptions(**{**LIMITED, "sign_in": "username"})
    PoolOptions(
        **{**CUSTOM, "callback_urls": ("https://example.com/cb", "https://xauth.example.com/cb")}
    )
    PoolOptions(
        callback_urls=(URL,),
        logout_urls=("https://other.example.com/cb", "https://app.example.com/"),
    )
    PoolOptions(grace_seconds=30, rotation=False)
    PoolOptions(**{**LITE, **OWN_PAGES, "tier": "plus"})
