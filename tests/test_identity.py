"""What the wrapped app sees: properties over verified claims, and claims that cannot change."""

import copy
import json
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from cognito_gate.identity import NO_CLAIMS, Identity, freeze
from tests.parts.made import ACCESS, GONE, ID, changed


def identity(access: dict[str, Any] | None = None, id_: dict[str, Any] | None = None) -> Identity:
    return Identity(
        freeze(changed(ACCESS, access or {})), freeze(changed(ID, id_ or {})), "a.b.c", "d.e.f"
    )


def test_a_person() -> None:
    who = identity()
    assert who.sub == ACCESS["sub"]
    assert who.username == "ada"
    assert who.email == "ada@example.com"
    assert who.email_verified is True
    assert who.groups == ("admin", "staff")
    assert who.scopes == ("openid", "email")
    assert who.auth_time == ACCESS["auth_time"]
    assert who.expires_at == ACCESS["exp"]
    assert who.is_machine is False
    assert who.permissions == ("authenticated", "openid", "email", "group:admin", "group:staff")
    assert (who.access_token, who.id_token) == ("a.b.c", "d.e.f")


def test_a_machine() -> None:
    gone = dict.fromkeys(("username", "cognito:groups", "auth_time", "scope"), GONE)
    who = Identity(freeze(changed(ACCESS, gone)))
    assert who.is_machine is True
    assert who.username is None
    assert who.email is None
    assert who.email_verified is False
    assert who.groups == ()
    assert who.scopes == ()
    assert who.auth_time is None
    assert who.permissions == ("authenticated",)
    assert who.id_claims == {}
    assert (who.access_token, who.id_token) == ("", "")


def test_the_username_of_an_id_token() -> None:
    assert identity({"username": GONE}, {"cognito:username": "grace"}).username == "grace"


@pytest.mark.parametrize(
    ("value", "verified"),
    [
        (True, True),
        ("true", True),
        (False, False),
        ("false", False),
        ("", False),
        (None, False),
        (0, False),
        (1, False),
        ("True", False),
        ("yes", False),
        ([], False),
        (["true"], False),
        (GONE, False),
    ],
)
def test_a_verified_address(value: Any, verified: bool) -> None:
    assert identity(None, {"email_verified": value}).email_verified is verified


@pytest.mark.parametrize("groups", [GONE, None, []])
def test_no_groups(groups: Any) -> None:
    assert identity({"cognito:groups": groups}).groups == ()


@pytest.mark.parametrize(("scope", "scopes"), [("", ()), ("  a   b ", ("a", "b")), (None, ())])
def test_scopes(scope: Any, scopes: tuple[str, ...]) -> None:
    assert identity({"scope": scope}).scopes == scopes


@pytest.mark.parametrize(
    "scope", ["group:admin", "openid group:admin", "group:admin group:admin", "group: group:staff"]
)
@pytest.mark.parametrize("groups", [GONE, [], ["readers"]])
def test_a_scope_does_not_pass_for_a_group(scope: str, groups: Any) -> None:
    held = identity({"scope": scope, "cognito:groups": groups}).permissions
    named = [name for name in held if name.startswith("group:")]
    assert named == (["group:readers"] if groups == ["readers"] else [])
    assert ("openid" in held) == ("openid" in scope)


def test_a_group_stays_one_beside_such_a_scope() -> None:
    who = identity({"scope": "group:admin api/group:x", "cognito:groups": ["admin"]})
    assert who.permissions == ("authenticated", "api/group:x", "group:admin")
    assert who.scopes == ("group:admin", "api/group:x")  # as Cognito says them


def test_no_token_is_shown() -> None:
    assert "a.b.c" not in repr(identity())
    assert "d.e.f" not in repr(identity())


def test_an_identity_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        identity().access_token = "other"  # type: ignore[misc]


NESTED: dict[str, Any] = {"a": 1, "list": ["x", {"deep": [1]}], "dict": {"b": {"c": 2}}}

DICT_CHANGES: dict[str, Callable[[Any], object]] = {
    "set": lambda claims: claims.__setitem__("a", 2),
    "delete": lambda claims: claims.__delitem__("a"),
    "or": lambda claims: claims.__ior__({"a": 2}),
    "update": lambda claims: claims.update(a=2),
    "pop": lambda claims: claims.pop("a"),
    "popitem": lambda claims: claims.popitem(),
    "setdefault": lambda claims: claims.setdefault("new", 2),
    "clear": lambda claims: claims.clear(),
}
LIST_CHANGES: dict[str, Callable[[Any], object]] = {
    "set": lambda items: items.__setitem__(0, 2),
    "delete": lambda items: items.__delitem__(0),
    "add": lambda items: items.__iadd__([2]),
    "multiply": lambda items: items.__imul__(2),
    "append": lambda items: items.append(2),
    "extend": lambda items: items.extend([2]),
    "insert": lambda items: items.insert(0, 2),
    "pop": lambda items: items.pop(),
    "remove": lambda items: items.remove("x"),
    "reverse": lambda items: items.reverse(),
    "sort": lambda items: items.sort(),
    "clear": lambda items: items.clear(),
}


@pytest.mark.parametrize("change", DICT_CHANGES.values(), ids=DICT_CHANGES)
def test_claims_cannot_change(change: Callable[[Any], object]) -> None:
    frozen = freeze(NESTED)
    for claims in (frozen, frozen["dict"], frozen["dict"]["b"], frozen["list"][1], NO_CLAIMS):
        with pytest.raises(TypeError, match="read-only"):
            change(claims)
    assert frozen == NESTED


@pytest.mark.parametrize("change", LIST_CHANGES.values(), ids=LIST_CHANGES)
def test_lists_in_claims_cannot_change(change: Callable[[Any], object]) -> None:
    frozen = freeze(NESTED)
    for items in (frozen["list"], frozen["list"][1]["deep"]):
        with pytest.raises(TypeError, match="read-only"):
            change(items)
    assert frozen == NESTED


def test_a_frozen_value_is_a_copy() -> None:
    source = copy.deepcopy(NESTED)
    frozen = freeze(source)
    source["a"] = 2
    source["list"].append("y")
    source["list"][1]["deep"].append(2)
    source["dict"]["b"]["c"] = 3
    assert frozen == NESTED


def test_what_all_tokens_say_takes_room_once() -> None:
    """Of thousands of remembered sessions: else each name and issuer would be a text of its own."""
    one, two = (freeze(json.loads('{"iss": "https://a.example", "sub": "ada"}')) for _ in range(2))
    assert all(first is second for first, second in zip(one, two, strict=True))
    assert one["iss"] is two["iss"]
    assert one == two == {"iss": "https://a.example", "sub": "ada"}


def test_frozen_values_behave_as_what_they_are() -> None:
    frozen = freeze(NESTED)
    assert isinstance(frozen, dict)
    assert isinstance(frozen["list"], list)
    assert json.loads(json.dumps(frozen)) == NESTED
    assert freeze("text") == "text"
    assert freeze(None) is None
    assert freeze(frozen) == frozen


@pytest.mark.parametrize(
    "copied",
    [
        copy.copy,
        copy.deepcopy,
        lambda value: pickle.loads(pickle.dumps(value)),
        lambda value: value.copy(),
    ],
    ids=["copy", "deepcopy", "pickle", "copy()"],
)
def test_a_copy_is_the_readers_own(copied: Callable[[Any], Any]) -> None:
    for value in (freeze({"a": 1}), freeze([1])):
        mine = copied(value)
        assert mine == value
        mine.clear()
        assert value
