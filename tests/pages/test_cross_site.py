"""Only this site's own pages send its forms, and each browser only those made for it."""

import pytest

from tests.pages.person import Form, Person
from tests.pages.stage import NEW, PASSWORD, Stage, sign_in
from tests.world.browser import Extra

TYPED = {
    "/sign-in": {"username": "NAME", "password": PASSWORD},
    "/sign-up": {"email": "NAME", "password": PASSWORD},
    "/confirm": {"username": "NAME", "code": "123456"},
    "/forgot": {"username": "NAME"},
    "/reset": {"username": "NAME", "code": "123456", "password": NEW},
}
EVERY_PAGE = pytest.mark.parametrize("page", TYPED)
EXPIRED = "This page was open for too long. Please send it again."
NO_COOKIES = (
    "Your browser did not send this site's cookies back. "
    "Allow cookies for this site, then send the form again."
)
OTHER_KEY = "fedcba9876543210fedcba9876543210"


def typed_at(page: str, person: Person) -> dict[str, str]:
    """What is typed there, by somebody of the person's own name."""
    name = f"ada-{person.client}@example.com"
    return {key: value.replace("NAME", name) for key, value in TYPED[page].items()}


def form_of(person: Person, page: str) -> Form:
    form = person.open(f"/auth{page}").form("", *TYPED[page])
    return form.with_(typed_at(page, person))


@EVERY_PAGE
def test_the_accepted_case(stage: Stage, page: str) -> None:
    person = stage.person()
    form = form_of(person, page)
    person.post(form)
    assert len(stage.cloud.names) == 1


