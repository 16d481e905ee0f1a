"""The architecture, read from the source: floors, doors, clocks, sizes. Nothing is imported."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import cognito_gate

ROOT = Path(__file__).parent.parent / "cognito_gate"

# A module imports from strictly lower floors only. A name that ends in "." stands for a package.
FLOORS: list[set[str]] = [
    {"errors", "identity", "_checks", "_json", "_listen", "_options", "_private_files", "_process"},
    {"_addresses", "_page_checks", "_parsers", "_reading"},
    {"_messages", "_records", "settings"},
    {"_parts.languages", "_parts.idp_answers"},  # below the pages and calls that speak them
    {"_parts."},
    {"_flows.__init__", "_flows.context"},
    {"_flows.own", "_flows.trust", "_flows.attempts", "_flows.stored", "_flows.pending"},
    {"_flows.verified", "_flows.devices"},
    {"_flows.refresh", "_flows.tries"},
    {"_flows.forms", "_flows.fields", "_flows.password", "_flows.opened"},
    {
        *("_flows.login", "_flows.callback", "_flows.session", "_flows.bearer", "_flows.logout"),
        "_flows.steps",
    },
    {"_flows.own_page", "_flows.refusals", "_flows.first"},
    {"_flows.sign_in", "_flows.sign_up", "_flows.challenge", "_flows.reset"},
    {"_flows.account"},
    {"_flows.own_pages"},
    {"_gate"},
    {"_driver.__init__", "_driver.breaker", "_driver.shared_calls"},
    {"_driver.calls"},
    {"_driver.event_loop", "_driver.threads", "_websocket"},
    {"asgi", "wsgi"},
    {"integrations.", "demo.", "_env", "pool."},
    {"", "_serve"},
    {"_local_commands", "testing"},
    {"_secret_command"},
    {"cli"},
]
# Families whose members may import each other (never in a circle); `local` stands apart.
FAMILIES = ("demo.", "integrations.", "local.", "pool.")

# The only modules that start the local Cognito.
STARTERS = ("_local_commands", "cli", "testing")

DOORS: dict[str, set[str]] = {
    "authlib": {"_parts.oauth"},
    "joserfc": {"_parts.tokens", "_parts.keys", "_flows.trust", "local."},
    "itsdangerous": {"_parts.seal"},
    "cryptography": {"_parts.forms", "_parts.seal", "local."},
    "jinja2": {"_parts.pages", "_parts.screens", "demo.", "local.", "pool.template"},
    "segno": {"_parts.totp"},
    "starlette.config": {"_reading"},
    "starlette": {"_reading", "_websocket", "asgi", "integrations.", "demo.", "local.", "testing"},
    "httpx": {"_driver.", "asgi", "wsgi", "testing", "local."},
    "boto3": {"pool.aws"},
    "botocore": {"pool.aws"},
    "click": {
        *(
            "cli",
            "_local_commands",
            "_options",
            "_secret_command",
            "pool._flags",
            "pool.output",
            "pool.commands",
            "pool.doctor.command",
        ),
        *("pool.stack_commands", "pool.talk"),
    },
    "uvicorn": {"cli", "_serve", "_process", "_options", "testing", "local."},
    "secrets": {
        *("_driver.breaker", "_gate", "cli", "_local_commands", "demo.", "local.", "testing"),
        *("pool.doctor.command", "pool.stack_commands"),
    },
    "random": {"local."},
    "uuid": {"local.", "testing"},
}
ASYNC = {"asgi", "_driver.", "_websocket", "integrations.", "demo.", "local.", "testing"}
CLOCKS = {
    "time.time": {
        *("asgi", "wsgi", "_process", "_serve", "cli", "demo.", "local.", "testing"),
        "pool.doctor.command",
    },
    "time.monotonic": {"wsgi", "_driver.", "_process", "_serve", "cli", "local.", "testing"},
}
CLOCK_NAMES = (
    "time",
    "time_ns",
    "monotonic",
    "monotonic_ns",
    "perf_counter",
    "localtime",
    "gmtime",
)


def _name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return "" if parts == ("__init__",) else ".".join(parts)


FILES = {_name(file): file for file in sorted(ROOT.rglob("*.py"))}
MODULES = pytest.mark.parametrize("module", FILES, ids=lambda name: name or "__init__")


def _belongs(module: str, places: set[str]) -> bool:
    return module in places or any(
        place.endswith(".") and module.startswith(place) for place in places
    )


def _floor(module: str) -> int | None:
    return next((number for number, names in enumerate(FLOORS) if _belongs(module, names)), None)


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text(encoding="utf-8"))


def _absolute(module: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    here = ["cognito_gate", *module.split(".")][: -node.level]
    return ".".join([*here, *filter(None, [node.module])])


def _imported(module: str) -> Iterator[str]:
    """The full names of everything a module imports, wherever it does."""
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, node)
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _own(module: str) -> set[str]:
    """The modules of this package that a module imports."""
    found = set()
    for name in _imported(module):
        if name.split(".")[0] != "cognito_gate":
            continue
        inner = name.removeprefix("cognito_gate").removeprefix(".")
        while inner and inner not in FILES and f"{inner}.__init__" not in FILES:
            inner = inner.rpartition(".")[0]
        found.add(inner if inner in FILES else f"{inner}.__init__")
    return found - {module}


def _family(module: str) -> str:
    return next((family for family in FAMILIES if module.startswith(family)), "")


def test_there_is_something_to_read() -> None:
    assert {"", "asgi", "_gate", "_parts.__init__", "_parts.tokens", "local.app"} <= set(FILES)
    assert _own("_flows.trust") >= {"_parts.keys", "_parts.tokens", "_flows.context", "errors"}


@MODULES
def test_each_module_has_a_floor(module: str) -> None:
    assert _floor(module) is not None or _family(module), (
        f"{module} stands on no floor: add it to FLOORS in tests/test_floors.py"
    )


@MODULES
def test_imports_go_strictly_down(module: str) -> None:
    if module.startswith("local."):
        return
    floor = _floor(module)
    assert floor is not None
    for other in _own(module):
        if _family(module) and _family(module) == _family(other):
            continue
        if other.startswith("local."):
            assert module in STARTERS, f"{module} imports the local Cognito"
            continue
        below = _floor(other)
        assert below is not None
        assert below < floor, f"{module} (floor {floor}) imports {other} (floor {below})"


@MODULES
def test_the_local_cognito_stands_apart(module: str) -> None:
    if module.startswith("local."):
        assert {other for other in _own(module) if not other.startswith("local.")} == set()


def test_only_the_edges_send() -> None:
    senders = {"asgi", "wsgi", "pool.doctor.command", "pool.doctor.watch"}
    assert {
        module for module in FILES if _own(module) & {"_driver.event_loop", "_driver.threads"}
    } <= senders


@MODULES
@pytest.mark.parametrize("library", DOORS)
def test_each_library_has_its_door(module: str, library: str) -> None:
    uses = any(f"{name}.".startswith(f"{library}.") for name in _imported(module))
    assert not uses or _belongs(module, DOORS[library]), f"{module} imports {library}"


def test_no_import_goes_in_a_circle() -> None:
    left = {module: _own(module) for module in FILES}
    while left:
        free = {module for module, needs in left.items() if not needs & left.keys()}
        assert free, f"these import each other in a circle: {sorted(left)}"
        left = {module: needs for module, needs in left.items() if module not in free}


@MODULES
def test_imports_stand_at_the_top(module: str) -> None:
    # Imported in every test run, or lazily, or an extra that takes its time: they say why.
    if module in ("testing", "", "pool.aws"):
        return
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in ast.walk(node):
                assert not isinstance(inner, ast.Import | ast.ImportFrom), inner.lineno


@MODULES
def test_only_the_edges_wait(module: str) -> None:
    kinds = ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith
    waits = [node.lineno for node in ast.walk(_tree(module)) if isinstance(node, kinds)]
    assert not waits or _belongs(module, ASYNC)


@MODULES
def test_time_enters_at_the_top(module: str) -> None:
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ImportFrom) and not node.level and node.module == "time":
            assert not {alias.name for alias in node.names} & set(CLOCK_NAMES), node.lineno
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            continue
        used = f"{node.value.id}.{node.attr}"
        if node.value.id == "time" and node.attr in CLOCK_NAMES:
            assert _belongs(module, CLOCKS.get(used, set())), f"{module}:{node.lineno} {used}"
        if node.value.id in ("datetime", "date") and node.attr in ("now", "utcnow", "today"):
            assert _belongs(module, {"demo.", "local.", "testing"}), f"{module}:{node.lineno}"


@MODULES
def test_each_file_opens_by_saying_what_it_is(module: str) -> None:
    text = ast.get_docstring(_tree(module))
    assert text
    # errors.py draws its whole tree there.
    assert len(text.splitlines()) <= (6 if module != "errors" else 30)


@MODULES
def test_files_are_short(module: str) -> None:
    assert len(FILES[module].read_text(encoding="utf-8").splitlines()) <= 300


@MODULES
def test_functions_are_short(module: str) -> None:
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if body:
                length = (body[-1].end_lineno or 0) - body[0].lineno + 1
                assert length <= 40, f"{module}.{node.name} has {length} lines"


def test_the_public_names() -> None:
    """What is listed is what type checkers see and what Python gives, each with a docstring."""
    assert cognito_gate.__all__ == sorted(cognito_gate.__all__)
    typed = {
        alias.asname
        for node in ast.walk(_tree(""))
        if isinstance(node, ast.ImportFrom) and node.level
        for alias in node.names
    }
    assert typed == set(cognito_gate.__all__) == set(dir(cognito_gate)) & typed
    for name in cognito_gate.__all__:
        assert getattr(cognito_gate, name).__doc__
    with pytest.raises(AttributeError, match="nothing"):
        _ = cognito_gate.nothing


def test_a_typed_package() -> None:
    assert (ROOT / "py.typed").is_file()
