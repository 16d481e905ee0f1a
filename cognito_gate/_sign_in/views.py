"""Our own sign-in pages, in the visitor's language: what a page is told -> an HTML answer.

A door to jinja2. Knows words and looks; must not know why a page is shown. Nothing external is
loaded, one script of ours runs, everything put into a page is escaped, no page is ever stored.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from traceback import extract_tb
from types import MappingProxyType, SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
    TemplateError,
)

from .._gate.appearance import LOGOS, OURS, THEME, Appearance, wrong_file
from .._gate.catalog import Catalog, first_upper
from .._gate.languages import Languages
from .._gate.messages import Headers, Respond
from .._gate.protocol.pages import source
from .._gate.records import Sentence
from ..settings import Settings, web_origin
from . import error_places
from .records import View

PAGES = OURS / "sign_in"


def _example(table: Mapping[str, Any]) -> Mapping[str, Any]:
    facts: dict[str, Any] = {
        key: tuple(fact) if isinstance(fact, list) else fact for key, fact in table.items()
    }
    if "policy" in facts:
        length, rules = facts["policy"]["length"], tuple(facts["policy"]["rules"])
        facts["policy"] = SimpleNamespace(length=length, rules=rules)
    return facts


SAMPLES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        screen: _example(table)
        for screen, table in tomllib.loads((PAGES / "samples.toml").read_text("utf-8")).items()
    }
)
"""Each screen, and an example of its facts."""

# Where a screen's forms go, where that is not the screen's own name; "" for what its facts say.
_ACTIONS = dict.fromkeys(("code", "choose", "password", "passkey"), "/mfa") | {
    "passkey-setup": "/account",
    "totp-setup": "",
}
_SUFFIXES = {".html", ".css", ".js", ".svg", ".png"}


class Views:
    """The pages of a gate, compiled and ready.

    Raises:
        SettingsError: a file in the directory of COGNITO_GATE_TEMPLATES cannot be used.

    Example::

        views = Views(settings, languages, Appearance.of(settings))
        return views.show(View(screen="forgot", token=token), languages.choose(b"de-AT", ""))
    """

    def __init__(self, settings: Settings, languages: Languages, look: Appearance) -> None:
        own = Path(settings.templates) if settings.templates else None
        self._catalogs = languages.catalogs
        self._default = languages.catalogs[languages.tags[0]]
        style, script = look.style(PAGES / "sign_in.css"), _script()
        # Browsers hold redirects to form-action, too, and signing out may lead through Cognito.
        away = {settings.domain_origin, web_origin(settings.logout_url)}
        ways = " ".join(sorted(away - {"", settings.app_origin}))
        self._headers = _headers(style, script, images=bool(look.logo), away=ways)
        self._prefix, self._kind = settings.prefix, settings.sign_in
        self._fixed = {
            "app": look.app,
            "kind": self._kind,
            "prefix": settings.prefix,
            "style": style,
            "script": script,
            "logo": look.logo,
        }
        self._templates = _compiled(own) if own else _built_in()
        if own:
            self._try_out(own)

    def show(self, view: View, language: str, headers: Headers = (), status: int = 200) -> Respond:
        """A page as an answer. A language that is not offered becomes the default one."""
        catalog = self._catalogs.get(language, self._default)
        html = self._templates[view.screen].render(self._context(view, catalog))
        head = (*self._headers, ("content-language", catalog.tag), *headers)
        return Respond(status, head, html.encode("utf-8", "replace"))

    def _context(self, view: View, catalog: Catalog) -> dict[str, Any]:
        prefix, facts = self._prefix, view.facts
        places = error_places.place(view, self._kind)
        onward = {"next": view.return_to} if view.return_to != "/" else {}
        usual = {"who": catalog.text(f"field.{self._kind}")}
        if "policy" in facts:
            usual["length"] = str(facts["policy"].length)

        def at(path: str) -> str:
            return f"{prefix}{path}?{urlencode(onward)}" if onward else f"{prefix}{path}"

        def said(words: Sentence) -> str:
            return catalog.said(words, **usual)

        return {
            **self._fixed,
            "view": view,
            "facts": facts,
            "message": places.above,
            "errors": places.beside,
            "troubled": places.mistake,
            # A code that was right is kept when only the password was not.
            "kept_code": "" if "code" in places.beside else view.typed.get("code", ""),
            "text": catalog.text,
            "attribute": catalog.attribute,
            "said": said,
            "at": at,
            "here": prefix + (_ACTIONS.get(view.screen, f"/{view.screen}") or facts["action"]),
            "language": catalog.tag,
            "languages": [*self._others(catalog, onward)],
        }

    def _others(
        self, catalog: Catalog, onward: Mapping[str, str]
    ) -> Iterator[tuple[str, str, str]]:
        """The other languages: tag, name, and this page's address in it."""
        for tag, other in self._catalogs.items():
            if tag != catalog.tag:
                yield tag, other.text("language.name"), "?" + urlencode({"lang": tag, **onward})

    def _try_out(self, own: Path) -> None:
        """Show every page once in every language, so that what is wrong is known at the start."""
        trouble = {"code": Sentence("error.field.missing"), "email": Sentence("error.field.email")}
        for screen, facts in SAMPLES.items():
            calm = View(screen=screen, facts=facts, typed={"username": "ada"})
            troubled = replace(
                calm,
                error=Sentence("error.input"),
                notice=Sentence("notice.code_sent"),
                field_errors=trouble,
            )
            for catalog in self._catalogs.values():
                for view in (calm, troubled):
                    told = self._context(view, catalog) | {"text": catalog.exactly}
                    try:
                        self._templates[screen].render(told)
                    except Exception as error:
                        name = _culprit(error, own) or f"{screen}.html"
                        problem = f"which cannot be shown: {type(error).__name__}: {error}"
                        raise wrong_file(name, problem) from error


