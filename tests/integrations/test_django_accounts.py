"""Which Django account a visitor has: found by `sub`, username or a verified e-mail address, never
taken from somebody else, and with the privileges that the groups of the pool give."""

import logging
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest

from cognito_gate import Identity
from tests.integrations.stage import OPEN

SUB = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
OTHER = "16fd2706-8baf-433b-82eb-8c7fada847da"
ModelBackend = "django.contrib.auth.backends.ModelBackend"
OURS = "cognito_gate.integrations.django.CognitoBackend"
Visit: TypeAlias = Callable[..., Any]


def person(
    username: str = "ada",
    sub: str = SUB,
    groups: tuple[str, ...] = (),
    email: str = "ada@example.com",
    **claims: Any,
) -> Identity:
    access = {"sub": sub, "username": username, "cognito:groups": list(groups), "exp": 1}
    return Identity(access, {"sub": sub, "email": email, "email_verified": True, **claims})


@pytest.fixture(autouse=True)
def no_key_is_set(accounts: Any) -> Iterator[None]:
    """The example sets one; these begin with the default."""
    from django.conf import settings as django_settings
    from django.test import override_settings

    with override_settings():
        del django_settings.COGNITO_GATE_ACCOUNT_KEY
        yield


@pytest.fixture
def visit(accounts: Any) -> Visit:
    """One request of a visitor with a new browser: the account that the view saw, or None."""
    from django.test import Client

    def ask(identity: Identity | None, client: Any = None) -> Any:
        extra: Any = {"cognito_gate.identity": identity}
        seen = (client or Client()).get(f"{OPEN}/maybe", **extra).json()
        return accounts.get(username=seen["user"]) if seen["signed_in"] else None

    return ask


@pytest.fixture
def keyed(accounts: Any, settings: Any) -> Callable[[str], None]:
    """Sets the key of the accounts."""

    def by(key: str) -> None:
        settings(COGNITO_GATE_ACCOUNT_KEY=key)

    return by


@pytest.fixture
def settings(accounts: Any) -> Any:
    """Changes Django's settings until the end of the test."""
    from contextlib import ExitStack

    from django.test import override_settings

    with ExitStack() as stack:
        yield lambda **values: stack.enter_context(override_settings(**values))


# Whose account


def test_an_account_is_named_by_the_sub(visit: Visit, accounts: Any) -> None:
    account = visit(person())
    assert (account.username, account.email) == (SUB, "ada@example.com")
    assert not account.has_usable_password()
    assert visit(person("renamed", email="ada@example.org")) == account
    assert accounts.count() == 1


def test_an_account_that_is_named_by_a_sub_is_that_users(visit: Visit, accounts: Any) -> None:
    made_before = accounts.create_user(SUB, password="given by an administrator", is_staff=True)
    account = visit(person())
    assert account == made_before
    assert account.is_staff
    assert not account.has_usable_password()


def test_the_name_shown_is_what_the_pool_knows(visit: Visit) -> None:
    account = visit(person(given_name="Ada", family_name="Lovelace" * 30))
    assert account.first_name == "Ada"
    assert account.last_name == ("Lovelace" * 30)[:150]
    assert visit(person()).first_name == "Ada"  # a claim that is not there decides nothing
    whole = visit(person(sub="another-sub", name="Bob Builder", email="bob@example.com"))
    assert whole.first_name == "Bob Builder"


@pytest.mark.parametrize("text", ["A\0da", "Ada\ud800"], ids=["NUL", "half a character"])
def test_what_no_database_takes_decides_nothing(
    keyed: Callable[[str], None], visit: Visit, text: str
) -> None:
    """PostgreSQL takes no NUL, and no database half a character. JSON can write both."""
    keyed("username")
    account = visit(person(text, email=text, given_name=text))
    assert (account.username, account.email, account.first_name) == (SUB, "", "")
    keyed("email")
    assert visit(person(email=text)) == account


def test_nobody_becomes_the_superuser_by_name(visit: Visit, accounts: Any) -> None:
    accounts.create_superuser("admin", "root@example.com", "local password")
    account = visit(person("admin"))
    assert (account.username, account.is_superuser) == (SUB, False)


