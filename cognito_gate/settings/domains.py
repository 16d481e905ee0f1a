"""Domains of e-mail addresses, in the one form in which they are compared.

Knows IDNA's ASCII form. Maps nothing onto anything else: what another form of a domain may be (a
capital sharp s, a full-width letter, a dot of another script) differs from tool to tool, so that it
counts as another domain.
"""

import re
from functools import lru_cache
from unicodedata import normalize

from .formats import Problem

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_ASCII_LOWER = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
MAX_CHARS = 253


def compared_domain(domain: str) -> str:
    """The form in which domains are compared: lower-case ASCII letters, and each label with other
    letters as RFC 5890 writes it in ASCII (`xn--`)."""
    return ".".join(map(_ascii_label, domain.translate(_ASCII_LOWER).split(".")))


def _ascii_label(label: str) -> str:
    return label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"


def ascii_domain(domain: str) -> str:
    """A domain that a setting names, as it is compared.

    Raises:
        Problem: it is none.
    """
    takes = "whole domains such as example.com, sub-domains one by one"
    labels = compared_domain(domain[: MAX_CHARS + 1]).split(".")
    right = len(domain) <= MAX_CHARS and len(labels) > 1 and all(map(_LABEL.fullmatch, labels))
    # What IDNA 2008 has no place for (capitals, other forms of a letter) would match no address.
    if not right or not domain.isprintable() or _mapped(domain) != domain.translate(_ASCII_LOWER):
        raise Problem(f"lists {domain!r:.100}; it takes {takes}")
    return ".".join(labels)


def _mapped(domain: str) -> str:
    return normalize("NFKC", domain.lower())


@lru_cache(1024)
def domain_of(email: str) -> str:
    """The domain of an e-mail address as it is compared; empty when it is not one address."""
    if email.count("@") != 1:
        return ""
    local, _, domain = email.partition("@")
    if not local or not domain or len(domain) > MAX_CHARS:
        return ""
    return compared_domain(domain)
