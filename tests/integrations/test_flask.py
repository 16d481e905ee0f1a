"""Flask: `current_identity` and `auth_required`, with flask-cognito-lib's meaning."""

from typing import Any

import pytest

from cognito_gate import Identity
from tests.integrations.conftest import OpenWSGI
from tests.integrations.stage import OPEN, PEOPLE, TABLE, WSGISite, rows


def make_app() -> Any:
    pytest.importorskip("flask", reason="Flask is not installed")
    from flask import Flask

    from cognito_gate.integrations.flask import auth_required, current_identity, maybe_identity

    app = Flask(__name__)

    @app.get(f"{OPEN}/who")
    @auth_required()
    def who() -> str:
        """Says who."""
        assert isinstance(current_identity, Identity)
        return current_identity.username or ""

    @app.get(f"{OPEN}/bare")
    @auth_required
    def bare() -> str:
        return current_identity.username or ""

    @app.get(f"{OPEN}/maybe")
    def maybe() -> str:
        found = maybe_identity()
        return found.username or "" if found else "nobody"

    @app.get(f"{OPEN}/unguarded")
    def unguarded() -> str:
        return current_identity.username or ""

    @app.get(f"{OPEN}/admin")
    @auth_required(groups=["admin"])
    def admin() -> str:
        return "admin"

    @app.get(f"{OPEN}/both")
    @auth_required(["admin", "staff"])
    def both() -> str:
        return "both"

    @app.get(f"{OPEN}/any")
    @auth_required(groups=["admin", "staff"], any_group=True)
    async def any_() -> str:
        return "any"

    @app.get(f"{OPEN}/item/<int:number>")
    @auth_required(groups=["admin"])
    def item(number: int) -> str:
        return str(number)

    assert (who.__name__, who.__doc__) == ("who", "Says who.")
    return app


@pytest.fixture
def app() -> Any:
    return make_app()


@pytest.fixture
def site(wsgi: OpenWSGI, app: Any) -> WSGISite:
    return wsgi(app)


ROWS = [*rows(TABLE), *rows([("/bare", {"bob": 200, None: 401})]), (f"{OPEN}/unguarded", None, 401)]


def test_who_gets_what(site: WSGISite) -> None:
    pytest.importorskip("asgiref", reason="async views need flask[async]")
    for path, username, status in ROWS:
        answer = site.get(path, username)
        assert answer.status_code == status, (path, username)
        told = answer.headers.get("www-authenticate", "").strip()
        assert told == ("Bearer" if status == 401 else "")


def test_the_visitor_has_a_name(site: WSGISite) -> None:
    assert site.get(f"{OPEN}/who", "bob").text == "bob"
    assert site.get(f"{OPEN}/unguarded", "bob").text == "bob"
    assert site.get(f"{OPEN}/maybe").text == "nobody"


def test_arguments_of_the_address_come_through(site: WSGISite) -> None:
    assert site.get(f"{OPEN}/item/7", "ada").text == "7"


@pytest.mark.parametrize(("username", "status"), [("bob", 403), (None, 401)])
def test_refusals_are_http_errors(
    app: Any, site: WSGISite, username: str | None, status: int
) -> None:
    @app.errorhandler(status)
    def refused(error: Any) -> tuple[str, int]:
        return f"mine: {error.code}", status

    answer = site.get(f"{OPEN}/admin", username)
    assert (answer.status_code, answer.text) == (status, f"mine: {status}")


def test_wrapped_in_place(app: Any, wsgi: OpenWSGI) -> None:
    site = wsgi(app.wsgi_app)
    app.wsgi_app = site.gate
    with app.test_client() as client:
        assert client.get("/anything", headers=PEOPLE).location.startswith(site.cognito.origin)
        for name, value in site.cookies("ada").items():
            client.set_cookie(name, value)
        assert client.get(f"{OPEN}/who").text == "ada"


def test_without_a_gate_nothing_is_believed(app: Any) -> None:
    app.testing = True  # errors come through
    with app.test_client() as client, pytest.raises(RuntimeError, match="cognito-gate"):
        client.get(f"{OPEN}/who", environ_overrides={"REMOTE_USER": "ada"})


def test_a_unit_test_can_name_the_visitor(app: Any) -> None:
    ada = Identity({"sub": "1", "username": "ada", "exp": 1})
    with app.test_client() as client:
        seen = client.get(f"{OPEN}/who", environ_overrides={"cognito_gate.identity": ada})
        assert seen.text == "ada"


def test_there_is_nobody_outside_of_a_request() -> None:
    pytest.importorskip("flask", reason="Flask is not installed")
    from cognito_gate.integrations.flask import current_identity

    with pytest.raises(RuntimeError, match="outside of request context"):
        _ = current_identity.username


def test_a_rule_is_checked_at_decoration() -> None:
    pytest.importorskip("flask", reason="Flask is not installed")
    from cognito_gate.integrations.flask import auth_required

    with pytest.raises(TypeError):
        auth_required(groups="admin")


@pytest.mark.parametrize("path", [path for path, _ in TABLE])
def test_turned_off_everybody_passes(wsgi: OpenWSGI, app: Any, path: str) -> None:
    site = wsgi(app, AWS_COGNITO_DISABLED="true")
    assert site.get(OPEN + path).status_code == 200
    assert site.get(f"{OPEN}/unguarded").text == ""
    assert site.get(f"{OPEN}/maybe").text == "nobody"