@pytest.mark.parametrize(
    "existing",
    [
        {"password": "local password"},
        {"is_superuser": True},
        {"is_staff": True},
    ],
    ids=["a password", "a superuser without a password", "staff without a password"],
)
def test_by_username_an_account_of_djangos_own_is_left_alone(
    visit: Visit,
    accounts: Any,
    keyed: Callable[[str], None],
    caplog: pytest.LogCaptureFixture,
    existing: dict[str, Any],
) -> None:
    keyed("username")
    local = accounts.create_user("admin", "root@example.com", **existing)
    before = local.password
    with caplog.at_level(logging.WARNING, "cognito_gate"):
        assert visit(person("admin")) is None
    local.refresh_from_db()
    assert (local.password, local.email) == (before, "root@example.com")
    assert "hand_over" in caplog.text
    assert "'admin'" in caplog.text


def test_a_refused_account_is_not_given_by_another_backend(
    visit: Visit, accounts: Any, keyed: Callable[[str], None], settings: Any
) -> None:
    stock = "django.contrib.auth.backends.RemoteUserBackend"
    settings(AUTHENTICATION_BACKENDS=[OURS, stock])
    keyed("username")
    accounts.create_superuser("admin", "root@example.com", "local password")
    assert visit(person("admin")) is None


def test_by_username_an_account_without_password_and_rights_is_taken(
    visit: Visit, accounts: Any, keyed: Callable[[str], None]
) -> None:
    keyed("username")
    accounts.create(username="ada")  # as Django's RemoteUserBackend leaves one: password ""
    assert visit(person()).username == "ada"
    assert visit(person(sub=OTHER)) is None  # from now on it is the first one's


