"""README says what is: its settings, its code blocks and its commands are held against the code."""

import json
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from dataclasses import fields
from pathlib import Path
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server

import click
import pytest
import yaml

from cognito_gate import Settings, WSGIGate, events
from cognito_gate._audit_log import audit_line
from cognito_gate._metrics import REGISTRY
from cognito_gate.cli import main
from cognito_gate.cli.rules_command import rules
from cognito_gate.cli.sessions_command import sessions
from cognito_gate.events import Event, RequestFacts, SessionsRevoked, SignedIn, Visitor
from cognito_gate.identity import IDENTITY_FAMILIES, IDENTITY_HEADERS
from cognito_gate.local import LocalCognito, load_users
from cognito_gate.local.users import USER_KEYS
from cognito_gate.pool.commands import pool
from cognito_gate.settings.rules import REQUIRE_KEYS, RULE_KEYS
from cognito_gate.settings.rules_file import parse_rules
from tests.parts.made import settings
from tests.world.pool import Pool

REVOKE_KEY = "a-key-of-the-operators-with-32-characters"
ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
[TOML] = [block for kind, block in BLOCKS if kind == "toml" and "[[rule]]" in block]
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


def test_the_settings_table_gives_the_default() -> None:
    table = _table()
    wrong = [
        item.name
        for item in fields(Settings)
        if not _tells(table[item.metadata["variable"]].strip("`"), item.default)
    ]
    assert wrong == []


def _tells(shown: str, default: object) -> bool:
    """Whether a cell of the table stands for a default."""
    if default in ("", (), None):
        return not re.fullmatch(r"\d+|true|false|/.*", shown)
    if isinstance(default, float) and not isinstance(default, bool):
        return float(shown) == default
    if isinstance(default, tuple):
        return shown == ",".join(default)
    return shown == (str(default).lower() if isinstance(default, bool) else str(default))


def test_the_events_table_lists_every_event() -> None:
    table = dict(re.findall(r"^\| `([A-Z][a-z]\w+)` \| .*? \| (`.*`) \|$", README, re.MULTILINE))
    listed = {name: re.findall(r"`(\w+)`", cell) for name, cell in table.items()}
    assert listed == {
        kind.__name__: [item.name for item in fields(kind) if item.name != "request"]
        for kind in (getattr(events, name) for name in dir(events))
        if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
    }


@pytest.mark.parametrize(
    "block", [block for kind, block in BLOCKS if kind == "python"], ids=lambda text: text[:40]
)
def test_the_python_blocks_compile_and_import(block: str) -> None:
    compile(block, "README.md", "exec")
    for line in block.splitlines():
        if line.startswith(("from ", "import ")):
            exec(line, {})


