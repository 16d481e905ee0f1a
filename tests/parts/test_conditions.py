"""Groups and scopes: membership, never substring."""

import pytest

from cognito_gate._gate.protocol.conditions import allowed


@pytest.mark.parametrize(
    ("held", "wanted", "all_of", "any_of"),
    [
        (["admin"], ["admin"], True, True),
        (["admin", "staff"], ["admin"], True, True),
        (["admin", "staff"], ["staff", "admin"], True, True),
        (["admin"], ["admin", "staff"], False, True),
        (["admin"], ["admin", "admin"], True, True),
        (["admin"], ["staff"], False, False),
        ([], ["admin"], False, False),
        ([], [], True, True),
        (["admin"], [], True, True),
        (["admins"], ["admin"], False, False),
        (["admin"], ["admins"], False, False),
        (["Admin"], ["admin"], False, False),
        (["admin "], ["admin"], False, False),
        (["a,admin"], ["admin"], False, False),
        ([""], ["admin"], False, False),
        (["admin"], [""], False, False),
    ],
)
def test_membership(held: list[str], wanted: list[str], all_of: bool, any_of: bool) -> None:
    assert allowed(held, wanted) is all_of
    assert allowed(tuple(held), set(wanted), any_of=True) is any_of
