"""The pool's pre sign-up trigger: who has no e-mail address at an allowed domain cannot sign up.

AWS Lambda runs this file by itself (the template holds it), so it must not import from the rest.
It never confirms anybody, and never marks an address as verified.
"""

import os
import re
from typing import Any

# One "@", ASCII only, and nothing that some mail server could read as the end of an address.
_ADDRESS = re.compile(r"""[^\s@,:;<>()\[\]\\"]+@([a-z0-9.-]+)""", re.IGNORECASE)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Return the event as it came; or raise, and Cognito shows the text to the person."""
    # Administrators add whom they like. All else is limited, kinds that are yet to come too.
    if event["triggerSource"] != "PreSignUp_AdminCreateUser":
        _check(event["request"]["userAttributes"].get("email", ""))
    return event


def _check(email: str) -> None:
    allowed = os.environ["ALLOWED_DOMAINS"].lower().split(",")
    # Other scripts are refused, not mapped to ASCII: Python's "idna" would make example.com of
    # look-alikes, and one domain of two that mail servers tell apart.
    match = _ADDRESS.fullmatch(email) if email.isascii() else None
    if match is None or match[1].lower() not in allowed:
        raise ValueError(f"Please sign up with an e-mail address at {' or '.join(allowed)}")
