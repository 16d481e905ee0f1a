"""Django: `request.user` and `request.cognito` under WSGI and ASGI, with its ORM and sessions."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest

from cognito_gate.local import LocalCognito, User
from tests.integrations.conftest import OpenASGI, OpenWSGI
from tests.integrations.stage import OPEN, TABLE, ASGISite, WSGISite, rows

Site: TypeAlias = ASGISite | WSGISite
HERE = "tests.integrations.django_views"
OURS = "cognito_gate.integrations.django"
STOCK = "django.contrib.auth.backends.RemoteUserBackend"


@pytest.fixture(params=["asgi", "wsgi"])
def make_site(
    request: pytest.FixtureRequest, accounts: Any, asgi: OpenASGI, wsgi: OpenWSGI
) -> Callable[..., Site]:
    """Makes the site behind either edge, with Django's settings of that moment."""
    from django.core.asgi import get_asgi_application
    from django.core.wsgi import get_wsgi_application

    if request.param == "asgi":
        return lambda **changes: asgi(get_asgi_application(), **changes)
    return lambda **changes: wsgi(get_wsgi_application(), **changes)


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site()


@pytest.fixture(autouse=True)
def named_by_username(accounts: Any) -> Iterator[None]:
    """Accounts have readable names here; test_django_accounts.py has the other keys."""
    from django.test import override_settings

    with override_settings(COGNITO_GATE_ACCOUNT_KEY="username"):
        yield


def kept(answer: Any) -> dict[str, str]:
    """Django's session cookie, as set or cleared."""
    return {name: value for name, value in answer.cookies.items() if name == "sessionid"}


def test_who_gets_what(site: Site) -> None:
    for path, username, status in rows(TABLE):
        answer = site.get(path, username)
        assert answer.status_code == status, (path, username)
        assert answer.headers.get("www-authenticate") == ("Bearer" if status == 401 else None)


@pytest.mark.parametrize("view", ["maybe", "async"])
def test_the_visitor_is_the_user(site: Site, accounts: Any, view: str) -> None:
    seen = site.get(f"{OPEN}/{view}", "ada").json()
    assert seen == {
        "user": "ada",
        "email": "ada@example.com",
        "staff": False,
        "signed_in": True,
        "identity": "ada",
    }
    account = accounts.get()
    assert (account.username, account.email) == ("ada", "ada@example.com")
    site.get(f"{OPEN}/{view}", "ada")
    assert accounts.count() == 1


@pytest.mark.parametrize("view", ["maybe", "async"])
def test_nobody_is_anonymous(site: Site, accounts: Any, view: str) -> None:
    seen = site.get(f"{OPEN}/{view}").json()
    assert (seen["user"], seen["signed_in"], seen["identity"]) == ("", False, None)
    assert not accounts.exists()


@pytest.mark.parametrize("header", ["remote-user", "cognito_gate.username", "x-remote-user"])
def test_no_header_names_the_user(site: Site, accounts: Any, header: str) -> None:
    seen = site.get(f"{OPEN}/maybe", headers={header: "ada"}).json()
    assert not seen["signed_in"]
    seen = site.get(f"{OPEN}/maybe", "bob", headers={header: "ada"}).json()
    assert seen["user"] == "bob"
    assert [account.username for account in accounts.all()] == ["bob"]


def test_a_session_goes_on(site: Site) -> None:
    first = site.get(f"{OPEN}/visits", "ada")
    again = site.get(f"{OPEN}/visits", "ada", cookies=kept(first))
    assert again.json() == {"visits": 2}
    assert kept(again) in ({}, kept(first))  # no new key: the visitor was not logged in anew


@pytest.mark.parametrize("view", ["maybe", "async"])
def test_who_signs_out_is_logged_out(site: Site, view: str) -> None:
    session = kept(site.get(f"{OPEN}/visits", "ada"))
    seen = site.get(f"{OPEN}/{view}", cookies=session).json()
    assert (seen["user"], seen["signed_in"], seen["identity"]) == ("", False, None)
    # The session is gone for good.
    assert site.get(f"{OPEN}/visits", "ada", cookies=session).json() == {"visits": 1}


@pytest.mark.parametrize("view", ["maybe", "async"])
def test_who_changes_is_somebody_else(site: Site, view: str) -> None:
    session = kept(site.get(f"{OPEN}/visits", "ada"))
    seen = site.get(f"{OPEN}/{view}", "bob", cookies=session)
    assert (seen.json()["user"], seen.json()["identity"]) == ("bob", "bob")
    assert kept(seen)["sessionid"] not in ("", session["sessionid"])
    assert site.get(f"{OPEN}/visits", "bob", cookies=kept(seen)).json() == {"visits": 1}


