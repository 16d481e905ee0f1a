"""The claims of each kind of token."""

import pytest

from cognito_gate.local import Client, User
from cognito_gate.local.state import Grant
from cognito_gate.local.tokens import (
    Stamp,
    access_claims,
    at_hash,
    id_claims,
    machine_claims,
    overridden,
    readable,
)

PERSON = User(
    "zoe",
    "Some-Password-1",
    email="zoe@example.com",
    groups=("admin", "staff"),
    attributes={"name": "Zoë", "phone_number": "+15550100", "custom:n": "1"},
)
STAMP = Stamp("http://localhost/pool", 1000, "event-1")


def grant(**changes: object) -> Grant:
    facts = {"username": "zoe", "client_id": "app", "scopes": ("openid",), "auth_time": 900}
    return Grant(**{**facts, **changes})  # type: ignore[arg-type]


def test_access_claims() -> None:
    given = grant(scopes=("openid", "email"))
    claims = access_claims(given, PERSON, STAMP, 60)
    assert claims.pop("jti")
    assert claims == {
        "sub": PERSON.sub,
        "cognito:groups": ["admin", "staff"],
        "iss": "http://localhost/pool",
        "version": 2,
        "client_id": "app",
        "origin_jti": given.origin_jti,
        "event_id": "event-1",
        "token_use": "access",
        "scope": "openid email",
        "auth_time": 900,
        "exp": 1060,
        "iat": 1000,
        "username": "zoe",
    }


def test_id_claims() -> None:
    given = grant(nonce="n")
    claims = id_claims(given, PERSON, STAMP, 60, "access-token")
    assert claims.pop("jti")
    assert claims == {
        "at_hash": at_hash("access-token"),
        "sub": PERSON.sub,
        "cognito:groups": ["admin", "staff"],
        "email": "zoe@example.com",
        "email_verified": True,
        "name": "Zoë",
        "phone_number": "+15550100",
        "custom:n": "1",
        "iss": "http://localhost/pool",
        "cognito:username": "zoe",
        "nonce": "n",
        "origin_jti": given.origin_jti,
        "aud": "app",
        "event_id": "event-1",
        "token_use": "id",
        "auth_time": 900,
        "exp": 1060,
        "iat": 1000,
    }


def test_groups_and_nonce_are_absent_when_there_are_none() -> None:
    loner = User("loner", "Some-Password-1")
    access = access_claims(grant(), loner, STAMP, 60)
    identity = id_claims(grant(), loner, STAMP, 60, "x")
    assert "cognito:groups" not in access
    assert not identity.keys() & {"cognito:groups", "nonce", "email", "email_verified"}


def test_a_resource_is_the_audience_of_the_access_token() -> None:
    assert access_claims(grant(resource="https://api"), PERSON, STAMP, 1)["aud"] == "https://api"


def test_machine_claims_know_no_person() -> None:
    client = Client(client_id="m2m")
    claims = machine_claims(client, ("api/read",), STAMP, 60)
    assert claims.pop("jti")
    assert claims == {
        "sub": "m2m",
        "client_id": "m2m",
        "token_use": "access",
        "scope": "api/read",
        "iss": "http://localhost/pool",
        "version": 2,
        "exp": 1060,
        "iat": 1000,
    }


def test_at_hash_is_that_of_the_specification() -> None:
    # OpenID Connect Core, appendix A.3 and A.4, use this token and hash.
    token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
    assert at_hash(token) == "77QmUPtjPfzWtF2AnpK9RQ"


@pytest.mark.parametrize(
    ("scopes", "names"),
    [
        (("openid",), {"email", "email_verified", "name", "phone_number", "custom:n"}),
        (("openid", "email"), {"email", "email_verified"}),
        (("openid", "phone"), {"phone_number"}),
        (("openid", "profile", "email"), {"name", "custom:n", "email", "email_verified"}),
    ],
)
def test_scopes_narrow_what_is_readable(scopes: tuple[str, ...], names: set[str]) -> None:
    assert readable(PERSON, scopes).keys() == names


def test_overrides_replace_and_remove() -> None:
    assert overridden({"a": 1, "b": 2}, {"a": 3, "b": None, "c": 4}) == {"a": 3, "c": 4}
