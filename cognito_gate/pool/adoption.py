"""Taking a user pool that exists into a stack: a pool that was kept, or that was made elsewhere.

CloudFormation imports it as it is, by a template of the pool alone; the deployment that follows
changes it as any other. Must not know flags.
"""

import json
from typing import Any

from ._client_values import required_attributes
from .any_pool import read_pool
from .aws import Account
from .change_set import ChangeSet, changes_of, discard, execute
from .changes import POOL
from .options import PoolOptions
from .stack import FORMATION, StackProblem, find
from .talk import CommandContext, Declined, agrees, causes, run_operation, say


def adopt(context: CommandContext, stack: str, pool_id: str, options: PoolOptions) -> None:
    """Import the pool into a new stack, so that a deployment can go on from there.

    Raises:
        StackProblem: there is such a stack already, or the options contradict what is final.
        EnvironmentProblem: there is no such pool.
    """
    account = context.account
    if find(account, stack) is not None:
        raise StackProblem(f"There is a stack {stack} already. Adopt the pool into a new one.")
    pool = read_pool(account, pool_id)
    _check(pool, options)
    say(f"The user pool {pool_id} and its users come into the new stack {stack}.")
    if not agrees(context, "Continue?"):
        raise Declined("Nothing was changed.")
    change_set = _change_set(account, stack, pool, f"cognito-gate-{context.token()}")
    try:
        changes_of(account, change_set, context.wait)
    except StackProblem:
        discard(account, change_set)
        raise
    outcome = run_operation(
        context, stack, change_set.stack_arn, lambda: execute(account, change_set)
    )
    if outcome.status != "IMPORT_COMPLETE":
        raise StackProblem(f"The pool could not be imported ({outcome.status}):{causes(outcome)}")


def _check(pool: dict[str, Any], options: PoolOptions) -> None:
    """What is final has to be as the pool has it, or the deployment would fail afterwards."""
    found = _sign_in(pool)
    if not found:
        raise StackProblem("No option of a template is how people sign in to this pool.")
    if found != options.sign_in:
        raise StackProblem(f"How people sign in to this pool is final: add --sign-in {found}.")
    ours = set(required_attributes(options))
    theirs = {item["Name"] for item in _required(pool)}
    if ours != theirs:
        raise StackProblem(
            f"This pool requires {', '.join(sorted(theirs)) or 'no attribute'}, which is final; "
            f"the options require {', '.join(sorted(ours)) or 'none'}. Set --required accordingly."
        )


def _sign_in(pool: dict[str, Any]) -> str:
    by = (tuple(sorted(pool.get("UsernameAttributes", ()))), tuple(pool.get("AliasAttributes", ())))
    return {
        (("email",), ()): "email",
        (("phone_number",), ()): "phone",
        (("email", "phone_number"), ()): "email-or-phone",
        ((), ("email",)): "both",
        ((), ()): "username",
    }.get(by, "")


def _required(pool: dict[str, Any]) -> list[dict[str, Any]]:
    attributes = pool.get("SchemaAttributes", ())
    return [item for item in attributes if item.get("Required") and item["Name"] != "sub"]


def _change_set(account: Account, stack: str, pool: dict[str, Any], name: str) -> ChangeSet:
    answer = account.call(
        FORMATION,
        "create_change_set",
        StackName=stack,
        ChangeSetName=name,
        ChangeSetType="IMPORT",
        TemplateBody=_template(pool),
        ResourcesToImport=[
            {
                "ResourceType": POOL,
                "LogicalResourceId": "UserPool",
                "ResourceIdentifier": {"UserPoolId": pool["Id"]},
            }
        ],
    )
    return ChangeSet(answer["Id"], answer["StackId"])


def _template(pool: dict[str, Any]) -> str:
    """The pool alone, with what is final, so that the next template does not seem to add it."""
    final = {
        name: pool[name]
        for name in ("UsernameAttributes", "AliasAttributes", "UsernameConfiguration")
        if pool.get(name)
    }
    schema = [
        {"Name": item["Name"], "Required": True, "Mutable": item.get("Mutable", True)}
        for item in _required(pool)
    ]
    properties = {"UserPoolName": pool["Name"], **final, **({"Schema": schema} if schema else {})}
    resource = {
        "Type": POOL,
        # An import demands a policy; the users stay whatever happens to the stack.
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": properties,
    }
    outputs = {"UserPoolId": {"Value": {"Ref": "UserPool"}}}
    return json.dumps({"Resources": {"UserPool": resource}, "Outputs": outputs})
