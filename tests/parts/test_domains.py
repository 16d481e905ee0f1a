"""Domains of e-mail addresses: one form for each, and no form shared by two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate.settings.domains import ascii_domain, domain_of
from cognito_gate.settings.formats import Problem


@pytest.mark.parametrize(
    ("domain", "form"),
    [
        ("example.com", "example.com"),
        ("EXAMPLE.Com", "example.com"),
        ("b\u00fccher.example", "xn--bcher-kva.example"),
        ("B\u00fccher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("fa\u00df.de", "xn--fa-hia.de"),  # and not fass.de, which is somebody else's
        ("a.b-c.d", "a.b-c.d"),
    ],
)
def test_a_domain_of_a_setting(domain: str, form: str) -> None:
    assert ascii_domain(domain) == form


@pytest.mark.parametrize(
    "domain",
    [
        *("", "example", "@example.com", "a@example.com", "*.example.com", ".example.com"),
        *("example.com.", "example..com", "-a.com", "a-.com", "a b.com", "a_b.com", "a.com:80"),
        *("a.com/", "x" * 64 + ".com", ".".join(["a" * 60] * 5), "B\u00dcCHER.example"),
        *(
            "\u212aelvin.com",
            "a\u3002com",
            "\uff45xample.com",
            "\ud800.com",
            "bu\u0308cher.example",
        ),
    ],
)
def test_what_is_no_domain(domain: str) -> None:
    with pytest.raises(Problem, match="whole domains"):
        ascii_domain(domain)


@pytest.mark.parametrize(
    "email",
    [
        *("example.com", "@example.com", "a@", "a@b@example.com", "a@example.com@b", ""),
        *("a@example.com.", "a@ example.com", "a@example.com ", "a@example.com\n"),
        *("a@sub.example.com", "a@xexample.com", "a@example.com.evil.test"),
        # What somebody may map onto it.
        *("a@\u0435xample.com", "a@\uff45xample.com", "a@example\u3002com", "a@example.co\u217f"),
        "a@" + "x" * 300 + ".example.com",
    ],
)
def test_an_address_of_another_domain(email: str) -> None:
    assert domain_of(email) != "example.com"


def test_letters_that_are_mapped_onto_others_count_as_others() -> None:
    assert domain_of("a@\u212aelvin.com") != "kelvin.com"  # the sign for kelvin
    assert domain_of("a@fa\u00df.de") == "xn--fa-hia.de"
    assert domain_of("a@B\u00dcCHER.example") != "xn--bcher-kva.example"
    assert domain_of("a@bu\u0308cher.example") != "xn--bcher-kva.example"


@given(st.text())
def test_any_text_has_a_domain_or_none(text: str) -> None:
    assert domain_of(f"a@{text}").isascii()
    if domain_of(f"a@{text}") == "example.com":
        assert text.lower() == "example.com"
