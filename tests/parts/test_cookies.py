"""The Cookie header: chunks, duplicates, noise of others, limits."""

import re
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._gate.protocol.cookies import (
    MAX_CANDIDATES,
    MAX_CHUNKS,
    MAX_COOKIES,
    MAX_HEADER_BYTES,
    Attributes,
    Jar,
    candidates,
    carried,
    check_size,
    glance,
    names,
)
from cognito_gate._gate.protocol.cookies import read as read_all
from cognito_gate.errors import CookiesTooLarge

NAME = "__Host-cognito_access_token"


def read(*headers: bytes) -> Jar:
    return read_all(headers)


def header(*pairs: tuple[str, str]) -> bytes:
    return "; ".join(f"{name}={value}" for name, value in pairs).encode()


OURS = header((NAME, "value"))


def test_a_plain_header() -> None:
    assert read(b"a=1; " + OURS + b"; b=2") == {NAME: ["value"]}


NOISE: dict[str, bytes] = {
    "empty": b"",
    "semicolons": b";;;",
    "no equals": b"bare",
    "nameless": b"=value",
    "a quote left open": b'a="b',
    "a quoted semicolon": b'a="b;c"',
    "a comma": b"a=b,c=d",
    "JSON": b'prefs={"a":1,"b":[2]}',
    "braces in the name": b"a[b]{c}=d",
    "a blank in the name": b"a b=c",
    "a colon": b"a:b=c",
    "an at sign": b"a@b=c",
    "non-ASCII": "käse=ö".encode(),
    "bytes that are no UTF-8": b"a=\xff\xfe",
    "control characters": b"a=\x01\x7f",
    "backslashes": b'a="' + b"\\" * 10_000 + b'"',
    "octal escapes": b'a="\\303\\244"',
    "reserved words": b"Path=/; Domain=x; $Version=1; expires=never; HttpOnly",
    "many": b"; ".join(b"n%d=%d" % (number, number) for number in range(3000)),
    "long": b"a=" + b"x" * 65_536,
    "equals signs": b"a===b==",
}


@pytest.mark.parametrize("noise", NOISE.values(), ids=NOISE)
@pytest.mark.parametrize("place", ["before", "after", "around", "other header"])
def test_cookies_of_others_lose_nothing(noise: bytes, place: str) -> None:
    headers = {
        "before": [noise + b"; " + OURS],
        "after": [OURS + b"; " + noise],
        "around": [noise + b";" + OURS + b";" + noise],
        "other header": [noise, OURS],
    }[place]
    assert candidates(read(*headers), NAME) == ["value"]


@pytest.mark.parametrize(
    "nameless",
    [
        f"={NAME}=planted",
        f" = {NAME}=planted",
        f"=={NAME}=planted",
        f"other={NAME}=planted",
    ],
)
def test_a_value_that_looks_like_our_cookie(nameless: str) -> None:
    assert read(nameless.encode()) == {}
    assert candidates(read(nameless.encode() + b"; " + OURS), NAME) == ["value"]


@pytest.mark.parametrize(
    "other",
    [
        "__host-cognito_access_token",
        "__HOST-COGNITO_ACCESS_TOKEN",
        "cognito_access_token",
        "X__Host-cognito_access_token",
        "__Host-cognito_access_token2",
        "__Host-cognito_access_toke",
        '"__Host-cognito_access_token"',
        "\xa0__Host-cognito_access_token",
    ],
)
def test_names_that_are_only_like_ours(other: str) -> None:
    assert candidates(read(f"{other}=planted".encode()), NAME) == []


def test_white_space_around_names_and_values() -> None:
    assert read(f"\t {NAME} \t=\t value \t;".encode()) == {NAME: ["value"]}


@pytest.mark.parametrize("space", ["\r", "\n", "\v", "\f"])
def test_other_white_space_is_no_part_of_the_syntax(space: str) -> None:
    assert read(f"{space}{NAME}=v".encode()) == {}
    assert read(f"{NAME}={space}v".encode()) == {NAME: [f"{space}v"]}


