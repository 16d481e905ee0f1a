"""Finds the places where an app uses flask-cognito-lib, and says what each becomes.

Knows how such apps are written; the advice is in flask_advice.py. Must not import or change them.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from . import flask_advice as advice
from .source import Module, Place, Template, key_read, last_name, read, text_of

LIBRARY = "flask_cognito_lib"
_ROUTES = ("route", "get", "post", "put", "patch", "delete")
_HANDLERS = ("errorhandler", "app_errorhandler", "register_error_handler")
_TOKEN = "get_token_from"
_VARIABLE = re.compile(r"AWS_COGNITO_[A-Z_]+|SECRET_KEY")
_IN_TEMPLATE = re.compile(
    r"session(?:\.|\[['\"]|\.get\(['\"])(claims|user_info)|url_for\(\s*['\"]([\w.]+)['\"]"
)


@dataclass(frozen=True, slots=True)
class Report:
    """All places, and the paths that everybody may open today."""

    places: tuple[Place, ...]
    public: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Names:
    """What the code base calls things: per module the names that come from the library, and over
    all modules its views and blueprints."""

    local: dict[str, dict[str, str]]
    views: dict[str, str]
    blueprints: frozenset[str]


def find(root: Path) -> Report:
    """Look through a folder or file."""
    parts = list(read(root))
    modules = [part for part in parts if isinstance(part, Module)]
    places = [part for part in parts if isinstance(part, Place)]
    names = _names(modules)
    if not any(names.local.values()):
        return Report(tuple(places), ())
    public: list[str] = []
    for module in modules:
        places += _in_module(module, names)
        public += (path for path, plain in _public_paths(module, names) if plain)
    for part in parts:
        if isinstance(part, Template):
            places += _in_template(part, names)
    return Report(tuple(sorted(set(places))), (*dict.fromkeys(public), "/static/*"))


# Names


def _names(modules: list[Module]) -> _Names:
    direct = {module.name for module in modules if _imported(module, frozenset())}
    local = {module.file: _imported(module, frozenset(direct)) for module in modules}
    views, blueprints = {}, set()
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for name in (_known(item, local[module.file]) for item in node.decorator_list):
                    if name in advice.DECORATORS:
                        views[node.name] = name
            if isinstance(node, ast.Assign) and _is_call(node.value, "Blueprint"):
                blueprints |= {last_name(target) for target in node.targets}
    return _Names(local, views, frozenset(blueprints))


def _imported(module: Module, direct: frozenset[str]) -> dict[str, str]:
    """Local names -> the library's own; `direct` are the app's modules that import from it."""
    names: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom):
            source = node.module or ""
            ours = source.split(".")[-1] in direct and not source.startswith("cognito_gate")
            if source.split(".")[0] == LIBRARY:
                names |= {item.asname or item.name: item.name for item in node.names}
            elif ours:
                names |= {
                    item.asname or item.name: item.name
                    for item in node.names
                    if item.name in (*advice.DECORATORS, "auth_required")
                }
        elif isinstance(node, ast.Import):
            for item in node.names:
                if item.name.split(".")[0] == LIBRARY:
                    names[item.asname or LIBRARY] = LIBRARY
    return {**names, **_extensions(module, names)}


def _extensions(module: Module, names: dict[str, str]) -> dict[str, str]:
    """Variables that hold a CognitoAuth."""
    return {
        last_name(target): "cognito_auth"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        if _known(node.value, names) == "CognitoAuth"
        for target in node.targets
    }


def _known(node: ast.AST, names: dict[str, str]) -> str:
    """The library's name of what an expression is or calls; empty when it is not the library's."""
    match node:
        case ast.Call(func=function):
            return _known(function, names)
        case ast.Name(id=name):
            return names.get(name, "")
        case ast.Attribute(value=ast.Attribute() | ast.Name() as value, attr=name):
            return name if _root(value, names) == LIBRARY else ""
    return ""


def _root(node: ast.AST, names: dict[str, str]) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return names.get(last_name(node), "")


def _is_call(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and last_name(node.func) == name


# Places


def _in_module(module: Module, names: _Names) -> Iterator[Place]:
    local = names.local[module.file]
    for node in ast.walk(module.tree):
        found = (
            *_imports(node),
            *_decorators(node, local),
            *_calls(node, local, names.views),
            *_session(node),
            *_settings(node),
        )
        for line, what, change in found:
            yield Place(module.file, line, what, change)
    yield from _public_views(module, names)


_Found = Iterator[tuple[int, str, str]]


def _imports(node: ast.AST) -> _Found:
    match node:
        case ast.ImportFrom(module=str(source)) if source.split(".")[0] == LIBRARY:
            errors = source.endswith(".exceptions")
            change = advice.IMPORT_ERRORS if errors else advice.IMPORT
            yield node.lineno, f"from {source} import ...", change
        case ast.Import(names=items) if any(item.name.split(".")[0] == LIBRARY for item in items):
            yield node.lineno, ast.unparse(node), advice.IMPORT


def _decorators(node: ast.AST, local: dict[str, str]) -> _Found:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    for item in node.decorator_list:
        name = _known(item, local)
        what = f"@{ast.unparse(item)} on {node.name}()"
        if name in advice.DECORATORS:
            yield item.lineno, what, advice.DECORATORS[name]
        elif name == "auth_required":
            yield item.lineno, what, _guard(item)


def _guard(decorator: ast.expr) -> str:
    """What becomes of `auth_required`, with its groups by name."""
    given = (
        {}
        if not isinstance(decorator, ast.Call)
        else {
            **dict(zip(("groups", "any_group"), decorator.args, strict=False)),
            **{str(keyword.arg): keyword.value for keyword in decorator.keywords},
        }
    )
    if "groups" not in given:
        return advice.NO_GROUPS
    words = ", ".join(f"{name}={_source(value)}" for name, value in given.items())
    return f"{advice.GROUPS}\n@auth_required({words})"


def _source(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if '"' in text else text.replace("'", '"')


def _calls(node: ast.AST, local: dict[str, str], views: dict[str, str]) -> _Found:
    if isinstance(node, ast.Attribute) and local.get(last_name(node.value)) == "cognito_auth":
        change = advice.SET_UP if node.attr == "init_app" else advice.METHOD
        yield node.lineno, ast.unparse(node), change
    if not isinstance(node, ast.Call):
        return
    name, what = _known(node, local), ast.unparse(node.func)
    first = node.args[0] if node.args else None
    if name == "CognitoAuth":
        yield node.lineno, f"{what}(...)", advice.SET_UP
    if name.startswith(_TOKEN):
        yield node.lineno, f"{what}(...)", advice.TOKEN
    if last_name(node.func) in _HANDLERS and first is not None and _known(first, local):
        change = advice.ERRORS.get(_known(first, local), advice.OTHER_ERROR)
        yield node.lineno, f"{what}({ast.unparse(first)})", change
    view = (text_of(first) or "").split(".")[-1]
    if last_name(node.func) == "url_for" and view in views:
        yield node.lineno, ast.unparse(node), advice.URL_FOR[views[view]]


def _session(node: ast.AST) -> _Found:
    found = key_read(node)
    if found is None or last_name(found[0]) != "session" or found[1] not in advice.SESSION:
        return
    change = advice.SESSION[found[1]]
    if isinstance(node, ast.Compare):
        change = advice.IN_SESSION
    yield node.lineno, ast.unparse(node), change  # type: ignore[attr-defined]  # all are expressions


def _settings(node: ast.AST) -> _Found:
    for name, line in _setting_names(node):
        if _VARIABLE.fullmatch(name):
            yield line, f"the setting {name}", advice.SETTINGS.get(name, advice.SETTING)


def _setting_names(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Names under which Flask's configuration may hold a value; those of `os.environ` stay."""
    found = key_read(node)
    if found is not None and last_name(found[0]) == "config":
        yield found[1], node.lineno  # type: ignore[attr-defined]  # all are expressions
    match node:
        case ast.keyword(arg=str(name)):
            yield name, node.lineno
        case ast.Dict(keys=keys):
            yield from ((text_of(key) or "", node.lineno) for key in keys)
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            yield name, node.lineno
        case ast.Assign(targets=[ast.Attribute(attr="secret_key")]):
            yield "SECRET_KEY", node.lineno


