"""Every sign-in page: what all have in common, whatever they are told."""

import hashlib
import re
from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._gate.languages import Languages
from cognito_gate._gate.messages import Respond
from cognito_gate._gate.records import Sentence
from cognito_gate._sign_in.records import View
from cognito_gate._sign_in.views import PAGES, SAMPLES, Views
from tests.parts.html import Page
from tests.parts.made import views

CUSTOM = {"COGNITO_GATE_LOGIN": "custom", "COGNITO_GATE_APP_NAME": "My & Co"}
SCREENS = views(**CUSTOM)
EVERY = pytest.mark.parametrize("screen", SAMPLES)
EVIL = "</script></title><script>alert(1)</script>\"'&{{7*7}}{%raw%}"
EMPTY = View(screen="forgot", token="a-token", return_to="/from?here=1")
TROUBLE = {
    name: Sentence("error.field.missing")
    for name in ("username", "email", "password", "previous", "code", "family_name")
}


def view(screen: str, facts: dict[str, Any] | None = None, **change: Any) -> View:
    """A page with the facts of its example, some of them changed."""
    return replace(EMPTY, screen=screen, facts={**SAMPLES[screen], **(facts or {})}, **change)


def text(answer: Respond) -> str:
    return answer.body.decode("utf-8")


def page(shown: View, language: str = "en", screens: Views = SCREENS) -> Page:
    return Page(text(screens.show(shown, language)))


def title(found: Page) -> str:
    [shown] = [one for one in found.every("title") if one.around[-1].tag == "head"]
    return shown.text


def test_there_is_a_template_for_each_screen() -> None:
    pages = {file.name.removesuffix(".html") for file in PAGES.iterdir() if ".html" in file.name}
    assert pages - {"base", "fields"} == {*SAMPLES}


@EVERY
@pytest.mark.parametrize("language", ["en", "de"])
def test_what_is_wrong_with_fields_stands_beside_them_alone(screen: str, language: str) -> None:
    known = {name: TROUBLE[name] for name in TROUBLE if page(view(screen)).every("input", id=name)}
    found = page(view(screen, field_errors=known), language)
    assert found.every("p", id="message") == []
    assert len(found.every("p", class_="wrong")) == len(known)
    for name in known:
        field = found.one("input", id=name)
        assert field.get("aria-invalid") == "true"
        assert f"{name}-wrong" in field.get("aria-describedby").split()
    # The first of them has the focus.
    focused = [element for element in found.all if "autofocus" in element.attributes]
    wrong = [element.get("id") for element in found.every("input", aria_invalid="true")]
    if known:
        assert [element.get("id") for element in focused] == wrong[:1]
        assert title(found).startswith({"en": "Error: ", "de": "Fehler: "}[language])


@EVERY
@pytest.mark.parametrize(
    ("said", "looks"), [("error.throttled", "note"), ("error.input", "problem")]
)
def test_what_is_about_no_field_stands_above_them(screen: str, said: str, looks: str) -> None:
    """In red only where the visitor can mend it."""
    found = page(view(screen, error=Sentence(said, values=(("seconds", "7"),))))
    message = found.one("p", id="message", role="alert", tabindex="-1", autofocus="")
    assert message.get("class") == looks
    assert ("7" in message.text) == (said == "error.throttled")
    assert title(found).startswith("Error: ") == (looks == "problem")
    assert [one.get("id") for one in found.all if "autofocus" in one.attributes] == ["message"]


