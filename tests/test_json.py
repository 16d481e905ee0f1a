"""JSON as RFC 8259 has it, and one kind of error for everything else."""

from typing import Any

import pytest

from cognito_gate._gate.protocol.strict_json import MAX_DEPTH, load

DEEP = {
    "lists": lambda depth: b"[" * depth + b"]" * depth,
    "objects": lambda depth: b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1),
}


@pytest.mark.parametrize("made", DEEP.values(), ids=DEEP)
def test_how_deep_it_may_be(made: Any) -> None:
    assert load(made(MAX_DEPTH))
    for depth in (MAX_DEPTH + 1, 5_000, 200_000):
        with pytest.raises(ValueError, match="nested too deeply"):
            load(made(depth))


@pytest.mark.parametrize("made", DEEP.values(), ids=DEEP)
def test_each_member_counts(made: Any) -> None:
    for document in (b"[%s,[]]", b"[[],%s]", b'{"a":%s,"b":{}}'):
        assert load(document % made(MAX_DEPTH - 1))
        with pytest.raises(ValueError, match="nested too deeply"):
            load(document % made(MAX_DEPTH))


def test_much_that_is_flat() -> None:
    assert load(b'[{"a":[1]}' + b',{"a":[2]}' * 200 + b"]")[200] == {"a": [2]}
    assert load(b'{"text":"' + b"[{" * 300 + b'"}') == {"text": "[{" * 300}


@pytest.mark.parametrize("raw", [b" [1]\r\n", b'\t{"a": 1.5e3}', b'"\xc3\xa4"', b"null"])
def test_what_is_json(raw: bytes) -> None:
    load(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"NaN",
        b"[Infinity]",
        b'{"a":-Infinity}',
        b"1 2",
        b"{}x",
        b"X1",
        b"\x0c1",
        b"1\xc2\xa0",
        b"\xff",
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_is_not(raw: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - that kind, whatever it says
        load(raw)
