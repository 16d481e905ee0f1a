"""Form tokens: of one browser alone, under our keys alone."""

import hmac
import traceback

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cognito_gate._gate.protocol import seal
from cognito_gate._sign_in import form_body
from cognito_gate._sign_in.form_body import Keys
from cognito_gate.errors import CrossSiteRefused

UNICODE = st.text(st.characters(codec="utf-8"))
NEW, OLD, FOREIGN = "n" * 32, "o" * 32, "f" * 32
BROWSER = "a-random-text-of-this-browser"
KEYS = Keys((NEW, OLD))
TOKEN = form_body.token(KEYS, BROWSER)


def accepted(keys: Keys, browser: str, token: str) -> bool:
    try:
        form_body.check(keys, browser, token)
    except CrossSiteRefused:
        return False
    return True


@given(UNICODE.filter(bool))
def test_a_browser_has_its_token(browser: str) -> None:
    made = form_body.token(KEYS, browser)
    assert accepted(KEYS, browser, made)
    assert len(made) == 64
    assert made.isalnum()
    assert made.isascii()
    assert made == form_body.token(KEYS, browser)


@given(st.text())
@example("")
@example(BROWSER.upper())
@example(BROWSER + "\0")
@example("\ud800")
def test_another_browser(browser: str) -> None:
    assert accepted(KEYS, BROWSER, TOKEN)
    assert not accepted(KEYS, browser, TOKEN)


def test_browsers_that_are_no_text() -> None:
    odd = ["?", "\ud800", "\udfff", "\ufffd"]
    assert len({form_body.token(KEYS, browser) for browser in odd}) == 4


@given(st.text())
@example("")
@example(TOKEN.upper())
@example(TOKEN[:-1])
@example(TOKEN + "0")
@example(f" {TOKEN}")
@example("é" * 64)
@example("\ud800")
def test_another_token(token: str) -> None:
    assert accepted(KEYS, BROWSER, TOKEN)
    assert not accepted(KEYS, BROWSER, token)


def test_a_refusal_of_a_token_tells_nothing() -> None:
    with pytest.raises(CrossSiteRefused, match="without the token of this browser") as refused:
        form_body.check(KEYS, BROWSER, "f" * 64)
    shown = "".join(traceback.format_exception(refused.value))
    assert not [text for text in (TOKEN, BROWSER, "f" * 64) if text in shown]


def test_no_browser_has_no_token() -> None:
    with pytest.raises(ValueError, match="browser's cookie"):
        form_body.token(KEYS, "")
    for token in KEYS.tokens(""):
        assert not accepted(KEYS, "", token)


def test_keys_are_rotated() -> None:
    before, after = Keys((OLD,)), Keys((NEW,))
    assert accepted(KEYS, BROWSER, form_body.token(before, BROWSER))
    # The first secret signs: what is signed now outlives the retired one.
    assert accepted(after, BROWSER, TOKEN)
    assert not accepted(before, BROWSER, TOKEN)
    assert not accepted(after, BROWSER, form_body.token(before, BROWSER))
    assert not accepted(KEYS, BROWSER, form_body.token(Keys((FOREIGN,)), BROWSER))


def test_no_keys_accept_nothing() -> None:
    assert not accepted(Keys(()), BROWSER, TOKEN)
    assert not accepted(Keys(()), BROWSER, "")


@given(UNICODE)
@example("form")
@example("form/1")
@example("")
def test_the_key_is_no_key_of_a_seal(purpose: str) -> None:
    """Whatever a seal's purpose is called, what it signs is no token of ours."""
    key = seal.key(NEW, purpose)
    assert not accepted(KEYS, BROWSER, hmac.digest(key, BROWSER.encode(), "sha256").hex())


def test_a_known_token() -> None:
    """Worked out with OpenSSL: a change would turn away every form that is open."""
    assert TOKEN == "6ea8da106c66220e81b0a001f7435058e41cdbfacc089ac3c8c8852f36351f06"


def test_keys_do_not_show() -> None:
    assert NEW not in repr(KEYS)
    assert NEW not in str(vars(KEYS))
