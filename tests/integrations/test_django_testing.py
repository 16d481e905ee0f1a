"""The clients for the tests of Django's views: they say who is there."""

import asyncio
from typing import Any

import pytest

from tests.integrations.stage import OPEN


@pytest.fixture
def client(accounts: Any) -> Any:
    from cognito_gate.integrations.django_testing import CognitoClient

    return CognitoClient()


def test_nobody_is_there_at_first(client: Any) -> None:
    assert client.get(f"{OPEN}/maybe").json()["identity"] is None
    assert client.get(f"{OPEN}/who").status_code == 401


def test_a_user_signs_in_and_out(client: Any) -> None:
    client.sign_in("ada", groups=["admin"])
    seen = client.get(f"{OPEN}/who").json()
    assert (seen["identity"], seen["email"], seen["signed_in"]) == ("ada", "ada@example.com", True)
    assert client.get(f"{OPEN}/admin").status_code == 200
    client.sign_in("bob")
    assert client.get(f"{OPEN}/admin").status_code == 403
    client.sign_out()
    assert client.get(f"{OPEN}/maybe").json()["signed_in"] is False


def test_the_same_name_is_the_same_user(client: Any, accounts: Any) -> None:
    for sign_in in ({}, {"groups": ("admin",)}, {"sub": "sub-of-ada"}):
        client.sign_in("ada", **sign_in)
        client.get(f"{OPEN}/who")
    assert accounts.count() == 1


def test_claims_are_those_of_the_id_token(client: Any) -> None:
    client.sign_in("ada", email="ada@example.org", email_verified=False)
    assert client.get(f"{OPEN}/who").json()["email"] == ""


def test_groups_are_a_list(client: Any) -> None:
    with pytest.raises(TypeError, match="groups"):
        client.sign_in("ada", groups="admin")


def test_the_client_for_async_views(accounts: Any) -> None:
    from cognito_gate.integrations.django_testing import AsyncCognitoClient

    client = AsyncCognitoClient()

    async def status(path: str) -> int:
        return int((await client.get(f"{OPEN}/{path}")).status_code)

    assert asyncio.run(status("both")) == 401
    client.sign_in("eve", groups=["admin", "staff"])
    assert asyncio.run(status("both")) == 200
