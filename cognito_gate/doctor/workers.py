"""The check of how many processes serve the app, where the environment says so.

Knows what processes that share nothing cannot do; must not know how a store works.
"""

from collections.abc import Iterator

from .case import Case
from .findings import Check, Finding, Fix

WORKERS = Check("workers", "workers")

VARIABLE = "WEB_CONCURRENCY"
"""What uvicorn and gunicorn read their number of workers from, and hosting platforms set."""

_ALONE = (
    ", and each refreshes sessions alone, which ends them where refresh tokens rotate without a "
    "grace period"
)


def check(case: Case) -> Iterator[Finding]:
    """Nothing for one process, or where the number is given elsewhere than in the environment."""
    number = case.reading.surroundings.workers
    if number < 2:
        return
    settings = case.settings
    if settings.store:
        yield WORKERS.ok(f"{number} ({VARIABLE}), which share the store")
    else:
        yield WORKERS.warning(
            f"{number} ({VARIABLE}), and no store: a sign-out is known to one of them at first"
            + (_ALONE if settings.refresh_flow_enabled else ""),
            Fix(
                "Let them share a store: a file on this host, as here, or Redis. (Where "
                "`cognito-gate run MODULE:APP` starts them, they share refreshes by themselves.)",
                setting="COGNITO_GATE_STORE=sqlite:////var/lib/my-app/sessions.db",
            ),
        )