def test_the_line_of_the_audit_log_is_one() -> None:
    [block] = [block for kind, block in BLOCKS if kind == "json"]
    shown = json.loads(block)
    facts = RequestFacts(0.0, "http", "GET", "/auth/callback", visitor=Visitor("s", "u", "n", "c"))
    line = json.loads(audit_line(SignedIn(facts, "s", "u", "n", "cognito")))
    assert list(shown) == list(line)
    assert shown["details"] == line["details"]
    assert (shown["v"], shown["event"], shown["outcome"]) == (1, line["event"], line["outcome"])
    [section] = re.findall(r"^### Audit and metrics\n(.*?)^##", README, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| (`.*?`) \| .+ \|$", section, re.MULTILINE)
    listed = [key for cell in rows for key in re.findall(r"`([a-z_]+)`", cell)]
    assert set(line) <= set(listed)


def test_the_table_of_metrics_lists_every_metric() -> None:
    rows = re.findall(r"^\| `(cognito_gate_\w+)` \| (.*?) ?\| .+ \|$", README, re.MULTILINE)
    listed = {name.removesuffix("_total"): set(re.findall(r"`(\w+)`", cell)) for name, cell in rows}
    assert listed == {
        family.name: set(getattr(collector, "_labelnames", ()))
        for collector in set(REGISTRY._collector_to_names)
        for family in collector.collect()
    }


def test_the_blocks_for_operators_are_read() -> None:
    probes, scraping = (yaml.safe_load(block) for kind, block in BLOCKS if kind == "yaml")
    paths = [probe["httpGet"]["path"] for probe in probes.values()]
    [job] = scraping["scrape_configs"]
    routes = settings(COGNITO_GATE_METRICS_ADDRESSES="::1").routes
    assert {*paths, job["metrics_path"]} <= set(routes)
    assert job["authorization"].keys() == {"credentials_file"}, "its type is Bearer by default"


def test_the_extras_exist() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = set(re.findall(r"'(?:cognito-gate|\.)\[(\w+)\]'", README))
    assert {"metrics"} <= named <= set(project["optional-dependencies"])


def test_the_rules_in_toml_are_those_in_python() -> None:
    [python] = [block for kind, block in BLOCKS if kind == "python" and "RULES = (" in block]
    names: dict[str, object] = {}
    exec(python, names)
    assert parse_rules(TOML, "rules.toml") == names["RULES"]


def test_the_keys_of_rules_are_listed() -> None:
    section = README[README.index("## Rules") : README.index("## Routes and cookies")]
    assert {*RULE_KEYS, *REQUIRE_KEYS} <= set(re.findall(r"`(\w+)(?: = true)?`", section))


def test_the_identity_headers_are_listed() -> None:
    quoted = " ".join(line for line in README.splitlines() if line.startswith("> `"))
    listed = {name.lower() for name in re.findall(r"`([\w*-]+)`", quoted)}
    assert listed == {*IDENTITY_HEADERS, *(f"{family}*" for family in IDENTITY_FAMILIES)}


def test_the_table_of_users_toml_lists_every_key() -> None:
    [section] = re.findall(r"^### The local Cognito\n(.*?)^##", README, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| (`.*?`) \| .+ \|$", section, re.MULTILINE)
    listed = [key for cell in rows for key in re.findall(r"`([a-z_]+)`", cell)]
    assert sorted(listed) == sorted(USER_KEYS)


def test_the_example_of_users_toml_is_read_and_shows_most_keys(tmp_path: Path) -> None:
    [block] = [block for kind, block in BLOCKS if kind == "toml" and "[[users]]" in block]
    (tmp_path / "users.toml").write_text(block, encoding="utf-8")
    grace, eve = load_users(tmp_path / "users.toml")
    assert (grace.username, grace.groups, grace.claims["name"]) == (
        "grace", ("admin", "staff"), "Grace Hopper"
    )  # fmt: skip
    assert grace.totp_secret
    assert grace.mfa == ("totp",)
    assert eve.status == "FORCE_CHANGE_PASSWORD"
    assert LocalCognito(users=(grace, eve)).totp_code("grace")
    keys = {key for entry in tomllib.loads(block)["users"] for key in entry}
    assert len(keys) >= 8


def test_there_are_commands() -> None:
    assert len(COMMANDS) >= 5


def _found(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that these words name, and what is left of them."""
    command: click.Command = main
    while isinstance(command, click.Group):
        name, *words = words
        assert name in command.commands, f"there is no command {name}"
        command = command.commands[name]
    return command, words


def test_the_commands_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is parsed as click would parse it, so that its options and their values are right."""
    monkeypatch.chdir(tmp_path)
    Path("rules.toml").write_text(TOML)
    for command in COMMANDS:
        found, words = _found(shlex.split(command.partition(" > ")[0])[1:])
        found.make_context("cognito-gate", words)


def test_the_options_exist() -> None:
    known = {
        word
        for group in (main, pool, rules, sessions)
        for command in group.commands.values()
        for parameter in command.params
        for word in (*parameter.opts, *parameter.secondary_opts)
    }
    assert set(re.findall(r"`(--[a-z-]+)", README)) <= {*known, "--help"}


@pytest.mark.skipif(
    None in (shutil.which("curl"), shutil.which("openssl")), reason="needs curl and openssl"
)
@pytest.mark.parametrize(("key", "code"), [(REVOKE_KEY, 0), (REVOKE_KEY + "x", 22)])
def test_the_example_of_revoke(key: str, code: int) -> None:
    """Run by a shell against a gate on a port. curl ends with 22 at an error of HTTP."""
    [block] = [block for kind, block in BLOCKS if kind == "sh" and "/auth/revoke" in block]
    events: list[Event] = []
    gate = WSGIGate(_nobody, Pool().settings(revoke_key=REVOKE_KEY), on_event=events.append)
    with make_server("127.0.0.1", 0, gate, handler_class=_Quiet) as server:
        Thread(target=server.handle_request, daemon=True).start()
        variables = {"SUB": "a-sub", "KEY": key, "APP": f"http://127.0.0.1:{server.server_port}"}
        environ = {"PATH": os.environ["PATH"], **variables}
        done = subprocess.run(["sh", "-c", block], env=environ, capture_output=True, check=False)
    gate.close()
    assert done.returncode == code
    ended = [event.sub for event in events if isinstance(event, SessionsRevoked)]
    assert ended == ([] if code else ["a-sub"])


def _nobody(environ: object, start_response: object) -> list[bytes]:
    raise AssertionError("the app is not called")


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the tests' output."""


def test_the_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^make ([\w.]+)$|`make ([\w.]+)`", README, re.MULTILINE))
    assert len(targets) >= 5
    for target in ("".join(pair) for pair in targets):
        assert re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_the_links_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / name).read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_tests_that_defend_are_there() -> None:
    table = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    named = re.findall(r"\]\((tests/[^)]+)\)", table)
    assert len(named) > 30
    assert [name for name in named if not (ROOT / name).is_file()] == []
