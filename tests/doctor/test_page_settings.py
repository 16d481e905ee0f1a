"""The settings of the gate's own sign-in pages, compared with the pool."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from tests.doctor.account import CUSTOM, USER_POOL, lines
from tests.doctor.aws import wrong

NOTHING: Mapping[str, Any] = MappingProxyType({})
SIGN_UP = {"COGNITO_GATE_SIGN_UP": "true"}
OPEN: Mapping[str, Any] = {"AdminCreateUserConfig": {"AllowAdminCreateUserOnly": False}}
NO_NAMES: Mapping[str, Any] = {"UsernameAttributes": []}
CHOICE = {"COGNITO_GATE_SIGN_IN_FLOW": "choice"}
FLOWS = {"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH"]}


def policy(length: object, *required: str) -> dict[str, Any]:
    asked = {"MinimumLength": length, **dict.fromkeys(required, True)}
    return {"Policies": {"PasswordPolicy": asked}}


def seen(
    pool: Mapping[str, Any] = NOTHING, client: Mapping[str, Any] = NOTHING, **changes: str
) -> dict[str, Any]:
    told = {"UserPool": {**USER_POOL, **pool}}
    return lines({**FLOWS, **client}, {**CUSTOM, **changes}, describe_user_pool=told)


def test_settings_that_fit() -> None:
    found = seen(OPEN, NOTHING, **SIGN_UP, **CHOICE)
    assert wrong(found) == set()
    pages = {code: line for code, line in found.items() if code.startswith("page-")}
    assert len(pages) == 5
    assert {line.state for line in pages.values()} == {"ok"}


def test_no_line_where_cognito_has_the_pages() -> None:
    assert not [code for code in lines() if code.startswith("page-")]


def test_a_setting_that_has_to_be_right_first() -> None:
    found = seen(COGNITO_GATE_PASSWORD_POLICY="strong")
    assert found["page-sign-in-names"].found == "not checked: COGNITO_GATE_PASSWORD_POLICY is wrong"


@pytest.mark.parametrize(
    ("pool", "client", "changes", "code", "state", "said"),
    [
        ({}, {}, SIGN_UP, "page-sign-up", "wrong", "only administrators"),
        (policy(12, "RequireNumbers"), {}, {}, "page-password-policy", "wrong", "'12 digits'"),
        (policy(6), {}, {}, "page-password-policy", "warning", "that Cognito would take"),
        (policy(None), {}, {}, "page-password-policy", "ok", "8 upper"),
        (policy(8, "RequireSymbols"), {}, {"COGNITO_GATE_PASSWORD_POLICY": "9 upper"},
         "page-password-policy", "wrong", "'8 symbols'"),
        ({}, {}, {"COGNITO_GATE_SIGN_IN": "username"}, "page-sign-in-names", "wrong", "by email"),
        ({}, {}, {"COGNITO_GATE_SIGN_IN": "both"}, "page-sign-in-names", "warning", "by email"),
        (NO_NAMES, {}, {}, "page-sign-in-names", "wrong", "by user names alone"),
        ({**NO_NAMES, "AliasAttributes": ["email"]}, {}, {"COGNITO_GATE_SIGN_IN": "both"},
         "page-sign-in-names", "ok", "both"),
        ({"UsernameAttributes": ["phone_number"]}, {}, {}, "page-sign-in-names", "wrong", "phone"),
        ({**OPEN, "SchemaAttributes": [{"Name": "given_name", "Required": True}, "odd"]}, {},
         SIGN_UP, "page-attributes", "wrong", "requires given_name"),
        (OPEN, {}, {**SIGN_UP, "COGNITO_GATE_SIGN_UP_ATTRIBUTES": "email,custom:tier"},
         "page-attributes", "wrong", "custom:tier: not in the pool"),
        (OPEN, {"WriteAttributes": ["name"]}, SIGN_UP, "page-attributes", "wrong",
         "may not write email"),
        ({}, {}, {**CHOICE, "COGNITO_GATE_SIGN_IN_WAYS": "WEB_AUTHN"}, "page-sign-in-ways",
         "wrong", "allows PASSWORD EMAIL_OTP"),
        ({"Policies": {}}, {}, CHOICE, "page-sign-in-ways", "ok", "PASSWORD"),
    ],
)  # fmt: skip
def test_each_setting_against_the_pool(
    pool: dict[str, Any],
    client: dict[str, Any],
    changes: dict[str, str],
    code: str,
    state: str,
    said: str,
) -> None:
    found = seen(pool, client, **changes)
    assert found[code].state == state
    assert said in found[code].found
    assert wrong(found) == ({code} if state == "wrong" else set())
