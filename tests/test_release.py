"""What a release depends on and no run of the suite carries out: workflows, container, versions.
They are read, and held against what they name."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from cognito_gate import Settings
from cognito_gate.cli import main

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
CONTAINER = (ROOT / "Containerfile").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_trusts_little(file: Path) -> None:
    """What others wrote is named by its commit, and each job says what it may do."""
    text = file.read_text("utf-8")
    workflow = yaml.safe_load(text)
    actions = [line for line in re.findall(r"uses: (.*)", text) if not line.startswith("./")]
    pinned = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert [action for action in actions if not pinned.fullmatch(action)] == []
    assert workflow["permissions"] == {}
    assert [name for name, job in workflow["jobs"].items() if "permissions" not in job] == []
    assert "pull_request_target" not in text
    called = re.findall(r"run: make (.*)", text)
    targets = {target for line in called for target in line.split()}
    if not (ROOT / "docs").is_dir():
        targets -= {"docs"}  # which comes with its folder
    assert {target for target in targets if f"\n{target}:" not in MAKEFILE} == set()


def test_an_action_has_one_version() -> None:
    used = {
        tuple(action.split("@"))
        for file in WORKFLOWS
        for action in re.findall(r"uses: ([\w/.-]+@.*)", file.read_text("utf-8"))
    }
    assert len({name for name, _ in used}) == len(used)


def test_each_python_is_tested() -> None:
    tested = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8"))
    pythons = tested["jobs"]["versions"]["strategy"]["matrix"]["python"]
    assert pythons == re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))


def test_the_changelog_opens_with_this_version() -> None:
    first = re.search(r"^## \[(.*?)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert first is not None
    assert first[1] in {PROJECT["version"], "Unreleased"}


def test_the_container_runs_what_there_is() -> None:
    extras = re.search(r"^ARG EXTRAS=(.*)$", CONTAINER, re.MULTILINE)
    assert extras is not None
    assert set(extras[1].split(",")) <= PROJECT["optional-dependencies"].keys()
    assert 'ENTRYPOINT ["cognito-gate", "serve"]' in CONTAINER
    assert "serve" in main.commands
    copied = re.findall(r"^COPY (?!--)(.*) \S+$", CONTAINER, re.MULTILINE)
    kept = {line[1:] for line in (ROOT / ".containerignore").read_text().split() if line[0] == "!"}
    assert {name for line in copied for name in line.split()} == kept


def test_the_container_can_be_tried() -> None:
    settings = Settings.from_env({}, env_file=str(ROOT / "examples" / "container.env"))
    assert settings.trusted_proxies
