"""Sessions in every form that the cookies can take."""

from dataclasses import replace

import httpx
import pytest

from cognito_gate.local import SAMPLE_USERS, User
from tests.journey.stage import REFRESH, SECRET_KEY, staged
from tests.journey.visitor import is_login_form, set_cookies

SEALED = REFRESH | {"AWS_COGNITO_COOKIE_ENCRYPTED": "true"}
NEWER = "another-secret-of-the-tests-newer-than-the-first"
ADA = SAMPLE_USERS[0]


def member_of(count: int) -> User:
    """ada with many groups, whose names are long."""
    return replace(ADA, groups=tuple(f"{number:03}-{'group' * 10}" for number in range(count)))


@pytest.mark.parametrize("edge", ["asgi", "wsgi"])
def test_sealed_cookies_say_nothing_and_work(edge: str) -> None:
    with staged(SEALED, edge=edge) as stage, stage.visitor() as visitor:
        assert visitor.sign_in("/x").json()["username"] == "ada"
        assert visitor.ask("/").json()["username"] == "ada"
        assert len(visitor.session) == 3
        assert not any(value.startswith("eyJ") for value in visitor.session.values())
        visitor.drop("cognito_access_token")
        assert visitor.ask("/").json()["username"] == "ada"
        assert visitor.sign_out().url.path == "/auth/signed-out"
        assert is_login_form(visitor.go("/"))


def test_a_sealed_cookie_opens_in_its_own_place_only() -> None:
    with staged(SEALED) as stage, stage.visitor() as visitor:
        visitor.sign_in()
        values = visitor.session
        swapped = values | {"cognito_access_token": values["cognito_id_token"]}
        swapped.pop("cognito_refresh_token")
        visitor.drop("cognito_refresh_token")
        visitor.hold(swapped)
        assert visitor.ask("/auth/me").status_code == 401


def test_a_retired_secret_still_opens() -> None:
    with staged(SEALED) as stage, stage.visitor() as visitor:
        visitor.sign_in()
        with stage.beside({"SECRET_KEY": NEWER, "SECRET_KEY_FALLBACKS": SECRET_KEY}) as instance:
            assert visitor.ask(f"{instance}/").json()["username"] == "ada"
            visitor.drop("cognito_access_token")
            assert visitor.ask(f"{instance}/").json()["username"] == "ada"
        with stage.beside({"SECRET_KEY": NEWER}) as instance:  # what it sealed is sealed anew
            assert visitor.ask(f"{instance}/").json()["username"] == "ada"


def test_a_foreign_secret_opens_nothing_and_breaks_nothing() -> None:
    with staged(SEALED) as stage, stage.visitor() as visitor:
        visitor.sign_in()
        with stage.beside({"SECRET_KEY": NEWER}) as instance:
            answer = visitor.ask(f"{instance}/auth/me")
            assert answer.status_code == 401
            assert not visitor.session


def test_a_new_deployment_takes_over_in_the_middle_of_a_sign_in() -> None:
    with staged(REFRESH) as stage, stage.visitor() as visitor:
        callback = httpx.URL(visitor.callback_url("/x?y=1"))
        with stage.beside() as instance:
            landed = visitor.ask(f"{instance}{callback.raw_path.decode()}")
            assert (landed.status_code, landed.headers["location"]) == (303, "/x?y=1")
            assert visitor.ask(f"{instance}/").json()["username"] == "ada"
        assert visitor.ask("/").json()["username"] == "ada"


@pytest.mark.parametrize("edge", ["asgi", "wsgi"])
def test_a_long_session_travels_in_pieces(edge: str) -> None:
    large = REFRESH | {"COGNITO_GATE_SESSION_BYTES": "16000"}
    with staged(large, users=[member_of(60)], edge=edge) as stage, stage.visitor() as visitor:
        assert len(visitor.sign_in("/x").json()["groups"]) == 60
        names = set(visitor.session)
        assert {"cognito_access_token.0", "cognito_access_token.1"} <= names
        assert {"cognito_id_token.0", "cognito_id_token.1"} <= names
        assert all(len(name + value) <= 4096 for name, value in visitor.cookies.items())
        assert len(visitor.ask("/").json()["groups"]) == 60
        stage.cognito.put_user(ADA)
        visitor.drop("cognito_access_token.0")  # a lost piece: the session is renewed, now short
        assert visitor.ask("/").json()["groups"] == ["admin"]
        assert set(visitor.session) == {
            "cognito_access_token",
            "cognito_id_token",
            "cognito_refresh_token",
        }
        assert visitor.ask("/").json()["groups"] == ["admin"]
        visitor.sign_out()
        assert not visitor.cookies


def test_pieces_of_a_lost_session_are_cleared() -> None:
    with staged(users=[member_of(60)]) as stage, stage.visitor() as visitor:
        visitor.sign_in()
        visitor.drop("cognito_access_token.0")
        answer = visitor.ask("/", headers={"Accept": "application/json"})
        assert answer.status_code == 401
        assert not visitor.session
        assert visitor.go("/").json()["username"] == "ada"


def test_a_session_that_no_cookies_could_hold_is_explained() -> None:
    with staged(REFRESH, users=[member_of(200)]) as stage, stage.visitor() as visitor:
        page = visitor.sign_in("/x")
        assert page.status_code == 431
        assert "more data than fits into a session" in page.text
        assert not visitor.session


def test_a_user_who_outgrows_the_cookies_keeps_what_is_public() -> None:
    public = REFRESH | {"COGNITO_GATE_PUBLIC_PATHS": "/health"}
    with staged(public, users=[ADA]) as stage, stage.visitor() as visitor:
        visitor.sign_in()
        stage.cognito.put_user(member_of(200))
        visitor.hold(stage.cookies("ada", age=1))
        visitor.drop("cognito_access_token", "cognito_id_token")
        assert visitor.ask("/health").status_code == 200
        assert visitor.ask("/x").status_code == 431


@pytest.mark.parametrize("samesite", ["lax", "strict"])
def test_the_way_to_cognito_and_back_keeps_the_attempt(samesite: str) -> None:
    with staged({"AWS_COGNITO_COOKIE_SAMESITE": samesite}) as stage, stage.visitor() as visitor:
        start = set_cookies(visitor.ask("/x"))
        assert all(line.endswith("SameSite=Lax") for line in start.values())
        landed = visitor.ask(visitor.callback_url("/x"))
        lines = set_cookies(landed)
        own = [line for name, line in lines.items() if name.startswith("cognito_access")]
        assert own[0].endswith(f"SameSite={samesite.capitalize()}")
        assert landed.status_code == (303 if samesite == "lax" else 200)
        assert samesite == "lax" or 'href="/x"' in landed.text
        assert visitor.ask("/x").json()["username"] == "ada"


def test_sixty_sign_ins_that_nobody_finishes() -> None:
    with staged() as stage, stage.visitor() as visitor:
        for number in range(60):
            visitor.ask(f"/{number}?{'q' * 1000}")
        sent = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
        assert len(visitor.cookies) <= 4
        assert len(sent) < 8192
        assert visitor.sign_in("/last").json()["path"] == "/last"
