"""In what MiniStack differs from Amazon Cognito: a table, asserted row by row.

A row that no longer holds is good news: take it out, and let the other tests ask for more.
"""

# what                Amazon Cognito                MiniStack 1.5         what it means here
# ------------------  ----------------------------  --------------------  --------------------------
# revocation          POST /oauth2/revoke: 200      not there: 4xx        signing out goes on, with
#                                                                         a line in the log
# refresh: groups     cognito:groups stay           dropped               a renewed session has none
# refresh: secret     invalid_client without it     not asked for         relied on nowhere
# refresh: rotation   a setting of the client       never                 see tests/servers for it
# refresh token       opaque, encrypted             a signed JWT          refused as a bearer
# GET /login          the form                      400                   /oauth2/authorize it is
# GET authorize       302 to /login                 200, the form         both lead to the form
# session of its own  an hour, by cookie            none                  the form comes every time
# bad redirect_uri    302 to /error                 400, JSON             an error of the set-up
# at_hash             in ID tokens of sign-ins      absent                checked where it is there
# version             2, in access tokens           absent                relied on nowhere

import base64
import json
import re
from typing import Any

import httpx
import pytest

from tests.journey.visitor import PASSWORDS, is_login_form
from tests.judges.conftest import App
from tests.judges.pool import Guest


def _claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


pytestmark = pytest.mark.parametrize("app", ["wsgi"], indirect=True)


def _asking(app: App, **changes: str) -> dict[str, str]:
    """The parameters of an acceptable authorize request, some changed."""
    asked = {
        "response_type": "code",
        "client_id": app.pool.client_id,
        "redirect_uri": f"{app.origin}/auth/callback",
        "state": "s",
    }
    return asked | changes


def _tokens(app: App, guest: Guest, **form: str) -> dict[str, Any]:
    """What the token endpoint answers to the client, who does not say its secret unless given."""
    answer = guest.cognito.post("/oauth2/token", data={"client_id": app.pool.client_id, **form})
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


def _signed_in(app: App, guest: Guest) -> dict[str, Any]:
    page = guest.cognito.get("/oauth2/authorize", params=_asking(app))
    back = httpx.URL(guest.submit(page, "ada", PASSWORDS["ada"]).headers["location"])
    return _tokens(
        app,
        guest,
        client_secret=app.pool.secret,
        grant_type="authorization_code",
        code=back.params["code"],
        redirect_uri=f"{app.origin}/auth/callback",
    )


def test_what_is_like_cognito(app: App, guest: Guest) -> None:
    """A judge is worth its name for these: two keys, ids in base64, groups in both tokens."""
    keys = guest.cognito.get(f"/{app.pool.pool_id}/.well-known/jwks.json").json()["keys"]
    assert len({key["kid"] for key in keys}) == len(keys) == 2
    assert all(re.fullmatch(r"[A-Za-z0-9+/]{43}=", key["kid"]) for key in keys)
    tokens = _signed_in(app, guest)
    for use in ("access_token", "id_token"):
        assert set(_claims(tokens[use])["cognito:groups"]) == {"admin", "editors"}


def test_no_revocation(app: App, guest: Guest) -> None:
    token = _signed_in(app, guest)["refresh_token"]
    answer = guest.cognito.post(
        "/oauth2/revoke", data={"token": token}, auth=(app.pool.client_id, app.pool.secret)
    )
    assert 400 <= answer.status_code < 500
    # Cognito would refuse it from now on.
    assert _tokens(app, guest, grant_type="refresh_token", refresh_token=token)["access_token"]


def test_a_refresh_drops_the_groups(app: App, guest: Guest) -> None:
    assert guest.sign_in().json()["groups"]
    guest.drop("cognito_access_token", "cognito_id_token")
    assert guest.ask("/").json()["groups"] == []


def test_a_refresh_needs_no_secret_and_rotates_nothing(app: App, guest: Guest) -> None:
    first = _signed_in(app, guest)
    again = _tokens(app, guest, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert "refresh_token" not in again


def test_the_refresh_token_is_a_jwt(app: App, guest: Guest) -> None:
    assert _claims(_signed_in(app, guest)["refresh_token"])["token_use"] == "refresh"


def test_the_login_page_is_not_there_by_get(app: App, guest: Guest) -> None:
    assert guest.cognito.get("/login", params=_asking(app)).status_code == 400


def test_authorize_shows_the_form_itself_and_every_time(app: App, guest: Guest) -> None:
    assert is_login_form(guest.cognito.get("/oauth2/authorize", params=_asking(app)))
    guest.sign_in()
    assert not guest.cognito.cookies
    assert is_login_form(guest.cognito.get("/oauth2/authorize", params=_asking(app)))


def test_a_foreign_redirect_uri_is_refused_in_json(app: App, guest: Guest) -> None:
    asked = _asking(app, redirect_uri="http://localhost/elsewhere")
    answer = guest.cognito.get("/oauth2/authorize", params=asked)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_claims_that_are_missing(app: App, guest: Guest) -> None:
    tokens = _signed_in(app, guest)
    assert "at_hash" not in _claims(tokens["id_token"])
    assert "version" not in _claims(tokens["access_token"])
