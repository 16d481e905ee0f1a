"""Options that contradict each other: each case differs from an accepted one by one fact."""

from __future__ import annotations

from typing import Any

import pytest

from cognito_gate.pool.options import FLAGS, PoolOptions, PoolOptionsError
from tests.pool.variants import CERTIFICATE, CUSTOM, LIMITED, LITE, OWN_PAGES, PHONE, ZONE

URL = "https://app.example.com/cb"


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
        "Cognito verifies the phone number only",
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
