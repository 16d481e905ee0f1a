"""Findings as text for people and as JSON for programs; secrets are removed from both.

Knows how findings are shown; must not know what they are about.
"""

import json
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import groupby
from textwrap import wrap
from types import MappingProxyType
from urllib.parse import quote, quote_plus

from .findings import Finding, Fix, State

VERSION = 1
"""The version of the JSON's structure; it stays the same when members are added."""

WIDTH = 100
MARKS: Mapping[State, str] = MappingProxyType(
    {"ok": "✓", "wrong": "✗", "warning": "!", "unknown": "–"}  # noqa: RUF001 - signs, no letters
)
PLAIN: Mapping[State, str] = MappingProxyType(
    {"ok": "ok", "wrong": "XX", "warning": "!!", "unknown": "--"}
)
_WORDS: Mapping[State, str] = MappingProxyType(
    {"wrong": "wrong", "warning": "with a warning", "unknown": "not checked", "ok": "ok"}
)
_HIDDEN = "[hidden]"
_MIN_SECRET_CHARS = 4  # hiding shorter secrets would hide parts of ordinary words


def redact(findings: Iterable[Finding], secrets: Iterable[str]) -> tuple[Finding, ...]:
    """The findings without the secrets, in every encoding in which a server may return them."""
    forms = {
        form
        for secret in secrets
        if len(secret) >= _MIN_SECRET_CHARS
        for form in (secret, quote(secret, safe=""), quote_plus(secret), _base64(secret))
    }
    longest_first = sorted(forms, key=len, reverse=True)

    def clean(text: str) -> str:
        for form in longest_first:
            text = text.replace(form, _HIDDEN)
        text = re.sub(r"//[^/@\s]+@", f"//{_HIDDEN}@", text)
        return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)

    return tuple(_clean_finding(finding, clean) for finding in findings)


def _base64(secret: str) -> str:
    return b64encode(secret.encode()).decode()


def _clean_finding(finding: Finding, clean: Callable[[str], str]) -> Finding:
    fix = finding.fix
    if fix is not None:
        texts = (fix.what, fix.setting, fix.console, fix.command)
        fix = Fix(*map(clean, texts))
    return replace(finding, title=clean(finding.title), found=clean(finding.found), fix=fix)


def as_json(findings: Sequence[Finding], *, ok: bool) -> str:
    """An object: `version`, `ok`, `counts` by state, and `findings` with all members, in order.

    Args:
        ok: whether the command succeeds.
    """
    record = {
        "version": VERSION,
        "ok": ok,
        "counts": _counts(findings),
        "findings": [asdict(finding) for finding in findings],
    }
    return json.dumps(record, indent=2)


def is_ok(findings: Iterable[Finding], *, strict: bool = False) -> bool:
    """True when nothing is wrong, and all was checked that decides whether anybody can sign in.

    Args:
        strict: warnings, and whatever else was not checked, count as well.
    """
    return all(
        finding.state == "ok" or (not strict and finding.state != "wrong" and not _is_open(finding))
        for finding in findings
    )


def _is_open(finding: Finding) -> bool:
    """Whether it is not known if anybody can sign in, because this was not checked."""
    return finding.decides and finding.state == "unknown"


def _counts(findings: Iterable[Finding]) -> dict[State, int]:
    counts = Counter(finding.state for finding in findings)
    return {state: counts[state] for state in MARKS}


def as_text(
    findings: Sequence[Finding],
    marks: Mapping[State, str] = MARKS,
    paint: Callable[[str, State], str] = lambda text, _: text,
) -> str:
    """A line for each finding, below it how to fix it, and the totals at the end. What was not
    checked for one reason shares a line.

    Args:
        marks: the symbol of each state.
        paint: colours a text for a state.
    """
    column = max(len(finding.title) for finding in findings) + 2
    lines: list[str] = []
    for finding, others in _together(findings):
        mark = paint(marks[finding.state], finding.state)
        found = finding.found + _nor(others)
        first, *rest = _wrapped(found, WIDTH - 4 - column) or [""]
        lines.append(f"  {mark} {finding.title:{column}}{first}".rstrip())
        lines += [" " * (column + 4) + more for more in rest]
        lines += _fix_lines(finding.fix)
    counts = _counts(findings)
    totals = ", ".join(
        paint(f"{counts[state]} {word}", state) for state, word in _WORDS.items() if counts[state]
    )
    if lines[-1]:
        lines.append("")
    return "\n".join([*lines, f"{totals}."])


def _together(findings: Sequence[Finding]) -> Iterator[tuple[Finding, list[str]]]:
    """Each finding to show, with the titles of those behind it that were not checked for the same
    reason: twelve equal lines would hide the one that says why."""
    for _, group in groupby(findings, key=_same_reason):
        first, *rest = group
        yield first, [finding.title for finding in rest]


def _same_reason(finding: Finding) -> tuple[str, ...]:
    return (finding.found,) if finding.state == "unknown" else (finding.code, finding.found)


def _nor(titles: Sequence[str]) -> str:
    if not titles:
        return ""
    return f"; nor {'is' if len(titles) == 1 else 'are'} {', '.join(titles)}"


def _wrapped(text: str, width: int) -> list[str]:
    # Long words are not broken, so that URLs can be copied.
    return wrap(text, width, break_long_words=False, break_on_hyphens=False)


def _fix_lines(fix: Fix | None) -> Iterator[str]:
    if fix is None:
        return
    yield from (f"      {line}" for line in _wrapped(fix.what, WIDTH - 6))
    # Not wrapped, so that they can be copied.
    for name, text in (
        (".env", fix.setting),
        ("Console", fix.console),
        ("Command", fix.command),
    ):
        if text:
            yield f"      {name + ':':9}{text}"
    yield ""
