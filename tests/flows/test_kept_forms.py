"""A form that meets an ended session: kept there, offered to its user, sent when they press."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest

from cognito_gate import Require, Rule
from cognito_gate._gate.effects import ReadForm
from cognito_gate._gate.flows import login_cookies
from cognito_gate._gate.kept_forms import MAX_BYTES, RESERVED, KeptForm
from cognito_gate._gate.messages import MAX_FORM_BYTES
from cognito_gate.errors import TokenRefused
from cognito_gate.events import Refused
from tests.flows.conftest import MakeStage
from tests.flows.stage import ACCESS, Stage
from tests.parts.html import Page
from tests.world.browser import FETCH, NAVIGATION, ORIGIN, Browser, Extra, Reply

FORM = "__Host-cognito_kept_form"
USER = "__Host-cognito_last_user"
STEP_UP = "__Host-cognito_step_up"
RESUME = "/auth/resume"
TYPE = "application/x-www-form-urlencoded"
POST = {**NAVIGATION, "origin": ORIGIN, "sec-fetch-site": "same-origin"}
TYPED = [
    ("note", 'Grüße, 100 % & <b>"x"</b>'),
    ("note", "two\r\nlines"),
    ("token", ""),
    ("a=b", "+"),
]
BODY = urlencode(TYPED).encode()
AGAIN = {**POST, "referer": ORIGIN + RESUME}


@pytest.fixture
def stage() -> Stage:
    return Stage({"keep_forms": True})


@pytest.fixture
def browser(stage: Stage) -> Browser:
    """Its session is over: the browser has dropped its cookies."""
    return over(stage, stage.signed_in())


def over(stage: Stage, browser: Browser) -> Browser:
    stage.now += 86_500
    for name in ("access_token", "id_token"):
        browser.jar.pop(f"__Host-cognito_{name}")
    return browser


def post(browser: Browser, target: str = "/orders?x=1", body: bytes = BODY, **other: Any) -> Reply:
    headers = {**POST, "content-length": str(len(body)), **other}
    return browser.send_form(
        target, body, {name.replace("_", "-"): headers[name] for name in headers}
    )


def sign_in(stage: Stage, browser: Browser, shown: Reply) -> Reply:
    """By the link of the page, and on to where that leads."""
    link = Page(shown.body.decode()).every("a")[0].get("href")
    back = browser.go(
        stage.pool.sign_in(browser.go(link).location), headers={"sec-fetch-site": None}
    )
    return browser.go(back.location)


def says(reply: Reply, text: str) -> bool:
    return text in reply.body.decode()


def test_a_form_is_kept_offered_and_sent_as_it_was(stage: Stage, browser: Browser) -> None:
    shown = post(browser)
    assert (shown.status, shown.value("www-authenticate")) == (401, "Bearer")
    assert says(shown, "kept in this browser for 15 minutes")
    assert shown.stored == [FORM]
    assert "Grüße".encode() not in urlsafe_b64decode(browser.jar[FORM])
    event = stage.events[-1]
    assert isinstance(event, Refused)
    assert (event.status, event.code) == (401, "login_required")

    offered = sign_in(stage, browser, shown)
    assert offered.status == 200
    assert says(offered, "a form to /orders.")
    page = Page(offered.body.decode())
    first, second = page.every("form")
    assert (first.get("method"), first.get("action")) == ("post", "/orders?x=1")
    assert second.get("action") == RESUME
    fields = [(field.get("name"), field.get("value")) for field in page.every("input")]
    assert fields == TYPED
    assert offered.value("referrer-policy") == "same-origin"
    assert "form-action 'self' https:; frame-ancestors 'none'" in offered.value(
        "content-security-policy"
    )

    assert browser.go(RESUME).status == 200, "until it is sent"
    sent = browser.send_form("/orders?x=1", BODY, AGAIN)
    assert sent.identity.username == "ada"
    assert sent.cleared == [FORM]
    again = browser.go(RESUME)
    assert (again.status, says(again, "There is no form waiting")) == (404, True)


def test_a_session_that_nobody_used_ends_the_same_way() -> None:
    stage = Stage({"keep_forms": True, "idle_seconds": 600})
    browser = stage.signed_in()
    stage.now += 700
    shown = post(browser)
    assert (shown.status, shown.stored) == (401, [FORM])
    assert ACCESS in shown.cleared


def test_others_of_this_browsers_requests_leave_it(stage: Stage, browser: Browser) -> None:
    sign_in(stage, browser, post(browser))
    for headers in (POST, {**POST, "referer": f"{ORIGIN}/orders"}):
        assert browser.send_form("/orders?x=1", BODY, headers).cleared == []
    stage.quick = False
    assert browser.go("/", headers={"referer": ORIGIN + RESUME}).cleared == []
    assert FORM in browser.jar


def test_it_can_be_discarded_by_its_page_alone(stage: Stage, browser: Browser) -> None:
    sign_in(stage, browser, post(browser))
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"origin": "https://other.example"},
        {"origin": "null", "sec-fetch-site": "same-site"},
    ):
        assert browser.send_form(RESUME, b"", {**POST, **headers}).status == 403
    assert browser.go(RESUME, method="DELETE").status == 405
    assert FORM in browser.jar
    reply = browser.send_form(RESUME, b"action=discard", AGAIN)
    assert (reply.status, reply.location, reply.cleared) == (303, "/", [FORM])


def test_another_user_never_sees_it(stage: Stage, browser: Browser) -> None:
    shown = post(browser)
    kept = browser.jar[FORM]
    stage.pool.sub, stage.pool.username = "sub-of-bob", "bob"
    link = Page(shown.body.decode()).every("a")[0].get("href")
    back = browser.go(stage.pool.sign_in(browser.go(link).location))
    assert FORM in back.cleared
    browser.jar[FORM] = kept  # planted by somebody
    offered = browser.go(RESUME)
    assert (offered.status, offered.cleared) == (404, [FORM])
    assert not says(offered, "/orders")


def test_signing_out_drops_all(stage: Stage, browser: Browser) -> None:
    sign_in(stage, browser, post(browser))
    assert set(browser.go("/auth/logout").cleared) >= {FORM, USER}
    assert says(post(browser), "could not be kept"), "nobody knows whose it is"


def test_it_ends_with_its_time(stage: Stage, browser: Browser) -> None:
    shown = post(browser)
    stage.now += 901
    assert sign_in(stage, browser, shown).status == 404
    assert FORM not in browser.jar


def test_who_is_not_signed_in_is_sent_to_sign_in_first(browser: Browser) -> None:
    post(browser)
    assert "/oauth2/authorize?" in browser.go(RESUME).location
    assert browser.fetch(RESUME).status == 401


LOST = {
    "another site": {"sec_fetch_site": "cross-site", "origin": "https://other.example"},
    "a sibling": {"sec_fetch_site": "same-site", "origin": "https://other.example"},
    "another origin alone": {"origin": "https://other.example"},
    "another site that hides": {"sec_fetch_site": "cross-site", "origin": "null"},
    "nobody says": {"sec_fetch_site": "", "origin": ""},
    "null alone": {"sec_fetch_site": "", "origin": "null"},
    "files": {"content_type": "multipart/form-data; boundary=x"},
    "another charset": {"content_type": f"{TYPE}; charset=latin-1"},
    "plain text": {"content_type": "text/plain"},
}


def reads(stage: Stage, browser: Browser, headers: Mapping[str, str]) -> bool:
    """Whether the gate wants the body of such a request."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    flow = stage.decide(browser.request("POST", "/orders", {"content-type": TYPE, **POST, **named}))
    try:
        return isinstance(next(flow), ReadForm)
    except StopIteration:
        return False


