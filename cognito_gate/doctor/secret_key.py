"""Checks whether somebody could guess SECRET_KEY or one of its fallbacks.

Never shows a key. Estimates the entropy that is left of a key without common words, repeats and
runs, which attackers try first.
"""

import re
from collections import Counter
from collections.abc import Iterator
from math import log2

from .case import Case
from .findings import Check, Finding, Fix

KEY = Check("secret-key", "SECRET_KEY")
FALLBACKS = Check("secret-key-fallbacks", "key fallbacks")

MIN_BITS = 72  # bits, by an estimate that gives random keys of 32 characters 85 and more
_PER_LETTER = 2  # bits of a letter in a text of words (Shannon, 1951: one to two)
_WORDS = re.compile(
    "admin|asdfgh|change|cognito|default|development|django|example|flask|iloveyou|insecure|"
    "letmein|local|passphrase|password|please|production|qwertyuiop|qwerty|random|replace|secret|"
    "session|should|string|super|testing|token|value|zxcvbnm",
    re.IGNORECASE,
)
# The most common pairs of letters: over a third of all pairs in English text, a fourteenth of
# those in random text.
_PAIRS = frozenset(
    re.findall(
        "..",
        "alanararasatbecechcodeeaedenerereseteahahehiicininiolalelilllymamemondneneng"
        "nontofomonorouraterirosesisttethtitouruswi",
    )
)
_MANY_PAIRS = 16
_NEW_KEY = Fix(
    "Make a new one. To keep current sessions, list the old key in SECRET_KEY_FALLBACKS for as "
    "long as sessions last, unless somebody may know it.",
    command="cognito-gate secret",
)


def check(case: Case) -> Iterator[Finding]:
    """The findings about SECRET_KEY and about its fallbacks."""
    settings = case.settings
    yield _key(case)
    why = case.reason_to_skip("SECRET_KEY_FALLBACKS")
    if why:
        yield FALLBACKS.unchecked(why)
        return
    keys = settings.secret_key_fallbacks
    weak = [number for number, key in enumerate(keys, 1) if bits(key) < MIN_BITS]
    if weak:
        yield FALLBACKS.wrong(
            f"number {' and '.join(map(str, weak))} can be guessed, and who knows it can forge "
            "cookies",
            Fix("Remove it from the list. Sessions sealed with it end."),
        )
    elif settings.user_pool_client_secret and settings.user_pool_client_secret in keys:
        yield FALLBACKS.wrong("the client secret is among them", Fix("Remove it from the list."))
    elif settings.secret_key in keys:
        yield FALLBACKS.warning(
            "SECRET_KEY itself is among them, which has no effect",
            Fix("List only the keys that were SECRET_KEY before it."),
        )
    else:
        yield FALLBACKS.ok(f"{len(keys)} can still open cookies" if keys else "none")


def _key(case: Case) -> Finding:
    why = case.reason_to_skip("SECRET_KEY")
    if why:
        return KEY.unchecked(why)
    key = case.settings.secret_key
    if key == case.settings.user_pool_client_secret:
        return KEY.wrong("is the client secret as well; each secret has one use", _NEW_KEY)
    key_bits = bits(key)
    if key_bits < MIN_BITS:
        return KEY.wrong(
            f"has {len(key)} characters, and can be guessed: repeats and common words left out, "
            f"about {key_bits} bits remain, and it needs {MIN_BITS}",
            _NEW_KEY,
        )
    return KEY.ok(f"{len(key)} characters, {key_bits} bits or more")


def bits(key: str) -> int:
    """An estimate of how hard a key is to guess, in bits; low for words, repeats and runs.

    Example::

        bits("changeme" * 5)    # 0
    """
    rest = _without_runs(_WORDS.sub("", _once(key)))
    if _reads_like_words(rest):
        return _PER_LETTER * len(rest)
    counts = Counter(rest).values()
    return int(sum(count * log2(len(rest) / count) for count in counts))


def _reads_like_words(text: str) -> bool:
    pairs = re.findall(r"(?=([a-z]{2}|[A-Z]{2}))", text)
    usual = sum(pair.lower() in _PAIRS for pair in pairs)
    return len(pairs) >= _MANY_PAIRS and usual > 0.4 * len(pairs)


def _once(text: str) -> str:
    """The repeated part of a text that consists of repetitions; else the whole text."""
    at = (text + text).find(text, 1)
    return text[:at]


def _without_runs(text: str) -> str:
    """The text without runs such as aaaa, 1234 and dcba, of which two characters stay."""
    chars = [
        char
        for at, char in enumerate(text)
        if at < 2 or ord(char) - ord(text[at - 1]) != ord(text[at - 1]) - ord(text[at - 2])
    ]
    return "".join(chars)
