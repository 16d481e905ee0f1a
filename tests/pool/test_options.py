"""What a pool may be: accepted cases, and refusals that differ from one by a single fact."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cognito_gate.pool._values import CHOICES, VALUES
from cognito_gate.pool.options import DEFAULTS, FLAGS, PoolOptions, PoolOptionsError
from tests.pool.refused_values import FUNCTION, REFUSED, URL
from tests.pool.variants import CUSTOM, LIMITED


def problems(**options: Any) -> dict[str, str]:
    with pytest.raises(PoolOptionsError) as error:
        PoolOptions(**options)
    for flag, problem in error.value.problems.items():
        assert f"\n  {flag} {problem}" in str(error.value)
    return error.value.problems


def test_the_defaults_are_secure() -> None:
    options = PoolOptions()
    assert {name: getattr(options, name) for name in DEFAULTS} == {
        "name": "cognito-gate",
        "sign_in": "email",
        "required": ("email",),
        "attributes": (),
        "auto_confirm_domains": (),
        "passwordless": (),
        "passkey_domain": "",
        "passkey_verification": "preferred",
        "passkey_mfa": False,
        "mfa_methods": ("app",),
        "ses_identity": "",
        "email_from": "",
        "email_reply_to": "",
        "email_configuration_set": "",
        "invitation_subject": "",
        "invitation_message": "",
        "invitation_sms": "",
        "code_subject": "",
        "code_message": "",
        "code_sms": "",
        "sms_message": "",
        "api_scopes": (),
        "read_attributes": (),
        "write_attributes": (),
        "identity_providers": (),
        "triggers": (),
        "pre_token_version": 2,
        "tls": "1.2",
        "threat_protection": "auto",
        "notification_log": "",
        "sign_in_log": "",
        "tags": (),
        "password_length": 12,
        "password_upper": True,
        "password_lower": True,
        "password_digits": True,
        "password_symbols": True,
        "temporary_password_days": 7,
        "verify_email": "code",
        "email_subject": "",
        "email_message": "",
        "verify_phone": False,
        "self_sign_up": False,
        "email_domains": (),
        "mfa": "optional",
        "groups": (),
        "public": False,
        "callback_urls": ("http://localhost:8000/auth/callback",),
        "logout_urls": ("http://localhost:8000/auth/signed-out",),
        "scopes": ("openid", "email", "profile"),
        "access_minutes": 60,
        "id_minutes": 60,
        "refresh_days": 30,
        "rotation": True,
        "grace_seconds": 30,
        "prevent_user_existence_errors": True,
        "token_revocation": True,
        "sign_in_pages": "hosted",
        "login": "managed",
        "tier": "essentials",
        "domain_prefix": "",
        "custom_domain": "",
        "certificate_arn": "",
        "hosted_zone_id": "",
        "parent_record": False,
        "deletion_protection": True,
        "retain": True,
        "sessions_table": False,
        "issuer": "original",
    }


def test_options_are_frozen() -> None:
    options = PoolOptions()
    with pytest.raises(dataclasses.FrozenInstanceError):
        options.name = "x"  # type: ignore[misc]


def test_every_flag_is_the_name_or_its_singular() -> None:
    for name, flag in FLAGS.items():
        plain = f"--{name.replace('_', '-')}"
        assert flag in (plain, plain.removesuffix("s")) or flag == name == "identity_providers"
    assert FLAGS["callback_urls"] == "--callback-url"
    assert set(VALUES) <= set(DEFAULTS)
    assert set(CHOICES) <= set(DEFAULTS)


def test_all_that_is_wrong_is_reported_at_once_in_the_order_of_the_options() -> None:
    found = problems(name="", mfa="always", login="new", tier="free", groups=("a b",))
    assert list(found) == ["--name", "--group", "--mfa", "--login", "--tier"]


def test_a_wrong_value_and_a_contradiction_are_reported_together() -> None:
    assert list(problems(name="", verify_phone=True)) == ["--name", "--verify-phone"]
    # Of one option, what is wrong by itself.
    assert "lowercase" in problems(email_domains=("@x",))["--email-domain"]


def test_a_wrong_type_is_refused() -> None:
    for name in DEFAULTS:
        assert list(problems(**{name: None})) == [FLAGS[name]]
        assert list(problems(**{name: ["x"]})) == [FLAGS[name]]


def test_true_is_no_number() -> None:
    for name in ("password_length", "access_minutes", "grace_seconds"):
        assert "takes a whole number" in problems(**{name: True})[FLAGS[name]]


ACCEPTED: dict[str, list[Any]] = {
    "name": ["a", "x" * 128, "My pool_1 +=,.@-"],
    "password_length": [6, 99],
    "temporary_password_days": [1, 365],
    "email_subject": ["x", "\u00e4" * 140, "Your code: \U0001f600"],
    "email_message": ["{####}", "a\r\n\t{####}{####}", "{####}" + "x" * 19_994],
    "groups": [("a",), ("x" * 128,), ("a", "A", "a.b:c/d", "\u00e4\u2603\U0001f600")],
    "callback_urls": [
        (URL,),
        ("http://localhost:1/cb", "http://127.0.0.1:1/cb", "http://[::1]:1/cb"),
        (f"https://a.example/{'x' * 1006}",),
        tuple(f"https://a.example/{n}" for n in range(100)),
    ],
    "logout_urls": [(URL,), ("https://a.example",), ("https://a.example/?b=c&d=%20",)],
    "scopes": [("openid",), CHOICES["scopes"]],
    "attributes": [("plan", "seats:number", "a-b_c:boolean"), ("x" * 20,)],
    "tags": [("team=web", "a:b/c=d e", "empty=")],
    "api_scopes": [("https://api.example.com/v1/read=Read a/b", "orders/write")],
    "read_attributes": [("updated_at", "locale")],
    "invitation_message": ["{username} {####} {app}"],
    "triggers": [(f"pre-token={FUNCTION}:live", f"custom-message={FUNCTION}")],
    "notification_log": ["arn:aws-us-gov:logs:us-gov-west-1:123456789012:log-group:/a/b:*"],
    "access_minutes": [5, 1440],
    "id_minutes": [5, 1440],
    "refresh_days": [1, 3650],
    "grace_seconds": [0, 60],
    "domain_prefix": ["a", "a-b", "x" * 63, "0"],
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str) -> None:
    for value in ACCEPTED[name]:
        assert getattr(PoolOptions(**{name: value}), name) == value


def test_custom_domains_are_accepted() -> None:
    for value in ("a.example.com", "a.b-c.example.com", f"{'x' * 51}.example.com"):
        assert PoolOptions(**{**CUSTOM, "custom_domain": value}).custom_domain == value


def test_email_domains_are_accepted() -> None:
    for value in ("example.com", "a.b.example", "xn--p1ai.example", "1.de"):
        assert PoolOptions(**{**LIMITED, "email_domains": (value,)}).email_domains == (value,)


@pytest.mark.parametrize("refused", sorted({name for name, _, _ in REFUSED}))
def test_refused(refused: str) -> None:
    for name, value, told in REFUSED:
        if name == refused:
            found = problems(**{name: value})
            assert list(found) == [FLAGS[name]], value
            assert told in found[FLAGS[name]], value


@settings(deadline=None)
@given(st.sampled_from(sorted(DEFAULTS)), st.text() | st.integers() | st.tuples(st.text()))
def test_any_value_is_either_taken_or_named(name: str, value: Any) -> None:
    try:
        options = PoolOptions(**{name: value})
    except PoolOptionsError:
        assert problems(**{name: value}).keys() <= set(FLAGS.values())
    else:
        assert getattr(options, name) == value
