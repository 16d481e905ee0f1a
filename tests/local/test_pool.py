"""The pool: who is in it and whose password it is."""

import pytest

from cognito_gate.local import SAMPLE_USERS, Client, LocalConfigError, User
from cognito_gate.local.pool import Pool


def pool(users: tuple[User, ...] = SAMPLE_USERS, clients: tuple[Client, ...] = (Client(),)) -> Pool:
    return Pool("us-east-1_LOCALtest", users, clients, lambda: 0.0)


@pytest.mark.parametrize("name", ["ada", "Ada", "ada@example.com", "ADA@EXAMPLE.COM"])
def test_signing_in(name: str) -> None:
    assert pool().sign_in(name, SAMPLE_USERS[0].password) == SAMPLE_USERS[0]


@pytest.mark.parametrize(("name", "password"), [("ada", "x"), ("ada", ""), ("eve", ""), ("", "")])
def test_not_signing_in(name: str, password: str) -> None:
    assert pool().sign_in(name, password) is None


def test_users_come_and_go() -> None:
    changing, ada = pool(), SAMPLE_USERS[0]
    shown = [changing.shows_samples]
    eve = User("eve", "Some-Password-1")
    changing.put_user(eve)
    assert changing.user("eve") == eve
    assert [*shown, changing.shows_samples] == [True, False]
    changing.remove_user("ada")
    assert ada not in changing.users


def test_names_and_ids_are_unique() -> None:
    with pytest.raises(LocalConfigError, match="occurs twice"):
        pool().put_user(User("ADA", "Some-Password-1"))
    with pytest.raises(LocalConfigError, match="occurs twice"):
        pool(users=(*SAMPLE_USERS, *SAMPLE_USERS))
    with pytest.raises(LocalConfigError, match="same client_id"):
        pool(clients=(Client("a"), Client("a")))
    with pytest.raises(LocalConfigError, match="at least one client"):
        pool(clients=())


def test_unknown_switches_are_named() -> None:
    with pytest.raises(LocalConfigError, match="'speed' is not one of access_seconds"):
        pool().change_switches({"speed": 1})
