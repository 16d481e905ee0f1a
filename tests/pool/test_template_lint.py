"""Every variant before cfn-lint: AWS's own description of each resource, in each of its Regions."""

import pytest
from cfnlint.helpers import REGIONS

from cognito_gate.pool.options import DEFAULTS, PoolOptions
from cognito_gate.pool.template import template
from tests.pool.linter import lint
from tests.pool.variants import VARIANTS, pool

# There are no user pools in China.
WITH_POOLS = [region for region in REGIONS if not region.startswith("cn-")]


@pytest.mark.parametrize("name", VARIANTS)
def test_nothing_is_found(name: str) -> None:
    assert lint(template(pool(name)), *WITH_POOLS) == []


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ("CaseSensitive: false", "CaseSensitiv: false", "E3002"),
        ("MinimumLength: 12", "MinimumLength: 5", "E3034"),
        ("!GetAtt UserPool.Arn", "!GetAtt UserPool.Name", "E6101"),
        ("  MakePrefix:", "  Unused: !Equals [!Ref PoolName, a]\n  MakePrefix:", "W8001"),
    ],
)
def test_the_linter_finds_what_is_wrong(right: str, wrong: str, rule: str) -> None:
    text = template(PoolOptions())
    assert right in text
    assert [found.split()[0] for found in lint(text.replace(right, wrong), *WITH_POOLS)] == [rule]


def test_there_are_variants_of_every_option() -> None:
    for name, default in DEFAULTS.items():
        values = {getattr(pool(variant), name) for variant in VARIANTS}
        assert default in values
        assert len(values) > 1, f"no variant of {name}"
