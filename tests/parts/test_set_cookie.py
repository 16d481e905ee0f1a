"""Set-Cookie lines: attributes, chunks within browsers' limits, old layouts cleared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._gate.protocol.cookies import CHUNK, MAX_CHUNKS, Attributes, Jar, candidates
from cognito_gate._gate.protocol.cookies import read as read_all

NAME = "__Host-cognito_access_token"
HTTPS = Attributes(secure=True)


def read(*headers: bytes) -> Jar:
    return read_all(headers)


def header(*pairs: tuple[str, str]) -> bytes:
    return "; ".join(f"{name}={value}" for name, value in pairs).encode()


def chunks(*values: str) -> list[tuple[str, str]]:
    return [(f"{NAME}.{index}", value) for index, value in enumerate(values)]


def parsed(line: str) -> tuple[str, str, list[str]]:
    first, *attributes = line.split("; ")
    name, _, value = first.partition("=")
    return name, value, attributes


def browser(lines: list[str], held: Jar) -> bytes:
    """What a browser that held some cookies sends after these lines."""
    kept = {name: values[-1] for name, values in held.items()}
    for line in lines:
        name, value, attributes = parsed(line)
        if "Max-Age=0" in attributes:
            kept.pop(name, None)
        else:
            kept[name] = value
    return header(*sorted(kept.items(), reverse=True))


def test_a_line_with_all_attributes() -> None:
    attributes = Attributes(secure=True, samesite="none", domain="example.com")
    assert attributes.line("n", "v", 60) == (
        "n=v; Max-Age=60; Path=/; HttpOnly; Domain=example.com; Secure; SameSite=None"
    )
    assert HTTPS.line(NAME, "v", 60) == (
        f"{NAME}=v; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax"
    )
    assert Attributes(secure=False, samesite="strict").line("n", "v", 1) == (
        "n=v; Max-Age=1; Path=/; HttpOnly; SameSite=Strict"
    )


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("samesite", ["lax", "strict", "none"])
@pytest.mark.parametrize("domain", ["", "example.com"])
def test_clearing_has_the_attributes_of_setting(secure: bool, samesite: str, domain: str) -> None:
    attributes = Attributes(secure, samesite, domain)
    stored = parsed(attributes.store(NAME, "v", 60, {})[0])
    cleared = parsed(attributes.clear(NAME, {NAME: ["v"]})[0])
    assert cleared[1] == ""
    age, *rest = cleared[2]
    assert age == "Max-Age=0"
    assert rest.pop(rest.index("Expires=Thu, 01 Jan 1970 00:00:00 GMT"))
    assert ["Max-Age=60", *rest] == stored[2]


def test_a_short_value_is_one_cookie() -> None:
    lines = HTTPS.store(NAME, "v" * CHUNK, 60, {})
    assert [parsed(line)[0] for line in lines] == [NAME]


def test_a_long_value_is_split() -> None:
    lines = HTTPS.store(NAME, "v" * (CHUNK + 1), 60, {})
    assert [(parsed(line)[0], len(parsed(line)[1])) for line in lines] == [
        (f"{NAME}.0", CHUNK),
        (f"{NAME}.1", 1),
    ]


def test_parts_of_an_older_layout_are_cleared() -> None:
    held = read(header((NAME, "old"), *chunks("a", "b", "c", "d")))
    lines = HTTPS.store(NAME, "v" * (CHUNK * 2), 60, held)
    ages = {parsed(line)[0]: parsed(line)[2][0] for line in lines}
    assert ages == {
        f"{NAME}.0": "Max-Age=60",
        f"{NAME}.1": "Max-Age=60",
        NAME: "Max-Age=0",
        f"{NAME}.2": "Max-Age=0",
        f"{NAME}.3": "Max-Age=0",
    }
    assert candidates(read(browser(lines, held)), NAME)[0] == "v" * (CHUNK * 2)
    assert {parsed(line)[1] for line in lines if "Max-Age=0;" in line} == {""}
    short = HTTPS.store(NAME, "short", 60, held)
    assert candidates(read(browser(short, held)), NAME) == ["short"]


def test_the_browser_may_hold_more_than_it_sent() -> None:
    def cleared(value: str, held: Jar) -> list[str]:
        lines = HTTPS.store(NAME, value, 60, held, unseen=True)
        return [parsed(line)[0] for line in lines if "Max-Age=0;" in line]

    assert cleared("short", {}) == [f"{NAME}.0"]
    assert cleared("v" * (CHUNK + 1), {}) == [NAME, f"{NAME}.2"]
    assert cleared("short", {f"{NAME}.0": ["v"], f"{NAME}.3": ["v"]}) == [
        f"{NAME}.0",
        f"{NAME}.3",
    ]


def test_what_is_not_held_is_not_cleared() -> None:
    assert HTTPS.clear(NAME, {}) == []
    assert [parsed(line)[0] for line in HTTPS.clear(NAME, {}, always=True)] == [NAME]
    others = (("cognito_other", "v"), (f"{NAME}.X", "v"))
    held = read(header((NAME, "v"), (f"{NAME}.3", "v"), *others))
    assert [parsed(line)[0] for line in HTTPS.clear(NAME, held)] == [NAME, f"{NAME}.3"]
    assert len(HTTPS.clear(NAME, held, always=True)) == 2


TEXT = st.text("ABCxyz019-_.~", min_size=1)
HELD = st.dictionaries(
    st.sampled_from([NAME, *(f"{NAME}.{index}" for index in range(8))]), st.lists(TEXT, min_size=1)
)


@given(st.integers(1, CHUNK * MAX_CHUNKS), TEXT, HELD)
def test_what_is_stored_is_read_back(length: int, pattern: str, held: Jar) -> None:
    value = (pattern * length)[:length]
    lines = HTTPS.store(NAME, value, 60, held)
    for line in lines:
        name, part, _ = parsed(line)
        assert len(name) + len(part) <= 4096
    sent = browser(lines, held)
    assert candidates(read(sent), NAME)[0] == value
    cleared = HTTPS.clear(NAME, read(sent))
    assert candidates(read(browser(cleared, read(sent))), NAME) == []