def test_an_address_that_changes_is_saved(site: Site, accounts: Any, cognito: LocalCognito) -> None:
    carl = User("carl", "Some-Horse-10", "carl@example.com")
    cognito.put_user(carl)
    session = kept(site.get(f"{OPEN}/maybe", "carl"))
    cognito.put_user(User("carl", "Some-Horse-10", "carl@example.org"))
    seen = site.get(f"{OPEN}/maybe", "carl", cookies=session)
    assert seen.json()["email"] == accounts.get().email == "carl@example.org"
    # One that is not verified is not taken.
    unverified = {"email_verified": False}
    cognito.put_user(User("carl", "Some-Horse-10", "ada@example.com", attributes=unverified))
    seen = site.get(f"{OPEN}/maybe", "carl", cookies=session)
    assert seen.json()["email"] == accounts.get().email == "carl@example.org"


def test_a_backend_of_ones_own_decides_on_more(
    make_site: Callable[..., Site], accounts: Any
) -> None:
    from django.test import override_settings

    with override_settings(AUTHENTICATION_BACKENDS=[f"{HERE}.StaffBackend"]):
        site = make_site()
        assert site.get(f"{OPEN}/maybe", "eve").json()["staff"] is True
        assert site.get(f"{OPEN}/maybe", "ada").json()["staff"] is False
    assert [account.username for account in accounts.filter(is_staff=True)] == ["eve"]


def test_djangos_backend_does_as_well(make_site: Callable[..., Site], accounts: Any) -> None:
    from django.test import override_settings

    with override_settings(AUTHENTICATION_BACKENDS=[STOCK]):
        seen = make_site().get(f"{OPEN}/maybe", "ada").json()
    assert (seen["user"], seen["email"]) == ("ada", "")


def test_unknown_ones_can_be_left_out(
    make_site: Callable[..., Site], accounts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cognito_gate.integrations.django import CognitoBackend

    monkeypatch.setattr(CognitoBackend, "create_unknown_user", False)
    seen = make_site().get(f"{OPEN}/maybe", "ada").json()
    assert (seen["signed_in"], seen["identity"]) == (False, "ada")
    assert not accounts.exists()


def test_an_inactive_account_is_nobody(site: Site, accounts: Any) -> None:
    session = kept(site.get(f"{OPEN}/visits", "ada"))
    accounts.update(is_active=False)
    for cookies in ({}, session):
        seen = site.get(f"{OPEN}/maybe", "ada", cookies=cookies).json()
        assert (seen["signed_in"], seen["identity"]) == (False, "ada")


def test_without_a_gate_nobody_is_believed(accounts: Any) -> None:
    from django.test import Client

    with pytest.raises(RuntimeError, match="did not come through cognito-gate"):
        Client().get(f"{OPEN}/maybe", REMOTE_USER="ada")


def test_a_unit_test_can_name_the_visitor(accounts: Any) -> None:
    from django.test import Client

    from cognito_gate import Identity

    ada = Identity({"sub": "1", "username": "ada", "exp": 1})
    extra: Any = {"cognito_gate.identity": ada}
    assert Client().get(f"{OPEN}/maybe", **extra).json()["user"] == "ada"


def test_a_machine_is_keyed_by_its_sub(accounts: Any) -> None:
    from django.test import Client

    from cognito_gate import Identity

    extra: Any = {"cognito_gate.identity": Identity({"sub": "theclient", "exp": 1})}
    assert Client().get(f"{OPEN}/maybe", **extra).json()["user"] == "theclient"


def test_only_the_identity_names_the_account(accounts: Any) -> None:
    from django.test import Client

    extra: Any = {"cognito_gate.identity": None, "cognito_gate.username": "ada"}
    assert not Client().get(f"{OPEN}/maybe", **extra).json()["signed_in"]
    assert not accounts.exists()


def test_a_request_of_neither_kind(accounts: Any) -> None:
    from django.http import HttpRequest

    from cognito_gate.integrations.django import maybe_identity

    with pytest.raises(TypeError, match="neither WSGI nor ASGI: HttpRequest"):
        maybe_identity(HttpRequest())


def test_turned_off_everybody_passes(make_site: Callable[..., Site]) -> None:
    site = make_site(AWS_COGNITO_DISABLED="true")
    for path, _ in TABLE:
        assert site.get(OPEN + path).status_code == 200, path


def test_a_rule_is_checked_at_decoration(accounts: Any) -> None:
    from cognito_gate.integrations.django import group_required

    with pytest.raises(TypeError):
        group_required(test_a_rule_is_checked_at_decoration)  # type: ignore[arg-type]
