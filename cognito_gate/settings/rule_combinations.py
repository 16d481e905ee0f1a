"""Problems of the rules beside other settings; loaded only where there are rules.

Each rule is sound by itself here. Must not know where settings come from.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from .rule_order import order_problems, takes_all
from .rules import Rule, where


def machine_problems(rules: tuple[Rule, ...], accepted: Collection[str]) -> dict[str, str]:
    """Rules for machines that no machine can meet: its tokens are not accepted at all. `accepted`
    are the app clients whose bearer tokens are."""
    texts = [
        f"{where(rules, index)}: require.clients lists {client!r}, whose bearer tokens "
        "are not accepted (COGNITO_GATE_BEARER, COGNITO_GATE_BEARER_CLIENT_IDS)"
        for index, rule in enumerate(rules)
        for client in (rule.require and rule.require.clients) or ()
        if client not in accepted
    ]
    return {"COGNITO_GATE_RULES_FILE": "\n    ".join(texts)} if texts else {}


def rule_problems(
    rules: tuple[Rule, ...],
    public_paths: Sequence[str],
    routes: Iterable[str],
    defaults: Mapping[str, tuple[str, ...]],
) -> dict[str, str]:
    """Rules that can never match, and a default that nothing is left for. `routes` are the gate's
    own paths, `defaults` what is required where no rule matches, by its variable."""
    problems: dict[str, str] = {}
    wrong = order_problems(rules, public_paths, routes)
    if wrong:
        texts = (f"{where(rules, one.index)}: {one.key} {one.text}" for one in wrong)
        problems["COGNITO_GATE_RULES_FILE"] = "\n    ".join(texts)
    last = [index for index, rule in enumerate(rules) if takes_all(rule)]
    for variable, values in defaults.items():
        if values and last:
            name = where(rules, last[0])
            problems[variable] = f"has no effect: {name} matches every path"
    return problems
