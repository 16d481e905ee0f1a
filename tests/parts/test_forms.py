"""Forms: read as browsers write them, refused when they are anything else."""

import traceback
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

import ada_url
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cognito_gate._sign_in import form_body
from cognito_gate._sign_in.form_body import MAX_FIELDS
from cognito_gate.errors import BadRequest

TYPE = b"application/x-www-form-urlencoded"
WANTED = {"username": 128, "password": 256}
BODY = b"username=ada&password=Pa%24%24+w%C3%B6rd&form=abc"
FIELDS = {"username": "ada", "password": "Pa$$ wörd"}

UNICODE = st.text(st.characters(codec="utf-8"))
NAMES = st.dictionaries(UNICODE, UNICODE, max_size=MAX_FIELDS)


def read(body: bytes, content_type: bytes, wanted: Mapping[str, int]) -> dict[str, str]:
    return form_body.select(form_body.parse(body, content_type), wanted)


def refusal(body: bytes, content_type: bytes = TYPE) -> str:
    with pytest.raises(BadRequest) as refused:
        read(body, content_type, WANTED)
    return str(refused.value)


# Reading


def test_the_wanted_fields_and_no_others() -> None:
    assert read(BODY, TYPE, WANTED) == FIELDS
    assert read(BODY, TYPE, {}) == {}
    assert read(BODY, TYPE, {"form": 3, "absent": 3}) == {"form": "abc"}
    assert read(b"", TYPE, WANTED) == {}


@pytest.mark.parametrize(
    ("body", "password"),
    [
        (b"password=", ""),
        (b"password", ""),
        (b"&&password=a&&", "a"),
        (b"password==a=", "=a="),
        (b"password=a;username=b", "a;username=b"),
        (b"password=+a%20%09", " a \t"),
        (b"password=%2B%26%3d%3D", "+&=="),
        (b"password=%00%0D%0A", "\0\r\n"),
        (b"pass%77ord=a", "a"),
        (b"password=a\xc3\xb6%C3%B6", "aöö"),
        (b"password=a%CC%88", "a\u0308"),  # never normalised
        (b"password=%EF%BB%BFa", "\ufeffa"),
        (b"password=%2525", "%25"),
        (b"password=a?#/@", "a?#/@"),
    ],
)
def test_a_value_as_it_was_typed(body: bytes, password: str) -> None:
    assert read(body, TYPE, WANTED) == {"password": password}


@pytest.mark.parametrize(
    "content_type",
    [
        TYPE,
        b"Application/X-WWW-Form-URLencoded",
        TYPE + b"; charset=utf-8",
        TYPE + b';Charset="UTF-8"',
        TYPE + b" ; boundary=x",
        TYPE + b";",
    ],
)
def test_types_of_forms(content_type: bytes) -> None:
    assert read(BODY, content_type, WANTED) == FIELDS


@pytest.mark.parametrize(
    "content_type",
    [
        b"",
        b"multipart/form-data; boundary=x",
        b"text/plain",
        b"application/json",
        TYPE + b"x",
        TYPE + b", text/plain",
        b"text/plain; application/x-www-form-urlencoded",
    ],
)
def test_what_is_no_form(content_type: bytes) -> None:
    assert "takes forms only" in refusal(BODY, content_type)


def test_another_charset() -> None:
    for charset in (b"iso-8859-1", b"utf-16", b""):
        assert "UTF-8 only" in refusal(BODY, TYPE + b"; charset=" + charset)
    assert "UTF-8 only" in refusal(BODY, TYPE + b"; charset=utf-8; charset=latin1")


@pytest.mark.parametrize("value", [b"%", b"%4", b"%zz", b"a%", b"%%41", b"%+1", b"%u00e4", b"%-1"])
@pytest.mark.parametrize("form", [b"password=%b", b"other=%b", b"%b=x"])
def test_a_stray_percent_sign(form: bytes, value: bytes) -> None:
    assert "percent sign" in refusal(form % value)


