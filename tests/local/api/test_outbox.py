"""What would have gone out, as it is shown."""

from dataclasses import FrozenInstanceError

import pytest

from cognito_gate.local import Message
from cognito_gate.local.api.outbox import Outbox
from tests.local.api.desk import Desk


def message(code: str = "123456") -> Message:
    return Message("sign-up", "EMAIL", "eve@example.com", code, 1_800_000_000.5)


def test_a_message_reads_well_and_stays_as_it_is() -> None:
    sent = message()
    assert str(sent) == "EMAIL to eve@example.com: 123456 (sign-up)"
    with pytest.raises(FrozenInstanceError):
        sent.code = "x"  # type: ignore[misc]


def test_the_latest_are_kept_in_order() -> None:
    outbox = Outbox(limit=2)
    for code in ("1", "2", "3"):
        outbox.send(message(code))
    assert [sent.code for sent in outbox.messages] == ["2", "3"]


def test_it_is_bounded_unless_told_otherwise() -> None:
    outbox = Outbox()
    for number in range(300):
        outbox.send(message(str(number)))
    assert len(outbox.messages) == 200


def test_somebody_may_listen() -> None:
    heard: list[Message] = []
    desk = Desk(announce=heard.append)
    desk.sign_up()
    assert tuple(heard) == desk.cognito.outbox
    assert len(heard) == 1


def test_the_page_shows_the_newest_first(desk: Desk) -> None:
    assert "Nothing yet." in desk.http.get("/_local/outbox").text
    desk.sign_up(UserAttributes=[{"Name": "email", "Value": "e<b>@example.com"}])
    desk.about("ForgotPassword", "ada")
    response = desk.http.get("/_local/outbox")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    first, second = (sent.code for sent in desk.cognito.outbox)
    assert response.text.index(second) < response.text.index(first)
    assert "e&lt;b&gt;@example.com" in response.text
    assert "08:00:00" in response.text


@pytest.mark.parametrize(
    ("path", "accept"),
    [("/_local/outbox", "application/json"), ("/_local/outbox.json", "*/*")],
)
def test_programs_get_json(desk: Desk, path: str, accept: str) -> None:
    desk.about("ForgotPassword", "ada")
    desk.about("ForgotPassword", "bob")
    response = desk.http.get(path, headers={"Accept": accept})
    assert response.headers["cache-control"].startswith("no-cache")
    newest, oldest = response.json()["messages"]
    assert newest == {
        "kind": "forgot-password",
        "medium": "EMAIL",
        "to": "bob@example.com",
        "code": desk.sent(),
        "sent_at": desk.clock.now,
    }
    assert oldest["to"] == "ada@example.com"


@pytest.mark.parametrize("path", ["/_local/outbox", "/_local/outbox.json"])
def test_other_host_names_see_nothing(desk: Desk, path: str) -> None:
    desk.about("ForgotPassword", "ada")
    response = desk.http.get(path, headers={"Host": "evil.example"})
    assert response.status_code == 403
    assert desk.sent() not in response.text
