"""Password policies: read as the settings take them, and what a password lacks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._sign_in.password_policy import Policy
from cognito_gate.settings.formats import Problem
from cognito_gate.settings.page_checks import PAGE_CHECKS

ALL = ("upper", "lower", "digits", "symbols")
USUAL = Policy.parse("8 upper lower digits symbols")
GOOD = "Abcdef1!"

# As the Developer Guide lists them, "Adding user pool password requirements".
SYMBOLS = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-"


@pytest.mark.parametrize(
    ("text", "length", "rules"),
    [
        ("8 upper lower digits symbols", 8, ALL),
        ("6", 6, ()),
        ("99 digits", 99, ("digits",)),
        ("  12\tsymbols \n upper ", 12, ("symbols", "upper")),
        ("8 upper upper", 8, ("upper",)),
        ("08", 8, ()),
    ],
)
def test_what_is_read(text: str, length: int, rules: tuple[str, ...]) -> None:
    found = Policy.parse(text)
    assert (found.length, found.rules) == (length, rules)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "begins with the least length, not with ''"),
        ("upper", "begins with the least length, not with 'upper'"),
        ("upper 8", "begins with the least length"),
        ("100", "begins with the least length"),
        ("-8", "begins with the least length"),
        ("8.0", "begins with the least length"),
        ("٨", "begins with the least length"),
        ("8, upper", "begins with the least length"),
        ("5 upper", "6 to 99 characters at least, not 5"),
        ("00", "6 to 99"),
        ("8 uppercase", "upper, lower, digits, symbols, not 'uppercase'"),
        ("8 Upper", "not 'Upper'"),
        ("8 upper 9", "not '9'"),
        ("8 length", "not 'length'"),
    ],
)
def test_what_is_not(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Policy.parse(text)


def test_there_is_no_other_policy() -> None:
    with pytest.raises(ValueError, match="6 to 99"):
        Policy(100, ())
    with pytest.raises(ValueError, match="'whitespace'"):
        Policy(8, ("whitespace",))


WORDS = st.sampled_from(["8", "6", "5", "99", "100", "٨", "", " ", "\t", *ALL, "Upper", "x", ","])


@given(st.lists(WORDS).map(" ".join) | st.text())
def test_the_settings_take_the_same(text: str) -> None:
    try:
        PAGE_CHECKS["password_policy"](text)
    except Problem:
        with pytest.raises(ValueError, match="a password policy"):
            Policy.parse(text)
    else:
        assert set(Policy.parse(text).rules) == set(text.split()[1:])


def test_a_password_that_will_do() -> None:
    assert USUAL.missing(GOOD) == ()
    assert Policy.parse("6").missing("ääääää") == ()


@pytest.mark.parametrize(
    ("password", "lacks"),
    [
        ("Abcde1!", ("length",)),
        ("abcdef1!", ("upper",)),
        ("ABCDEF1!", ("lower",)),
        ("Abcdefg!", ("digits",)),
        ("Abcdefg1", ("symbols",)),
        (f"{GOOD} {GOOD}", ("whitespace",)),
        (f" {GOOD}", ("whitespace",)),
        (f"{GOOD}\n", ("whitespace",)),
        (f"{GOOD}\u00a0", ("whitespace",)),
        ("", ("length", *ALL)),
        (" ", ("length", *ALL, "whitespace")),
    ],
)
def test_what_a_password_lacks(password: str, lacks: tuple[str, ...]) -> None:
    assert USUAL.missing(password) == lacks


def test_only_what_is_asked_for() -> None:
    assert Policy.parse("12 digits").missing("") == ("length", "digits")
    assert Policy.parse("6 symbols lower").missing("ABCDEF") == ("symbols", "lower")


@pytest.mark.parametrize(
    ("letter", "rule"), [("Ä", "upper"), ("ä", "lower"), ("٣", "digits"), ("²", "digits")]
)
def test_beyond_ascii_no_rule_is_fulfilled(letter: str, rule: str) -> None:
    policy = Policy.parse(f"6 {rule}")
    assert policy.missing(letter * 6) == (rule,)


def test_the_symbols_of_cognito() -> None:
    policy = Policy.parse("6 symbols")
    assert len(SYMBOLS) == 32
    for symbol in SYMBOLS:
        assert policy.missing(f"abcde{symbol}") == ()
    for other in "aZ0€£§°¡«¿\0\x7f😀":
        assert policy.missing(f"abcde{other}") == ("symbols",)


def test_length_is_in_characters() -> None:
    """Code points: what Cognito may count, UTF-16 units, are never fewer."""
    policy = Policy.parse("6")
    assert policy.missing("😀" * 5) == ("length",)
    assert policy.missing("😀" * 6) == ()
    assert policy.missing("a" * 256) == ()
    assert policy.missing("a" * 257) == ("length",)


@given(st.text())
def test_any_password(password: str) -> None:
    lacks = USUAL.missing(password)
    assert set(lacks) <= {"length", *ALL, "whitespace"}
    assert len(set(lacks)) == len(lacks)
    # More of the good never makes it worse.
    assert set(USUAL.missing(password + GOOD)) <= {"whitespace", "length"}


@given(st.text(st.characters(codec="ascii", min_codepoint=33, max_codepoint=126)))
def test_ascii_by_the_classes_of_python(password: str) -> None:
    lacks = USUAL.missing(password)
    assert ("upper" in lacks) == (not any(letter.isupper() for letter in password))
    assert ("lower" in lacks) == (not any(letter.islower() for letter in password))
    assert ("digits" in lacks) == (not any(letter.isdigit() for letter in password))
    assert ("symbols" in lacks) == all(letter.isalnum() for letter in password)
