"""The buttons that break things, and what each does.

Knows the session cookies' names. Must not know HTML. Only forms of the demo itself may press them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from .._gate.cookie_kinds import Names
from ..settings import Settings
from .backstage import Cognito


@dataclass(frozen=True, slots=True)
class Button:
    """A button: what it says and is about; what is said once it was pressed, and what to watch."""

    label: str
    about: str
    done: str
    watch: str
    press: Callable[["Bench", Response], None]


@dataclass(frozen=True, slots=True)
class Bench:
    """What a button works on: Cognito, and the cookies of the visitor who pressed it."""

    cognito: Cognito
    request: Request
    names: Names

    @property
    def username(self) -> str:
        identity = self.request.scope.get("cognito_gate.identity")
        return (identity.username or "") if identity is not None else ""

    def cookies(self, *names: str) -> Iterator[tuple[str, str]]:
        for name, value in self.request.cookies.items():
            if name.startswith(names):
                yield name, value


def is_own_form(request: Request, settings: Settings) -> bool:
    """Whether a page of the demo itself sent the form: other sites send another Origin."""
    own = urlsplit(settings.redirect_url)
    return request.headers.get("origin") == f"{own.scheme}://{own.netloc}"


def _down(bench: Bench, response: Response) -> None:
    bench.cognito.go_down()


def _up(bench: Bench, response: Response) -> None:
    bench.cognito.come_back()


def _rotate(bench: Bench, response: Response) -> None:
    bench.cognito.rotate_keys(keep_old=True)


def _replace(bench: Bench, response: Response) -> None:
    bench.cognito.rotate_keys()


def _kill(bench: Bench, response: Response) -> None:
    bench.cognito.sign_out(bench.username)
    _expire(bench, response)


def _expire(bench: Bench, response: Response) -> None:
    for name, _ in bench.cookies(bench.names.access):
        response.delete_cookie(name)


def _tamper(bench: Bench, response: Response) -> None:
    """Change the first character of each signature: the last may hold bits that mean nothing."""
    for name, value in bench.cookies(bench.names.access):
        head, dot, signature = value.rpartition(".")
        _set(response, name, f"{head}{dot}{'B' if signature[:1] == 'A' else 'A'}{signature[1:]}")


def _tamper_all(bench: Bench, response: Response) -> None:
    """The gate shows apps no refresh cookie, so it is replaced unseen."""
    _tamper(bench, response)
    _set(response, bench.names.refresh, "somebody-made-this-up")


def _set(response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, httponly=True, samesite="lax")


BUTTONS = {
    "down": Button(
        "Take Cognito down",
        "Every request to Cognito is answered 503 from now on.",
        "Cognito is down",
        "Your page still opens: a session needs no call to Cognito until its token ends. Whoever "
        "has to sign in has to wait, and whoever comes back from Cognito is asked to try again.",
        _down,
    ),
    "up": Button(
        "Bring Cognito back",
        "Every request to Cognito is answered again.",
        "Cognito is back",
        "Sign-ins and refreshes work again. Nobody lost their session.",
        _up,
    ),
    "rotate": Button(
        "Rotate the signing keys",
        "New tokens get a new key; the old one stays published, as Cognito does it.",
        "The signing keys are rotated",
        "You notice nothing. At the next new token the gate meets a key that it does not know, "
        "and loads the keys again, once.",
        _rotate,
    ),
    "replace": Button(
        "Withdraw the signing keys",
        "As after a stolen key: the old keys are no longer published.",
        "The old signing keys are withdrawn",
        "Your session goes on while the gate still has the keys in its cache. New sign-ins use "
        "the new keys at once.",
        _replace,
    ),
    "expire": Button(
        "Let the access token end",
        "The cookie of the access token is removed, as when its five minutes are over.",
        "Your access token has ended",
        "Your page opens as ever: the gate refreshed the session on the way. See the new times "
        "under This session.",
        _expire,
    ),
    "kill": Button(
        "End your session at Cognito",
        "An administrator signs you out everywhere; your access token ends, too.",
        "Your session at Cognito has ended",
        "The refresh is refused, so your session is over and Cognito is to sign you in again. If "
        "it still knows this browser, it does so without a password.",
        _kill,
    ),
    "tamper": Button(
        "Change the access token",
        "One character of its signature becomes another one.",
        "Your access token is changed",
        "The gate does not believe it. It uses the refresh token, and you stay who you are.",
        _tamper,
    ),
    "tamper-all": Button(
        "Change all session cookies",
        "One character of the access token; the refresh cookie becomes one that somebody made up.",
        "Your session cookies are changed",
        "Nothing is left that the gate believes, so you are sent to sign in. If Cognito still "
        "knows this browser, it signs you in without a password.",
        _tamper_all,
    ),
}

GROUPS = {
    "Cognito": ("down", "up"),
    "Signing keys": ("rotate", "replace"),
    "Your session": ("expire", "tamper", "tamper-all", "kill"),
}
"""The buttons as the page has them; those of Your session need somebody who is signed in."""
