"""The tables of requirements: every test that they name is there, and all of ASVS is in them."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs" / "explanation"
# How many requirements ASVS 5.0.0 has in each section of the chapters that concern the gate.
ASVS = {
    **{"6.1": 3, "6.2": 12, "6.3": 8, "6.4": 6, "6.5": 8, "6.6": 4, "6.7": 2, "6.8": 4},
    **{"7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 3, "7.6": 2},
    **{"8.1": 4, "8.2": 4, "8.3": 3, "8.4": 2, "9.1": 3, "9.2": 4},
    **{"10.1": 2, "10.2": 3, "10.3": 5, "10.4": 16, "10.5": 5, "10.6": 2, "10.7": 3},
}
WITHOUT_TEST = ["6.3.4", "6.4.2", "7.1.3"]  # met by documentation, and by what is not there


def test_the_tests_that_are_named_are_there() -> None:
    table = (ROOT / "SECURITY.md").read_text("utf-8")
    named = re.findall(r"\]\((tests/[^)]+)\)", table)
    assert len(named) > 30
    for name in ("security.md", "asvs.md"):
        named += re.findall(r"`(tests/[^`]+)`", (PAGES / name).read_text("utf-8"))
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_every_requirement_of_asvs_has_its_row() -> None:
    page = (PAGES / "asvs.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d.*) \| (.+) \| .* ?\| (.*) ?\|$", page, re.MULTILINE)
    listed = [number for first, *_ in rows for number in _numbers(first)]
    assert listed == [f"{section}.{n + 1}" for section, count in ASVS.items() for n in range(count)]
    met = [row for row in rows if row[1] in ("gate", "pages") and "tests/" not in row[2]]
    assert [first.split()[0] for first, *_ in met] == WITHOUT_TEST


def _numbers(cell: str) -> list[str]:
    """The requirements of a row: `6.7.1, 6.7.2 ...`, or `10.4.12 to 10.4.16 ...`."""
    numbers = re.findall(r"\b(\d+\.\d+)\.(\d+)", cell)
    if " to " in cell.partition(" (")[0] and len(numbers) == 2:
        (section, first), (_, last) = numbers
        return [f"{section}.{number}" for number in range(int(first), int(last) + 1)]
    return [".".join(number) for number in numbers]
