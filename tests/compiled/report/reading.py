"""What a reader finds in the report, by programs that know nothing of how it was written."""

from __future__ import annotations

import io
from dataclasses import dataclass

import lxml.html
from docx import Document
from docx.table import Table
from docx.text.paragraph import Paragraph

Answers = list[dict[str, str]]
"""One label → text for each reply to an item."""


@dataclass(frozen=True)
class Item:
    """An item as it stands in the report, with the headings above it."""

    id: str
    title: str
    headings: tuple[str, ...]
    answers: Answers


def items_in_word(content: bytes) -> list[Item]:
    """Return the items of a report in Word, in order."""
    found: list[Item] = []
    headings: dict[int, str] = {}
    for block in Document(io.BytesIO(content)).iter_inner_content():
        if isinstance(block, Paragraph):
            assert block.style
            if block.style.name.startswith("Heading"):
                level = int(block.style.name[-1])
                headings = {n: text for n, text in headings.items() if n < level}
                headings[level] = block.text
            elif block.style.name == "取組":
                number, title = block.text.split("\t", 1)
                found.append(Item(number, title, tuple(headings.values()), []))
        elif isinstance(block, Table) and found:
            found[-1].answers.append({row.cells[0].text: row.cells[1].text for row in block.rows})
    return found


def items_in_page(content: bytes) -> list[Item]:
    """Return the items of one page of the report, in order."""
    page = lxml.html.fromstring(content.decode())
    (heading,) = page.iter("h1")
    found: list[Item] = []
    for article in page.iter("article"):
        (number,) = article.find_class("id")
        (title,) = article.find_class("item-title")
        answers = [
            {str(dt.text): str(dt.getnext().text) for dt in answered.iter("dt")}
            for answered in article.find_class("answers")
        ]
        found.append(Item(str(number.text), str(title.text), (str(heading.text),), answers))
    return found
