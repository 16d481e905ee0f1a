"""The gate's own pages: in the visitor's language, and for each error what to do about it."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate import SettingsError, errors
from cognito_gate._gate.catalog import Catalog
from cognito_gate._gate.catalog_files import read
from cognito_gate._gate.context import Context
from cognito_gate._gate.exchange import Exchange
from cognito_gate._gate.flows import error_responses
from cognito_gate._gate.gate import new_token
from cognito_gate._gate.languages import OURS, Languages
from cognito_gate._gate.target import Target
from cognito_gate.errors import (
    BadRequest,
    CallbackRefused,
    ClockWrong,
    CognitoUnavailable,
    CookiesLost,
    CookiesTooLarge,
    CrossSiteRefused,
    Forbidden,
    FormTooLarge,
    FormTooSlow,
    GateError,
    GrantRefused,
    MethodRefused,
    ProxyRefused,
    SessionTooLarge,
    StepUpRequired,
    StoreUnavailable,
)
from cognito_gate.identity import Identity
from tests.flows.stage import Stage, incoming, reply
from tests.parts.html import Page
from tests.world.browser import NAVIGATION, Reply

CATALOGS = {tag: Catalog(tag, texts) for tag, texts in read(OURS).items()}
"""Each read from its own file, where nothing falls back to English."""
IN_EACH = pytest.mark.parametrize("catalog", CATALOGS.values(), ids=CATALOGS)

SHOWN: dict[str, list[GateError]] = {
    "bad_request": [BadRequest("a"), BadRequest("a", field="username", limit=128)],
    "login_failed": [
        CallbackRefused("a"),
        CallbackRefused("a", cause="cancelled"),
        CallbackRefused("a", cause="signed_out"),
        CallbackRefused("a", cause="not_started_here"),
        CallbackRefused("a", cause="not_verified"),
        CallbackRefused("a", cause="set_up"),
    ],
    "cross_site": [CrossSiteRefused("a")],
    "proxy_refused": [ProxyRefused("a")],
    "forbidden": [Forbidden("a", sub="b")],
    "step_up_required": [StepUpRequired("a", sub="b", rule="c", max_age=60, acr=())],
    "method_not_allowed": [MethodRefused("GET, HEAD")],
    "cookies": [CookiesLost("a")],
    "form_too_slow": [FormTooSlow("a")],
    "form_too_large": [FormTooLarge("a")],
    "session_too_large": [SessionTooLarge("a")],
    "grant_refused": [GrantRefused("invalid_client", "a")],
    "cookies_too_large": [CookiesTooLarge("a")],
    "unavailable": [CognitoUnavailable("a")],
    "clock": [ClockWrong("a")],
    "store": [StoreUnavailable("a")],
    "error": [GateError("a")],
}
"""Each error that may end on a page, by its code, with each of its texts."""
ELSEWHERE = {
    "settings": "at start only",
    "login_required": "a redirect, the page of a form, or JSON",
    "invalid_token": "JSON",
    "stale_login": "starts over, or is lost cookies",
    "revocation_refused": "JSON",
    "refused": "on the sign-in page that was refused",
    "form": "on the sign-in page whose form it is",
    "form_expired": "on the sign-in page whose form it is",
    "too_many_tries": "on the sign-in page whose form it is",
}
"""The codes of the others, and where those go."""

GATE = Stage()


class Always:
    """A check that lets an error happen on any page."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def check(self, target: Target, identity: Identity) -> None:
        raise self._error


def ruled_out(error: Exception, accepted: str = "") -> Reply:
    """What somebody who is signed in gets where a rule raises this."""
    stage = Stage(checks=(Always(error),))
    browser = stage.browser()
    browser.sign_in(stage.pool)
    if isinstance(error, StepUpRequired):
        # The page comes when it was of no use to sign in again.
        stage.pool.access["auth_time"] = int(stage.now) - 600
        browser.sign_in(stage.pool, "/page")
    return browser.go("/page", headers={"accept-language": accepted})