def _culprit(error: Exception, own: Path) -> str:
    """The operator's file that an error came out of; jinja2 puts templates into tracebacks."""
    frames = reversed(extract_tb(error.__traceback__))
    files = (Path(frame.filename) for frame in frames)
    return next((file.name for file in files if file.parent == own), "")


@cache
def _built_in() -> dict[str, Template]:
    """Our own templates, compiled once, however many gates a process has."""
    return _compiled(None)


def _compiled(own: Path | None) -> dict[str, Template]:
    """The template of each screen: the operator's, which may extend "ours/<name>", or ours."""
    ours = PackageLoader("cognito_gate", "templates/sign_in")
    loaders: list[BaseLoader] = [ours, PrefixLoader({"ours": ours})]
    if own:
        loaders.insert(0, FileSystemLoader(own))
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["first_upper"] = first_upper
    for name in _own_templates(own, ours) if own else ():
        try:
            environment.get_template(name)
        except (TemplateError, OSError, ValueError) as error:
            raise wrong_file(name, f"which is no template: {error}") from error
    return {screen: environment.get_template(f"{screen}.html") for screen in SAMPLES}


def _own_templates(own: Path, ours: PackageLoader) -> Iterator[str]:
    """The operator's templates. A file that would have no effect is a mistake."""
    pages = {name for name in ours.list_templates() if name.endswith(".html")}
    known = {*pages, *LOGOS, THEME}
    for file in sorted(own.iterdir()):
        partial = file.suffix == ".html" and file.name.startswith("_")
        if file.suffix in _SUFFIXES and file.name not in known and not partial:
            raise wrong_file(
                file.name, f"which has no effect; there are {', '.join(sorted(known))}"
            )
        if file.suffix == ".html":
            yield file.name


def _script() -> str:
    script = (PAGES / "sign_in.js").read_text("utf-8")
    return re.sub(r"^ *//.*\n", "", script, flags=re.MULTILINE)


def _headers(style: str, script: str, *, images: bool, away: str) -> Headers:
    policy = (
        f"default-src 'none'; style-src {source(style)}; script-src {source(script)}; "
        f"{'img-src data:; ' if images else ''}"
        f"base-uri 'none'; form-action 'self'{away and ' ' + away}; frame-ancestors 'none'"
    )
    return (
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("content-security-policy", policy),
        ("x-content-type-options", "nosniff"),
        # no-referrer would make browsers send `Origin: null` with our own forms (Fetch, 3.2).
        ("referrer-policy", "same-origin"),
    )
