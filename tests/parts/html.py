"""A page read into its elements, by the standard library's parser and nothing of the gate's."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "hr", "img", "input", "link", "meta", "path"}


@dataclass(slots=True)
class Element:
    """One element: what it holds as text, and the elements around it."""

    tag: str
    attributes: dict[str, str]
    around: tuple["Element", ...]
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")


class Page(HTMLParser):
    """All elements of a page, in order. An attribute twice or an end too many is an error."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.all: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        assert len(found) == len(attrs), f"<{tag}> has an attribute twice"
        self.all.append(Element(tag, found, tuple(self._open)))
        if tag not in VOID:
            self._open.append(self.all[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.words.append(data)

    def every(self, tag: str, **attributes: str) -> list[Element]:
        """The elements of a tag with these attributes (`_` in a name stands for `-`)."""
        wanted = {name.strip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.all
            if element.tag == tag and wanted.items() <= element.attributes.items()
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        [found] = self.every(tag, **attributes)
        return found

    def shown_fields(self) -> list[Element]:
        """What a person can fill in."""
        return [
            element
            for element in self.every("input")
            if element.get("type") != "hidden" and "hidden" not in element.attributes
        ]

    def sent(self, form: Element) -> dict[str, str]:
        """The hidden fields that go with a form."""
        return {
            element.get("name"): element.get("value")
            for element in self.every("input", type="hidden")
            if form in element.around
        }
