"""Every address of the pages: shown, not shown, and asked for in every wrong way."""

import pytest

from cognito_gate.settings.endpoints import PAGES
from tests.pages.stage import Stage
from tests.world.browser import FETCH, NAVIGATION

TITLES = {
    "/sign-in": "Sign in to app.example",
    "/sign-up": "Create an account",
    "/confirm": "Confirm your account",
    "/forgot": "Forgot your password?",
    "/reset": "Set a new password",
}
NO_SIGN_IN = "No sign-in is under way here, or it took too long. Please sign in."
# These need a step that waits, or a session.
ELSEWHERE = ("/mfa", "/new-password", "/account")


def test_there_are_no_others() -> None:
    assert {*TITLES, *ELSEWHERE} == set(PAGES)


@pytest.mark.parametrize("page", TITLES)
@pytest.mark.parametrize("flow", ["srp", "choice"])
def test_a_page_is_shown_to_anybody(stage: Stage, page: str, flow: str) -> None:
    shown = stage.person(sign_in_flow=flow).open(f"/auth{page}")
    assert (shown.status, shown.title, shown.reply.app) == (200, TITLES[page], None)
    assert shown.told == []
    for form in shown.forms:
        assert (form.method, form.action) == ("POST", f"/auth{page}")
        assert len(form.fields["form"]) == 64
    assert stage.cloud.calls == []


@pytest.mark.parametrize("page", ELSEWHERE)
def test_a_page_that_nothing_leads_to_begins_at_the_sign_in(stage: Stage, page: str) -> None:
    person = stage.person()
    shown = person.open(f"/auth{page}?next=/page")
    assert (shown.path, shown.title) == ("/auth/sign-in", TITLES["/sign-in"])
    told = [] if page == "/account" else [NO_SIGN_IN]
    assert shown.told == told


@pytest.mark.parametrize("page", TITLES)
def test_a_head_is_as_the_page_without_it(stage: Stage, page: str) -> None:
    person = stage.person()
    body = person.open(f"/auth{page}").reply
    head = person.send("HEAD", f"/auth{page}", NAVIGATION)
    assert (head.status, head.body) == (200, b"")
    assert head.steady == body.steady


@pytest.mark.parametrize("page", PAGES)
def test_other_methods(stage: Stage, page: str) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        reply = stage.person().send(method, f"/auth{page}", FETCH)
        assert (reply.status, reply.value("allow"), reply.app) == (405, "GET, HEAD, POST", None)
        assert reply.value("cache-control") == "no-store"


@pytest.mark.parametrize("page", [*TITLES, *ELSEWHERE])
def test_no_page_is_there_with_the_hosted_login(stage: Stage, page: str) -> None:
    """The address is the app's, as any other is."""
    person = stage.person(login="hosted", domain=stage.pool.origin)
    shown = person.open(f"/auth{page}")
    assert shown.reply.location.startswith(f"{stage.pool.origin}/oauth2/authorize?")


def test_there_is_no_sign_up_where_it_is_turned_off(stage: Stage) -> None:
    person = stage.person(sign_up=False)
    assert "Create an account" not in person.open("/auth/sign-in").links
    assert person.open("/auth/sign-up").title == TITLES["/sign-in"]
    assert person.open("/auth/confirm").title == "Confirm your account"


@pytest.mark.parametrize("page", TITLES)
def test_a_page_in_another_language(stage: Stage, page: str) -> None:
    person = stage.person()
    shown = person.open(f"/auth{page}?next=%2Fpage", {**NAVIGATION, "accept-language": "de-AT"})
    assert shown.page.one("html").get("lang") == "de"
    english = person.click("English")
    assert (english.title, english.query) == (TITLES[page], {"lang": "en", "next": "/page"})
    kept = person.open(f"/auth{page}", {**NAVIGATION, "accept-language": "de"})
    assert kept.title == TITLES[page]
    assert kept.reply.value("content-language") == "en"


@pytest.mark.parametrize("lang", ["xx", "", "e" * 100, "en\u00e9", "<script>"])
def test_a_language_that_nobody_speaks(stage: Stage, lang: str) -> None:
    person = stage.person()
    person.jar["__Host-cognito_language"] = lang
    shown = person.open(f"/auth/sign-in?lang={lang.encode().hex()}")
    assert (shown.status, shown.title) == (200, TITLES["/sign-in"])
    assert person.jar["__Host-cognito_language"] == lang, "nothing is kept"


@pytest.mark.parametrize("notice", ["confirmed", "password_changed", "start_over", "replaced"])
def test_a_page_may_have_something_to_say(stage: Stage, notice: str) -> None:
    assert stage.person().open(f"/auth/sign-in?notice={notice}").told != []


@pytest.mark.parametrize("query", ["notice=hello", "notice=", "notice=error.generic", "notice"])
def test_but_not_what_anybody_writes(stage: Stage, query: str) -> None:
    shown = stage.person().open(f"/auth/sign-in?{query}")
    assert (shown.status, shown.told) == (200, [])


@pytest.mark.parametrize(
    "query", ["%ff=%ff", "next=%ff", "a&" * 60, "next=/page&next=/other", "\u00e9", "=&=&;;"]
)
def test_any_query(stage: Stage, query: str) -> None:
    shown = stage.person().open(f"/auth/sign-in?{query}")
    assert shown.status == 200
    wanted = "/page" if query.startswith("next=/page") else "/"
    assert shown.form().fields["next"] == wanted


def test_the_links_keep_where_the_visitor_wants_to_go(stage: Stage) -> None:
    person = stage.person()
    person.open("/page?a=1&b=2")
    for link in ("Create an account", "Sign in", "Forgot your password?", "Back to sign-in"):
        shown = person.click(link)
        assert shown.query["next"] == "/page?a=1&b=2"
        assert {form.fields["next"] for form in shown.forms} == {"/page?a=1&b=2"}


def test_the_cookie_of_the_forms_stays_the_same(stage: Stage) -> None:
    person = stage.person()
    cookies = [person.open(f"/auth{page}").reply.cookies["__Host-cognito_form"] for page in TITLES]
    assert len({cookie.value for cookie in cookies}) == 1
    assert cookies[0].attributes == {
        "max-age": "604800",
        "path": "/",
        "httponly": "",
        "secure": "",
        "samesite": "Lax",
    }


@pytest.mark.parametrize("value", ["x" * 65, "a\tb", "a\x7fb", "\u00e9", 'a"b', "a b", ""])
def test_a_cookie_that_is_none_of_ours_is_replaced(stage: Stage, value: str) -> None:
    """It comes back in a header, and makes the token that a form carries."""
    person = stage.person()
    person.jar["__Host-cognito_form"] = value
    person.open("/auth/sign-in")
    assert person.jar["__Host-cognito_form"] != value
    assert len(person.jar["__Host-cognito_form"]) == 43
    person.fill_in(username="", password="")
    assert person.last.status == 400, "the form is taken, and found empty"