@EVERY
@pytest.mark.parametrize("troubled", [False, True])
def test_what_refers_to_something_finds_it(screen: str, troubled: bool) -> None:
    known = {name: TROUBLE[name] for name in TROUBLE if page(view(screen)).every("input", id=name)}
    found = page(view(screen, field_errors=known if troubled else {}))
    ids = [element.get("id") for element in found.all if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    for element in found.all:
        for attribute in ("for", "aria-describedby", "aria-labelledby", "data-shows"):
            assert set(element.get(attribute).split()) <= {*ids}, element.attributes
        if element.get("href").startswith("#"):
            assert element.get("href")[1:] in ids


@EVERY
def test_each_field_has_a_label_and_may_be_pasted_into(screen: str) -> None:
    found = page(view(screen))
    for field in found.shown_fields():
        assert found.one("label", for_=field.get("id")).text
        assert field.get("autocomplete")
        assert "required" in field.attributes
        assert not {"maxlength", "minlength", "pattern", "onpaste"} & field.attributes.keys()


@EVERY
def test_each_form_proves_where_it_came_from(screen: str) -> None:
    found = page(view(screen))
    forms = found.every("form")
    assert forms or screen == "message"
    for form in forms:
        assert form.get("method") == "post"
        if form.get("action") == "/auth/logout":  # which asks who sends it, and no more
            continue
        sent = found.sent(form)
        assert (sent["form"], sent["next"]) == ("a-token", "/from?here=1")
        assert sent.get("attempt") == SAMPLES[screen].get("attempt")


@EVERY
def test_links_keep_where_the_visitor_wants_to_go(screen: str) -> None:
    found = page(view(screen))
    addresses = [link.get("href") for link in found.every("a")]
    assert "?lang=de&next=%2Ffrom%3Fhere%3D1" in addresses
    pages = [address for address in addresses if address.startswith("/auth/")]
    if screen not in ("account", "message"):
        assert all(address.endswith("?next=%2Ffrom%3Fhere%3D1") for address in pages)
    plain = page(replace(view(screen), return_to="/"))
    assert "next=" not in "".join(link.get("href") for link in plain.every("a"))


@EVERY
def test_nothing_external_and_only_our_own_script(screen: str) -> None:
    answer = SCREENS.show(view(screen), "en")
    policy = dict(answer.headers)["content-security-policy"]
    found = page(view(screen))
    style, script = ("".join(found.one(tag).words) for tag in ("style", "script"))
    assert policy == (
        f"default-src 'none'; style-src {digest(style)}; script-src {digest(script)}; "
        "base-uri 'none'; form-action 'self' https://my-app.auth.eu-west-1.amazoncognito.com; "
        "frame-ancestors 'none'"
    )
    assert not re.search(r"(?:src|href|action)\s*=\s*[\"']?(?:https?:|//)", text(answer))
    for element in found.all:
        assert not {"style", "src"} & element.attributes.keys()
        assert not any(name.startswith("on") for name in element.attributes)


def digest(content: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def test_the_headers() -> None:
    answer = SCREENS.show(view("forgot"), "de", (("set-cookie", "a=b"),), 429)
    headers = dict(answer.headers)
    assert answer.status == 429
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["content-language"] == "de"
    assert headers["set-cookie"] == "a=b"
    assert text(answer).startswith("<!doctype html>")


def test_comments_stay_at_home() -> None:
    shown = text(SCREENS.show(view("forgot"), "en"))
    assert "/*" not in shown
    assert "\n//" not in shown
    assert "COGNITO_GATE" not in shown


@EVERY
def test_everything_is_escaped(screen: str) -> None:
    trusted = {"qr", "policy", "medium", "options", "action", "wait", "totp"}
    facts = {
        name: EVIL if isinstance(fact, str) and name not in trusted else fact
        for name, fact in SAMPLES[screen].items()
    }
    said = Sentence("error.input", text=EVIL)
    shown = replace(view(screen, facts), token=EVIL, return_to=EVIL, error=said, notice=said)
    shown = replace(shown, typed=dict.fromkeys(TROUBLE, EVIL), field_errors={"email": said})
    name = {"COGNITO_GATE_APP_NAME": "<script>alert(1)</script>"}
    screens = views(**CUSTOM | name)
    answer = text(screens.show(shown, "en"))
    assert EVIL not in answer
    assert answer.count("<script") == answer.count("</script") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer
    assert page(shown, screens=screens).one("h1")


def test_options_of_a_choice_and_of_a_passkey_are_escaped() -> None:
    for screen, options in (("choose", (EVIL,)), ("passkey", EVIL)):
        shown = view(screen, {"options": options})
        assert text(SCREENS.show(shown, "en")).count("<script") == 1
    assert page(view("passkey", {"options": EVIL})).one("form").get("data-passkey") == EVIL


@given(st.text(), st.text())
def test_any_words(words: str, name: str) -> None:
    shown = view(
        "sign-in",
        error=Sentence(name, text=words),
        field_errors={"username": Sentence(name)},
        typed={"username": words},
    )
    found = page(shown)
    assert found.one("h1").text == "Sign in to My & Co"
    assert len(found.shown_fields()) == 2


def test_a_language_that_is_not_offered_is_the_default() -> None:
    assert page(view("forgot"), "xx").one("html").get("lang") == "en"
    only = views(**CUSTOM, COGNITO_GATE_LANGUAGES="de")
    found = page(view("forgot"), "en", only)
    assert found.one("html").get("lang") == "de"
    assert found.every("nav") == []


def test_the_name_of_the_app_is_its_host_unless_it_has_one() -> None:
    screens = views(COGNITO_GATE_LOGIN="custom")
    assert title(page(view("forgot"), screens=screens)).endswith(" - app.example")


def test_a_notice_is_green_only_for_what_went_well() -> None:
    found = page(view("sign-in", notice=Sentence("notice.confirmed")))
    assert found.one("p", role="status", class_="notice").text.endswith("Sign in now.")
    found = page(view("sign-in", notice=Sentence("error.start_over")))
    assert found.one("p", role="status", class_="note").text.endswith("start again.")


def test_texts_that_templates_name_are_there() -> None:
    """Each text("...") in a template, also where the examples do not lead."""
    texts = Languages().catalogs["en"].texts
    for file in PAGES.iterdir():
        if file.name.endswith(".html"):
            source = file.read_text(encoding="utf-8")
            named = re.findall(r"\"([a-z_]+\.[A-Za-z_.]+)\"", source)
            assert {name for name in named if not name.endswith(".html")} <= texts.keys(), file