@pytest.mark.parametrize("headers", LOST.values(), ids=LOST)
def test_what_is_not_kept_is_not_even_read(
    stage: Stage, browser: Browser, headers: dict[str, Any]
) -> None:
    assert reads(stage, browser, {})
    assert not reads(stage, browser, headers)
    shown = post(browser, **headers)
    assert (shown.status, shown.stored) == (401, [])
    assert says(shown, "could not be kept")


@pytest.mark.parametrize("value", ["", "x", "gAAAA" + "x" * 90])
def test_nothing_is_read_of_a_stranger(stage: Stage, browser: Browser, value: str) -> None:
    browser.jar[USER] = value
    assert not reads(stage, browser, {})


@pytest.mark.parametrize("headers", [{"sec_fetch_site": ""}, {"origin": "null"}, {"origin": ""}])
def test_browsers_that_tell_less_say_enough(browser: Browser, headers: dict[str, Any]) -> None:
    assert post(browser, **headers).stored == [FORM]


@pytest.mark.parametrize(
    "body",
    [b"a=%zz", b"a=%ff", b"=x", b"a=%00", b"a=1%0A2", b"a=1%0D2", b"&".join([b"a="] * 1_001)],
)
def test_what_cannot_be_sent_as_it_was_is_not_kept(browser: Browser, body: bytes) -> None:
    shown = post(browser, body=body)
    assert (shown.status, shown.stored) == (401, [])


