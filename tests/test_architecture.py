"""The architecture, read from the source: floors, doors, clocks, sizes. Each failure lists every
place that breaks its rule."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import cognito_gate

ROOT = Path(__file__).parent.parent / "cognito_gate"

# A module imports from strictly lower floors only. A name that ends in "." stands for a package.
FLOORS: list[set[str]] = [
    {
        *("_gate.__init__", "_gate.flows.__init__", "_gate.protocol.__init__"),
        *("_gate.sessions.__init__", "_sign_in.__init__"),
    },
    {
        *("errors", "events._request", "identity", "settings.formats"),
        "settings.header_budgets",
        *("_gate.protocol.strict_json", "_gate.protocol.oauth_messages"),
        "_gate.protocol.encryption",
    },
    {"_extras", "events._sign_in_pages", "settings.domains"},
    {
        *("events.__init__", "_gate.protocol.public_keys", "_gate.protocol.signing"),
        "settings.env_file",
        *("settings.identity_headers", "settings.proxies", "settings.stores"),
        *("settings.toml_lines", "settings.unknown_variables"),
    },
    {"settings.rule_values"},
    {"settings.rules"},
    {
        *("cli.app_names", "cli.import_errors", "cli.listen", "cli.process"),
        *("cli.server_options", "cli.web_sockets"),
    },
    {
        *("settings.checks", "settings.endpoints", "settings.operator_checks"),
        *("settings.page_checks", "settings.reading", "settings.rule_order"),
    },
    {"settings.rule_combinations", "settings.rules_file"},
    {"settings.combined"},
    {"settings.parsers"},
    {"_gate.messages", "_gate.records", "_gate.target", "settings.__init__"},
    {"_gate.effects"},
    {"_sign_in.records"},
    {"_gate.catalog", "_gate.store", "_sign_in.cognito_api_answers", "_sign_in.error_places"},
    {
        "_gate.protocol.",
        *("_sign_in.cognito_api", "_sign_in.error_messages"),
        *("_sign_in.password_policy", "_sign_in.rate_limiter", "_sign_in.recall"),
        *("_sign_in.srp", "_sign_in.totp"),
    },
    {"_gate.store_keys"},
    {"_gate.store_messages"},
    {"_gate.appearance", "_sign_in.cognito_api_passkeys", "_sign_in.form_body"},
    {"_gate.catalog_files"},
    {"_gate.languages"},
    {"_sign_in.views"},
    {
        *("_gate.cookie_kinds", "_gate.request_ids", "_gate.revocations", "_gate.rule_table"),
        "_gate.sessions.interface",
    },
    {"_gate.rule_decisions", "_gate.shown_cookies"},
    {"_gate.authorization"},
    {
        *("_gate.sessions.cookie_sessions", "_gate.sessions.local_copies"),
        *("_gate.sessions.stored_session", "_gate.shared_revocations", "_gate.idle_cookie"),
        "_gate.kept_forms",
    },
    {"_gate.shared", "_sign_in.shared_rate_limiter"},
    {"_gate.sessions.stored_list"},
    {"_gate.sessions.store_sessions"},
    {"_gate.sessions.large_sessions", "_gate.sessions.store_idle"},
    {"_gate.context"},
    {"_gate.exchange", "_gate.store_parts"},
    {
        *("_gate.flows.token_trust", "_gate.flows.login_cookies", "_gate.flows.refresh_record"),
        *("_gate.flows.return_cookie", "_gate.flows.session_end", "_gate.flows.token_revocation"),
        *("_gate.gate_pages", "_sign_in.context", "_sign_in.challenge_cookie"),
    },
    {"_gate.session_page", "_gate.resume_page", "_gate.flows.who", "_gate.finishing"},
    {
        *("_gate.flows.idle_timeout", "_gate.flows.verified_session", "_sign_in.accounting"),
        "_sign_in.devices",
    },
    {"_gate.flows.refresh", "_gate.flows.establish", "_sign_in.rate_limits"},
    {"_sign_in.resend"},
    {"_sign_in.forms", "_sign_in.fields", "_sign_in.password"},
    {
        *("_gate.flows.login", "_gate.flows.callback", "_gate.flows.session"),
        "_gate.flows.operations",
        *("_gate.flows.bearer", "_gate.flows.logout", "_gate.flows.revoke", "_sign_in.next_page"),
    },
    {"_gate.flows.step_up", "_gate.flows.forward_auth", "_gate.flows.keep_form"},
    {
        *("_sign_in.page", "_gate.flows.error_responses", "_gate.flows.own_sessions"),
        *("_sign_in.choice", "_gate.flows.client_script"),
    },
    {"_gate.flows.rule_refusals", "_gate.flows.resume"},
    {"_gate.flows.unsent_form"},
    {"_sign_in.passkeys"},
    {"_sign_in.sign_in", "_sign_in.sign_up", "_sign_in.challenge", "_sign_in.reset"},
    {"_sign_in.account"},
    {"_sign_in.routes"},
    {"_gate.custom_login", "_gate.cached_decisions", "_gate.routes"},
    {"_gate.gate"},
    {"_metrics", "_sign_in_log"},
    {
        *("_background", "_driver.__init__", "_driver.breaker", "_driver.shared_calls"),
        *(
            "_driver.stores.__init__",
            "_driver.stores.interface",
            "_driver.workers",
            "_listening",
            "_driver.loops",
        ),
    },
    {"_audit_losses", "_driver.calls", "_driver.stores.sqlite_file", "_on_event"},
    {"_audit_log"},
    {"_driver.fleet_calls", "_driver.store_calls"},
    {"_driver.stores.redis_scripts", "_driver.stores.sqlite"},
    {"_driver.stores.dynamodb", "_driver.stores.redis"},
    {"_driver.stores.opening", "_metrics_extra"},
    {"_driver.connections"},
    {"_driver.loading"},
    {
        "_driver.event_loop",
        "_driver.threads",
        "_websocket",
        "_lifespan",
        "_starlette_user",
        "_app_headers",
        "_lambda_event",
        "_preflight",
    },
    {"_asgi_request", "_asgi_scope", "_delivery"},
    {"asgi", "wsgi"},
    {
        *(
            "integrations.",
            "demo.",
            "cli.alone",
            "cli.banner",
            "cli.env_files",
            "cli.rules_explained",
        ),
        *("migrate.", "pool."),
    },
    {"doctor."},
    {"", "cli.demo_parts", "cli.serve", "cli.stored_sessions", "cli.worker_store"},
    {"cli.local_commands", "testing"},
    {
        *("cli.secret_command", "cli.migrate_command", "cli.rules_command"),
        "cli.sessions_command",
    },
    {"cli.__init__"},
    {"__main__"},
]
# They import within a function, and say why: lazily for a library that takes its time (`_driver.`,
# `_gate.`, `pool.aws`), because every test run loads them (`testing`), or because a library comes
# with an extra that others of their kind do without.
LATE = {
    *("_asgi_scope", "_delivery", "_metrics_extra"),
    *("__main__", "cli.local_commands", "local.pages", "pool.template"),
    *("", "testing", "pool.aws", "_driver.loading", "_driver.stores.opening"),
    *("_gate.custom_login", "_gate.languages", "_gate.store_parts", "_sign_in.context"),
    *("_gate.protocol.jwks", "_gate.protocol.oauth", "_gate.protocol.seal", "settings.env_file"),
    *("_gate.authorization", "_gate.context", "_gate.gate", "_gate.routes"),
    "_gate.protocol.pages",
    *("_gate.flows.token_trust", "_gate.flows.unsent_form"),
    *("settings.checks", "settings.combined", "settings.parsers", "settings.unknown_variables"),
}
# Families whose members may import each other (never in a circle); `local` stands apart.
FAMILIES = ("demo.", "doctor.", "integrations.", "local.", "migrate.", "pool.")

# The only modules that start the local Cognito.
STARTERS = ("cli.demo_parts", "cli.local_commands", "cli.__init__", "testing")

DOORS: dict[str, set[str]] = {
    "authlib": {"_gate.protocol.oauth_messages"},
    "joserfc": {"_gate.protocol.public_keys", "local."},
    "itsdangerous": {"_gate.protocol.signing"},
    "cryptography": {
        *("_gate.protocol.encryption", "_gate.protocol.public_keys"),
        *("_sign_in.form_body", "local."),
    },
    "jinja2": {"_sign_in.views", "demo.", "local.", "pool.template"},
    "segno": {"_sign_in.totp"},
    "dotenv": {"settings.env_file"},
    "starlette": {
        "_asgi_request",
        "_asgi_scope",
        "_lifespan",
        "_preflight",
        "_starlette_user",
        "_websocket",
        "asgi",
        "cli.alone",
        "cli.demo_parts",
        "cli.web_sockets",
        "integrations.",
        "demo.",
        "local.",
        "testing",
    },
    "httpx": {"_driver.", "asgi", "wsgi", "testing", "local."},
    "boto3": {"_driver.stores.dynamodb", "pool.aws"},
    "redis": {"_driver.stores.redis"},
    "sqlite3": {"_driver.stores."},
    "prometheus_client": {"_metrics"},
    "botocore": {"_driver.stores.dynamodb", "pool.aws"},
    "click": {
        *(
            "cli.__init__",
            "cli.local_commands",
            "cli.server_options",
            "cli.secret_command",
            "cli.migrate_command",
            "cli.rules_command",
            "cli.sessions_command",
            "pool._flags",
            "pool.output",
            "pool.commands",
            "doctor.command",
        ),
        *("pool.stack_commands", "pool.env_command", "pool._command_parts", "pool.talk"),
    },
    "uvicorn": {
        "cli.__init__",
        "cli.alone",
        "cli.serve",
        "cli.process",
        "cli.server_options",
        "testing",
        "local.",
    },
    "secrets": {
        *(
            "_driver.breaker",
            "_driver.fleet_calls",
            "_gate.gate",
            "cli.__init__",
            "cli.local_commands",
            "demo.",
            "local.",
            "testing",
        ),
        *("doctor.command", "pool._command_parts"),
    },
    "random": {"local."},
    "uuid": {"local.", "testing"},
}
ASYNC = {
    "_asgi_request",
    "asgi",
    "_driver.",
    "_lifespan",
    "_listening",
    "_preflight",
    "_websocket",
    "integrations.",
    "demo.",
    "local.",
    "testing",
}
CLOCKS = {
    "time.time": {
        "cli.stored_sessions",
        *("asgi", "wsgi", "cli.process", "cli.serve", "cli.__init__", "demo.", "local.", "testing"),
        *("_driver.fleet_calls", "_driver.stores.", "doctor.command"),
    },
    "time.monotonic": {
        *("_background", "wsgi"),
        "_driver.",
        "cli.process",
        "cli.serve",
        "cli.__init__",
        "local.",
        "testing",
    },
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


@cache
def _imported(module: str) -> frozenset[str]:
    """The full names of everything a module imports, wherever it does."""
    found = set()
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, node)
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return frozenset(found)


@cache
def _own(module: str) -> frozenset[str]:
    """The modules of this package that a module imports."""
    found = set()
    for name in _imported(module):
        if name.split(".")[0] != "cognito_gate":
            continue
        inner = name.removeprefix("cognito_gate").removeprefix(".")
        while inner and inner not in FILES and f"{inner}.__init__" not in FILES:
            inner = inner.rpartition(".")[0]
        found.add(inner if inner in FILES else f"{inner}.__init__")
    return frozenset(found - {module})


def _family(module: str) -> str:
    return next((family for family in FAMILIES if module.startswith(family)), "")


def _siblings(module: str, other: str) -> bool:
    return _family(module) != "" and _family(module) == _family(other)


def test_there_is_something_to_read() -> None:
    assert {
        "",
        "asgi",
        "_gate.gate",
        "_gate.protocol.__init__",
        "_gate.protocol.jwt",
        "local.app",
    } <= set(FILES)
    assert _own("_gate.flows.token_trust") >= {
        "_gate.protocol.jwks",
        "_gate.protocol.jwt",
        "_gate.context",
        "errors",
    }


def test_each_module_has_a_floor() -> None:
    """Add a new one to FLOORS."""
    assert [name for name in FILES if _floor(name) is None and not _family(name)] == []


def test_imports_go_strictly_down() -> None:
    upward = [
        f"{module} (floor {_floor(module)}) imports {other} (floor {_floor(other)})"
        for module in FILES
        for other in _own(module)
        if not module.startswith("local.")
        and not other.startswith("local.")
        and not _siblings(module, other)
        and (_floor(other) or 0) >= (_floor(module) or 0)
    ]
    assert upward == []


def test_the_local_cognito_stands_apart() -> None:
    crossing = [
        f"{module} imports {other}"
        for module in FILES
        for other in _own(module)
        if module.startswith("local.") != other.startswith("local.")
        and not (other.startswith("local.") and module in STARTERS)
    ]
    assert crossing == []


def test_only_the_edges_send() -> None:
    senders = {"asgi", "wsgi", "cli.stored_sessions", "doctor.command", "doctor.watch"}
    sending = {"_driver.connections", "_driver.event_loop", "_driver.threads"}
    users = {module for module in FILES if _own(module) & sending and module not in sending}
    assert users <= senders | {"_driver.loading"}


def test_each_library_has_its_door() -> None:
    beside = [
        f"{module} imports {library}"
        for module in FILES
        for library, doors in DOORS.items()
        if any(f"{name}.".startswith(f"{library}.") for name in _imported(module))
        and not _belongs(module, doors)
    ]
    assert beside == []


def test_no_import_goes_in_a_circle() -> None:
    left = {module: _own(module) for module in FILES}
    while left:
        free = {module for module, needs in left.items() if not needs & left.keys()}
        assert free, f"these import each other in a circle: {sorted(left)}"
        left = {module: needs for module, needs in left.items() if module not in free}


def test_imports_stand_at_the_top() -> None:
    inner = [
        f"{module}:{found.lineno}"
        for module in FILES.keys() - LATE
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for found in ast.walk(node)
        if isinstance(found, ast.Import | ast.ImportFrom)
    ]
    assert inner == []


def test_only_the_edges_wait() -> None:
    kinds = ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith
    waiting = [
        f"{module}:{node.lineno}"
        for module in FILES
        if not _belongs(module, ASYNC)
        for node in ast.walk(_tree(module))
        if isinstance(node, kinds)
    ]
    assert waiting == []


def test_each_flow_that_is_called_is_run() -> None:
    """A flow whose result nobody needs does nothing without `yield from`: a check would be lost."""
    assert [place for module in FILES for place in _lost_flows(module)] == []


def _lost_flows(module: str) -> Iterator[str]:
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            place, _, name = ast.unparse(node.value.func).rpartition(".")
            if name in _flows_of(module.rpartition(".")[2] if place in ("", "self") else place):
                yield f"{module}:{node.lineno} {name}"


@cache
def _flows_of(name: str) -> frozenset[str]:
    """The functions of modules of this name (without its package) that return a flow."""
    return frozenset(
        node.name
        for module in FILES
        if module.rpartition(".")[2] == name
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.FunctionDef) and "Flow[" in ast.unparse(node.returns or node.args)
    )


def test_time_enters_at_the_top() -> None:
    assert [place for module in FILES for place in _clocks(module)] == []


def _clocks(module: str) -> Iterator[str]:
    """Where a module looks at a clock that is not its own to look at."""
    dates = _belongs(module, {"demo.", "local.", "testing"})
    for node in ast.walk(_tree(module)):
        match node:
            case ast.ImportFrom(level=0, module="time", names=names):
                if {alias.name for alias in names} & set(CLOCK_NAMES):
                    yield f"{module}:{node.lineno} imports a clock by its name"
            case ast.Attribute(value=ast.Name(id="time"), attr=name) if name in CLOCK_NAMES:
                if not _belongs(module, CLOCKS.get(f"time.{name}", set())):
                    yield f"{module}:{node.lineno} time.{name}"
            case ast.Attribute(value=ast.Name(id="datetime" | "date"), attr=name):
                if name in ("now", "utcnow", "today") and not dates:
                    yield f"{module}:{node.lineno} {name}"


def test_each_file_opens_by_saying_what_it_is() -> None:
    # errors.py draws its whole tree there.
    silent = [
        module
        for module in FILES
        if not 1 <= len((ast.get_docstring(_tree(module)) or "").splitlines()) <= 6
        and module != "errors"
    ]
    assert silent == []


def test_files_are_short() -> None:
    lengths = {
        name: len(file.read_text(encoding="utf-8").splitlines()) for name, file in FILES.items()
    }
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def test_functions_are_short() -> None:
    assert [place for module in FILES for place in _long_functions(module)] == []


def _long_functions(module: str) -> Iterator[str]:
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            if length > 40:
                yield f"{module}.{node.name}: {length} lines"


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
