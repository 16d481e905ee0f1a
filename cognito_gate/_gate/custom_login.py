"""The door to the sign-in pages of our own, which are loaded only where COGNITO_GATE_LOGIN is
custom: a gate with Cognito's login needs no templates engine, no QR code and no SRP.

Must not know what the pages do.
"""

from collections.abc import Callable

from .._extras import needed_by
from .context import Context
from .effects import Flow
from .exchange import Exchange
from .messages import Respond


def prepare(context: Context) -> tuple[Context, dict[str, Callable[[Exchange], Flow[Respond]]]]:
    """The parts of a gate that has such pages, and every page by its path.

    Raises:
        SettingsError: the extra that they need is not installed.
    """
    with needed_by("COGNITO_GATE_LOGIN", "pages", "jinja2", "segno"):
        from .._sign_in.context import SignInContext  # noqa: PLC0415
        from .._sign_in.routes import routes  # noqa: PLC0415

    larger = SignInContext.extending(context)
    return larger, routes(larger)
