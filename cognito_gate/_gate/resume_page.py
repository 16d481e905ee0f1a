"""The page on which somebody sends a form that was kept for them, or discards it.

Knows how the form is repeated: the same address and fields, from a page of the same origin. Shows
where it goes, and nothing of what was typed: others may be looking.
"""

from .exchange import Exchange
from .gate_pages import home, language
from .kept_forms import KeptForm
from .messages import Headers, Respond
from .protocol import pages

MAX_SHOWN_CHARS = 100


def show(exchange: Exchange, form: KeptForm, headers: Headers) -> Respond:
    """The page as a response."""
    catalog = exchange.context.languages.catalogs[language(exchange)]
    settings, app = exchange.settings, exchange.context.look.app
    path = form.target.partition("?")[0]
    shown = path if len(path) <= MAX_SHOWN_CHARS else f"{path[:MAX_SHOWN_CHARS]}…"
    # The app may answer a form with a redirect to any site, such as a payment's; browsers hold
    # that against this page's form-action, too.
    ways = "'self' https:" if settings.secure else "'self' https: http:"
    send = pages.Button("", catalog.text("gate.resume.send"))
    discard = pages.Button("discard", catalog.text("gate.resume.discard"))
    page = pages.Page(
        title=catalog.text("gate.resume.title"),
        text=catalog.text("gate.resume.text", path=shown),
        forms=(
            pages.Form(form.target, (send,), ways=ways, fields=form.pairs),
            pages.Form(settings.resume_path, (discard,), ways=ways),
        ),
        links=(pages.Link(home(exchange), catalog.text("page.to_app", app=app)),),
        language=catalog.tag,
        # With no-referrer the form's origin would be `null`, which apps refuse as another site's.
        referrer="same-origin",
    )
    return pages.show(200, page, exchange.context.look.frame(), headers)
