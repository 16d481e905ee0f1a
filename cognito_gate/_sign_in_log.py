"""What the events of our own sign-in pages say in the log; loaded when there is one.

Must not know how a decision was come by.
"""

from .events import (
    AccountConfirmed,
    CodeSent,
    Event,
    PasskeyAdded,
    PasskeyRemoved,
    PasswordChanged,
    RateLimited,
    SecondFactorSetUp,
    SecondFactorTurnedOff,
    SignedUp,
    WrongCode,
    WrongPassword,
)


def text(event: Event) -> str:
    """What happened on a sign-in page of our own. Names that were typed stay out of the log: some
    people type their password there."""
    match event:
        case WrongPassword():
            return f"a wrong password: {event.reason}"
        case WrongCode():
            return f"a wrong code: {event.reason}"
        case RateLimited():
            return f"{event.code}: {event.reason}"
        case SignedUp():
            return "a new account" if event.confirmed else "a new account, not confirmed yet"
        case AccountConfirmed():
            return "an account was confirmed"
        case CodeSent():
            return f"a code was sent: {event.purpose}, {event.medium or 'by an unknown medium'}"
        case SecondFactorSetUp():
            return "an authenticator app was set up"
        case SecondFactorTurnedOff():
            return "an authenticator app was turned off"
        case PasskeyAdded():
            return "a passkey was added"
        case PasskeyRemoved():
            return "a passkey was removed"
        case PasswordChanged():
            return f"a password was changed: {event.way}"
    return type(event).__name__