@pytest.mark.parametrize(
    "value",
    [
        b"\xff",
        b"%FF",
        b"%E4",
        b"%C3",
        b"%C0%AF",  # overlong
        b"%ED%A0%80",  # a surrogate
        b"%F4%90%80%80",  # beyond Unicode
        b"\xc3&\xb6",
    ],
)
@pytest.mark.parametrize("form", [b"password=%b", b"other=%b", b"%b=x"])
def test_what_is_not_utf_8(form: bytes, value: bytes) -> None:
    assert "not UTF-8" in refusal(form % value)


def test_a_field_sent_twice() -> None:
    assert "username of this form was sent twice" in refusal(BODY + b"&username=ada")
    assert "username of this form was sent twice" in refusal(BODY + b"&user%6Eame")
    assert read(BODY + b"&form=other", TYPE, WANTED) == FIELDS


def test_the_most_characters() -> None:
    # Characters, not bytes and not UTF-16 units.
    longest = "🐍" * 128
    body = urlencode({"username": longest}).encode()
    assert read(body, TYPE, WANTED) == {"username": longest}
    assert "username of this form takes 128 characters at most" in refusal(body + b"a")
    assert read(b"other=" + b"a" * 1000, TYPE, WANTED) == {}


def test_the_most_fields() -> None:
    most = b"&".join([b"a=b"] * (MAX_FIELDS - 1))
    assert read(most + b"&username=ada", TYPE, WANTED) == {"username": "ada"}
    assert "more than 50 fields" in refusal(most + b"&username=ada&")


@given(NAMES)
@example({"_charset_": "", "isindex": "x", "": "y"})
def test_what_browsers_write(fields: dict[str, str]) -> None:
    """Ada is the URL parser of Node.js, written from the WHATWG standard."""
    written = ada_url.URLSearchParams("")
    for name, value in fields.items():
        written.append(name, value)
    wanted = {name: len(value) for name, value in fields.items()}
    assert read(str(written).encode(), TYPE, wanted) == fields
    assert read(urlencode(fields).encode(), TYPE, wanted) == fields


BITS = st.sampled_from(
    ["a", "b", "=", "&", "+", "%", "%61", "%26", "%C3%B6", "%c3", ";", "\0", "?"]
)


@given(st.lists(BITS).map("".join))
@example("%61=1&a=2")
def test_it_reads_what_others_read(body: str) -> None:
    """What is taken means the same to three parsers; what is not, one of the rules forbids."""
    try:
        fields = read(body.encode(), TYPE, dict.fromkeys(["a", "b", ""], 1000))
    except BadRequest:
        pairs = parse_qsl(body, keep_blank_values=True, errors="surrogateescape")
        ours = [name for name, _ in pairs if name in ("a", "b", "")]
        malformed = "%" in body.replace("%61", "").replace("%26", "").replace("%C3%B6", "")
        assert malformed or len(ours) > len(set(ours)) or body.count("&") >= MAX_FIELDS
        return
    pairs = parse_qsl(body, keep_blank_values=True, errors="strict")
    standard = [*ada_url.URLSearchParams(f"&{body}").items()]
    for found in (pairs, standard):
        assert fields == {name: value for name, value in found if name in ("a", "b", "")}


@given(st.binary() | st.lists(BITS).map(lambda bits: "".join(bits).encode()), st.binary())
def test_any_bytes(body: bytes, content_type: bytes) -> None:
    for kind in (TYPE, content_type):
        try:
            found = read(body, kind, {"a": 3, "b": 0})
        except BadRequest:
            continue
        assert found.keys() <= {"a", "b"}
        assert all(len(value) <= 3 for value in found.values())


@pytest.mark.parametrize(
    "body",
    [
        b"password=hunter2%ff",
        b"password=hunter2%",
        b"password=hunter2&password=hunter2",
        b"password=" + b"hunter2" * 100,
        b"password=hunter2" + b"&" * 60,
    ],
)
def test_a_refusal_tells_nothing(body: bytes) -> None:
    with pytest.raises(BadRequest) as refused:
        read(body, TYPE, WANTED)
    # Not even in what it came from.
    error = refused.value
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    assert "hunter2" not in "".join(traceback.format_exception(error)) + repr(error)
