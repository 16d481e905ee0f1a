"""The pool's pre sign-up trigger: which e-mail domains may sign up, and which need no code.

AWS Lambda runs this file by itself (the template holds it), so it must not import from the rest.
It never marks an address as verified.
"""

import os
import re
from typing import Any

# One "@", ASCII only, and nothing that some mail server could read as the end of an address.
_ADDRESS = re.compile(r"""[^\s@,:;<>()\[\]\\"]+@([a-z0-9.-]+)""", re.IGNORECASE)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Return the event; or raise, and Cognito shows the text to the person."""
    domain = _domain(event["request"]["userAttributes"].get("email", ""))
    # Administrators add whom they like. All else is limited, kinds that are yet to come too.
    if event["triggerSource"] != "PreSignUp_AdminCreateUser":
        _check(domain, os.environ["ALLOWED_DOMAINS"])
    if event["triggerSource"] == "PreSignUp_SignUp" and domain in _confirmed():
        event["response"]["autoConfirmUser"] = True
    return event


def _domain(email: str) -> str | None:
    # Other scripts are refused, not mapped to ASCII: Python's "idna" would make example.com of
    # look-alikes, and one domain of two that mail servers tell apart.
    match = _ADDRESS.fullmatch(email) if email.isascii() else None
    return match[1].lower() if match else None


def _confirmed() -> list[str]:
    return os.environ.get("AUTO_CONFIRM_DOMAINS", "").lower().split(",")


def _check(domain: str | None, listed: str) -> None:
    allowed = listed.lower().split(",")
    if listed != "*" and domain not in allowed:
        raise ValueError(f"Please sign up with an e-mail address at {' or '.join(allowed)}")
