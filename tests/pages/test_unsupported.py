"""Steps that no page here can take: a plain word, the end of the attempt, and never a crash."""

import pytest

from tests.pages.cloud import answers
from tests.pages.stage import FLOWS, Stage, prove, sign_in

UNKNOWN = ("ADMIN_NO_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER", "SOMETHING_NEW", "<script>", "x" * 500)


@pytest.mark.parametrize("challenge", ["CUSTOM_CHALLENGE", "DEVICE_SRP_AUTH"])
@pytest.mark.parametrize("flow", FLOWS)
def test_a_step_for_lambdas_or_devices(
    stage: Stage, flow: str, challenge: str, caplog: pytest.LogCaptureFixture
) -> None:
    stage.cognito.switch(extra_challenge=challenge)
    person, user = stage.person(sign_in_flow=flow), stage.user()
    shown = sign_in(person, user, "/page")
    assert (shown.status, shown.title) == (400, "That is not possible here")
    assert "__Host-cognito_pending" not in person.jar
    assert "__Host-cognito_access_token" not in person.jar
    assert f"Cognito asks for {challenge!r}" in caplog.text
    stage.cognito.switch(extra_challenge="")
    assert person.click("Back to sign-in").title == "Sign in to app.example"
    assert prove(person, str(user.email)).status == 200


@pytest.mark.parametrize("challenge", UNKNOWN)
def test_a_step_that_nobody_knows(stage: Stage, challenge: str) -> None:
    person, user = stage.person(sign_in_flow="password"), stage.user()
    stage.cloud.faults["InitiateAuth"] = answers(
        ChallengeName=challenge, Session="a-session-of-twenty-characters", ChallengeParameters={}
    )
    shown = sign_in(person, user)
    assert (shown.status, shown.title) == (400, "That is not possible here")
    assert challenge not in shown.reply.body.decode() or challenge == "<script>"


@pytest.mark.parametrize("offered", [[], ["DEVICE_SRP_AUTH"], ["NEW", "<script>"], None], ids=str)
@pytest.mark.parametrize("challenge", ["SELECT_CHALLENGE", "SELECT_MFA_TYPE"])
def test_a_choice_of_nothing(stage: Stage, challenge: str, offered: list[str] | None) -> None:
    person, user = stage.person(sign_in_flow="password"), stage.user()
    more = {} if offered is None else {"AvailableChallenges": offered}
    stage.cloud.faults["InitiateAuth"] = answers(
        ChallengeName=challenge,
        Session="a-session-of-twenty-characters",
        ChallengeParameters={},
        **more,
    )
    shown = sign_in(person, user)
    assert (shown.status, shown.title) == (400, "That is not possible here")


@pytest.mark.parametrize("listed", ['["SMS_MFA","NEW"]', '["NEW","SMS_MFA",7]'])
def test_of_a_choice_only_what_can_be_done_here_is_offered(stage: Stage, listed: str) -> None:
    person, user = stage.person(sign_in_flow="password"), stage.user()
    stage.cloud.faults["InitiateAuth"] = answers(
        ChallengeName="SELECT_MFA_TYPE",
        Session="a-session-of-twenty-characters",
        ChallengeParameters={"MFAS_CAN_CHOOSE": listed},
    )
    shown = sign_in(person, user)
    assert [item.text for item in shown.form().buttons] == ["Code by text message"]


@pytest.mark.parametrize("name", ["EMAIL_MFA", "EMAIL_OTP"])
def test_mfa_by_e_mail_under_either_name(stage: Stage, name: str) -> None:
    """The guide says one, the API's list of names the other."""
    person, user = stage.person(sign_in_flow="password"), stage.user()
    stage.cloud.faults["InitiateAuth"] = answers(
        ChallengeName="SELECT_MFA_TYPE",
        Session="a-session-of-twenty-characters",
        ChallengeParameters={"MFAS_CAN_CHOOSE": f'["SMS_MFA","{name}"]'},
    )
    shown = sign_in(person, user)
    texts = [item.text for item in shown.form().buttons]
    assert texts == ["Code by text message", "Code by e-mail"]
    stage.cloud.faults["RespondToAuthChallenge"] = answers(
        ChallengeName=name,
        Session="another-session-of-twenty",
        ChallengeParameters={"CODE_DELIVERY_DESTINATION": "a***@e***"},
    )
    person.press("Code by e-mail")
    assert "We sent a code to a***@e***." in person.last.reply.body.decode()
    person.fill_in(code="123456")
    said = stage.cloud.named("RespondToAuthChallenge")[-1].said["ChallengeResponses"]
    assert said[f"{name}_CODE"] == "123456"
