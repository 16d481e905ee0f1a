"""An Amazon Cognito user pool on this machine, for development and tests. Never for production.

Shares no code with the rest of cognito_gate, so that neither can hide the other's mistakes.
"""

from cognito_gate.local.api.outbox import Message as Message
from cognito_gate.local.api.totp import totp_code as totp_code
from cognito_gate.local.checks import LocalConfigError as LocalConfigError
from cognito_gate.local.cognito import LocalCognito as LocalCognito
from cognito_gate.local.model import AUTH_FLOWS as AUTH_FLOWS
from cognito_gate.local.model import Client as Client
from cognito_gate.local.model import Fault as Fault
from cognito_gate.local.model import Request as Request
from cognito_gate.local.model import Switches as Switches
from cognito_gate.local.policy import PasswordPolicy as PasswordPolicy
from cognito_gate.local.user import Passkey as Passkey
from cognito_gate.local.user import User as User
from cognito_gate.local.users import SAMPLE_USERS as SAMPLE_USERS
from cognito_gate.local.users import load_users as load_users

__all__ = [
    "AUTH_FLOWS",
    "SAMPLE_USERS",
    "Client",
    "Fault",
    "LocalCognito",
    "LocalConfigError",
    "Message",
    "Passkey",
    "PasswordPolicy",
    "Request",
    "Switches",
    "User",
    "load_users",
    "totp_code",
]