def test_a_limit_to_the_bytes_of_all_headers() -> None:
    full = [b"a=" + b"x" * (MAX_HEADER_BYTES // 2 - 2)] * 2
    check_size(full)
    with pytest.raises(CookiesTooLarge):
        check_size([*full, b"b"])


def test_a_limit_to_the_cookies_of_all_headers() -> None:
    full = [b";".join([b"a=b"] * (MAX_COOKIES // 2))] * 2
    check_size(full)
    with pytest.raises(CookiesTooLarge):
        check_size([*full, b"a=b"])


def test_a_value_holds_equals_signs_and_quotes() -> None:
    assert candidates(read(f'{NAME}=a=b==; {NAME}="c"'.encode()), NAME) == ["a=b==", '"c"']


def test_duplicates_are_all_offered_in_order() -> None:
    found = read(header((NAME, "first"), (NAME, "second")), header((NAME, "third")))
    assert candidates(found, NAME) == ["first", "second", "third"]


def test_of_many_the_first_and_the_last_are_offered() -> None:
    found = read(header(*((NAME, f"v{number}") for number in range(100))))
    assert candidates(found, NAME) == ["v0", "v1", "v2", "v97", "v98", "v99"]


def test_an_empty_value_keeps_no_other_from_being_offered() -> None:
    assert "x" in candidates(read(header((NAME, ""), (NAME, "x"))), NAME)
    assert "aabb" in candidates(read(header((NAME, ""), *chunks("aa", "bb"))), NAME)


def test_planted_duplicates_do_not_crowd_out_the_chunks() -> None:
    planted = [(NAME, f"v{number}") for number in range(100)]
    found = candidates(read(header(*planted, *chunks("aa", "bb"))), NAME)
    assert found == ["v0", "v1", "v2", "v97", "v98", "v99", "aabb", "aa"]


def test_reading_changes_nothing() -> None:
    found = read(header((NAME, "v")))
    candidates(found, NAME).append("other")
    assert found == {NAME: ["v"]}


def test_a_name_without_a_value_hides_no_later_one() -> None:
    assert read(f"{NAME}; {NAME}=v".encode()) == {NAME: ["v"]}


def test_what_a_browser_would_send_after_a_response() -> None:
    """For a WebSocket that is open: its next look takes what the last one brought."""
    before = b"theme=dark; cognito_a=old; cognito_b=gone; cognito_c=kept"
    attributes = Attributes(secure=True)
    changes = (
        ("set-cookie", attributes.line("cognito_a", "new", 60)),
        ("set-cookie", attributes.line("cognito_b", "", 0)),
        ("set-cookie", attributes.line("cognito_d", "first", 60)),
        ("x-other", "cognito_c=changed; "),
    )
    after = carried([before], changes)
    assert set(after.split(b"; ")) == {b"cognito_a=new", b"cognito_c=kept", b"cognito_d=first"}


@pytest.mark.parametrize("noise", NOISE.values(), ids=NOISE)
def test_the_quick_look(noise: bytes) -> None:
    one = header((NAME, "first"))
    for line in (one, noise + b"; " + one, one + b"; " + noise):
        assert glance(line, (NAME,)) in (("first",), None)
    assert glance(one, (NAME, "other")) == ("first", "")
    assert glance(one, ("other", NAME)) == ("", "first")
    assert glance(b"a=b; " + one, (NAME,)) == ("first",)


@pytest.mark.parametrize("before", ["x", "x=", "x= ", "x=;", "x=\t", "__Host-"])
def test_the_quick_look_leaves_what_is_not_plain(before: str) -> None:
    assert glance(f"{before}{NAME}=v".encode(), (NAME,)) is None


@pytest.mark.parametrize("more", [b"=second", b" =second", b".0=second", b"x=second", b""])
def test_the_quick_look_leaves_what_is_there_twice(more: bytes) -> None:
    one = header((NAME, "first"))
    assert glance(one + b"; " + NAME.encode() + more, (NAME,)) is None
    assert glance(NAME.encode() + more + b"; " + one, (NAME,)) is None


def test_the_quick_look_finds_a_second_one_behind_anything() -> None:
    twice = header((NAME, "first"), (NAME, "second"))
    for length in range(len(twice) + 1):
        assert glance(b"x" * length + b"; " + twice, (NAME,)) is None


def chunks(*values: str) -> list[tuple[str, str]]:
    return [(f"{NAME}.{index}", value) for index, value in enumerate(values)]


def test_chunks_in_any_order() -> None:
    for order in permutations(chunks("aa", "bb", "cc")):
        assert candidates(read(header(*order)), NAME)[0] == "aabbcc"
        assert candidates(read(*(header(pair) for pair in order)), NAME)[0] == "aabbcc"


def test_a_stale_chunk_that_trails() -> None:
    assert candidates(read(header(*chunks("aa", "bb", "old"))), NAME) == ["aabbold", "aabb", "aa"]


def test_a_gap_ends_the_value() -> None:
    pairs = chunks("aa", "bb", "cc", "dd")
    assert candidates(read(header(pairs[0], pairs[1], pairs[3])), NAME) == ["aabb", "aa"]
    assert candidates(read(header(*pairs[1:])), NAME) == []


def test_a_whole_value_beside_chunks() -> None:
    found = read(header(*chunks("aa", "bb"), (NAME, "whole")))
    assert candidates(found, NAME) == ["whole", "aabb", "aa"]


def test_a_chunk_sent_twice_is_tried_both_ways() -> None:
    real, planted = chunks("aa", "bb"), (f"{NAME}.0", "planted")
    offered = {"aabb", "aa", "plantedbb", "planted"}
    assert set(candidates(read(header(*real, planted)), NAME)) == offered
    assert set(candidates(read(header(planted, *real)), NAME)) == offered


@pytest.mark.parametrize(
    "index",
    [
        "99999999",
        "-1",
        "1e9",
        "+0",
        "00",
        "0x0",
        " 0",
        "0 ",
        "0.0",
        "",
        "²",
        "\u0660",
        "4294967296",
        "X",
    ],
)
def test_an_index_that_is_none(index: str) -> None:
    found = read(f"{NAME}.{index}=x".encode())
    if index.strip() != "0":
        assert candidates(found, NAME) == []


def test_more_chunks_than_are_ever_written() -> None:
    found = read(header(*chunks(*("x" for _ in range(200)))))
    assert candidates(found, NAME) == ["x" * count for count in range(MAX_CHUNKS, 0, -1)]


def test_headers_of_a_mebibyte() -> None:
    found = read(b"; ".join([OURS, *(b"cognito_%d=x" % number for number in range(60_000))]))
    assert candidates(found, NAME) == ["value"]
    assert names(found, NAME) == [NAME]


def test_names_found_for_clearing() -> None:
    listed = [NAME, *(f"{NAME}.{index}" for index in ("0", "7", "9"))]
    strange = [f"{NAME}.{index}" for index in ("10", "999", "x", "", "-1", "²", "0.0")] + [
        NAME + "x"
    ]
    found = read("; ".join(f"{name}=v" for name in (*listed, *strange)).encode())
    assert names(found, NAME) == listed


@given(st.lists(st.binary()))
def test_any_header(headers: list[bytes]) -> None:
    found = read(*headers)
    for name in (NAME, "cognito_", ""):
        assert len(candidates(found, name)) <= MAX_CANDIDATES
        names(found, name)


@given(st.lists(st.sampled_from([b"cognito_a", b"=", b";", b"; ", b" ", b"v"])).map(b"".join))
def test_the_quick_look_finds_what_the_reader_finds(line: bytes) -> None:
    """Where it answers at all: the only value there is, or none where there is none."""
    found = glance(line, ("cognito_a",))
    if found is not None:
        values = candidates(read(line), "cognito_a")
        assert list(found) == (values or [""])


@given(st.lists(st.tuples(st.sampled_from([NAME, *(f"{NAME}.{i}" for i in range(7))]), st.text())))
def test_any_chunks(pairs: list[tuple[str, str]]) -> None:
    found = read("; ".join(f"{name}={value}" for name, value in pairs).encode("utf-8", "replace"))
    assert all(re.fullmatch(rf"{NAME}(\.\d)?", name) for name in names(found, NAME))
    assert len(candidates(found, NAME)) <= MAX_CANDIDATES
