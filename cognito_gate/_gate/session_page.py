"""The page on which a visitor sees their sessions and ends them, and the same as JSON.

Knows what it says, in the visitor's language. Must not know how sessions are found or ended.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from ..settings import web_origin
from .catalog import Catalog
from .exchange import Exchange
from .gate_pages import home, language
from .messages import Headers, Respond
from .protocol import pages
from .protocol.user_sessions import Lack, UserSession
from .sessions.interface import Listed

MAX_SHOWN = 20
"""Of a user's other sessions on the page, those used last. JSON has all."""
MAX_DEVICE_CHARS = 60
Others: TypeAlias = tuple[UserSession, ...] | Lack | Literal["off"]
"""The sessions on other devices, or why they are not known."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What there is to show. Times are Unix time; `everywhere`: Cognito can be asked to end all
    sessions with this one's token; `lasting`: for how many seconds an access token counts.
    `stored` are the user's other sessions here, where sessions are in a store."""

    name: str
    since: float
    until: float
    others: Others
    everywhere: bool
    lasting: float
    stored: tuple[Listed, ...] | None = None


def as_json(exchange: Exchange, shown: Shown, headers: Headers) -> Respond:
    """For programs. What is not known is null, with the reason beside it."""
    idle, others = exchange.settings.idle_seconds, shown.others
    listed = [_as_record(one) for one in others] if isinstance(others, tuple) else None
    if shown.stored is not None:
        listed, others = [_as_stored(one) for one in shown.stored], ()
    content: dict[str, Any] = {
        "this": {"since": int(shown.since), "until": int(shown.until), "idle_seconds": idle},
        "others": listed,
        "others_unknown": others if isinstance(others, str) else None,
        "can_end_everywhere": shown.everywhere,
    }
    return pages.show_json(200, content, headers)


def _as_stored(one: Listed) -> dict[str, Any]:
    return {
        "id": one.id,
        "created_at": one.began,
        "active_at": one.used_at,
        "until": one.ends_at,
        "device": one.agent,
    }


def _as_record(one: UserSession) -> dict[str, Any]:
    return {
        "id": one.id or None,
        "type": one.kind,
        "created_at": one.created_at,
        "active_at": one.active_at,
        "device": one.device,
    }


def as_page(exchange: Exchange, shown: Shown, headers: Headers) -> Respond:
    """For people."""
    catalog = exchange.context.languages.catalogs[language(exchange)]
    app, prefix = exchange.context.look.app, exchange.settings.prefix

    def text(key: str, **values: object) -> str:
        return catalog.text(f"gate.sessions.{key}", **values)

    facts = [
        pages.Fact(text("since"), _time(shown.since)),
        pages.Fact(text("until"), _time(shown.until)),
    ]
    if exchange.settings.idle_seconds:
        facts.append(pages.Fact(text("idle"), _minutes(catalog, exchange.settings.idle_seconds)))
    page = pages.Page(
        title=text("title"),
        text=text("text", name=shown.name),
        sections=(
            pages.Section(text("this"), facts=tuple(facts)),
            _others(catalog, shown) if shown.stored is None else _stored(catalog, shown.stored),
        ),
        forms=(
            pages.Form(
                f"{prefix}/sessions",
                (
                    pages.Button("this", text("end_this")),
                    pages.Button("everywhere", text("end_all")),
                    *_ends(catalog, shown.others),
                    *_ends_stored(catalog, shown.stored or ()),
                ),
                "" if shown.everywhere else text("only_here"),
                _ways(exchange),
            ),
        ),
        links=(pages.Link(home(exchange), catalog.text("page.to_app", app=app)),),
        language=catalog.tag,
    )
    return pages.show(200, page, exchange.context.look.frame(), headers)


def _others(catalog: Catalog, shown: Shown) -> pages.Section:
    others = shown.others
    title = catalog.text("gate.sessions.others")
    if isinstance(others, str):
        return pages.Section(title, catalog.text(f"gate.sessions.others_{others}"))
    if not others:
        return pages.Section(title, catalog.text("gate.sessions.others_none"))
    lasting = _minutes(catalog, int(shown.lasting))
    return pages.Section(
        title,
        catalog.text("gate.sessions.end_other_note", time=lasting),
        facts=tuple(
            pages.Fact(_device(catalog, one.device), _time(one.active_at)) for one in others
        ),
    )


def _ends(catalog: Catalog, others: Others) -> Iterator[pages.Button]:
    """A button for each session that can be named to Cognito."""
    for one in others if isinstance(others, tuple) else ():
        if one.id:
            device, time = _device(catalog, one.device), _time(one.active_at)
            label = catalog.text("gate.sessions.end_other", device=device, time=time)
            yield pages.Button(one.id, label)


def _stored(catalog: Catalog, stored: tuple[Listed, ...]) -> pages.Section:
    title = catalog.text("gate.sessions.others")
    if not stored:
        return pages.Section(title, catalog.text("gate.sessions.others_none"))
    return pages.Section(
        title,
        facts=tuple(
            pages.Fact(f"{number}. {_device(catalog, one.agent)}", _time(one.used_at))
            for number, one in enumerate(stored[:MAX_SHOWN], 1)
        ),
    )


def _ends_stored(catalog: Catalog, stored: tuple[Listed, ...]) -> Iterator[pages.Button]:
    """A button for each session in the store."""
    for number, one in enumerate(stored[:MAX_SHOWN], 1):
        device = _device(catalog, one.agent)
        label = catalog.text("gate.sessions.end_one", number=number, device=device)
        yield pages.Button(one.id, label)


def _device(catalog: Catalog, name: str) -> str:
    return name[:MAX_DEVICE_CHARS] or catalog.text("gate.sessions.unnamed")


def _ways(exchange: Exchange) -> str:
    """Where a sign-out may lead: browsers hold redirects to a page's form-action, too."""
    settings = exchange.settings
    away = {settings.domain_origin, web_origin(settings.logout_url)} - {"", settings.app_origin}
    return " ".join(["'self'", *sorted(away)])


def _time(at: float) -> str:
    """A page without a script does not know the visitor's time zone."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC") if at else "-"


def _minutes(catalog: Catalog, seconds: int) -> str:
    return catalog.text("time.minutes", n=-(-seconds // 60))