@pytest.mark.parametrize("target", ["//orders", "/orders/%5cx/..//y", "/orders?" + "x" * 2_048])
def test_an_address_that_no_page_may_lead_to(browser: Browser, target: str) -> None:
    assert post(browser, target=target).stored == []


@pytest.mark.parametrize("length", ["", "x", "5"])
def test_a_length_that_says_nothing(browser: Browser, length: str) -> None:
    assert post(browser, content_length=length).stored == [FORM]


def test_half_a_form_is_none(stage: Stage, browser: Browser) -> None:
    assert post(browser, content_length=str(len(BODY) + 1)).stored == []
    headers = {"content-type": TYPE, **POST}
    flow = stage.decide(browser.request("POST", "/orders", headers))
    assert isinstance(next(flow), ReadForm)
    with pytest.raises(StopIteration) as ended:
        flow.send(None)  # it did not come in time
    assert b"could not be kept" in ended.value.value.body


def test_a_form_without_fields(stage: Stage, browser: Browser) -> None:
    assert post(browser, body=b"", content_length="").stored == [FORM]
    offered = sign_in(stage, browser, post(browser, body=b""))
    assert Page(offered.body.decode()).every("input") == []


def test_too_large(stage: Stage, browser: Browser) -> None:
    for body, length in (
        (b"a=" + b"x" * 3_000, None),
        (b"x" * (MAX_FORM_BYTES + 1), ""),
        (b"", str(MAX_FORM_BYTES + 1)),
    ):
        more = {} if length is None else {"content_length": length}
        shown = post(browser, body=body, **more)
        assert (shown.stored, says(shown, "too large to be kept")) == ([], True)
    assert not reads(stage, browser, {"content_length": str(MAX_FORM_BYTES + 1)})


@pytest.mark.parametrize("crowded", [True, False])
def test_there_has_to_be_room_for_the_session_too(
    stage: Stage, browser: Browser, crowded: bool
) -> None:
    """Servers cap all cookies of a request together."""
    body = b"a=" + b"x" * 1_500
    assert post(browser, body=body).stored == [FORM]
    filled = len("; ".join(f"{name}={value}" for name, value in browser.jar.items()))
    browser.jar = {"app": "x" * (MAX_BYTES - RESERVED - filled), **browser.jar}
    assert says(post(browser, body=body), "too large to be kept")
    browser.jar.pop("app")
    shown = post(browser, body=body)
    stage.pool.access["custom:grown"] = "x" * 1_700
    browser.jar["app"] = "x" * (1_500 if crowded else 10)
    offered = sign_in(stage, browser, shown)
    assert offered.status == (404 if crowded else 200)
    assert (FORM in browser.jar) == (not crowded)


def test_other_sign_ins_under_way_make_room(stage: Stage, browser: Browser) -> None:
    shown = post(browser, body=b"a=" + b"x" * 2_000)
    for number in range(3):
        browser.go(f"/tab/{number}")
    stage.pool.access["custom:grown"] = "x" * 1_300
    assert sign_in(stage, browser, shown).status == 200
    left = [name for name in browser.jar if "login" in name]
    assert (
        sum(len(f"{name}={value}; ") for name, value in browser.jar.items())
        < login_cookies.MAX_BYTES
    )
    assert len(left) < 3


def test_what_a_proxy_asks_about_is_the_proxys(make_stage: MakeStage) -> None:
    stage = make_stage(keep_forms=True, trusted_proxies=("192.0.2.1",))
    browser = over(stage, stage.signed_in())
    sent = {"x-original-method": "POST", "x-original-uri": "/orders", "content-type": TYPE}
    reply = browser.go("/auth/verify", headers={**POST, **sent})
    assert (reply.status, reply.stored) == (401, [])
    assert reply.value("content-type") == "application/json"