ALLOWED: dict[str, Extra] = {
    "an old browser": {"origin": None, "sec-fetch-site": None, "sec-fetch-mode": None},
    "without Origin": {"origin": None},
    "without Fetch Metadata": {"sec-fetch-site": None, "sec-fetch-mode": None},
    "typed in again": {"sec-fetch-site": "none", "origin": None},
    "of the same origin": {"referer": "https://app.example/auth/sign-in"},
    "with a charset": {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"},
}


@pytest.mark.parametrize("case", ALLOWED)
def test_what_else_is_accepted(stage: Stage, case: str) -> None:
    person = stage.person()
    person.post(form_of(person, "/sign-in"), ALLOWED[case])
    assert stage.cloud.names == ["InitiateAuth"]


ELSEWHERE: dict[str, Extra] = {
    "cross-site": {"sec-fetch-site": "cross-site"},
    "a neighbour": {"sec-fetch-site": "same-site"},
    "something new": {"sec-fetch-site": "moon"},
    "another origin": {"origin": "https://evil.example"},
    "a neighbour's origin": {"origin": "https://other.app.example"},
    "another port": {"origin": "https://app.example:8443"},
    "plain http": {"origin": "http://app.example"},
    "nobody's origin": {"origin": "null"},
    "a longer name": {"origin": "https://app.example.evil.example"},
    "an old browser elsewhere": {
        "origin": "https://evil.example",
        "sec-fetch-site": None,
        "sec-fetch-mode": None,
    },
}


@pytest.mark.parametrize(
    ("page", "case"),
    [*(("/sign-in", case) for case in ELSEWHERE), *((page, "cross-site") for page in TYPED)],
)
def test_a_form_from_elsewhere(stage: Stage, page: str, case: str) -> None:
    """Even one with the right token. Each case at one page, and one case at each page."""
    person = stage.person()
    shown = person.post(form_of(person, page), ELSEWHERE[case])
    assert (shown.status, shown.title, shown.reply.cookies) == (403, "Access denied", {})
    assert stage.cloud.names == []


@EVERY_PAGE
def test_a_form_without_its_token(stage: Stage, page: str) -> None:
    person = stage.person()
    form = form_of(person, page)
    for token in (None, "", "x", "0" * 64, "\u00e9" * 64, "A" * 128):
        shown = person.post(form, form=token)
        assert (shown.status, shown.told) == (403, [EXPIRED]), token
    assert stage.cloud.names == []
    typed = typed_at(page, person)
    kept = {shown.values.get(name) for name in ("username", "email")}
    assert f"ada-{person.client}@example.com" in kept, "it is there to be sent again"
    person.post(shown.form("", *typed).with_(typed))
    assert len(stage.cloud.names) == 1


@EVERY_PAGE
def test_a_form_of_another_browser(stage: Stage, page: str) -> None:
    """Login CSRF: an attacker's own form, with his name in it, sent by somebody else."""
    theirs = form_of(stage.person(), page)
    person = stage.person()
    person.open(f"/auth{page}")
    assert person.post(theirs).status == 403
    assert stage.person().post(theirs).status == 403, "nor by one that holds no cookie at all"
    assert stage.cloud.names == []


@EVERY_PAGE
def test_a_browser_that_keeps_no_cookies(stage: Stage, page: str) -> None:
    person = stage.person()
    person.keeps = False
    shown = person.post(form_of(person, page))
    assert (shown.status, shown.told) == (403, [NO_COOKIES])
    assert stage.cloud.names == []


def test_nobody_can_guess_what_a_token_is_made_for(stage: Stage) -> None:
    site = stage.site()
    found: list[str] = []
    for _ in range(3):
        person = stage.person(site)
        person.open("/auth/sign-in")
        found.append(person.jar["__Host-cognito_form"])
        sign_in(person, stage.user())
        found.append(person.jar["__Host-cognito_form"])
    assert [len(value) for value in found] == [43] * 6, "256 bits"
    assert len(set(found)) == 6


def test_a_token_from_before_the_sign_in(stage: Stage) -> None:
    person, user = stage.person(), stage.user()
    before = person.open("/auth/sign-in").form().fields["form"]
    sign_in(person, user)
    shown = person.open("/auth/account")
    form = shown.form("", "previous")
    assert form.fields["form"] != before
    stage.cloud.forget()
    reply = person.post(form, form=before, previous=PASSWORD, password=NEW).reply
    assert reply.status == 403
    assert "ChangePassword" not in stage.cloud.names
    person.post(form, previous=PASSWORD, password=NEW)
    assert "ChangePassword" in stage.cloud.names


@pytest.mark.parametrize("button", ["Change password", "Set up"])
@pytest.mark.parametrize("case", ["cross-site", "another origin", "no token"])
def test_the_account_is_changed_from_here_alone(stage: Stage, case: str, button: str) -> None:
    person, user = stage.person(), stage.user()
    sign_in(person, user, "/auth/account")
    form = person.last.form(button).with_({"previous": PASSWORD, "password": NEW})
    stage.cloud.forget()
    token = None if case == "no token" else form.fields["form"]
    assert person.post(form, ELSEWHERE.get(case), form=token).status == 403
    assert set(stage.cloud.names) <= {"GetUser"}


def test_a_token_made_with_another_secret(stage: Stage) -> None:
    first, second = stage.person(secret_key=OTHER_KEY), stage.person()
    form = form_of(first, "/sign-in")
    second.jar = dict(first.jar)
    assert second.post(form).status == 403
    third = stage.person(secret_key_fallbacks=(OTHER_KEY,))
    third.jar = dict(first.jar)
    assert third.post(form).status == 400, "sent to Cognito, which knows nobody of that name"
    assert stage.cloud.names == ["InitiateAuth"]


def test_a_token_opens_no_other_door(stage: Stage) -> None:
    """It says which browser sent a form, and is no session."""
    person = stage.person()
    person.jar["__Host-cognito_access_token"] = form_of(person, "/sign-in").fields["form"]
    assert person.open("/page").path == "/auth/sign-in"


@pytest.mark.parametrize("planted", ["first", "last"])
def test_a_cookie_planted_beside_ours(stage: Stage, planted: str) -> None:
    """By another host of the domain, where nothing keeps it from that: no sign-in passes by it."""
    attacker, person = stage.person(), stage.person()
    theirs = form_of(attacker, "/sign-in")
    person.open("/auth/sign-in")
    name = "__Host-cognito_form"
    lines = [f"{name}={attacker.jar[name]}", f"{name}={person.jar[name]}"]
    person.raw = ["; ".join(lines if planted == "first" else lines[::-1]).encode()]
    status = person.post(theirs, ELSEWHERE["cross-site"]).status
    assert (status, stage.cloud.names) == (403, [])
