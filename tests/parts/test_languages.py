"""The texts of the pages: complete in every language, and the right language for a visitor."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cognito_gate
from cognito_gate import SettingsError
from cognito_gate._gate.catalog import Catalog, places
from cognito_gate._gate.catalog_files import read
from cognito_gate._gate.languages import OURS as FILES
from cognito_gate._gate.languages import Languages
from cognito_gate._gate.records import Sentence

OURS = Languages("", ("en", "de"))
PACKAGE = Path(cognito_gate.__file__).parent
ENGLISH = OURS.catalogs["en"]
ERRORS = """passkey passkey_gone passkey_unsupported passkeys_full passkeys_off
    wrong_password wrong_previous code_used code_wrong_or_expired sign_in_again no_cookies
    too_many_attempts start_over no_sign_in confirm_first reset_first address_taken
    email_taken code_wrong code_expired password_policy password_used_before try_later busy not_sent
    input blocked totp_again unavailable generic throttled form_expired replaced not_supported
    field.missing field.email field.phone field.code field.password field.way field.whitespace"""
NOTICES = (
    "code_sent code_sent_again password_changed confirmed totp_on totp_off signed_out passkey_added"
)
NOTICES += " passkey_removed"
MESSAGES = "not_here not_supported too_many replaced expired signed_out unavailable"
SAID = (
    *(f"error.{name}" for name in ERRORS.split()),
    *(f"notice.{name}" for name in NOTICES.split()),
    *(f"message.{name}.{part}" for name in MESSAGES.split() for part in ("title", "text")),
)
"""What flows say: these ids are a promise to them."""
FILLED = {"who", "field", "seconds", "missing", "app"}


def own(directory: Path, *offered: str, **files: str) -> Languages:
    """The languages with these files of the operator's, named without `.toml`."""
    for name, content in files.items():
        (directory / f"{name}.toml").write_text(content, encoding="utf-8")
    return Languages(str(directory), offered)


def refused(directory: Path, **files: str) -> str:
    with pytest.raises(SettingsError) as caught:
        own(directory, **files)
    [(variable, problem)] = caught.value.problems.items()
    assert variable == "COGNITO_GATE_TEMPLATES"
    return problem


def test_english_comes_first() -> None:
    tags = Languages().tags
    assert tags == ("en", *sorted({*tags} - {"en"}))
    assert {"en", "de"} <= {*tags}


@pytest.mark.parametrize("tag", Languages().tags)
def test_every_language_is_complete(tag: str) -> None:
    """Read from its own file, where nothing falls back to English."""
    texts = read(FILES)[tag]
    assert texts.keys() == ENGLISH.texts.keys()
    for name, text in texts.items():
        assert places(text) == places(ENGLISH.texts[name]), name
        assert text == text.strip(), name


@pytest.mark.parametrize("name", SAID)
def test_what_flows_say_has_words(name: str) -> None:
    assert name in ENGLISH.texts
    assert places(ENGLISH.texts[name]) <= FILLED


def test_every_sentence_for_flows_is_promised() -> None:
    families = ("error.", "notice.", "message.")
    assert {name for name in ENGLISH.texts if name.startswith(families)} == set(SAID)


def test_every_id_in_the_code_has_words() -> None:
    named = re.compile(r"\"((?:account|error|field|gate|message|notice|page|rule)\.[a-z_.]+)\"")
    for file in [*PACKAGE.glob("_gate/**/*.py"), *PACKAGE.glob("_sign_in/*.py")]:
        found = set(named.findall(file.read_text(encoding="utf-8")))
        assert found - {"page.html", "page.css"} <= ENGLISH.texts.keys(), file


def test_a_text_is_filled() -> None:
    catalog = Catalog("en", {"a": "{one} and {two}, {one}"})
    assert catalog.text("a", one=1, two="{one}") == "1 and {one}, 1"
    assert catalog.text("a", one=1, name="x", self="y") == "1 and {two}, 1"
    assert catalog.text("nobody.has.this") == "nobody.has.this"
    with pytest.raises(KeyError, match=r"nobody\.has\.this"):
        catalog.exactly("nobody.has.this")


def test_the_pool_owners_text_is_said_as_it_is() -> None:
    assert ENGLISH.said(Sentence("error.input", text="Only {staff}.")) == "Only {staff}."


def test_a_sentence_nobody_knows_is_said_in_general() -> None:
    assert ENGLISH.said(Sentence("error.brand_new")) == ENGLISH.texts["error.generic"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        ("0", "1 second"),
        ("0.2", "1 second"),
        ("1.2", "2 seconds"),
        ("99", "99 seconds"),
        ("100", "2 minutes"),
        ("3600", "60 minutes"),
    ],
)
def test_how_long_to_wait(seconds: str, words: str) -> None:
    said = ENGLISH.said(Sentence("error.throttled", values=(("seconds", seconds),)))
    assert said == f"Too many attempts. Try again in {words}."


def test_what_a_password_lacks() -> None:
    said = Sentence("error.field.password", values=(("missing", "length digits"),))
    assert (
        ENGLISH.said(said, length="12")
        == "That password lacks something. It needs at least 12 characters, a digit."
    )


def test_a_field_that_takes_less() -> None:
    values = (("field", "username"), ("limit", "128"))
    said = ENGLISH.said(Sentence("gate.bad_request.too_long", values=values))
    assert said.startswith("“Username” can have at most 128 characters.")
    assert ENGLISH.field("custom:cost_centre") == "Cost centre"