def page_of(error: GateError, accepted: str = "") -> Reply:
    """The page that an error ends on, wherever it was raised."""
    if isinstance(error, Forbidden):
        return ruled_out(error, accepted)
    request = GATE.browser().request("GET", "/page", {**NAVIGATION, "accept-language": accepted})
    context = Context.of(GATE.pool.settings(), new_token)
    exchange = Exchange(context, incoming(request, GATE.now))
    return reply(error_responses.refuse(exchange, error, form=False))


def heading(shown: Reply) -> tuple[str, str]:
    """The language that a page says it has, and its heading."""
    found = Page(shown.body.decode())
    assert shown.value("content-language") == found.one("html").get("lang")
    assert found.one("title").text == found.one("h1").text + " - app.example"
    return found.one("html").get("lang"), found.one("h1").text


def test_every_error_goes_somewhere() -> None:
    kinds = [one for one in vars(errors).values() if isinstance(one, type)]
    codes = {one.code for one in kinds if issubclass(one, GateError)}
    assert SHOWN.keys() | ELSEWHERE.keys() == codes
    assert not SHOWN.keys() & ELSEWHERE.keys()


@IN_EACH
def test_every_error_has_a_page_in_every_language(catalog: Catalog) -> None:
    texts: set[str] = set()
    for code, found in SHOWN.items():
        for error in found:
            shown = page_of(error, catalog.tag)
            assert heading(shown) == (catalog.tag, catalog.texts[f"gate.{code}.title"])
            said = Page(shown.body.decode()).one("p", class_="text").text
            assert not re.search(r"gate\.|[{}]", said), code
            texts.add(said)
    assert len(texts) == sum(map(len, SHOWN.values())), "each says something of its own"


@IN_EACH
def test_every_text_of_the_catalog_is_used(catalog: Catalog) -> None:
    pages = {"sessions", "signed_in", "signed_out", "signed_out_here", "to_login", "window_done"}
    pages |= {"not_signed_out", "resume", "step_up_form", "unsent_form"} | SHOWN.keys()
    assert {name.split(".")[1] for name in catalog.texts if name.startswith("gate.")} == pages


def test_what_helps_people_is_on_the_page() -> None:
    words: list[tuple[GateError, str]] = [
        (MethodRefused("GET, HEAD"), "GET, HEAD"),
        (CrossSiteRefused("a"), "https://app.example/"),
        (Forbidden("a", sub="b"), "signed in as ada"),
        (
            BadRequest("a", field="username", limit=128),
            "“Username” can have at most 128 characters",
        ),
        (CookiesLost("a"), "allow cookies"),
        (ClockWrong("a"), "clock"),
        (SessionTooLarge("a"), "contact the people who run this app"),
    ]
    for error, said in words:
        assert said in page_of(error).body.decode(), error.code


@pytest.mark.parametrize(
    ("error", "links"),
    [
        (BadRequest("a"), ["/auth/login"]),
        (CognitoUnavailable("a"), ["/page"]),
        (Forbidden("a", sub="b"), ["/auth/logout?next=/page", "/"]),
        (SHOWN["step_up_required"][0], ["/auth/logout?next=/page", "/"]),
        # Trying again leads to the same page.
        (SessionTooLarge("a"), ["/auth/logout"]),
        (CallbackRefused("a", cause="set_up"), ["/", "/auth/logout"]),
        (MethodRefused("GET"), ["/"]),
        (CrossSiteRefused("a"), ["/"]),
        (ClockWrong("a"), []),
    ],
)
def test_the_ways_on_and_out(error: GateError, links: list[str]) -> None:
    found = Page(page_of(error).body.decode())
    assert [link.get("href") for link in found.every("a")] == links