def test_several_tabs(stage: Stage, browser: Browser) -> None:
    first = post(browser)
    kept = browser.jar[FORM]
    second = post(browser, target="/other")
    assert (second.stored, says(second, "Another form of yours")) == ([], True)
    assert browser.jar[FORM] == kept
    assert post(browser, body=b"note=better").stored == [FORM], "the same one, sent once more"
    offered = sign_in(stage, browser, first)
    assert Page(offered.body.decode()).one("input").get("value") == "better"


@pytest.mark.parametrize("change", ["", "x", "cut", "flip"])
def test_a_cookie_that_was_altered(stage: Stage, browser: Browser, change: str) -> None:
    shown = post(browser)
    kept = browser.jar[FORM]
    browser.jar[FORM] = {
        "cut": kept[:-4],
        "flip": kept[:50] + ("A" if kept[50] != "A" else "B") + kept[51:],
    }.get(change, change)
    assert sign_in(stage, browser, shown).status == 404


def test_a_planted_cookie_beside_it(stage: Stage, browser: Browser) -> None:
    sign_in(stage, browser, post(browser))
    line = "; ".join(f"{name}={value}" for name, value in browser.jar.items())
    browser.raw = [f"{USER}=x; {FORM}=x; {line}".encode()]
    assert browser.go(RESUME).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        FETCH,
        {**POST, "accept": "application/json"},
        {**POST, "sec-fetch-mode": None, "accept": "*/*"},
    ],
)
def test_programs_get_their_401(browser: Browser, headers: Extra) -> None:
    reply = browser.send_form("/orders", BODY, headers)
    assert (reply.status, reply.stored) == (401, [])
    assert reply.value("content-type") == "application/json"


def test_sign_in_pages_of_our_own_lead_to_it(stage: Stage) -> None:
    own = Stage({"keep_forms": True, "login": "custom"})
    browser = own.browser()
    browser.jar = over(own, stage.signed_in()).jar
    shown = post(browser)
    assert shown.stored == [FORM]
    link = Page(shown.body.decode()).every("a")[0].get("href")
    assert browser.go(link).location == "/auth/sign-in?next=/auth/resume"


RULES = (
    Rule(("/recent",), require=Require(max_auth_age=300)),
    Rule(("/strong",), require=Require(acr=("loa2",))),
    Rule(("/admin",), require=Require(groups=("admin",), max_auth_age=300)),
)


def signed_in_long_ago(**changes: Any) -> tuple[Stage, Browser]:
    """A session that is still there, and began ten minutes ago by a password alone."""
    stage = Stage({"keep_forms": True, "rules": RULES, **changes})
    stage.pool.access["acr"] = "loa1"
    browser = stage.signed_in()
    stage.now += 600
    return stage, browser


def test_a_form_that_needs_a_newer_sign_in_is_kept_until_after_it() -> None:
    stage, browser = signed_in_long_ago()
    shown = post(browser, "/recent?x=1")
    assert (shown.status, shown.app) == (401, None)
    assert set(shown.stored) == {FORM, STEP_UP}
    assert says(shown, "kept in this browser for 15 minutes")
    assert 'insufficient_user_authentication", max_age="300"' in shown.value("www-authenticate")
    event = stage.events[-1]
    assert isinstance(event, Refused)
    assert (event.code, event.rule) == ("step_up_required", "rule 1")
    assert event.reason == "the sign-in is older than 300 s; a form (kept)"
    assert says(shown, ">Sign in again</a>")
    link = Page(shown.body.decode()).every("a")[0].get("href")
    assert link == "/auth/login?next=/auth/resume&prompt=login&max_age=300"
    assert "prompt=login&max_age=300" in browser.go(link).location

    offered = sign_in(stage, browser, shown)
    page = Page(offered.body.decode())
    assert page.every("form")[0].get("action") == "/recent?x=1"
    assert [(one.get("name"), one.get("value")) for one in page.every("input")] == TYPED
    sent = browser.send_form("/recent?x=1", BODY, AGAIN)
    assert (sent.identity.username, sent.cleared) == ("ada", [FORM])


def test_it_is_kept_once_more_where_the_new_sign_in_grew_old_meanwhile() -> None:
    stage, browser = signed_in_long_ago()
    assert sign_in(stage, browser, post(browser, "/recent")).status == 200
    stage.now += 301
    shown = browser.send_form("/recent", BODY, {**AGAIN, "content-length": str(len(BODY))})
    assert (shown.status, set(shown.stored)) == (401, {FORM, STEP_UP})
    assert sign_in(stage, browser, shown).status == 200


