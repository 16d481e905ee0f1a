"""The door to the sign-in pages of our own, which are loaded only where COGNITO_GATE_LOGIN is
custom: a gate with Cognito's login needs no templates engine, no QR code and no SRP.

Must not know what the pages do.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..settings import Settings
from .effects import Flow
from .messages import Incoming, Respond

if TYPE_CHECKING:
    from .context import Context


def prepare(
    settings: Settings, token: Callable[[], str], session_bytes: int
) -> tuple["Context", dict[str, Callable[[Incoming], Flow[Respond]]]]:
    """The parts of a gate that has such pages, and every page by its path."""
    from .._sign_in.context import SignInContext  # noqa: PLC0415
    from .._sign_in.routes import routes  # noqa: PLC0415

    context = SignInContext.of(settings, token, session_bytes)
    return context, routes(context)