def test_attributes_have_names() -> None:
    assert ENGLISH.attribute("given_name") == "Given name"
    assert ENGLISH.attribute("custom:cost_centre") == "Cost centre"


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (b"", "en"),
        (b"de", "de"),
        (b"DE", "de"),
        (b"de-AT", "de"),
        (b"de-AT-1996", "de"),
        (b"eo, de;q=0.1", "de"),
        (b"en;q=0.5, de;q=0.6", "de"),
        (b"en;q=0.5,de;q=0.500", "en"),
        (b"de ; q=0.9 , en ; q=1.0", "en"),
        (b"\tde\t", "de"),
        (b"eo", "en"),
        (b"eo, *", "en"),
        (b"en;q=0, *", "de"),
        (b"en;q=0", "de"),
        (b"en;q=0, de;q=0", "en"),
        (b"*;q=0", "en"),
        # What breaks the grammar is left out.
        (b"de;q=2", "en"),
        (b"de;q=1.001", "en"),
        (b"de;q=0.1234", "en"),
        (b"de;level=1", "en"),
        (b"d\xc3\xa9", "en"),
        (b"de_DE", "en"),
        (b",,de,,", "de"),
        (b"-de", "en"),
        (b"toolongatag, de", "de"),
        (b"x" * 1_000 + b",de", "en"),
    ],
)
def test_what_the_browser_asks_for(accept: bytes, language: str) -> None:
    assert OURS.choose(accept, "") == language


@pytest.mark.parametrize(
    ("chosen", "language"),
    [
        ("de", "de"),
        ("DE", "de"),
        ("de-CH", "de"),
        ("", "en"),
        ("eo", "en"),
        ("*", "en"),
        ("de" + "-a" * 17, "en"),
        ("d", "en"),
        ("../de", "en"),
    ],
)
def test_what_the_visitor_picked(chosen: str, language: str) -> None:
    assert OURS.choose(b"en", chosen) == language


def test_what_was_picked_counts_even_if_the_browser_refuses_it() -> None:
    assert OURS.choose(b"de;q=0", "de") == "de"


@given(st.binary() | st.text("den*-;q=01., \t").map(str.encode), st.text())
def test_anything_gives_a_language(accept: bytes, chosen: str) -> None:
    assert OURS.choose(accept, chosen) in OURS.tags


def test_the_first_one_offered_is_the_default() -> None:
    offered = Languages("", ("de", "EN", "de"))
    assert offered.tags == ("de", "en")
    assert offered.choose(b"eo", "") == "de"


def test_only_what_is_offered() -> None:
    offered = Languages("", ("de",))
    assert offered.choose(b"en", "en") == "de"
    assert [*offered.catalogs] == ["de"]


def test_a_language_that_is_not_there() -> None:
    known = ", ".join(sorted(Languages().tags))
    with pytest.raises(SettingsError) as caught:
        Languages("", ("en", "eo"))
    assert caught.value.problems == {
        "COGNITO_GATE_LANGUAGES": (
            f"lists 'eo'; there are {known}, and eo.toml in COGNITO_GATE_TEMPLATES adds it"
        )
    }


def test_an_operator_changes_texts(tmp_path: Path) -> None:
    made = own(tmp_path, en='[sign_in]\ntitle = "Come in"\n[own]\nnote = "Staff {only}"')
    english, german = made.catalogs["en"], made.catalogs["de"]
    assert english.exactly("sign_in.title") == "Come in"
    assert english.exactly("sign_in.button") == "Sign in"
    assert german.exactly("sign_up.title") == "Konto anlegen"
    assert german.exactly("own.note") == "Staff {only}"


def test_an_operator_adds_a_language(tmp_path: Path) -> None:
    made = own(tmp_path, eo='language.name = "Esperanto"\nsign_in.title = "Ensalutu"')
    assert {"en", "de", "eo"} <= {*made.tags}
    esperanto = made.catalogs[made.choose(b"eo-BR", "")]
    assert esperanto.exactly("sign_in.title") == "Ensalutu"
    assert esperanto.exactly("sign_in.button") == "Sign in"


def test_a_variety_of_a_language(tmp_path: Path) -> None:
    name = 'language.name = "Deutsch (Schweiz)"\n"attribute.custom:ahv" = "AHV-Nummer"'
    made = own(tmp_path, "en", "de-ch", **{"de-CH": name})
    assert made.tags == ("en", "de-CH")
    swiss = made.catalogs["de-CH"]
    assert swiss.exactly("sign_up.title") == "Konto anlegen"
    assert swiss.attribute("custom:ahv") == "AHV-Nummer"
    assert made.choose(b"de", "") == "de-CH"


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("eo", 'sign_in.title = "Ensalutu"', "eo.toml, which lacks language.name"),
        ("eo", "language.name =", "eo.toml, which cannot be read"),
        ("eo", "language.name = 1", "eo.toml, in which language.name is no text"),
        ("eo", 'language.name = " "', "eo.toml, in which language.name is no text"),
        ("en", 'sign_in.titel = "A"', "en.toml, in which sign_in.titel is the id of no text"),
        ("en", 'sign_in.title = "A {b}"', "in which sign_in.title has {b}, which nothing fills"),
        ("english", 'sign_in.title = "A"', "english.toml, which is not named after a language"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, name: str, content: str, problem: str) -> None:
    assert problem in refused(tmp_path, **{name: content})


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "eo.toml").write_bytes(b'language.name = "Esperant\xe9"')
    assert "eo.toml, which cannot be read" in refused(tmp_path)


def test_other_files_are_no_languages(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("x")
    assert own(tmp_path).tags == Languages().tags