def test_a_username_that_is_used_again_is_somebody_else(
    visit: Visit, accounts: Any, keyed: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    keyed("username")
    assert visit(person()).username == "ada"
    assert visit(person(sub=OTHER)) is None
    assert "belongs to another user of the pool" in caplog.text
    assert visit(person()).username == "ada"


def test_a_username_that_is_somebodys_sub(
    visit: Visit, accounts: Any, keyed: Callable[[str], None]
) -> None:
    keyed("username")
    squatter = visit(person(SUB, sub=OTHER))
    assert squatter.username == SUB
    assert visit(person()) is None  # not the squatter's account


def test_an_account_goes_on_when_the_key_changes(
    visit: Visit, accounts: Any, keyed: Callable[[str], None]
) -> None:
    keyed("username")
    account = visit(person())
    keyed("sub")
    assert visit(person()) == account
    keyed("email")
    assert visit(person(email="another@example.com")) == account
    assert accounts.count() == 1


def test_by_email_an_existing_account_is_found(
    visit: Visit, accounts: Any, keyed: Callable[[str], None]
) -> None:
    keyed("email")
    local = accounts.create_user("countess", "Ada@Example.com", "local password")
    assert visit(person()) == local
    local.refresh_from_db()
    # Whoever registered it with this address, and may not be its owner, cannot log in any more.
    assert not local.check_password("local password")
    assert visit(person(sub=OTHER)) is None
    assert visit(person(email="new@example.com")) == local


def test_by_email_only_a_verified_address_counts(
    visit: Visit, accounts: Any, keyed: Callable[[str], None]
) -> None:
    keyed("email")
    local = accounts.create_user("countess", "ada@example.com")
    account = visit(person(email_verified=False))
    assert (account.username, account.email) == (SUB, "")
    assert account != local


@pytest.mark.parametrize(
    "other", ["M\u0131ss@example.com", "mi\u00df@example.com", "mi\u017fs@example.com"]
)
def test_by_email_letters_that_only_look_alike_are_others(
    keyed: Callable[[str], None], visit: Visit, accounts: Any, other: str
) -> None:
    """To PostgreSQL the dotless i is an i in capitals, and MySQL leaves accents out. A sharp s is
    no ss: somebody else may have that domain (RFC 5894)."""
    from django.db import connection

    def like(pattern: str, text: str, escape: str) -> bool:
        return pattern.upper() == text.upper()

    keyed("email")
    accounts.create_user("miss", "miss@example.com")
    connection.ensure_connection()
    connection.connection.create_function("like", 3, like)
    try:
        assert visit(person(email=other)).username == SUB
        assert visit(person(sub=OTHER, email="MISS@example.com")).username == "miss"
    finally:
        connection.close()


@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_by_email_no_privileged_account_is_taken(
    visit: Visit, accounts: Any, keyed: Callable[[str], None], right: str
) -> None:
    keyed("email")
    accounts.create_user("root", "ada@example.com", **{right: True})
    assert visit(person()) is None


def test_by_email_an_address_of_two_accounts_is_nobodys(
    visit: Visit, accounts: Any, keyed: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    keyed("email")
    for name in ("one", "two"):
        accounts.create_user(name, "ada@example.com")
    assert visit(person()) is None
    assert "2 accounts" in caplog.text


@pytest.mark.parametrize("key", ["sub", "username", "email"])
def test_an_account_can_be_handed_over(
    visit: Visit, accounts: Any, keyed: Callable[[str], None], key: str
) -> None:
    from cognito_gate.integrations.django import hand_over

    keyed(key)
    local = accounts.create_superuser("ada", "ada@example.com", "local password")
    hand_over(local, SUB)
    assert visit(person()) == local
    assert visit(person(sub=OTHER)) != local
    assert accounts.get(pk=local.pk).is_superuser


def test_a_sub_is_needed_to_hand_over(accounts: Any) -> None:
    from cognito_gate.integrations.django import hand_over

    local = accounts.create_superuser("ada", "ada@example.com", "local password")
    with pytest.raises(ValueError, match="sub"):
        hand_over(local, "")
    assert accounts.get().check_password("local password")


def test_a_backend_gives_nothing_without_an_identity(accounts: Any) -> None:
    import asyncio

    from django.test import RequestFactory

    from cognito_gate.integrations.django import CognitoBackend

    request = RequestFactory().get("/")
    assert CognitoBackend().authenticate(request, remote_user="ada") is None
    assert CognitoBackend().authenticate(None, remote_user="ada") is None
    assert asyncio.run(CognitoBackend().aauthenticate(request, remote_user="ada")) is None
    assert not accounts.exists()


# What the groups decide


def test_nothing_is_decided_by_groups_unless_asked(visit: Visit, accounts: Any) -> None:
    account = visit(person(groups=("staff", "admin")))
    assert (account.is_staff, account.is_superuser) == (False, False)
    assert not account.groups.exists()
    accounts.update(is_staff=True, is_superuser=True)
    account = visit(person())
    assert account.is_staff
    assert account.is_superuser


def test_staff_and_superusers_by_groups(visit: Visit, settings: Any) -> None:
    settings(
        COGNITO_GATE_STAFF_GROUPS=["staff", "editors"], COGNITO_GATE_SUPERUSER_GROUPS=["admin"]
    )
    rights = {
        groups: (account.is_staff, account.is_superuser)
        for groups in [(), ("staff",), ("editors", "x"), ("admin",), ("Staff", "Admin")]
        for account in [visit(person(groups=groups))]
    }
    assert rights == {
        (): (False, False),
        ("staff",): (True, False),
        ("editors", "x"): (True, False),
        ("admin",): (True, True),  # Django's admin wants both
        ("Staff", "Admin"): (False, False),
    }


def test_who_leaves_a_group_loses_its_right_at_the_next_request(
    visit: Visit, settings: Any
) -> None:
    from django.test import Client

    settings(COGNITO_GATE_SUPERUSER_GROUPS=["admin"], COGNITO_GATE_SYNC_GROUPS=["admin"])
    client = Client()
    assert visit(person(groups=("admin",)), client).is_superuser
    account = visit(person(), client)
    assert (account.is_staff, account.is_superuser) == (False, False)
    assert not account.groups.exists()


def test_an_empty_list_means_nobody(visit: Visit, accounts: Any, settings: Any) -> None:
    visit(person())
    accounts.update(is_superuser=True, is_staff=True)
    settings(COGNITO_GATE_STAFF_GROUPS=[], COGNITO_GATE_SUPERUSER_GROUPS=())
    account = visit(person(groups=("", "admin")))
    assert (account.is_staff, account.is_superuser) == (False, False)


def test_groups_are_mirrored_as_far_as_they_are_listed(visit: Visit, settings: Any) -> None:
    from django.contrib.auth.models import Group

    Group.objects.all().delete()
    settings(COGNITO_GATE_SYNC_GROUPS=["editors", "authors"])
    account = visit(person(groups=("editors", "admin")))
    local = Group.objects.create(name="local")
    account.groups.add(local)

    def names() -> list[str]:
        return sorted(account.groups.values_list("name", flat=True))

    assert names() == ["editors", "local"]
    visit(person(groups=("authors",)))
    assert names() == ["authors", "local"]
    visit(person())
    assert names() == ["local"]
    assert not Group.objects.filter(name="admin").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COGNITO_GATE_STAFF_GROUPS", "staff"),
        ("COGNITO_GATE_SUPERUSER_GROUPS", True),
        ("COGNITO_GATE_SYNC_GROUPS", [1]),
        ("COGNITO_GATE_ACCOUNT_KEY", "name"),
    ],
)
def test_a_wrong_setting_stops_the_start(settings: Any, name: str, value: object) -> None:
    from django.core.exceptions import ImproperlyConfigured
    from django.core.wsgi import get_wsgi_application

    settings(**{name: value})
    with pytest.raises(ImproperlyConfigured, match=name):
        get_wsgi_application()


