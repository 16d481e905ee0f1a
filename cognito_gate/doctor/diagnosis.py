"""All checks together, in the order in which a person would fix things.

A flow: it yields the calls it needs, and returns the findings. Knows the order of the groups of
checks, and what one group needs from another.
"""

from collections.abc import Iterable
from dataclasses import replace

from .._gate.effects import Flow
from . import (
    addresses,
    authorize,
    client_secret,
    clock,
    cookies,
    lifetimes,
    local_fixes,
    local_pool,
    pool_configuration,
    secret_key,
    sign_in_pages,
    sign_out,
    variables,
)
from .case import Case
from .clock import Moment
from .description import Described
from .findings import Finding, merge_findings
from .places import explain_placeholders


def check(case: Case) -> Flow[tuple[Finding, ...]]:
    """All checks that need no AWS credentials."""
    if case.reading.empty:
        return (variables.beginning(),)
    pool = yield from addresses.check(case)
    entry = yield from authorize.check(case, pool.advertised)
    sign_out_finding = yield from sign_out.check(case, entry.closed)
    secret = yield from client_secret.check(case, entry.closed)
    sign_in_findings = yield from sign_in_pages.check(case)
    findings = (
        *variables.check(case.reading),
        *pool.findings,
        *entry.findings,
        sign_out_finding,
        *merge_findings(secret, sign_in_findings),
        *cookies.check(case),
        *secret_key.check(case),
        *lifetimes.check(case),
    )
    local = yield from local_pool.recognise(case)
    return findings if local is None else local_fixes.prescribe(case, local, findings)


def complete_findings(
    case: Case, findings: tuple[Finding, ...], moments: Iterable[Moment], described: Described
) -> tuple[Finding, ...]:
    """The findings, completed by those of the clock and of the configuration at AWS."""
    if not case.reading.empty:
        skew = clock.check(moments, case.settings.expiration_leeway)
        at_aws = pool_configuration.check(case, described)
        findings = merge_findings((*findings, skew), at_aws)
    return tuple(
        finding if finding.fix is None else replace(finding, fix=explain_placeholders(finding.fix))
        for finding in findings
    )
