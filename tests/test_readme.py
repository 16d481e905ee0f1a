"""README says what is: its settings, its code blocks and its commands are held against the code."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

from cognito_gate import Settings
from cognito_gate.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
COMMANDS = sorted(
    {
        line.strip().removeprefix(".venv/bin/")
        for kind, block in BLOCKS
        if kind == ""
        for line in block.splitlines()
        if "cognito-gate " in line and "|" not in line
    }
)


def _table() -> dict[str, str]:
    return dict(re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", README, re.MULTILINE))


def test_the_settings_table_lists_every_variable() -> None:
    assert set(_table()) == {item.metadata["variable"] for item in fields(Settings)}


@pytest.mark.parametrize("item", fields(Settings), ids=lambda item: item.name)
def test_the_settings_table_gives_the_default(item: object) -> None:
    shown = _table()[item.metadata["variable"]].strip("`")  # type: ignore[attr-defined]
    default = item.default  # type: ignore[attr-defined]
    if default in ("", ()):
        assert not re.fullmatch(r"\d+|true|false|/.*", shown), f"{shown!r} is no absence"
    elif isinstance(default, bool):
        assert shown == str(default).lower()
    elif isinstance(default, float):
        assert float(shown) == default
    else:
        assert shown == str(default)


@pytest.mark.parametrize(
    "block", [block for kind, block in BLOCKS if kind == "python"], ids=lambda text: text[:40]
)
def test_the_python_blocks_compile_and_import(block: str) -> None:
    compile(block, "README.md", "exec")
    for line in block.splitlines():
        if line.startswith(("from ", "import ")):
            exec(line, {})


def test_there_are_commands() -> None:
    assert len(COMMANDS) >= 5


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_exist(command: str) -> None:
    words = command.split()[1:]
    shown = CliRunner().invoke(main, [words[0], "--help"])
    assert shown.exit_code == 0
    for option in (word for word in words if word.startswith("--")):
        assert option in shown.output


def test_the_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"make ([\w.]+)", README)) - {"Without"}:
        assert re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE), target


def test_the_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
