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
    domain,
    kept_forms,
    lifetimes,
    local_fixes,
    local_pool,
    machine_client,
    network,
    pool_configuration,
    secret_key,
    sign_in_pages,
    sign_out,
    variables,
    workers,
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
    closed = addresses.NETWORK_FIRST if pool.stand_in else ""
    entry = yield from authorize.check(case, pool.advertised, closed)
    sign_out_finding = yield from sign_out.check(case, entry.closed)
    secret = yield from client_secret.check(case, entry.closed)
    sign_in_findings = yield from sign_in_pages.check(case)
    failures = network.Failures(pool.failure, entry.failure, pool.stand_in)
    causes = yield from network.check(case, failures)
    sign_in = merge_findings((*pool.findings, *entry.findings, sign_out_finding), secret)
    sign_in = network.without_blame(case, sign_in, causes, failures)
    sign_in = domain.without_blame(case, sign_in)
    findings = (
        *variables.check(case.reading, pool.advertised),
        *causes,
        *merge_findings(_without_domain(case, sign_in), sign_in_findings),
        *cookies.check(case),
        *secret_key.check(case),
        *lifetimes.check(case),
        *kept_forms.check(case),
        *workers.check(case),
    )
    local = yield from local_pool.recognise(case)
    return findings if local is None else local_fixes.prescribe(case, local, findings)


def _without_domain(case: Case, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings; where sign-in pages of the gate's own need no login domain, what could not be
    checked there decides nothing."""
    if case.settings.domain or case.reason_to_skip("AWS_COGNITO_DOMAIN"):
        return findings
    pool = {line.code for line in (addresses.POOL, addresses.ISSUER, addresses.KEYS)}
    return tuple(
        replace(each, decides=each.decides and (each.state != "unknown" or each.code in pool))
        for each in findings
    )


def complete_findings(
    case: Case, findings: tuple[Finding, ...], moments: Iterable[Moment], described: Described
) -> tuple[Finding, ...]:
    """The findings, completed by those of the clock and of the configuration at AWS."""
    if not case.reading.empty:
        skew = clock.check(moments, case.settings.expiration_leeway)
        at_aws = pool_configuration.check(case, described)
        findings = merge_findings((*findings, skew), at_aws)
        if described.client is not None:
            findings = machine_client.without_blame(described.client, findings)
    return tuple(
        finding if finding.fix is None else replace(finding, fix=explain_placeholders(finding.fix))
        for finding in findings
    )
