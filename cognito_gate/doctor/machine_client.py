"""An app client for machines in the place of one for people: what is wrong is the client itself.

Knows what such a client has none of, so that no line asks for it one by one.
"""

from collections.abc import Iterable
from dataclasses import replace

from . import authorize, scopes, sign_out
from .case import Case
from .description import ClientFacts
from .findings import Finding, Fix

_OF_PEOPLE = {line.code for line in (authorize.CALLBACK, sign_out.SIGN_OUT, scopes.SCOPES)}


def is_one(client: ClientFacts) -> bool:
    """Whether nobody signs in with this client: AWS allows no other grant beside
    client_credentials (API reference, CreateUserPoolClient, AllowedOAuthFlows)."""
    return "client_credentials" in client.grants


def wrong(case: Case) -> Finding:
    """The line that says so."""
    return authorize.GRANT.wrong(
        "the app client is one for machines (client_credentials), with which nobody signs in",
        Fix(
            "Set the id and the secret of the pool's client for people; if there is none yet, "
            "create one (Traditional web application).",
            console=case.directions.pool_menu("Applications", "App clients"),
            command=case.directions.about_pool("list-user-pool-clients", "--max-results", "60"),
        ),
    )


def without_blame(client: ClientFacts, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, in which nothing is blamed that a client for machines has none of."""
    if not is_one(client):
        return tuple(findings)
    found = "not checked: the app client is one for machines"
    return tuple(
        replace(finding, state="unknown", found=found, fix=None)
        if finding.code in _OF_PEOPLE
        else finding
        for finding in findings
    )
