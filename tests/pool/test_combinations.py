"""Pools that nobody chose: AWS's own schemas take each, and its outputs make an environment."""

from __future__ import annotations

from hypothesis import given

from cognito_gate.pool.change_set import MAX_BODY_BYTES
from cognito_gate.pool.environment import Extras, environment
from cognito_gate.pool.options import DEFAULTS, PoolOptions
from cognito_gate.pool.template import template
from tests.pool.cfn import Stack
from tests.pool.combinations import COUNT, combined, pools
from tests.pool.fake_aws import CLIENT_ID, POOL_ID
from tests.pool.linter import lint

changed: set[str] = set()


@combined
@given(pools())
def check(options: PoolOptions) -> None:
    text = template(options)
    assert lint(text, "eu-west-1") == [], text
    assert len(text.encode()) < MAX_BODY_BYTES
    outputs = {**Stack(options).outputs, "UserPoolId": POOL_ID, "ClientId": CLIENT_ID}
    outputs |= {"SessionsTable": "table"} if options.sessions_table else {}
    environment(outputs, Extras(client_secret="" if options.public else "c" * 51))
    changed.update(name for name, value in DEFAULTS.items() if getattr(options, name) != value)


def test_combinations() -> None:
    """The first few at each run, 200 by `make pool-combinations`."""
    check()
    # Few options may be left out by chance; with all 200, hardly any.
    assert len(changed) > (len(DEFAULTS) - 3 if COUNT >= 200 else len(DEFAULTS) // 3), (
        set(DEFAULTS) - changed
    )
