"""cfn-lint, whose 300 rules and tables are loaded once: by itself it reads them for each template.

Knows nothing of pools: any template can be asked about.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from cfnlint.config import ConfigMixIn
from cfnlint.decode.decode import decode_str
from cfnlint.runner import Runner, run_template_by_data


@cache
def _rules() -> Any:
    return Runner(ConfigMixIn()).rules


def lint(text: str, *regions: str) -> list[str]:
    """Every error and warning, as the rule's id and what it says; of us-east-1 by default."""
    template, errors = decode_str(text)
    config = ConfigMixIn(regions=list(regions or ["us-east-1"]))
    found = errors or run_template_by_data(template, config, _rules())
    return [f"{item.rule.id} {item.message}" for item in found]