# Views that are public today


def _routes(module: Module, names: _Names) -> Iterator[tuple[ast.Call, str, bool]]:
    """The routes of views without a decorator of the library: path, and whether a blueprint's."""
    local = names.local[module.file]
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if any(_known(item, local) for item in node.decorator_list):
            continue
        for item in node.decorator_list:
            match item:
                case ast.Call(func=ast.Attribute(value=base, attr=method), args=[first, *_]):
                    path = text_of(first)
                    if method in _ROUTES and path is not None and path.startswith("/"):
                        yield item, path, last_name(base) in names.blueprints


def _public_views(module: Module, names: _Names) -> Iterator[Place]:
    for call, path, blueprint in _routes(module, names):
        change = advice.PUBLIC.format(path=path)
        change += advice.PUBLIC_PATTERN if "<" in path else ""
        change += advice.PUBLIC_BLUEPRINT if blueprint else ""
        yield Place(module.file, call.lineno, f"@{ast.unparse(call)}", change)


def _public_paths(module: Module, names: _Names) -> Iterable[tuple[str, bool]]:
    """Paths, and whether they can be used as they are."""
    for _, path, blueprint in _routes(module, names):
        yield path, not blueprint and "<" not in path


# Templates


def _in_template(template: Template, names: _Names) -> Iterator[Place]:
    for number, line in enumerate(template.lines, 1):
        for match in _IN_TEMPLATE.finditer(line):
            key, endpoint = match.groups()
            view = names.views.get((endpoint or "").split(".")[-1])
            if key:
                change = advice.SESSION[key]
                yield Place(template.file, number, f"session {key}", change + advice.IN_TEMPLATES)
            elif view:
                yield Place(template.file, number, match[0] + ")", advice.URL_FOR[view])
