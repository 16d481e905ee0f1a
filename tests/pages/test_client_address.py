"""COGNITO_GATE_USER_CONTEXT: Cognito is told whose address it is, and not only ours."""

import pytest

from tests.pages.stage import FLOWS, NEW, SECRET, Stage, sign_in
from tests.pages.test_sign_up import begun

# The operations whose shape has UserContextData (API reference).
TOLD = {
    *("InitiateAuth", "RespondToAuthChallenge", "SignUp", "ConfirmSignUp"),
    *("ResendConfirmationCode", "ForgotPassword", "ConfirmForgotPassword"),
}


def everything(
    stage: Stage, flow: str, client: str, visitor: str, *, told: bool
) -> dict[str, object]:
    """Every operation that was called, and the context it carried."""
    person = stage.person(client=client, sign_in_flow=flow, user_context=told)
    own = person.client
    person.client = visitor
    user = stage.user(mfa=("totp",), totp_secret=SECRET)
    sign_in(person, user)
    person.fill_in(code=stage.cognito.totp_code(user.username))
    person.open("/auth/account")
    other = stage.person(person.site)
    other.client = visitor
    begun(other, email=f"new-{own}@example.com")
    other.press("Send the code again")
    other.fill_in(code=stage.code(f"new-{own}@example.com"))
    other.open("/auth/forgot")
    other.fill_in(username=str(user.email))
    other.fill_in(code=stage.code(user.email), password=NEW)
    return {
        call.name: call.said.get("UserContextData")
        for call in stage.cloud.calls
        if not call.name.startswith("/")
    }


@pytest.mark.parametrize("flow", FLOWS)
def test_a_client_with_a_secret_tells(stage: Stage, flow: str) -> None:
    found = everything(stage, flow, "confidential", "198.51.100.9", told=True)
    carried = {name: context for name, context in found.items() if context is not None}
    assert set(carried) == TOLD
    assert all(context == {"IpAddress": "198.51.100.9"} for context in carried.values())


def test_not_unless_it_is_asked_to(stage: Stage) -> None:
    """An app client that does not accept it refuses every call."""
    found = everything(stage, "srp", "confidential", "198.51.100.9", told=False)
    assert set(found.values()) == {None}


def test_a_public_client_does_not(stage: Stage) -> None:
    found = everything(stage, "srp", "public", "198.51.100.9", told=True)
    assert set(found.values()) == {None}


@pytest.mark.parametrize(
    ("visitor", "said"),
    [
        ("2001:db8::1", "2001:db8::1"),
        ("::ffff:198.51.100.9", "198.51.100.9"),
        ("fe80::1%eth0", "fe80::1"),
        ("", None),
        ("/run/app.sock", None),
        ("unix:", None),
        ("198.51.100.9, 10.0.0.1", None),
    ],
)
def test_only_an_address_is_told(stage: Stage, visitor: str, said: str | None) -> None:
    person, user = stage.person(user_context=True), stage.user()
    person.client = visitor
    sign_in(person, user)
    [call] = stage.cloud.named("InitiateAuth")
    assert call.said.get("UserContextData") == (said and {"IpAddress": said})
