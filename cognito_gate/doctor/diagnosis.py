"""The whole examination, in the order in which a person would fix things.

A flow: it yields the calls it needs made, and returns what was found. Knows the order of the
families of checks, and what one needs of another.
"""

from collections.abc import Iterable

from .._gate.effects import Flow
from . import (
    addresses,
    authorize,
    client_secret,
    clock,
    cookies,
    lifetimes,
    pool_configuration,
    secret_key,
    sign_in_pages,
    sign_out,
    variables,
)
from .case import Case
from .clock import Moment
from .description import Described
from .findings import Finding, merged


def examine(case: Case) -> Flow[tuple[Finding, ...]]:
    """All that can be found out without credentials of AWS."""
    if case.reading.empty:
        return (variables.beginning(),)
    pool = yield from addresses.examine(case)
    entry = yield from authorize.examine(case, pool.advertised)
    out = yield from sign_out.examine(case, entry.closed)
    secret = yield from client_secret.examine(case, entry.closed)
    own = yield from sign_in_pages.examine(case)
    return (
        *variables.examine(case.reading),
        *pool.findings,
        *entry.findings,
        out,
        *merged(secret, own),
        *cookies.examine(case),
        *secret_key.examine(case),
        *lifetimes.examine(case),
    )


def completed(
    case: Case, found: tuple[Finding, ...], moments: Iterable[Moment], described: Described
) -> tuple[Finding, ...]:
    """What was found, with what the answers tell of the clock, and AWS of the configuration."""
    if case.reading.empty:
        return found
    skew = clock.examine(moments, case.settings.expiration_leeway)
    return merged((*found, skew), pool_configuration.examine(case, described))
