"""What an operator puts into the directory of COGNITO_GATE_TEMPLATES: used, or refused at start."""

import os
from base64 import b64decode
from pathlib import Path

import pytest

from cognito_gate import SettingsError
from cognito_gate._sign_in.records import View
from cognito_gate._sign_in.views import SAMPLES, Views
from tests.parts.html import Page
from tests.parts.made import views

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
FORGOT = View(screen="forgot", token="a-token")


def screens(directory: Path, **change: str) -> Views:
    own = {"COGNITO_GATE_LOGIN": "custom", "COGNITO_GATE_TEMPLATES": str(directory)}
    return views(**own | change)


def put(directory: Path, name: str, content: str | bytes) -> None:
    (directory / name).write_bytes(content.encode() if isinstance(content, str) else content)


def shown(made: Views, view: View = FORGOT) -> str:
    return made.show(view, "en").body.decode()


def refused(directory: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        screens(directory)
    [(variable, problem)] = caught.value.problems.items()
    assert variable == "COGNITO_GATE_TEMPLATES"
    return problem


def test_an_empty_directory_changes_nothing(tmp_path: Path) -> None:
    ours = views(COGNITO_GATE_LOGIN="custom")
    assert screens(tmp_path).show(FORGOT, "en") == ours.show(FORGOT, "en")


def test_a_template_is_replaced(tmp_path: Path) -> None:
    put(tmp_path, "forgot.html", "<p>{{ app }}: {{ text('forgot.title') }}</p>")
    assert shown(screens(tmp_path)) == "<p>app.example: Forgot your password?</p>"


def test_a_template_extends_the_one_it_replaces(tmp_path: Path) -> None:
    body = "{% extends 'ours/forgot.html' %}{% block below %}{{ super() }}<p id='mine'>"
    put(tmp_path, "forgot.html", body + "{% include '_note.html' %}</p>{% endblock %}")
    put(tmp_path, "_note.html", "{{ '<i>' }} {{ text('own.note') }}")
    put(tmp_path, "en.toml", "own.note = 'Call us.'")
    found = Page(shown(screens(tmp_path)))
    assert found.one("p", id="mine").text == "<i> Call us."
    assert found.one("form")
    assert [link.text for link in found.every("a")][:1] == ["Back to sign-in"]


def test_the_frame_of_all_pages_is_replaced(tmp_path: Path) -> None:
    put(tmp_path, "base.html", "<title>{{ title }}</title>{% block main %}{% endblock %}")
    put(tmp_path, "message.html", "{% extends 'base.html' %}{% set title = 'Mine' %}")
    view = View(screen="message", facts=SAMPLES["message"])
    # Pages of ours count on the fields that the frame brings along.
    assert "which cannot be shown: UndefinedError: 'f' is undefined" in refused(tmp_path)
    put(
        tmp_path,
        "base.html",
        "{% import 'fields.html' as f with context %}<title>{{ title }}</title>"
        "{% block main %}{% endblock %}",
    )
    assert shown(screens(tmp_path), view) == "<title>Mine</title>"


def test_templates_are_read_once(tmp_path: Path) -> None:
    put(tmp_path, "forgot.html", "one {% include '_part.html' %}")
    put(tmp_path, "_part.html", "and more")
    made = screens(tmp_path)
    for name in ("forgot.html", "_part.html"):
        put(tmp_path, name, "something else")
        os.utime(tmp_path / name, (1, 1))
    assert shown(made) == "one and more"


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("forgot.html", "{% if %}", "forgot.html, which is no template: Expected an expression"),
        ("forgot.html", b"\xff", "forgot.html, which is no template: 'utf-8' codec"),
        (
            "forgot.html",
            "{{ vieww }}",
            "forgot.html, which cannot be shown: UndefinedError: 'vieww' is undefined",
        ),
        ("forgot.html", "{{ facts.nobody }}", "forgot.html, which cannot be shown"),
        (
            "forgot.html",
            "{{ text('own.note') }}",
            "forgot.html, which cannot be shown: KeyError: 'own.note'",
        ),
        (
            "forgot.html",
            "{{ 1 / 0 }}",
            "forgot.html, which cannot be shown: ZeroDivisionError: division by zero",
        ),
        (
            "forgot.html",
            "{% include '_gone.html' %}",
            "forgot.html, which cannot be shown: TemplateNotFound: _gone",
        ),
        (
            "forgot.html",
            "{% if troubled %}{{ x }}{% endif %}",
            "forgot.html, which cannot be shown",
        ),
        ("_part.html", "{% if %}", "_part.html, which is no template"),
        ("forget.html", "", "forget.html, which has no effect; there are account.html, base.html"),
        ("style.css", "", "style.css, which has no effect; there are "),
        ("sign_in.js", "", "sign_in.js, which has no effect"),
        ("Logo.png", PNG, "Logo.png, which has no effect"),
        ("theme.css", b"\xff", "theme.css, which is not UTF-8"),
        ("theme.css", "</STYLE>", "theme.css, which holds </style>"),
        ("theme.css", " " * 100_001, "theme.css, which has 100001 bytes; 100000 is the most"),
        ("logo.png", SVG, "logo.png, which is no such picture"),
        ("logo.svg", PNG, "logo.svg, which is no such picture"),
        ("logo.svg", SVG + bytes(100_000), "logo.svg, which has 100071 bytes"),
        ("eo.toml", "", "eo.toml, which lacks language.name"),
    ],
)
def test_what_cannot_be_used(tmp_path: Path, name: str, content: str | bytes, problem: str) -> None:
    put(tmp_path, name, content)
    assert refused(tmp_path).startswith(f"holds {problem}")


