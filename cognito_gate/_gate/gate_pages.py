"""The gate's own pages in the visitor's language, and which language that is.

Knows where the texts of each page are in the catalogs. Must not know why a page is shown.
"""

from typing import NamedTuple

from .exchange import Exchange
from .messages import Headers, Respond
from .protocol import pages, paths
from .records import Sentence

_UNKNOWN = "error"


class GatePage(NamedTuple):
    """A page by its texts: `gate.<name>.title`, and `gate.<name>.<text>` with its `values`.

    `links` are addresses, each with the id of its text: first the way on, then the ways out.
    `onward` follows the first by itself. `script` is the file of the one script of the page.
    `picked`: a language that the visitor picked counts, for which the request's cookies and query
    are read.
    """

    name: str
    text: str = "text"
    values: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    onward: bool = False
    script: str = ""
    picked: bool = True


def language(exchange: Exchange, *, picked: bool = True) -> str:
    """The language that the visitor picked on a page of the gate, else the browser's."""
    accepted = b",".join(exchange.incoming.values(b"accept-language"))
    return exchange.context.languages.choose(accepted, _picked(exchange) if picked else "")


def _picked(exchange: Exchange) -> str:
    """By the gate's own addresses: what `lang` means to the app is the app's business."""
    ours = exchange.incoming.path.startswith(f"{exchange.settings.prefix}/")
    asked = exchange.asked("lang") if ours else ""
    return asked or exchange.jar.get(exchange.context.names.language, [""])[0]


def show(exchange: Exchange, status: int, page: GatePage, headers: Headers = ()) -> Respond:
    """A page as a response."""
    catalog = exchange.context.languages.catalogs[language(exchange, picked=page.picked)]
    known = f"gate.{page.name}.title" in catalog.texts
    name, text = (page.name, page.text) if known else (_UNKNOWN, "text")
    app, quoted = exchange.context.look.app, quoted_id(exchange, status)
    shown = pages.Page(
        title=catalog.text(f"gate.{name}.title"),
        text=catalog.said(Sentence(f"gate.{name}.{text}", values=page.values), app=app),
        links=tuple(
            pages.Link(address, catalog.text(label, app=app)) for address, label in page.links
        ),
        onward=page.onward,
        script=page.script,
        language=catalog.tag,
        note=catalog.text("page.request_id", id=quoted) if quoted else "",
    )
    return pages.show(status, shown, exchange.context.look.frame(), headers)


def home(exchange: Exchange) -> str:
    """The address of the app's front page. What a server calls the mount may come from a header."""
    return paths.safe_return(f"{exchange.incoming.mount}/", exchange.context.routes)


def quoted_id(exchange: Exchange, status: int) -> str:
    """The request's id where whoever reads a page may have to ask its operators; else empty."""
    return exchange.request_id if status == 403 or status >= 500 else ""


def onward(exchange: Exchange, target: str, headers: Headers) -> Respond:
    """A page that goes on to `target` at once, as a navigation of this site."""
    page = GatePage("signed_in", links=((target, "page.continue"),), onward=True)
    return show(exchange, 200, page, headers)


def to_login(exchange: Exchange, login: str, headers: Headers) -> Respond:
    """A page that goes on to `login` at once, with what stands behind the # of its address."""
    links = ((login, "page.continue"),)
    page = GatePage("to_login", links=links, onward=True, script="fragment.js")
    return show(exchange, 401, page, (("www-authenticate", "Bearer"), *headers))


def window_done(exchange: Exchange) -> Respond:
    """The page on which a window ends that was opened for a sign-in, and that closes by itself."""
    return show(exchange, 200, GatePage("window_done", script="window.js"))


def signed_out(exchange: Exchange, login: str) -> Respond:
    """The page to return to after sign-out; its link leads to `login`."""
    return show(exchange, 200, GatePage("signed_out", links=((login, "gate.signed_out.label"),)))
