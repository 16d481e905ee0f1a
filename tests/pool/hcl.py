"""A module of OpenTofu as a plan sees it: its variables set, its blocks and expressions worked out.

Knows as much of the language as `examples/terraform` uses, and fails on the rest. The text is read
by python-hcl2.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import hcl2
from lark import Token, Tree

Scope = Mapping[str, Any]
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "&&": lambda a, b: a and b,
    "||": lambda a, b: a or b,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "concat": lambda *lists: [item for values in lists for item in values],
    "contains": lambda values, item: item in values,
    "distinct": lambda values: list(dict.fromkeys(values)),
    "endswith": lambda text, end: text.endswith(end),
    "flatten": lambda lists: [item for values in lists for item in values],
    "keys": lambda table: sorted(table),
    "length": len,
    "split": lambda mark, text: text.split(mark),
    "lookup": lambda table, key, default: table.get(key, default),
    "toset": sorted,
    "values": lambda table: [table[key] for key in sorted(table)],
}


class Reference(str):
    """An attribute of a resource, which only AWS knows."""

    __slots__ = ()


class Module:
    """`resources` are by their addresses, `outputs` by their names; both have values."""

    def __init__(self, folder: Path, variables: Mapping[str, Any]) -> None:
        blocks = [
            block for file in sorted(folder.glob("*.tf")) for block in _blocks(_body(_parse(file)))
        ]
        self.variables = {labels[0]: body for kind, labels, body in blocks if kind == "variable"}
        unknown = set(variables) - set(self.variables)
        assert not unknown, unknown
        values = {
            name: variables[name] if name in variables else _attributes(body, {})["default"]
            for name, body in self.variables.items()
        }
        self._scope: dict[str, Any] = {"var": values, "local": {}}
        for _, _, body in [block for block in blocks if block[0] == "locals"]:
            for name, expression in _expressions(body):
                self._scope["local"][name] = _value(expression, self._scope)
        for _, labels, body in [block for block in blocks if block[0] == "variable"]:
            self._validate(labels[0], body)
        self.resources: dict[str, dict[str, Any]] = {}
        for _, (kind, name), body in [block for block in blocks if block[0] == "resource"]:
            self.resources |= self._instances(kind, name, body)
        self.outputs = {
            labels[0]: _attributes(body, self._scope)["value"]
            for kind, labels, body in blocks
            if kind == "output"
        }

    def _validate(self, name: str, body: Tree[Token]) -> None:
        for kind, _, inner in _blocks(body):
            assert kind == "validation"
            rule = _attributes(inner, self._scope)
            if not rule["condition"]:
                raise ValueError(f"{name}: {rule['error_message']}")

    def _instances(self, kind: str, name: str, body: Tree[Token]) -> dict[str, dict[str, Any]]:
        repeat = {key: _value(tree, self._scope) for key, tree in _expressions(body) if key in META}
        if "for_each" in repeat:
            pairs = _pairs(repeat["for_each"])
            scopes = {
                f"{kind}.{name}[{key}]": {**self._scope, "each": {"key": key, "value": value}}
                for key, value in pairs
            }
        else:
            count = repeat.get("count", 1)
            scopes = {f"{kind}.{name}": self._scope} if count else {}
        return {address: _read_body(body, scope) for address, scope in scopes.items()}


META = ("for_each", "count")


@cache  # each test sets other variables of the same files; the tree is only read
def _parse(file: Path) -> Tree[Token]:
    tree: Tree[Token] = hcl2.parses_to_tree(file.read_text(encoding="utf-8"))
    return tree


def _trees(tree: Tree[Token]) -> list[Tree[Token]]:
    return [
        item
        for item in tree.children
        if isinstance(item, Tree) and item.data != "new_line_or_comment"
    ]


def _body(tree: Tree[Token]) -> Tree[Token]:
    [body] = [item for item in _trees(tree) if item.data == "body"]
    return body


def _blocks(body: Tree[Token]) -> Iterator[tuple[str, list[str], Tree[Token]]]:
    for block in _trees(body):
        if block.data == "block":
            kind, *labels = [item for item in _trees(block) if item.data != "body"]
            yield _word(kind), [_value(label, {}) for label in labels], _body(block)


def _expressions(body: Tree[Token]) -> Iterator[tuple[str, Tree[Token]]]:
    for item in _trees(body):
        if item.data == "attribute":
            name, expression = _trees(item)
            yield _word(name), expression


def _attributes(body: Tree[Token], scope: Scope) -> dict[str, Any]:
    return {
        name: _value(tree, scope)
        for name, tree in _expressions(body)
        if name not in ("type", "description")
    }


def _read_body(body: Tree[Token], scope: Scope) -> dict[str, Any]:
    """What is null is left out, and a block is a list of its occurrences."""
    found: dict[str, Any] = {
        name: value
        for name, tree in _expressions(body)
        if name not in (*META, "depends_on")
        if (value := _value(tree, scope)) is not None
    }
    for kind, labels, inner in _blocks(body):
        if kind == "dynamic":
            found.setdefault(labels[0], []).extend(_dynamic(labels[0], inner, scope))
        else:
            found.setdefault(kind, []).append(_read_body(inner, scope))
    return {name: value for name, value in found.items() if value != []}


def _dynamic(label: str, body: Tree[Token], scope: Scope) -> Iterator[dict[str, Any]]:
    [(_, repeat)] = _expressions(body)
    [(_, _, content)] = _blocks(body)
    for key, value in _pairs(_value(repeat, scope)):
        yield _read_body(content, {**scope, label: {"key": key, "value": value}})


def _pairs(values: Any) -> list[tuple[Any, Any]]:
    if isinstance(values, dict):
        return sorted(values.items())
    return [(value, value) for value in values]


def _word(tree: Tree[Token]) -> str:
    return str(tree.children[0])


def _value(tree: Tree[Token], scope: Scope) -> Any:
    reader = _READERS[str(tree.data)]
    return reader(tree, _trees(tree), scope)


def _literal(tree: Tree[Token], parts: list[Tree[Token]], scope: Scope) -> Any:
    return {"true": True, "false": False, "null": None}[_word(tree)]


def _text(tree: Tree[Token], parts: list[Tree[Token]], scope: Scope) -> str:
    pieces = []
    for part in parts:
        inner = part.children[0]
        if isinstance(inner, Tree):
            pieces += [str(_value(_trees(inner)[0], scope))]
        else:
            pieces += [str(inner)]
    return "".join(pieces)


def _attribute(tree: Tree[Token], parts: list[Tree[Token]], scope: Scope) -> Any:
    value = _value(parts[0], scope)
    name = _word(_trees(parts[1])[0])
    return Reference(f"{value}.{name}") if isinstance(value, Reference) else value[name]


def _name(tree: Tree[Token], parts: list[Tree[Token]], scope: Scope) -> Any:
    name = _word(tree)
    return Reference(name) if name.startswith("aws_") else scope[name]


def _binary(tree: Tree[Token], parts: list[Tree[Token]], scope: Scope) -> Any:
    sign, right = _trees(parts[1])
    return _OPERATORS[_word(sign)](_value(parts[0], scope), _value(right, scope))


def _condition(tree: Tree[Token], parts: list[Tree[Token]], scope: Scope) -> Any:
    return _value(parts[1] if _value(parts[0], scope) else parts[2], scope)


def _call(tree: Tree[Token], parts: list[Tree[Token]], scope: Scope) -> Any:
    arguments = [_value(item, scope) for item in _trees(parts[1])]
    return _FUNCTIONS[_word(parts[0])](*arguments)


def _for(tree: Tree[Token], parts: list[Tree[Token]], scope: Scope) -> list[Any]:
    name, values = _trees(parts[0])
    scopes = ({**scope, _word(name): item} for item in _value(values, scope))
    conditions = [_trees(part)[0] for part in parts[2:]]
    return [
        _value(parts[1], inner)
        for inner in scopes
        if all(_value(condition, inner) for condition in conditions)
    ]


def _table(tree: Tree[Token], parts: list[Tree[Token]], scope: Scope) -> dict[str, Any]:
    assert not parts, "only the empty object, as a default"
    return {}


_READERS: dict[str, Callable[[Tree[Token], list[Tree[Token]], Scope], Any]] = {
    "expr_term": lambda tree, parts, scope: _value(parts[0], scope),
    "literal_value": _literal,
    "int_lit": lambda tree, parts, scope: int(_word(tree)),
    "string": _text,
    "identifier": _name,
    "get_attr_expr_term": _attribute,
    "index_expr_term": lambda tree, parts, scope: _value(parts[0], scope)[
        _value(_trees(parts[1])[0], scope)
    ],
    "tuple": lambda tree, parts, scope: [_value(part, scope) for part in parts],
    "object": _table,
    "unary_op": lambda tree, parts, scope: not _value(parts[0], scope),
    "binary_op": _binary,
    "conditional": _condition,
    "function_call": _call,
    "for_tuple_expr": _for,
}
