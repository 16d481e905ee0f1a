"""Passwords that will do, and rules that can be."""

from typing import Any

import pytest

from cognito_gate.local import LocalCognito, LocalConfigError, PasswordPolicy


@pytest.mark.parametrize(
    ("password", "complaint"),
    [
        ("Aa1-aaaa", None),
        ("Aa1-aaa", "Password not long enough"),
        ("AA1-AAAA", "Password must have lowercase characters"),
        ("aa1-aaaa", "Password must have uppercase characters"),
        ("Aaa-aaaa", "Password must have numeric characters"),
        ("Aa1aaaaa", "Password must have symbol characters"),
        ("A\u00e41-1111", "Password must have lowercase characters"),
        ("\u00c4a1-1111", "Password must have uppercase characters"),
        ("Aa\u0661-aaaa", "Password must have numeric characters"),
        ("Aa1\u20acaaaa", "Password must have symbol characters"),
    ],
)
def test_the_default_policy(password: str, complaint: str | None) -> None:
    assert PasswordPolicy().complaint(password) == complaint


@pytest.mark.parametrize("kind", ["uppercase", "lowercase", "numbers", "symbols"])
def test_each_demand_may_be_dropped(kind: str) -> None:
    without = {
        "uppercase": "aa1-aaaa",
        "lowercase": "AA1-AAAA",
        "numbers": "Aaa-aaaa",
        "symbols": "Aa1aaaaa",
    }
    assert PasswordPolicy().complaint(without[kind])
    assert PasswordPolicy(**{kind: False}).complaint(without[kind]) is None


def test_the_length_may_be_another() -> None:
    assert PasswordPolicy(12).complaint("Aa1-aaaaaaa") == "Password not long enough"
    assert PasswordPolicy(12).complaint("Aa1-aaaaaaaa") is None


@pytest.mark.parametrize("length", [5, 100, "8", True, None])
def test_lengths_that_cannot_be(length: Any) -> None:
    with pytest.raises(LocalConfigError, match="minimum_length must be between 6 and 99"):
        PasswordPolicy(length)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"sign_in": "phone"}, "sign_in: 'phone' is not one of both, email, username"),
        ({"password_policy": 8}, "password_policy is not a policy"),
        ({"first_factors": ("TOTP",)}, "first_factors: 'TOTP' is not one of"),
        ({"first_factors": ("PASSWORD", "PASSWORD")}, "first_factors must not repeat"),
        ({"auto_verified": ("name",)}, "auto_verified: 'name' is not one of"),
        ({"required_attributes": ("shoe",)}, "required_attributes: 'shoe' is not one of"),
        ({"mfa": "maybe"}, "mfa: 'maybe' is not one of"),
        ({"speed": 1}, "switch 'speed' is not one of"),
        ({"auth_flows": ("ALLOW_ALL",)}, "auth_flows: 'ALLOW_ALL' is not one of"),
    ],
)
def test_pools_that_cannot_be(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(LocalConfigError, match=complaint):
        LocalCognito(**options)