def test_djangos_own_middleware_is_needed(accounts: Any) -> None:
    from django.core.exceptions import ImproperlyConfigured
    from django.test import RequestFactory

    from cognito_gate.integrations.django import CognitoMiddleware

    extra: Any = {"cognito_gate.identity": person()}
    with pytest.raises(ImproperlyConfigured, match="authentication middleware"):
        CognitoMiddleware(lambda request: None)(RequestFactory().get("/", **extra))


# Accounts that log in by a password of Django's, beside ours


@pytest.fixture
def both(settings: Any) -> None:
    settings(AUTHENTICATION_BACKENDS=[OURS, ModelBackend])


def test_a_login_by_password_stays(both: None, visit: Visit, accounts: Any) -> None:
    from django.test import Client

    root = accounts.create_superuser("root", "root@example.com", "local password")
    client = Client()
    visit(person(), client)
    assert client.login(username="root", password="local password")
    assert visit(person(), client) == root
    assert visit(person(), client) == root
    root.refresh_from_db()
    assert root.email == "root@example.com"  # the pool decides nothing about it


@pytest.mark.parametrize("after", [None, person("bob", OTHER)], ids=["nobody", "somebody else"])
def test_a_login_by_password_ends_with_the_visitor(
    both: None, visit: Visit, accounts: Any, after: Identity | None
) -> None:
    from django.test import Client

    root = accounts.create_superuser("root", "root@example.com", "local password")
    client = Client()
    assert client.login(username="root", password="local password")
    assert visit(person(), client) == root
    assert visit(after, client) != root
    assert visit(person(), client) != root


def test_a_login_by_password_without_any_visitor_is_djangos_own(
    both: None, visit: Visit, accounts: Any
) -> None:
    from django.test import Client

    root = accounts.create_superuser("root", "root@example.com", "local password")
    client = Client()
    assert client.login(username="root", password="local password")
    assert visit(None, client) == root
    assert visit(None, client) == root


def test_a_session_that_names_no_visitor_is_not_believed(
    visit: Visit, accounts: Any, keyed: Callable[[str], None]
) -> None:
    from django.test import Client

    keyed("username")
    account = visit(person())
    client = Client()
    client.force_login(account)  # by the first backend, ours
    assert visit(person(sub=OTHER), client) is None
    client.force_login(account)
    assert visit(None, client) is None


# A user model of another kind


def test_a_value_that_must_be_unique_stays_its_owners(
    visit: Visit, accounts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.models import User

    monkeypatch.setattr(User._meta.get_field("email"), "unique", True)
    accounts.create_user("local", "ada@example.com")
    account = visit(person())
    assert (account.username, account.email) == (SUB, "")


def test_where_the_email_address_is_the_username(
    visit: Visit, accounts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.models import User

    monkeypatch.setattr(User, "USERNAME_FIELD", "email")
    monkeypatch.setattr(User._meta.get_field("email"), "unique", True)
    from django.test import Client

    for _ in range(2):
        extra: Any = {"cognito_gate.identity": person()}
        assert Client().get(f"{OPEN}/maybe", **extra).json()["user"] == "ada@example.com"
    assert accounts.count() == 1


# Log-out


def test_an_admin_whose_log_out_keeps_the_gates_session_is_told(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    from django.conf import settings as django_settings

    from cognito_gate.integrations.django import CognitoMiddleware

    def start() -> str:
        caplog.clear()
        CognitoMiddleware(lambda request: None)
        return caplog.text

    assert "LOGOUT_REDIRECT_URL" not in start()  # a site without the admin
    settings(INSTALLED_APPS=[*django_settings.INSTALLED_APPS, "django.contrib.admin"])
    assert "LOGOUT_REDIRECT_URL" in start()
    settings(LOGOUT_REDIRECT_URL="/auth/logout")
    assert "LOGOUT_REDIRECT_URL" not in start()
