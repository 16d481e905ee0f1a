"""The gate's pages: everything escaped, nothing external, never cached."""

import hashlib
import json
import re
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._gate.appearance import Appearance
from cognito_gate._gate.messages import Respond
from cognito_gate._gate.protocol.pages import Link, Page, show, show_json

EVIL = "<script>alert(1)</script>\"'&{{7*7}}{%raw%}"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;{{7*7}}{%raw%}"


FRAME = Appearance("My & Co").frame()


def text(answer: Respond) -> str:
    return answer.body.decode("utf-8")


def test_a_page() -> None:
    answer = show(
        400, Page("Title", "Words", (Link("/next", "Go"),)), FRAME, (("retry-after", "5"),)
    )
    headers = dict(answer.headers)
    assert answer.status == 400
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["retry-after"] == "5"
    assert "<title>Title - My &amp; Co</title>" in text(answer)
    assert '<p class="text">Words</p>' in text(answer)
    assert '<a class="button" href="/next">Go</a>' in text(answer)
    assert '<span class="mark" aria-hidden="true">M</span>My &amp; Co' in text(answer)
    assert text(answer).startswith("<!doctype html>")


@pytest.mark.parametrize("place", ["title", "text", "link", "label", "language", "app", "logo"])
def test_everything_is_escaped(place: str) -> None:
    said = {"title": "T", "text": "W", "link": "/l", "label": "L", "language": "en"}
    said |= {"app": "A", "logo": "data:,"} | {place: EVIL}
    page = Page(
        said["title"],
        said["text"],
        (Link("/first", "First"), Link(said["link"], said["label"])),
        language=said["language"],
    )
    shown = text(show(200, page, FRAME._replace(app=said["app"], logo=said["logo"])))
    assert EVIL not in shown
    assert "<script" not in shown
    assert ESCAPED in shown


def test_what_is_empty_is_left_out() -> None:
    shown = text(show(200, Page("T", "W"), FRAME))
    assert "<a " not in shown
    assert "refresh" not in shown


def test_the_language_of_a_page() -> None:
    answer = show(200, Page("T", "W", language="de-CH"), FRAME)
    assert '<html lang="de-CH">' in text(answer)
    assert dict(answer.headers)["content-language"] == "de-CH"


def test_nothing_external_and_no_script() -> None:
    answer = show(200, Page("T", "W", (Link("/l", "L"),), onward=True), FRAME)
    policy = dict(answer.headers)["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "<script" not in text(answer)
    assert not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?https?:", text(answer))
    style = re.search(r"<style>(.*?)</style>", text(answer), re.DOTALL)
    assert style is not None
    digest = b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy


def test_going_onward() -> None:
    page = Page("T", "W", (Link("/a?b=c&d=\"e'", "Continue"),), onward=True)
    answer = show(200, page, FRAME, (("set-cookie", "a=b"), ("set-cookie", "c=d")))
    assert '<meta http-equiv="refresh" content="0; url=/a?b=c&amp;d=&quot;e&#x27;">' in text(answer)
    assert [value for name, value in answer.headers if name == "set-cookie"] == ["a=b", "c=d"]
    assert '<a class="button" href="/a?b=c&amp;d=&quot;e&#x27;">Continue</a>' in text(answer)


def test_json() -> None:
    answer = show_json(401, {"error": "login_required", "name": "é"}, (("www-authenticate", "x"),))
    headers = dict(answer.headers)
    assert answer.status == 401
    assert answer.body.isascii()
    assert json.loads(answer.body) == {"error": "login_required", "name": "é"}
    assert headers["content-type"] == "application/json"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["www-authenticate"] == "x"


@given(st.text(), st.text())
def test_any_words(title: str, link: str) -> None:
    shown = text(show(200, Page(title, title, (Link(link, title),), onward=True), FRAME))
    assert shown.count("<p ") == 3
    assert shown.count("<h1>") == 1
    assert "<script" not in shown
