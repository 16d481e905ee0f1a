"""People: who exists is valid, and who cannot be is told why."""

from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from cognito_gate.local import LocalConfigError, User
from cognito_gate.local.user import with_attributes

PASSWORD = "Good-Password-1"
SECRET = "JBSWY3DPEHPK3PXP"


def test_a_users_sub_is_derived_unless_given() -> None:
    assert User("ada", PASSWORD).sub == User("ada", PASSWORD).sub != User("bob", PASSWORD).sub
    assert User("ada", PASSWORD, sub="mine").sub == "mine"
    assert replace(User("ada", PASSWORD, sub="mine"), groups=("x",)).sub == "mine"


def test_a_user_is_frozen_through_and_through() -> None:
    attributes: dict[str, str | bool] = {"name": "Ada"}
    user = User("ada", PASSWORD, groups=["a"], attributes=attributes)  # type: ignore[arg-type]
    attributes["name"] = "Eve"
    assert user.attributes == {"name": "Ada"}
    assert user.groups == ("a",)
    assert hash(user) == hash(replace(user))
    with pytest.raises(FrozenInstanceError):
        user.username = "eve"  # type: ignore[misc]


def test_an_e_mail_counts_as_verified_unless_said_otherwise() -> None:
    user = User("ada", PASSWORD, email="a@b")
    assert user.claims == {"email": "a@b", "email_verified": True}
    unverified = replace(user, attributes={"email_verified": False})
    assert unverified.claims["email_verified"] is False


def test_so_does_a_phone() -> None:
    user = User("ada", PASSWORD, phone="+15550001234")
    assert user.claims == {"phone_number": "+15550001234", "phone_number_verified": True}
    assert user.verified("phone_number") == user.contact("phone_number") == "+15550001234"
    unverified = replace(user, attributes={"phone_number_verified": False})
    assert unverified.verified("phone_number") is None
    assert unverified.contact("phone_number") == "+15550001234"
    assert user.contact("email") is user.verified("email") is None


def test_secrets_stay_out_of_repr() -> None:
    shown = repr(User("ada", PASSWORD, totp_secret=SECRET))
    assert PASSWORD not in shown
    assert SECRET not in shown


def test_second_factors_have_what_they_need() -> None:
    user = User(
        "ada",
        PASSWORD,
        "a@b",
        phone="+15550001234",
        mfa=["totp", "sms", "email"],  # type: ignore[arg-type]
        preferred_mfa="sms",
        totp_secret=SECRET,
    )
    assert user.mfa == ("totp", "sms", "email")


def test_attributes_are_replaced_wherever_they_are_kept() -> None:
    user = User("ada", PASSWORD, "a@b", attributes={"name": "Ada", "email_verified": False})
    changed = with_attributes(user, {"email": "c@d", "phone_number": "+49", "name": "Eve"})
    assert (changed.email, changed.phone) == ("c@d", "+49")
    assert changed.attributes == {"name": "Eve", "email_verified": False}
    assert with_attributes(user, {}) == user
    assert with_attributes(User("bob", PASSWORD), {}).claims == {}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"username": ""}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": "a" * 129}, "username"),
        ({"username": "a\x00"}, "username"),
        ({"username": 7}, "username"),
        ({"password": ""}, "password"),
        ({"password": "with space"}, "password"),
        ({"password": "x" * 257}, "password"),
        ({"email": "nobody"}, "email"),
        ({"email": ""}, "email"),
        ({"groups": "admin"}, "groups must be a list"),
        ({"groups": 7}, "groups must be a list"),
        ({"groups": (7,)}, "groups must be a list"),
        ({"groups": ("a", "a")}, "groups must not repeat"),
        ({"groups": ("a b",)}, "groups"),
        ({"attributes": {"sub": "x"}}, "'sub' is neither standard nor custom"),
        ({"attributes": {"cognito:groups": "x"}}, "neither standard"),
        ({"attributes": {"custom:": "x"}}, "neither standard"),
        ({"attributes": {"name": 7}}, "'name' must be a string"),
        ({"attributes": {"name": "x" * 2049}}, "at most 2048"),
        ({"attributes": {"custom:a": True}}, "'custom:a' must be a string"),
        ({"attributes": {"email_verified": "true"}}, "'email_verified' must be true or false"),
        ({"status": "confirmed"}, "status: 'confirmed' is not one of CONFIRMED"),
        ({"status": None}, "status: None is not one of"),
        ({"enabled": 1}, "enabled must be true or false"),
        ({"phone": "5550001234"}, "phone must look like"),
        ({"phone": "+0550001234"}, "phone must look like"),
        ({"phone": 7}, "phone must look like"),
        ({"mfa": "totp"}, "mfa must be a list"),
        ({"mfa": ("app",)}, "mfa: 'app' is not one of email, sms, totp"),
        ({"mfa": ("totp",)}, "mfa needs a totp_secret"),
        ({"mfa": ("sms",)}, "mfa needs a phone"),
        ({"mfa": ("email",), "email": None}, "mfa needs an email"),
        ({"preferred_mfa": "email"}, "preferred_mfa: 'email' is not one of"),
        ({"totp_secret": "JBSWY3DPEHPK3PX"}, "totp_secret must be"),
        ({"totp_secret": "jbswy3dpehpk3pxp"}, "totp_secret must be"),
        ({"totp_secret": 7}, "totp_secret must be"),
    ],
)
def test_users_that_cannot_be(changes: dict[str, Any], complaint: str) -> None:
    good: dict[str, Any] = {"username": "ada", "password": PASSWORD, "email": "a@b"}
    User(**good)
    with pytest.raises(LocalConfigError, match=complaint):
        User(**{**good, **changes})
