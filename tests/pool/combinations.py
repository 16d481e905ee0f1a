"""Pools by chance: options that nobody chose together, as far as they do not contradict.

Each option takes a value of some variant or keeps its default; whatever is then refused goes back
to its default, until the rest can stand together.
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from cognito_gate.pool.options import DEFAULTS, FLAGS, PoolOptions, PoolOptionsError
from tests.pool.variants import VARIANTS

COUNT = int(os.environ.get("COGNITO_GATE_COMBINATIONS", "5"))
"""How many; `make pool-combinations` tries 200."""

_NAMES = {flag: name for name, flag in FLAGS.items()}
_VALUES: dict[str, list[Any]] = {
    name: list(
        dict.fromkeys(
            variant[name] for variant in VARIANTS.values() if variant.get(name, default) != default
        )
    )
    for name, default in DEFAULTS.items()
}
# Without these, most of the other options would be refused.
_OPEN = {
    "self_sign_up": True,
    "tier": "plus",
    "sign_in_pages": "custom",
    "required": ("email", "phone"),
    "passwordless": ("passkey", "email-otp"),
    "passkey_verification": "required",
}

combined = settings(
    max_examples=COUNT,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
"""The same pools at each run, and none made smaller."""


def _repaired(values: dict[str, Any]) -> PoolOptions:
    for _ in DEFAULTS:
        try:
            return PoolOptions(**values)
        except PoolOptionsError as error:
            for flag in error.problems:
                values.pop(_NAMES[flag], None)
    return PoolOptions()


@st.composite
def pools(draw: st.DrawFn) -> PoolOptions:
    """The options of a pool."""
    chance = draw(st.randoms(use_true_random=False))
    values = {name: value for name, value in _OPEN.items() if chance.random() < 0.45}
    for name, choices in _VALUES.items():
        if chance.random() < 0.4:
            values[name] = chance.choice(choices)
    return _repaired(values)
