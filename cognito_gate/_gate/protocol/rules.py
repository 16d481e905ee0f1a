"""Groups and scopes -> allowed or not.

Knows sets of names only. Membership, never substring.
"""

from collections.abc import Collection


def allowed(held: Collection[str], wanted: Collection[str], *, any_of: bool = False) -> bool:
    """True when `held` has all of `wanted`, or with `any_of` at least one of them.

    Wanting nothing is always allowed.
    """
    if not wanted:
        return True
    match = set(wanted).intersection(held)
    return bool(match) if any_of else len(match) == len(set(wanted))
