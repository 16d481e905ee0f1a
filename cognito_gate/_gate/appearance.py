"""How the pages of one gate look: the app's name, the style, the logo; the operator's own included.

Knows the files `theme.css`, `logo.svg` and `logo.png` in the directory of COGNITO_GATE_TEMPLATES.
Must not know what a page says.
"""

import re
from base64 import b64encode
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from ..errors import SettingsError
from ..settings import Settings
from .protocol.pages import Frame

OURS = Path(__file__).parents[1] / "templates"
LOGOS = {"logo.svg": "image/svg+xml", "logo.png": "image/png"}
THEME = "theme.css"
_MAX_FILE_BYTES = 100_000  # bytes of a logo or a theme: both are part of every page


class Appearance(NamedTuple):
    """What all pages of a gate have in common. `logo` is an address that holds all of it, or empty;
    `theme` is the operator's style, which comes after ours."""

    app: str
    theme: str = ""
    logo: str = ""

    @classmethod
    def of(cls, settings: Settings) -> "Appearance":
        """That of a gate.

        Raises:
            SettingsError: a file in the directory of COGNITO_GATE_TEMPLATES cannot be used.
        """
        own = Path(settings.templates) if settings.templates else None
        app = settings.app_name or urlsplit(settings.redirect_url).hostname or ""
        return cls(app, _theme(own), _logo(own))

    def frame(self) -> Frame:
        """What the gate's own pages have in common."""
        return _frame(self)

    def style(self, file: Path) -> str:
        """The style of a kind of page: the design, what `file` adds, and the theme."""
        style = _read(OURS / "design.css") + _read(file) + self.theme
        return re.sub(r"/\*.*?\*/\s*", "", style, flags=re.DOTALL).rstrip("\n")


@lru_cache(16)
def _frame(look: Appearance) -> Frame:
    return Frame(look.app, look.style(OURS / "page.css"), look.logo)


@cache
def _read(file: Path) -> str:
    return file.read_text("utf-8")


def wrong_file(name: str, problem: str) -> SettingsError:
    """A file of the operator's directory that cannot be used."""
    return SettingsError({"COGNITO_GATE_TEMPLATES": f"holds {name}, {problem}"})


def _theme(own: Path | None) -> str:
    theme = _own_bytes(own, THEME)
    try:
        text = theme.decode("utf-8")
    except UnicodeDecodeError as error:
        raise wrong_file(THEME, f"which is not UTF-8: {error}") from error
    if "</style" in text.lower():
        raise wrong_file(THEME, "which holds </style>")
    return text


def _logo(own: Path | None) -> str:
    found = {name: content for name in LOGOS if (content := _own_bytes(own, name))}
    if len(found) > 1:
        raise wrong_file(" and ".join(found), "of which only one can be shown")
    for name, content in found.items():
        if not (
            content.startswith(b"\x89PNG\r\n\x1a\n") if name == "logo.png" else b"<svg" in content
        ):
            raise wrong_file(name, "which is no such picture")
        return f"data:{LOGOS[name]};base64,{b64encode(content).decode()}"
    return ""


def _own_bytes(own: Path | None, name: str) -> bytes:
    """What is in a file of the operator's directory; empty where there is none."""
    if own is None or not (own / name).exists():
        return b""
    try:
        content = (own / name).read_bytes()
    except OSError as error:
        raise wrong_file(name, f"which cannot be read: {error}") from error
    if len(content) > _MAX_FILE_BYTES:
        raise wrong_file(name, f"which has {len(content)} bytes; {_MAX_FILE_BYTES} is the most")
    return content