def test_where_a_new_sign_in_is_of_no_use_a_page_says_so() -> None:
    stage, browser = signed_in_long_ago()
    asked = post(browser, "/strong")
    assert asked.value("www-authenticate").endswith('acr_values="loa2"')
    assert sign_in(stage, browser, asked).status == 200, "the new one is as weak"
    for headers in (AGAIN, POST):
        shown = browser.send_form("/strong", BODY, headers)
        assert (shown.status, shown.stored) == (403, [])
        assert says(shown, "Signing in again did not help. To keep what you entered")
        assert not says(shown, RESUME)
        first = Page(shown.body.decode()).every("a")[0]
        assert first.get("href") == "/auth/logout?next=/"


def test_another_user_does_not_get_what_a_newer_sign_in_was_asked_for() -> None:
    stage, browser = signed_in_long_ago()
    shown = post(browser, "/recent")
    stage.pool.sub, stage.pool.username = "sub-of-bob", "bob"
    assert sign_in(stage, browser, shown).status == 404
    assert FORM not in browser.jar


def test_who_signed_in_last_here_is_not_always_who_sends_a_form() -> None:
    stage, browser = signed_in_long_ago()
    bob, other = Stage({"keep_forms": True}), stage.pool
    bob.pool.sub, bob.pool.username = "sub-of-bob", "bob"
    browser.jar[USER] = bob.signed_in().jar[USER]
    shown = post(browser, "/recent")
    assert (shown.status, shown.stored) == (401, [STEP_UP])
    assert says(shown, "could not be kept")
    assert other.sub != "sub-of-bob"


@pytest.mark.parametrize("headers", [LOST["another site"], LOST["files"]])
def test_a_form_that_may_not_be_kept_is_not_for_a_newer_sign_in(headers: dict[str, Any]) -> None:
    _, browser = signed_in_long_ago()
    shown = post(browser, "/recent", **headers)
    assert (shown.status, shown.stored) == (401, [STEP_UP])
    assert says(shown, "could not be kept")
    assert 'href="/auth/login?prompt=login&amp;max_age=300"' in shown.body.decode()


def test_a_form_that_a_group_is_lacking_for_gets_a_page() -> None:
    _, browser = signed_in_long_ago()
    shown = post(browser, "/admin")
    assert (shown.status, shown.stored) == (403, [])
    assert says(shown, "does not have access")
    assert 'href="/auth/logout?next=/"' in shown.body.decode()


def test_the_small_cookies_of_such_a_sign_in_have_the_room_that_is_reserved() -> None:
    _, browser = signed_in_long_ago(idle_seconds=900)
    before = set(browser.jar) - {USER}
    post(browser, "/strong")
    small = browser.jar.keys() - before - {FORM} | {"__Host-cognito_idle"}
    assert {USER, STEP_UP, "__Host-cognito_idle"} == small
    taken = sum(len(f"{name}={browser.jar[name]}; ") for name in small)
    assert taken <= RESERVED


def test_sign_in_pages_of_our_own_ask_for_a_newer_sign_in() -> None:
    stage, browser = signed_in_long_ago()
    own = Stage({"keep_forms": True, "rules": RULES, "login": "custom"}, now=stage.now)
    visitor = own.browser()
    visitor.jar = browser.jar
    shown = post(visitor, "/recent")
    assert set(shown.stored) == {FORM, STEP_UP}
    link = Page(shown.body.decode()).every("a")[0].get("href")
    assert visitor.go(link).location == "/auth/sign-in?prompt=login&next=/auth/resume"


def test_off_nothing_is_kept() -> None:
    stage = Stage()
    browser = over(stage, stage.signed_in())
    assert set(browser.jar) == set()
    assert not reads(stage, browser, {})
    assert says(post(browser), "could not be kept")
    assert browser.go(RESUME).status == 303, "a path of the app"
    with pytest.raises(RuntimeError, match="keeps no forms"):
        _ = stage.gate._context.keeper


@pytest.mark.parametrize("fields", [["a"], ["a", 1]])
def test_a_record_of_another_shape(fields: list[str]) -> None:
    form = KeptForm("sub", "/", 1, fields)
    with pytest.raises(TokenRefused):
        KeptForm.from_json(form.to_json())
