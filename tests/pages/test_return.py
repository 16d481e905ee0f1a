"""Where a sign-in leads: to the page asked for, on this site, and nowhere else."""

from urllib.parse import quote, urlencode

import pytest

from tests.pages.stage import Stage, prove, sign_in

HAZARDS = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "/\t/evil.example",
    "\\\\evil.example",
    "///evil.example",
    "/a//evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "",
    "/a\r\nSet-Cookie: x=1",
    "/" + "a" * 2048,
)
OWN = ("/sign-in", "/sign-up", "/confirm", "/forgot", "/reset", "/mfa", "/new-password")
ROUTES = (*OWN, "/login", "/logout", "/me", "/signed-out", "/callback")
KEPT = ("/page?a=1&b=2#c", "/%2e%2e/x", "/p%C3%A4ge", "/a?next=//evil.example", "/auth/account")


@pytest.mark.parametrize("start", ["/auth/login", "/auth/sign-in"])
def test_an_address_of_another_site(stage: Stage, start: str) -> None:
    user, site = stage.user(), stage.site()
    for hazard in HAZARDS:
        person = stage.person(site)
        shown = person.open(f"{start}?{urlencode({'next': hazard})}")
        assert shown.form().fields["next"] == "/", hazard
        assert prove(person, str(user.email)).target == "/", hazard


def test_a_form_that_says_so(stage: Stage) -> None:
    user, site = stage.user(), stage.site()
    for hazard in HAZARDS:
        person = stage.person(site)
        form = person.open("/auth/sign-in").form()
        fields = {"username": user.email, "password": "Correct-Horse-7", "next": hazard}
        reply = person.post(form, **fields).reply
        refused = len(hazard) > 2048  # longer than the field of any form of ours
        assert (reply.status, reply.location) == ((400, "") if refused else (303, "/")), hazard


@pytest.mark.parametrize("spelling", ["{}", "{}?a=1", "/x/..{}", "{}%2f..{}"])
def test_a_route_of_our_own(stage: Stage, spelling: str) -> None:
    """A sign-in that ended in a sign-out, or at the sign-in, would be a riddle."""
    for route in ROUTES:
        path = spelling.replace("{}", f"/auth{route}", 1).replace("{}", route)
        shown = stage.person().open(f"/auth/login?next={quote(path, safe='')}")
        assert shown.form().fields["next"] == "/", path


@pytest.mark.parametrize("path", KEPT)
def test_what_is_kept_byte_for_byte(stage: Stage, path: str) -> None:
    person, user = stage.person(), stage.user()
    shown = person.open(f"/auth/login?next={quote(path, safe='')}")
    assert shown.form().fields["next"] == path
    form = shown.form()
    reply = person.post(form, username=user.email, password="Correct-Horse-7").reply
    assert reply.location == path


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example", "/a%5cb"])
def test_the_address_asked_for_itself(stage: Stage, path: str) -> None:
    shown = stage.person().open("https://app.example" + path)
    assert shown.form().fields["next"] == ("/a%5cb" if path == "/a%5cb" else "/")


@pytest.mark.parametrize("flow", ["srp", "choice"])
def test_through_every_step_in_between(stage: Stage, flow: str) -> None:
    stage.kind = "strict"
    stage.cognito.switch(mfa="optional")
    user = stage.user(
        status="FORCE_CHANGE_PASSWORD",
        mfa=("email",),
        attributes={"name": "Ada"},
        phone="+15551234567",
    )
    person = stage.person(sign_in_flow=flow)
    sign_in(person, user, "/deep/link?x=%2F&y=1")
    person.fill_in(password="Battery-Staple-8")
    shown = person.fill_in(code=stage.code(user.email))
    assert shown.target == "/deep/link?x=%2F&y=1"
