"""An Amazon Cognito user pool on this machine, for development and tests. Never for production.

Shares no code with the rest of cognito_gate, so that neither can hide the other's mistakes.
"""

from .api.outbox import Message as Message
from .api.totp import totp_code as totp_code
from .checks import LocalConfigError as LocalConfigError
from .cognito import LocalCognito as LocalCognito
from .model import AUTH_FLOWS as AUTH_FLOWS
from .model import Client as Client
from .model import Fault as Fault
from .model import Request as Request
from .model import Switches as Switches
from .policy import PasswordPolicy as PasswordPolicy
from .user import Passkey as Passkey
from .user import User as User
from .users import SAMPLE_USERS as SAMPLE_USERS
from .users import load_users as load_users

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
