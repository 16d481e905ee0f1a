"""README and docs/ say what is: their tables, code blocks and commands are held against the code.

That the site builds, with every link between its pages, is asked by `make docs`."""

import ast
import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import warnings
from dataclasses import fields
from functools import cache, partial
from pathlib import Path
from threading import Thread
from typing import NamedTuple
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
DOCS = ROOT / "docs"
PAGES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *sorted(DOCS.rglob("*.md")))
}
ALL = "\n".join(PAGES.values())
NOT_HERE = {"flask_cognito_lib", "yourmodule", "app"}  # what an app moves from, and apps


class Block(NamedTuple):
    page: str
    kind: str
    text: str


BLOCKS = [
    Block(page, kind, block)
    for page, text in PAGES.items()
    for kind, block in re.findall(r"^```([^\n]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
]
COMMANDS = sorted(
    {
        re.sub(r"^(\w+=\S+ )+", "", line.strip().removeprefix(".venv/bin/"))
        for block in BLOCKS
        if block.kind == ""
        for line in block.text.splitlines()
        if "cognito-gate " in line and "|" not in line and "pip install" not in line
    }
)


def page(name: str) -> str:
    return PAGES[f"docs/{name}.md"]


def blocks(name: str, kind: str) -> list[str]:
    """The blocks of one page in one language."""
    return [block.text for block in BLOCKS if block[:2] == (f"docs/{name}.md", kind)]


[TOML] = blocks("how-to/rules", "toml")


def test_readme_is_short() -> None:
    assert len(PAGES["README.md"].splitlines()) <= 150


def _table() -> dict[str, str]:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", page("reference/settings"), re.MULTILINE)
    return dict(rows)


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
    text = page("reference/events")
    table = dict(re.findall(r"^\| `([A-Z][a-z]\w+)` \| .*? \| (`.*`) \|$", text, re.MULTILINE))
    listed = {name: re.findall(r"`(\w+)`", cell) for name, cell in table.items()}
    assert listed == {
        kind.__name__: [item.name for item in fields(kind) if item.name != "request"]
        for kind in (getattr(events, name) for name in dir(events))
        if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
    }


@pytest.mark.parametrize(
    "block",
    [block for block in BLOCKS if block.kind == "python"],
    ids=lambda block: f"{block.page}:{block.text[:30]}",
)
def test_the_python_blocks_compile_and_import(block: Block) -> None:
    tree = ast.parse(block.text, block.page)
    compile(tree, block.page, "exec")
    warnings.simplefilter("ignore")  # other projects' deprecations, such as Starlette's of httpx
    for line in tree.body:
        if isinstance(line, ast.ImportFrom) and str(line.module).split(".")[0] not in NOT_HERE:
            module = importlib.import_module(str(line.module))
            assert [name.name for name in line.names if not hasattr(module, name.name)] == []
        if isinstance(line, ast.Import):
            for name in line.names:
                importlib.import_module(name.name)


def test_the_tutorial_works(tmp_path: Path) -> None:
    """Its app, rules and tests, saved and run as it says, with the plugin that pip has enabled."""
    app, test = blocks("tutorial", "python")
    [rules] = blocks("tutorial", "toml")
    for name, text in (("app.py", app), ("rules.toml", rules), ("test_app.py", test)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    others = ("-p", "no:cacheprovider", "-p", "no:dash", "-p", "no:faker")
    command = [sys.executable, "-m", "pytest", "-q", *others]
    run = partial(subprocess.run, capture_output=True, text=True, check=False)
    done = run(command, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


def test_the_log_lines_of_the_symptoms_are_logged() -> None:
    """Each is found in the package: as it stands there, with any text for its placeholders."""
    source = "".join(path.read_text("utf-8") for path in (ROOT / "cognito_gate").rglob("*.py"))
    flat = re.sub(r'"\s*\n\s*f?"', "", source)  # one text of several literals
    lines = re.findall(r"^\*\*Log:\*\* `(.+)`$", page("how-to/troubleshoot"), re.MULTILINE)
    assert len(lines) >= 12
    parts = [(line, part) for line in lines for part in re.split(r"\.\.\.|: ?", line)]
    assert [line for line, part in parts if part.strip() not in flat] == []


def test_the_line_of_the_audit_log_is_one() -> None:
    [block] = blocks("how-to/audit-and-metrics", "json")
    shown = json.loads(block)
    facts = RequestFacts(0.0, "http", "GET", "/auth/callback", visitor=Visitor("s", "u", "n", "c"))
    line = json.loads(audit_line(SignedIn(facts, "s", "u", "n", "cognito")))
    assert list(shown) == list(line)
    assert shown["details"] == line["details"]
    assert (shown["v"], shown["event"], shown["outcome"]) == (1, line["event"], line["outcome"])
    text = page("how-to/audit-and-metrics")
    rows = re.findall(r"^\| (`.*?`) \| .+ \|$", text, re.MULTILINE)
    listed = [key for cell in rows for key in re.findall(r"`([a-z_]+)`", cell)]
    assert set(line) <= set(listed)


def test_the_table_of_metrics_lists_every_metric() -> None:
    text = page("how-to/audit-and-metrics")
    rows = re.findall(r"^\| `(cognito_gate_\w+)` \| (.*?) ?\| .+ \|$", text, re.MULTILINE)
    listed = {name.removesuffix("_total"): set(re.findall(r"`(\w+)`", cell)) for name, cell in rows}
    assert listed == {
        family.name: set(getattr(collector, "_labelnames", ()))
        for collector in set(REGISTRY._collector_to_names)
        for family in collector.collect()
    }


def test_the_blocks_for_operators_are_read() -> None:
    probes, scraping = map(yaml.safe_load, blocks("how-to/audit-and-metrics", "yaml"))
    paths = [probe["httpGet"]["path"] for probe in probes.values()]
    [job] = scraping["scrape_configs"]
    routes = settings(COGNITO_GATE_METRICS_ADDRESSES="::1").routes
    assert {*paths, job["metrics_path"]} <= set(routes)
    assert job["authorization"].keys() == {"credentials_file"}, "its type is Bearer by default"


def test_the_extras_exist() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = set(re.findall(r"'(?:cognito-gate|\.)\[(\w+)\]'", ALL))
    assert {"metrics"} <= named <= set(project["optional-dependencies"])


def test_the_rules_in_toml_are_those_in_python() -> None:
    [python] = blocks("how-to/rules", "python")
    names: dict[str, object] = {}
    exec(python, names)
    assert parse_rules(TOML, "rules.toml") == names["RULES"]


def test_the_keys_of_rules_are_listed() -> None:
    listed = re.findall(r"`(\w+)(?: = true)?`", page("how-to/rules"))
    assert {*RULE_KEYS, *REQUIRE_KEYS} <= set(listed)


def test_the_identity_headers_are_listed() -> None:
    lines = page("reference/identity").splitlines()
    quoted = " ".join(line for line in lines if line.startswith("> `"))
    listed = {name.lower() for name in re.findall(r"`([\w*-]+)`", quoted)}
    assert listed == {*IDENTITY_HEADERS, *(f"{family}*" for family in IDENTITY_FAMILIES)}


def test_the_table_of_users_toml_lists_every_key() -> None:
    rows = re.findall(r"^\| (`.*?`) \| .+ \|$", page("how-to/local-cognito"), re.MULTILINE)
    listed = [key for cell in rows for key in re.findall(r"`([a-z_]+)`", cell)]
    assert sorted(listed) == sorted(USER_KEYS)


def test_the_example_of_users_toml_is_read_and_shows_most_keys(tmp_path: Path) -> None:
    [block] = blocks("how-to/local-cognito", "toml")
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
    others = {"docs/how-to/moving-from-oauth2-proxy.md"}  # it has oauth2-proxy's options
    ours = "\n".join(text for name, text in PAGES.items() if name not in others)
    assert set(re.findall(r"`(--[a-z-]+)", ours)) <= {*known, "--help"}


@pytest.mark.skipif(
    None in (shutil.which("curl"), shutil.which("openssl")), reason="needs curl and openssl"
)
@pytest.mark.parametrize(("key", "code"), [(REVOKE_KEY, 0), (REVOKE_KEY + "x", 22)])
def test_the_example_of_revoke(key: str, code: int) -> None:
    """Run by a shell against a gate on a port. curl ends with 22 at an error of HTTP."""
    [block] = blocks("how-to/end-sessions", "sh")
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
    targets = set(re.findall(r"^make ([\w.]+)$|`make ([\w.]+)`", ALL, re.MULTILINE))
    assert len(targets) >= 5
    for target in ("".join(pair) for pair in targets):
        assert re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE), target


def test_the_links_lead_somewhere() -> None:
    """Those of docs/ are asked here as well: the pages are read in the repository, too."""
    for name in (*PAGES, "CONTRIBUTING.md", "SECURITY.md"):
        path = ROOT / name
        text = path.read_text(encoding="utf-8")
        links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", text)
        links += re.findall(r'(?:src|srcset)="([^"]+)"', text)
        assert [link for link in links if not (path.parent / link).exists()] == [], name


def test_the_anchors_are_there() -> None:
    """Those of GitHub, which reads them off the headings as the site does."""
    for name in (*PAGES, "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"):
        path = ROOT / name
        links = re.findall(r"\]\(([^):#]*\.md)?#([^)]+)\)", path.read_text(encoding="utf-8"))
        found = [(path.parent / page if page else path, anchor) for page, anchor in links]
        assert [anchor for page, anchor in found if anchor not in _anchors(page)] == [], name


@cache
def _anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