def test_a_callback_that_fails_again_and_again_can_be_left() -> None:
    browser = GATE.browser()
    shown = browser.go("/auth/callback?state=unknown&error=access_denied")
    links = [link.get("href") for link in Page(shown.body.decode()).every("a")]
    assert links == ["/auth/login", "/auth/logout"]


def test_each_page_carries_the_app_and_the_operators_look(tmp_path: Path) -> None:
    (tmp_path / "theme.css").write_text(":root { --gate-accent: #b00 }", encoding="utf-8")
    (tmp_path / "logo.svg").write_text("<svg></svg>", encoding="utf-8")
    stage = Stage({"app_name": "Engines & Co", "templates": str(tmp_path)})
    shown = stage.browser().go("/auth/signed-out")
    found = Page(shown.body.decode())
    assert found.one("title").text == "Signed out - Engines & Co"
    assert found.one("img").get("alt") == "Engines & Co"
    assert "".join(found.one("style").words).endswith("--gate-accent: #b00 }")
    assert b"img-src data:" in shown.value("content-security-policy").encode()


def test_what_is_for_the_log_is_not_on_the_page() -> None:
    for error in (
        BadRequest("in-the-log"),
        CallbackRefused("in-the-log"),
        CookiesLost("in-the-log"),
    ):
        assert b"in-the-log" not in page_of(error).body


# Which language


@pytest.mark.parametrize(
    ("target", "accepted", "cookie", "language"),
    [
        ("/auth/signed-out", None, "", "en"),
        ("/auth/signed-out", "de", "", "de"),
        ("/auth/signed-out", "eo, de-AT;q=0.5", "", "de"),
        ("/auth/signed-out", "eo", "", "en"),
        ("/auth/signed-out?lang=de", "en", "", "de"),
        ("/auth/signed-out", "en", "de", "de"),
        ("/auth/signed-out?lang=en", None, "de", "en"),
        ("/auth/signed-out?lang=xx", None, "", "en"),
        ("/auth/signed-out", "de", "../../en", "de"),
        ("/auth/signed-out?%ff", "de", "", "de"),
        ("/auth/signed-out?lang=%ff", "de", "", "de"),
        ("/auth/callback?state=unknown&error=access_denied", "de", "", "de"),
        ("/auth/login?next=/a&next=/b", None, "de", "de"),
        # What `lang` means to the app is the app's business.
        ("/translate?lang=de", None, "", "en"),
    ],
)
def test_the_language_of_a_page(
    target: str, accepted: str | None, cookie: str, language: str
) -> None:
    stage = Stage(checks=(Always(Forbidden("a", sub="b")),))
    browser = stage.browser()
    browser.sign_in(stage.pool)
    if cookie:
        browser.jar["__Host-cognito_language"] = cookie
    assert heading(browser.go(target, headers={"accept-language": accepted}))[0] == language


@given(st.binary(max_size=200) | st.text("den*-;q=01., \t").map(str.encode))
def test_any_accept_language_gives_a_page(accepted: bytes) -> None:
    shown = GATE.browser().go(
        "/auth/signed-out", headers={"accept-language": accepted.decode("latin-1")}
    )
    assert (shown.status, heading(shown)[0] in CATALOGS) == (200, True)


def test_a_long_accept_language_is_read_in_part_only() -> None:
    shown = page_of(GateError("a"), "x-y;q=0.1," * 10_000 + "de")
    assert (shown.status, heading(shown)[0]) == (500, "en")


def test_the_page_on_the_way_with_strict_cookies() -> None:
    stage = Stage({"cookie_samesite": "strict"})
    browser = stage.browser()
    back = stage.pool.sign_in(browser.go("/page").location)
    shown = browser.go(back, headers={"accept-language": "de", "sec-fetch-site": "cross-site"})
    assert (shown.status, heading(shown)) == (200, ("de", "Sie sind angemeldet"))
    assert Page(shown.body.decode()).one("a", class_="button").get("href") == "/page"
    assert Page(shown.body.decode()).one("a").text == "Weiter"