def test_a_mistake_in_a_part_is_found_there(tmp_path: Path) -> None:
    put(tmp_path, "forgot.html", "{% include '_part.html' %}")
    put(tmp_path, "_part.html", "{{ nobody }}")
    assert refused(tmp_path).startswith("holds _part.html, which cannot be shown")


def test_a_mistake_that_one_language_makes(tmp_path: Path) -> None:
    put(tmp_path, "forgot.html", "{{ text('own.note') }}")
    put(tmp_path, "de.toml", "own.note = 'Rufen Sie an.'")
    assert "which cannot be shown: KeyError: 'own.note'" in refused(tmp_path)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "theme.css").mkdir()
    assert refused(tmp_path).startswith("holds theme.css, which cannot be read")


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    put(tmp_path, "README.md", "{% if %}")
    assert screens(tmp_path)


def test_a_theme_comes_last(tmp_path: Path) -> None:
    put(tmp_path, "theme.css", ":root { --gate-accent: #b00 } /* house colour */")
    made = screens(tmp_path)
    style = "".join(Page(shown(made)).one("style").words)
    assert style.rstrip().endswith(":root { --gate-accent: #b00 }")
    ours = views(COGNITO_GATE_LOGIN="custom").show(FORGOT, "en")
    policies = [
        dict(answer.headers)["content-security-policy"]
        for answer in (made.show(FORGOT, "en"), ours)
    ]
    assert policies[0] != policies[1]


@pytest.mark.parametrize(
    ("name", "kind", "content"),
    [("logo.svg", "image/svg+xml", SVG), ("logo.png", "image/png", PNG)],
)
def test_a_logo_is_part_of_the_page(tmp_path: Path, name: str, kind: str, content: bytes) -> None:
    put(tmp_path, name, content)
    answer = screens(tmp_path, COGNITO_GATE_APP_NAME="Shop").show(FORGOT, "en")
    found = Page(answer.body.decode())
    address, _, encoded = found.one("img", alt="Shop").get("src").partition(",")
    assert address == f"data:{kind};base64"
    assert b64decode(encoded) == content
    assert "; img-src data:; " in dict(answer.headers)["content-security-policy"]


def test_one_logo_is_enough(tmp_path: Path) -> None:
    put(tmp_path, "logo.svg", SVG)
    put(tmp_path, "logo.png", PNG)
    assert refused(tmp_path) == "holds logo.svg and logo.png, of which only one can be shown"
