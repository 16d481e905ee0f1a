"""Whatever is sent to a form: an answer of four hundred and something, and nothing done."""

from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cognito_gate._gate.messages import MAX_FORM_BYTES
from cognito_gate._sign_in.password_policy import Policy
from cognito_gate.settings.endpoints import PAGES
from tests.pages.person import FORM, Form, Shown
from tests.pages.stage import NEW, PASSWORD, SECRET, Run, Stage, sign_in

POSTED = [f"/auth{page}" for page in PAGES]
TYPE = FORM["content-type"]
SOUND = Policy.parse("8 upper lower digits symbols")
# One crowd serves all examples: nothing of one is in the way of the next.
MANY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Crowd:
    """People at every step there is: none, a code, a new password, an account to confirm, a
    forgotten password, and somebody signed in."""

    def __init__(self, stage: Stage) -> None:
        often = {"tries_per_account": 1_000_000, "tries_per_address": 1_000_000}
        self.people = [stage.person(**often) for _ in range(6)]
        first, coding, new, confirming, forgetting, at_home = self.people
        first.open("/auth/sign-in")
        sign_in(coding, stage.user(mfa=("totp",), totp_secret=SECRET))
        sign_in(new, stage.user(status="FORCE_CHANGE_PASSWORD"))
        confirming.open("/auth/sign-up")
        confirming.fill_in(email=f"{confirming.client}@example.com", password=PASSWORD)
        forgetting.open("/auth/forgot")
        forgetting.fill_in(username=str(stage.user().email))
        sign_in(at_home, stage.user(), "/auth/account")
        self.forms = [person.last.forms[0] for person in self.people]

    def sends(self, who: int, page: str, body: bytes, kind: str | None = TYPE) -> Shown:
        """A body, from a browser as it was at first."""
        person = self.people[who]
        jar = dict(person.jar)
        shown = person.post_bytes(page, body, {**FORM, "content-type": kind})
        person.jar = jar
        return shown

    def __repr__(self) -> str:
        return "everybody"


@pytest.fixture
def everybody(run: Run, edge: str) -> Crowd:
    return Crowd(Stage(run, edge))


def is_refused(shown: Shown) -> None:
    assert 300 <= shown.status < 500, shown.reply.body[-300:]
    assert shown.reply.app is None
    assert not any(name.endswith("_token") for name in shown.reply.stored)


@MANY
@given(st.sampled_from(POSTED), st.binary(max_size=200), st.integers(0, 5))
def test_any_bytes(everybody: Crowd, page: str, body: bytes, who: int) -> None:
    is_refused(everybody.sends(who, page, body))


NAMES = ("form", "next", "attempt", "action", "username", "password", "code", "email", "choice")
VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ["resend", "totp", "totp-off", "cancel", "123456", NEW, PASSWORD, "\0", "\r\n", "x" * 300]
)


@MANY
@given(
    st.sampled_from(POSTED),
    st.lists(st.tuples(st.sampled_from(NAMES[1:]), VALUES), max_size=5, unique_by=lambda p: p[0]),
    st.integers(0, 4),
)
def test_any_fields_in_a_form_of_ours(
    everybody: Crowd, page: str, fields: list[tuple[str, str]], who: int
) -> None:
    """With this browser's own token, and at every step."""
    # A sound password may be the right one, or a new one where one is asked for: no hostile form.
    assume(SOUND.missing(dict(fields).get("password", "")))
    form = {**everybody.forms[who].fields, **dict(fields)}
    is_refused(everybody.sends(who, page, urlencode(form).encode()))


@MANY
@given(st.sampled_from(POSTED), st.text(st.characters(max_codepoint=255), max_size=60))
def test_any_content_type(everybody: Crowd, page: str, kind: str) -> None:
    empty = everybody.forms[0].with_({"username": "", "password": ""})
    line = "".join(char for char in kind if char.isprintable()).strip()  # as servers let it through
    is_refused(everybody.sends(0, page, urlencode(empty.fields).encode(), line or None))


TYPES = (
    None,
    "",
    "text/plain",
    "application/json",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded, text/plain",
)


@pytest.mark.parametrize("kind", TYPES)
def test_what_is_no_form(stage: Stage, kind: str | None) -> None:
    """The types that other sites can send without asking, and those that they cannot."""
    person, user = stage.person(), stage.user()
    form = person.open("/auth/sign-in").form()
    body = urlencode(form.with_({"username": user.email, "password": PASSWORD}).fields).encode()
    shown = person.post_bytes("/auth/sign-in", body, {**FORM, "content-type": kind})
    assert (shown.status, shown.reply.cookies) == (400, {})
    assert stage.cloud.names == []
    person.post_bytes("/auth/sign-in", body, FORM)
    assert stage.cloud.names == ["InitiateAuth"], "the accepted case"


def long(form: Form, size: int) -> bytes:
    body = urlencode(form.fields).encode() + b"&x="
    return body + b"x" * (size - len(body))


@pytest.mark.parametrize("page", POSTED)
def test_a_body_too_large(stage: Stage, page: str) -> None:
    person = stage.person()
    form = person.open("/auth/sign-in").form()
    for size in (MAX_FORM_BYTES + 1, MAX_FORM_BYTES + 2, 1_000_000):
        shown = person.post_bytes(page, long(form, size))
        assert (shown.status, shown.title) == (413, "Request too large")
    assert person.post_bytes(page, long(form, MAX_FORM_BYTES)).status != 413


WRONG = (
    b"&username=ada%40example.com&username=bob%40example.com",
    b"&password=a&password=b",
    b"&form=a",
    b"&next=%2Fa",
    b"&username=%",
    b"&username=%zz",
    b"&username=%ff",
    b"&username=" + b"x" * 129,
    b"&password=" + b"x" * 257,
    b"&a=1" * 60,
)


@pytest.mark.parametrize("more", WRONG, ids=lambda more: more[:20].decode())
def test_a_form_that_no_browser_writes(stage: Stage, more: bytes) -> None:
    person = stage.person()
    form = person.open("/auth/sign-in").form()
    fields = {name: value for name, value in form.fields.items() if name in ("form", "next")}
    shown = person.post_bytes("/auth/sign-in", urlencode(fields).encode() + more)
    assert shown.status == 400
    assert stage.cloud.names == []


@pytest.mark.parametrize("page", POSTED)
@pytest.mark.parametrize("body", [b"", b"username=ada&password=x"])
def test_without_any_cookie(stage: Stage, page: str, body: bytes) -> None:
    shown = stage.person().post_bytes(page, body)
    assert shown.status in (303, 403)
    assert stage.cloud.names == []


@pytest.mark.parametrize("headers", [{"accept": "application/json"}, {"sec-fetch-mode": "cors"}])
def test_a_script_is_answered_in_json(stage: Stage, headers: dict[str, str]) -> None:
    person = stage.person()
    shown = person.post_bytes("/auth/sign-in", b"%", {**FORM, **headers})
    assert (shown.status, shown.reply.body) == (400, b'{"error": "bad_request"}')
    assert shown.reply.value("content-type") == "application/json"
