"""What sets up an authenticator app: its address, the picture of it, the text to type."""

import re
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree import ElementTree

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._sign_in import totp

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSW"
URI = totp.uri("Shop", "ada@example.com", SECRET)
SMALL = "otpauth://totp/A:b?secret=JBSWY3DPEHPK3PXP&issuer=A"


def test_an_address() -> None:
    made = totp.uri("Shop", "ada@example.com", SECRET)
    assert made == f"otpauth://totp/Shop:ada%40example.com?secret={SECRET}&issuer=Shop"


@pytest.mark.parametrize(
    ("name", "encoded"),
    [
        ("My Shop", "My%20Shop"),  # not "+": apps decode it as a path
        ("a&b=c#d?e/f%g", "a%26b%3Dc%23d%3Fe%2Ff%25g"),
        ("Ünï", "%C3%9Cn%C3%AF"),
        ("localhost:8000", "localhost-8000"),
        ("\ud800\n\"<'", "%3F%0A%22%3C%27"),
        ("x" * 65, "x" * 64),
    ],
)
def test_names_are_encoded(name: str, encoded: str) -> None:
    assert totp.uri(name, "ada", "A") == f"otpauth://totp/{encoded}:ada?secret=A&issuer={encoded}"
    assert totp.uri("Shop", name, "A") == f"otpauth://totp/Shop:{encoded}?secret=A&issuer=Shop"


def test_a_hostile_secret() -> None:
    assert (
        totp.uri("S", "a", "A&issuer=x#") == "otpauth://totp/S:a?secret=A%26issuer%3Dx%23&issuer=S"
    )


NAME = st.text(st.characters(codec="utf-8"), min_size=1, max_size=128)


@given(issuer=NAME, account=NAME)
def test_an_address_as_apps_read_it(issuer: str, account: str) -> None:
    made = totp.uri(issuer, account, SECRET)
    assert re.fullmatch(r"[!-~]+", made)
    parts = urlsplit(made)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("otpauth", "totp", "")
    who, _, whose = unquote(parts.path.removeprefix("/")).partition(":")
    assert (who, whose) == (issuer[:64].replace(":", "-"), account[:64].replace(":", "-"))
    query = parts.query.replace("+", "%2B")
    assert parse_qsl(query, keep_blank_values=True) == [("secret", SECRET), ("issuer", who)]


# The picture


def drawn(svg: str) -> list[list[int]]:
    """The modules of the picture, light and dark, as the path that is drawn leaves them."""
    root = ElementTree.fromstring(svg)
    size = int(root.attrib["viewBox"].split()[2])
    grid = [[0] * size for _ in range(size)]
    dark = root.findall("path")[-1]
    assert dark.attrib["stroke"] == "#000"
    x, y = 0.0, 0.0
    steps = re.findall(r"([Mm])(-?[\d.]+) (-?[\d.]+)h(\d+)", dark.attrib["d"])
    assert "".join(f"{kind}{dx} {dy}h{run}" for kind, dx, dy, run in steps) == dark.attrib["d"]
    for kind, dx, dy, run in steps:
        x, y = (float(dx), float(dy)) if kind == "M" else (x + float(dx), y + float(dy))
        for at in range(int(x), int(x) + int(run)):
            grid[int(y)][at] = 1
        x += int(run)
    return grid


def with_quiet_zone(uri: str) -> list[list[int]]:
    matrix = [list(row) for row in segno.make_qr(uri).matrix]
    empty = [[0] * (len(matrix) + 8) for _ in range(4)]
    return [*empty, *([0] * 4 + row + [0] * 4 for row in matrix), *empty]


@pytest.mark.parametrize("uri", [URI, SMALL, "x" * 2953])
def test_the_picture_is_the_code(uri: str) -> None:
    assert drawn(totp.qr(uri)) == with_quiet_zone(uri)


def test_the_ground_is_white_on_dark_pages_too() -> None:
    svg = totp.qr(URI)
    size = len(drawn(svg))
    ground = ElementTree.fromstring(svg).findall("path")[0]
    assert ground.attrib == {"fill": "#fff", "d": f"M0 0h{size}v{size}h-{size}z"}


def test_it_fits_into_a_page() -> None:
    svg = totp.qr(URI, "QR code")
    assert svg.startswith("<svg ")
    assert svg.endswith("</svg>")
    assert not re.search(r"style|class|script|<\?|xmlns|width|height|\n|https?:", svg)
    assert [node.tag for node in ElementTree.fromstring(svg).iter()] == [
        *("svg", "title", "path", "path"),
    ]


def test_it_has_a_name() -> None:
    root = ElementTree.fromstring(totp.qr(URI, "QR <b>&amp;</b>"))
    assert root.attrib["role"] == "img"
    assert root.findtext("title") == "QR <b>&amp;</b>"
    assert "aria-hidden" not in root.attrib


def test_without_a_name_it_is_hidden() -> None:
    root = ElementTree.fromstring(totp.qr(URI))
    assert root.attrib["aria-hidden"] == "true"
    assert "role" not in root.attrib
    assert root.find("title") is None


def test_the_longest_address_fits() -> None:
    longest = totp.uri("😀" * 300, "😀" * 300, SECRET)
    assert drawn(totp.qr(longest)) == with_quiet_zone(longest)


def test_what_no_picture_holds() -> None:
    with pytest.raises(ValueError, match="too large"):
        totp.qr("x" * 2954)


# The text


@pytest.mark.parametrize(
    ("secret", "grouped"),
    [("", ""), ("ABC", "ABC"), ("ABCD", "ABCD"), ("ABCDEFGHI", "ABCD EFGH I")],
)
def test_groups_of_four(secret: str, grouped: str) -> None:
    assert totp.grouped(secret) == grouped


@given(st.text(st.characters(codec="ascii", categories=["Lu", "Nd"])))
def test_groups_lose_nothing(secret: str) -> None:
    found = totp.grouped(secret).split(" ")
    assert "".join(found) == secret
    assert {len(group) for group in found[:-1]} <= {4}