def test_too_many_cookies_are_not_searched_for_a_language() -> None:
    browser = GATE.browser()
    browser.raw = [b"__Host-cognito_language=de; " + b"a=b; " * 20_000]
    assert heading(browser.go("/page")) == ("en", "Too many cookies")
    shown = browser.go("/page", headers={"accept-language": "de"})
    assert heading(shown) == ("de", "Zu viele Cookies")


def test_an_unexpected_error() -> None:
    shown = ruled_out(ZeroDivisionError("not for people"), "de")
    assert (shown.status, heading(shown)) == (500, ("de", "Etwas ist schiefgegangen"))
    assert b"not for people" not in shown.body


def test_programs_get_the_same_in_every_language(stage: Stage) -> None:
    shown = stage.browser().fetch("/page", headers={"accept-language": "de"})
    assert (shown.status, shown.value("content-language")) == (401, "")
    assert json.loads(shown.body)["error"] == "login_required"


def test_head_has_the_headers_and_no_body(stage: Stage) -> None:
    shown = stage.browser().go("/auth/signed-out", method="HEAD", headers={"accept-language": "de"})
    assert (shown.status, shown.body, shown.value("content-language")) == (200, b"", "de")


# What an operator changes


def test_an_operator_changes_texts_and_adds_languages(tmp_path: Path) -> None:
    texts = 'gate.signed_out.title = "{title}"'
    (tmp_path / "en.toml").write_text(texts.format(title="Bye"), encoding="utf-8")
    esperanto = 'language.name = "Esperanto"\n' + texts.format(title="Ĝis")
    (tmp_path / "eo.toml").write_text(esperanto, encoding="utf-8")
    browser = Stage({"templates": str(tmp_path)}).browser()
    shown = {
        tag: heading(browser.go("/auth/signed-out", headers={"accept-language": tag}))
        for tag in ("en", "de", "eo")
    }
    assert shown == {"en": ("en", "Bye"), "de": ("de", "Abgemeldet"), "eo": ("eo", "Ĝis")}


def test_an_operator_offers_one_language() -> None:
    browser = Stage({"languages": ("de",)}).browser()
    shown = browser.go("/auth/signed-out", headers={"accept-language": "en"})
    assert heading(shown) == ("de", "Abgemeldet")


@pytest.mark.parametrize("login", ["hosted", "custom"])
def test_what_cannot_be_used_stops_the_start(tmp_path: Path, login: str) -> None:
    (tmp_path / "en.toml").write_text('gate.signed_out.titel = "Bye"', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"gate\.signed_out\.titel is the id of no text"):
        Stage({"login": login, "templates": str(tmp_path)})
    with pytest.raises(SettingsError, match="COGNITO_GATE_LANGUAGES: lists 'eo'"):
        Stage({"login": login, "languages": ("eo",)})


def test_with_sign_in_pages_of_our_own_too() -> None:
    browser = Stage({"login": "custom"}).browser()
    browser.jar["__Host-cognito_language"] = "de"
    shown = browser.go("/auth/sign-in", method="POST")  # without a form
    assert (shown.status, heading(shown)) == (400, ("de", "Ungültige Anfrage"))


class Unreadable:
    """Catalogs whose files are gone."""

    def choose(self, accept: bytes, chosen: str) -> str:
        raise OSError("too many open files")


@pytest.mark.parametrize("path", ["/auth/signed-out", "/auth/callback"])
def test_without_its_texts_a_page_is_an_error_and_nobody_passes(stage: Stage, path: str) -> None:
    context = replace(stage.gate._context, languages=cast(Languages, Unreadable()))
    stage.gate._context = context
    shown = stage.browser().go(path)
    assert (shown.status, shown.app) == (500, None)
    assert shown.body.startswith(b"Something went wrong")
    assert shown.value("cache-control") == "no-store"
