"""Scopes: which of them the app client may not have."""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest

from cognito_gate._gate.effects import HttpAnswer, HttpCall
from tests.doctor.aws import Cognito, back, error_page, found, login_page, wrong


def allowing(*scopes: str, refuse: HttpAnswer | None = None) -> Callable[[HttpCall], HttpAnswer]:
    """Cognito with these scopes at the app client."""
    refusal = refuse or back("invalid_request", "invalid_scope")

    def answer(ask: HttpCall) -> HttpAnswer:
        asked = dict(parse_qsl(urlsplit(ask.url).query)).get("scope", "openid").split()
        sound = set(asked) <= set(scopes)
        needs = set(asked) & {"email", "phone", "profile"} and "openid" not in asked
        return login_page(ask) if sound and not needs else refusal

    return answer


@pytest.mark.parametrize(
    "refuse", [None, back("invalid_scope"), error_page("invalid_scope")], ids=str
)
@pytest.mark.parametrize(
    ("allowed", "asked", "refused"),
    [
        ("openid email", "openid email phone", "phone"),
        ("openid email", "phone openid profile email", "phone profile"),
        ("email", "openid email", "openid"),
        ("openid", "openid api/read", "api/read"),
        ("openid email", "openid offline_access email", "offline_access"),
    ],
)
def test_each_scope_that_is_refused_is_named(
    allowed: str, asked: str, refused: str, refuse: HttpAnswer | None
) -> None:
    cognito = Cognito(authorize=allowing(*allowed.split(), refuse=refuse))
    lines = found(cognito, AWS_COGNITO_SCOPES=asked)
    assert wrong(lines) == {"scopes"}
    assert lines["scopes"].found.startswith(f"{refused}: not allowed")
    fix = lines["scopes"].fix
    assert fix is not None
    left = " ".join(scope for scope in asked.split() if scope not in refused.split())
    # Without openid the others would be of no use: it is to be allowed, not left out.
    if "openid" in refused.split():
        assert (fix.setting, "--arg value openid" in fix.command) == ("", True)
    else:
        assert fix.setting == f"AWS_COGNITO_SCOPES={left}"


def test_a_client_without_openid_is_named_though_none_is_asked_for() -> None:
    def admin_alone(ask: HttpCall) -> HttpAnswer:
        return back("invalid_scope") if "scope=openid" in ask.url else login_page(ask)

    line = found(Cognito(authorize=admin_alone))["scopes"]
    assert line.state == "warning"
    assert "openid is not among them" in line.found


def test_the_rest_is_looked_at_without_scopes() -> None:
    lines = found(Cognito(authorize=allowing("openid")), AWS_COGNITO_SCOPES="openid email")
    assert wrong(lines) == {"scopes"}
    assert (lines["code-grant"].state, lines["pkce"].state) == ("ok", "ok")
    assert lines["login-page"].state == "ok"


def test_scopes_that_need_openid() -> None:
    lines = found(Cognito(authorize=allowing("openid", "email")), AWS_COGNITO_SCOPES="email")
    assert wrong(lines) == {"scopes"}
    fix = lines["scopes"].fix
    assert fix is not None
    assert fix.setting == "AWS_COGNITO_SCOPES=openid email"


def test_scopes_without_an_id_token() -> None:
    scope = "aws.cognito.signin.user.admin"
    lines = found(Cognito(authorize=allowing(scope)), AWS_COGNITO_SCOPES=scope)
    assert lines["scopes"].state == "warning"
    assert "no ID token" in lines["scopes"].found


def test_scopes_that_are_refused_together_only() -> None:
    def picky(ask: HttpCall) -> HttpAnswer:
        return back("invalid_scope") if "+" in ask.url else login_page(ask)

    lines = found(Cognito(authorize=picky), AWS_COGNITO_SCOPES="openid a/b")
    assert wrong(lines) == {"scopes"}
    assert "refused together" in lines["scopes"].found


def test_a_refusal_of_no_scopes_at_all() -> None:
    lines = found(Cognito(authorize=back("invalid_scope")))
    assert wrong(lines) == {"scopes"}
    assert lines["scopes"].found.startswith("the scopes of the app client: refused together")
    assert lines["pkce"].state == "unknown"


def test_the_only_scope_is_refused() -> None:
    lines = found(Cognito(authorize=allowing("x/y")), AWS_COGNITO_SCOPES="openid")
    assert wrong(lines) == {"scopes"}
    fix = lines["scopes"].fix
    assert fix is not None
    assert fix.setting == ""


def test_not_more_than_some_are_tried() -> None:
    cognito = Cognito(authorize=allowing())
    found(cognito, AWS_COGNITO_SCOPES=" ".join(f"a/{number}" for number in range(50)))
    assert sum("/authorize" in ask.url for ask in cognito.asked) == 22


def test_wrong_scopes_are_not_asked_for() -> None:
    lines = found(AWS_COGNITO_SCOPES='"openid"')
    assert wrong(lines) == {"setting:AWS_COGNITO_SCOPES"}
    assert lines["scopes"].found == "not checked: AWS_COGNITO_SCOPES is wrong"
