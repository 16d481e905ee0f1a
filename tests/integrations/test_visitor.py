"""What all frameworks' modules share: no gate is an error, and a rule is a list of names."""

from typing import Any

import pytest

from cognito_gate import Identity
from cognito_gate.integrations._visitor import Rule, present, visitor

ADA = Identity({"sub": "1", "exp": 1, "cognito:groups": ["admin"], "scope": "openid shop/read"})


def test_the_visitor_is_whom_the_gate_names() -> None:
    assert visitor({"cognito_gate.identity": ADA}) is ADA
    assert visitor({"cognito_gate.identity": None}) is None


def test_without_a_gate_nobody_is_believed() -> None:
    with pytest.raises(RuntimeError, match="did not come through cognito-gate"):
        visitor({"REMOTE_USER": "ada"})


@pytest.mark.parametrize(
    ("groups", "scopes", "any_group", "allowed"),
    [
        ((), (), False, True),
        ((), (), True, True),
        (["admin"], (), False, True),
        (["admin", "staff"], (), False, False),
        (["admin", "staff"], (), True, True),
        (["adm"], (), True, False),
        ((), ["shop/read"], False, True),
        ((), ["shop/read", "shop/write"], False, False),
        # `any_group` is about groups only.
        (["admin", "staff"], ["shop/read", "shop/write"], True, False),
        (["staff"], ["shop/read"], False, False),
    ],
)
def test_a_rule(groups: Any, scopes: Any, any_group: bool, allowed: bool) -> None:
    assert Rule(groups, scopes, any_group=any_group).allows(ADA) is allowed


def test_turned_off_there_is_somebody_who_may_all_and_is_nobody() -> None:
    off: dict[str, Any] = {"cognito_gate.identity": None, "cognito_gate.disabled": True}
    nobody = present(off)
    assert nobody is not None
    assert (nobody.username, nobody.email, nobody.groups, nobody.scopes) == (None, None, (), ())
    assert not nobody.is_machine
    assert Rule(["admin"], ["shop/write"]).allows(nobody)
    assert present({**off, "cognito_gate.identity": ADA}) is ADA
    for told in (False, "true", None):
        assert present({**off, "cognito_gate.disabled": told}) is None


@pytest.mark.parametrize("wrong", ["admin", b"admin", [1], None, 1, {"admin": 1}.get, (None,)])
def test_names_are_a_list(wrong: Any) -> None:
    with pytest.raises(TypeError, match="groups takes a list of names"):
        Rule(wrong)
    with pytest.raises(TypeError, match="scopes takes a list of names"):
        Rule((), wrong)
