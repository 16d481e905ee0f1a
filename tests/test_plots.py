"""Measured figures: the pictures are those of the files, and the pages say what the files say."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
COSTS = (ROOT / "docs" / "explanation" / "costs.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def plots() -> ModuleType:
    """docs/ is no package: its code runs from its own folder."""
    spec = importlib.util.spec_from_file_location("plots", ROOT / "docs" / "plots.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pictures_are_drawn_from_the_files(plots: ModuleType) -> None:
    """`make plots` draws them anew."""
    kept = {path.name: path.read_text("utf-8") for path in plots.PICTURES.iterdir()}
    assert kept == plots.pictures()
    assert [name for name in kept if f"(../images/plots/{name})" not in COSTS] == []


def test_each_file_says_when_and_on_what_it_was_measured(plots: ModuleType) -> None:
    for path in plots.MEASURED.iterdir():
        head = " ".join(re.findall(r"^# (.*)$", path.read_text("utf-8"), re.MULTILINE))
        assert re.search(r"`make \w+` on \d+ \w+ 20\d\d", head), path.name
        assert "machine" in head, path.name


def _table(title: str) -> dict[str, list[str]]:
    """The rows of a table of the page, by their first cell."""
    table = COSTS.partition(f"\n| {title} |")[2].partition("\n\n")[0]
    rows = [row.strip("| ").split(" | ") for row in table.splitlines()[2:]]
    return {first.partition(" (")[0]: rest for first, *rest in rows}


def test_the_tables_of_costs_say_what_was_measured(plots: ModuleType) -> None:
    costs = {row["request"]: row["verifications"] for row in plots.read("request-costs")}
    shown = {name: [costs[name]] for name in plots.COSTS}
    assert _table("request") == shown
    ratios: dict[str, list[str]] = {}
    for row in plots.read("throughput"):
        if row["app"] == "gated":
            ratios.setdefault(row["server"], []).append(row["ratio"])
    assert _table("server and app") == ratios


def test_the_table_of_users_says_what_was_simulated(plots: ModuleType) -> None:
    names = {"each request": "each request by itself", "each process": "one in each process"}
    names |= {"all processes": "one for all (a store)"}
    found = {
        row["refresh"]: [f"{int(row['average']):,}", f"{int(row['peak']):,}"]
        for row in plots.read("users")
        if row["seconds"] == "3600"
    }
    assert _table("one refresh for") == {name: found[of] for name, of in names.items()}


def test_the_readme_says_what_was_measured(plots: ModuleType) -> None:
    rows = {
        (row["server"], row["app"], row["against"]): row["ratio"]
        for row in plots.read("throughput")
    }
    peer = rows["gunicorn, Flask", "gated", "flask-cognito-lib"]
    other = float(rows["uvicorn, FastAPI", "fastapi-cognito", "bare"])
    ours = float(rows["uvicorn, FastAPI", "gated", "bare"])
    assert f"serves {peer} times as many requests" in README
    assert (
        f"keeps {other * 100:.0f} % of its requests per second, behind the gate {ours * 100:.0f} %"
        in README
    )
