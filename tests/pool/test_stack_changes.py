"""What a change costs, and how changes are shown."""

from __future__ import annotations

import pytest

from cognito_gate.pool.changes import CLIENT, POOL, Change, read_change, table
from tests.pool.fake_aws import change

GROUP, DOMAIN = "AWS::Cognito::UserPoolGroup", "AWS::Cognito::UserPoolDomain"


def loss(kind: str, action: str = "Modify", replacement: str = "False", **more: object) -> str:
    made = Change(action=action, logical_id="X", type=kind, replacement=replacement)
    return Change(**{**_fields(made), **more}).loss  # type: ignore[arg-type]


def _fields(made: Change) -> dict[str, object]:
    names = ("action", "logical_id", "type", "replacement", "policy", "properties")
    return {name: getattr(made, name) for name in names}


@pytest.mark.parametrize(
    ("kind", "action", "replacement", "properties"),
    [
        (POOL, "Add", "", ()),
        (POOL, "Modify", "False", ("Policies", "Tags")),
        (CLIENT, "Add", "", ()),
        (CLIENT, "Modify", "False", ("CallbackURLs", "GenerateSecret")),
        # CloudFormation is not sure of a client whenever its pool changes in any way.
        (CLIENT, "Modify", "Conditional", ("UserPoolId",)),
        (GROUP, "Remove", "", ()),
        (DOMAIN, "Modify", "True", ("Domain",)),
    ],
)
def test_what_loses_nobody(
    kind: str, action: str, replacement: str, properties: tuple[str, ...]
) -> None:
    assert loss(kind, action, replacement, properties=properties) == ""


def test_what_loses_users() -> None:
    assert loss(POOL, "Remove") == "X: the user pool leaves the stack with all its users."
    assert loss(POOL, "Remove", policy="Retain").endswith("(that pool is kept in the account).")
    replaced = loss(POOL, replacement="True", policy="ReplaceAndRetain")
    assert replaced == (
        "X: the user pool is replaced by a new, empty one. The app loses all its users (that pool "
        "is kept in the account)."
    )
    assert "may be replaced by" in loss(POOL, replacement="Conditional")
    assert "kept" not in loss(POOL, replacement="True", policy="ReplaceAndDelete")


@pytest.mark.parametrize(
    "fixed", ["AliasAttributes", "Schema", "UsernameAttributes", "UsernameConfiguration"]
)
def test_what_is_settled_when_a_pool_is_made(fixed: str) -> None:
    told = loss(POOL, properties=("Policies", fixed))
    assert told.startswith(f"X: {fixed} cannot change after a user pool is created")
    assert "Policies" not in told


def test_what_ends_sessions() -> None:
    assert "Nobody can sign in" in loss(CLIENT, "Remove")
    assert "the app client is replaced" in loss(CLIENT, replacement="True")
    may = loss(CLIENT, replacement="Conditional", properties=("GenerateSecret",))
    assert "the app client may be replaced" in may


@pytest.mark.parametrize(
    ("kind", "action", "replacement", "noted"),
    [
        (GROUP, "Remove", "", "list of members is deleted"),
        (GROUP, "Modify", "True", "list of members is deleted"),
        (GROUP, "Modify", "False", ""),
        (GROUP, "Add", "", ""),
        (DOMAIN, "Modify", "Conditional", "address of the login pages"),
        (POOL, "Remove", "", ""),
    ],
)
def test_what_else_is_noted(kind: str, action: str, replacement: str, noted: str) -> None:
    note = Change(action=action, logical_id="X", type=kind, replacement=replacement).note
    assert noted in note
    assert bool(note) is bool(noted)


def test_a_change_is_read() -> None:
    item = change("Client", CLIENT, "Scopes", "CallbackURLs", "Scopes", Replacement="False")
    item["ResourceChange"]["Details"].append({"Target": {"Attribute": "Tags"}})
    item["ResourceChange"]["Details"].append({"Evaluation": "Static"})
    assert read_change(item) == Change(
        action="Modify",
        logical_id="Client",
        type=CLIENT,
        replacement="False",
        properties=("CallbackURLs", "Scopes", "Tags"),
    )
    removed = read_change(change("P", POOL, action="Remove", PolicyAction="Retain"))
    assert (removed.policy, removed.properties) == ("Retain", ())


def test_the_table() -> None:
    changes = (
        Change(action="Remove", logical_id="GroupAdmin", type=GROUP),
        Change(
            action="Modify",
            logical_id="UserPoolClient",
            type=CLIENT,
            replacement="True",
            properties=("CallbackURLs", "GenerateSecret"),
        ),
        Change(action="Modify", logical_id="Pool", type=POOL, replacement="Conditional"),
    )
    assert table(changes) == [
        "Action  Resource        Type                          Replacement      What",
        "Remove  GroupAdmin      AWS::Cognito::UserPoolGroup",
        "Modify  UserPoolClient  AWS::Cognito::UserPoolClient  replaced         "
        "CallbackURLs, GenerateSecret",
        "Modify  Pool            AWS::Cognito::UserPool        may be replaced",
    ]
    assert table(changes[:1])[0] == "Action  Resource    Type                         Replacement"
