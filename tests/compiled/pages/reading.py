"""A page as a program sees it: its elements, its texts, where it leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from workflow.compiled.compilation import Compilation
from workflow.compiled.pages.overview import overview_page

_VOID = {"meta", "br"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    inside: tuple[str, ...]
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in it and in what stands in it."""
        return "".join(self.texts)


class Page(HTMLParser):
    """A page read from its bytes; it must be well nested."""

    def __init__(self, content: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(content.decode())
        self.close()
        assert not self._open, [element.tag for element in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        inside = tuple(element.tag for element in self._open)
        element = Element(tag, dict(attrs), inside)
        assert len(element.attributes) == len(attrs), f"{tag} has an attribute twice"
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.texts.append(data)

    def all(self, tag: str) -> list[Element]:
        return [element for element in self.elements if element.tag == tag]

    def one(self, tag: str) -> Element:
        (element,) = self.all(tag)
        return element

    def of_class(self, name: str) -> list[Element]:
        return [e for e in self.elements if name in (e.attributes.get("class") or "").split()]

    def by_id(self, name: str) -> Element:
        (element,) = (e for e in self.elements if e.attributes.get("id") == name)
        return element

    @property
    def ids(self) -> list[str]:
        return [value for e in self.elements if (value := e.attributes.get("id")) is not None]

    @property
    def hrefs(self) -> list[str]:
        return [value for e in self.elements if (value := e.attributes.get("href")) is not None]

    @property
    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        """What elements there are and what attributes they have, whatever stands in them."""
        return [(e.tag, tuple(e.attributes)) for e in self.elements]


def overview_of(compilation: Compilation, beside: Mapping[str, str] | None = None) -> Page:
    """Return the overview of a round, read back."""
    return Page(overview_page(compilation, beside or {}))
