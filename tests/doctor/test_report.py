"""How findings are shown."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate.doctor import report
from cognito_gate.doctor.findings import Check, Finding, Fix, merge_findings
from tests.doctor.aws import ANY

LINE = Check("a-code", "a title")
MEND = Fix("Do this.", "A=1", "Here > there", "aws do it")
ALL = (
    LINE.ok("it is"),
    Check("b", "b").wrong("it is not", MEND),
    Check("c", "c").warning("it might", Fix("Think.")),
    Check("d", "d").unchecked("no time"),
)


def test_the_text() -> None:
    assert report.as_text(ALL) == (
        "  ✓ a title  it is\n"
        "  ✗ b        it is not\n"
        "      Do this.\n"
        "      .env:    A=1\n"
        "      Console: Here > there\n"
        "      Command: aws do it\n"
        "\n"
        "  ! c        it might\n"
        "      Think.\n"
        "\n"
        "  – d        not checked: no time\n"  # noqa: RUF001 - signs, no letters
        "\n"
        "1 wrong, 1 with a warning, 1 not checked, 1 ok."
    )


def test_lines_for_one_reason_are_told_together() -> None:
    lines = [Check(name, name).unchecked("no time") for name in "abc"]
    lines += [Check("d", "d").unchecked("no way"), Check("e", "e").unchecked("no way")]
    same = [Check("f", "f").ok("well"), Check("g", "g").ok("well")]
    assert report.as_text([*lines, *same]).splitlines() == [
        "  – a  not checked: no time; nor are b, c",  # noqa: RUF001 - signs, no letters
        "  – d  not checked: no way; nor is e",  # noqa: RUF001 - signs, no letters
        "  ✓ f  well",
        "  ✓ g  well",
        "",
        "5 not checked, 2 ok.",
    ]


def test_the_text_ends_with_one_empty_line() -> None:
    text = report.as_text(ALL[:2])
    assert text.endswith("aws do it\n\n1 wrong, 1 ok.")


def test_long_lines_are_wrapped_and_commands_are_not() -> None:
    url = "https://app.example.com/a-path/that-is/rather-long-and-hyphenated"
    finding = LINE.wrong(f"{url} {'word ' * 30}", Fix("word " * 50, command="aws " + "x " * 100))
    lines = report.as_text([finding]).splitlines()
    assert any(url in line for line in lines)
    assert all(len(line) <= report.WIDTH for line in lines if "Command" not in line)
    assert any("Command: aws " in line and line.count("x") == 100 for line in lines)


def test_letters_for_terminals_without_signs() -> None:
    text = report.as_text(ALL, report.PLAIN)
    assert text.isascii()
    assert "  XX b " in text


def test_colours() -> None:
    text = report.as_text(ALL, paint=lambda said, state: f"<{state}>{said}</>")
    assert "<wrong>✗</> b" in text
    assert "<ok>1 ok</>" in text


def test_the_json() -> None:
    record = json.loads(report.as_json(ALL, ok=False))
    assert record["version"] == report.VERSION
    assert record["ok"] is False
    assert record["counts"] == {"ok": 1, "wrong": 1, "warning": 1, "unknown": 1}
    assert record["findings"][1] == {
        "code": "b",
        "title": "b",
        "state": "wrong",
        "found": "it is not",
        "fix": {
            "what": "Do this.",
            "setting": "A=1",
            "console": "Here > there",
            "command": "aws do it",
        },
        "decides": False,
    }


@pytest.mark.parametrize(
    "text",
    [
        "s3cret+key/1",
        "as s3cret%2Bkey%2F1 here",
        "Basic czNjcmV0K2tleS8x",
        "s3cret+key/1s3cret+key/1",
        "https://ada:lovelace@example.com/ and s3cret+key/1",
    ],
)
def test_secrets_are_taken_out_of_everything(text: str) -> None:
    finding = Finding("code", text, "wrong", text, Fix(text, text, text, text))
    [clean] = report.redact([finding], ["s3cret+key/1"])
    shown = report.as_text([clean]) + report.as_json([clean], ok=False)
    assert "s3cret" not in shown
    assert "czNjcmV0" not in shown
    assert "lovelace" not in shown
    assert "[hidden]" in shown


def test_short_secrets_do_not_hide_all_words() -> None:
    [clean] = report.redact([LINE.ok("a plain word")], ["a", ""])
    assert clean.found == "a plain word"


def test_the_longest_secret_goes_first() -> None:
    [clean] = report.redact([LINE.ok("abcdefgh")], ["abcd", "abcdefgh"])
    assert clean.found == "[hidden]"


@ANY
@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_can_be_shown(text: str, secrets: list[str]) -> None:
    [clean] = report.redact([LINE.wrong(text, Fix(text))], secrets)
    assert clean.found.isprintable() or not clean.found
    report.as_text([clean]).encode()
    json.loads(report.as_json([clean], ok=False))


def test_the_worse_of_two_findings_is_kept() -> None:
    good, bad, unsure = LINE.ok("1"), LINE.wrong("2", MEND), LINE.unchecked("3")
    assert merge_findings([good], [bad]) == (bad,)
    assert merge_findings([bad], [good]) == (bad,)
    assert merge_findings([unsure], [good]) == (good,)
    assert merge_findings([good], [unsure]) == (good,)
    assert merge_findings([good], [LINE.ok("4")]) == (LINE.ok("4"),)
    other = Check("other", "other").ok("5")
    assert merge_findings([good, other], [bad]) == (bad, other)
    assert merge_findings([good], [other]) == (good, other)
