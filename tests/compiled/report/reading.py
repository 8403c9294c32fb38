"""What a reader finds in the report, by programs that know nothing of how it was written."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import lxml.html
from docx import Document
from docx.table import Table, _Cell
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


def items_in_word(content: bytes, layout: str = "門真型") -> list[Item]:
    """Return the items of a report in Word, in order."""
    return list(_READERS[layout](content))


def _blocks(content: bytes) -> Iterator[Item]:
    """Yield the items of 門真型: a table for each section, a row for each item."""
    for table in Document(io.BytesIO(content)).tables:
        head = [p for p in table.rows[0].cells[0].paragraphs if _style(p) in ("注", "節の見出し")]
        if not head or _style(head[-1]) != "節の見出し":
            continue
        sections = tuple(p.text.split("　", 1)[1] for p in head)
        for row in table.rows[1:]:
            owner, block = row.cells[0], row.cells[1]
            number, departments = (p.text for p in owner.paragraphs)
            cells = [list(_cells(table)) for table in block.tables]
            heads = [p for cell in cells[0] for p in cell.paragraphs]
            (title,) = [p.text for p in heads if _style(p) == "取組の見出し"]
            above = tuple(p.text for p in heads if _style(p) == "注")
            answers = [dict(pair for cell in reply for pair in _said(cell)) for reply in cells]
            yield Item(
                number, title, (*sections, *above), [{"担当課": departments} | a for a in answers]
            )


def _rows(content: bytes) -> Iterator[Item]:
    """Yield the items of 一覧型: a row for each reply."""
    headings: dict[int, str] = {}
    for block in Document(io.BytesIO(content)).iter_inner_content():
        if isinstance(block, Paragraph):
            if _style(block).startswith("Heading"):
                headings[int(_style(block)[-1])] = block.text
            continue
        labels = [cell.text for cell in block.rows[0].cells]
        for row in block.rows[1:]:
            first, *prose, chosen = row.cells
            number, title = first.paragraphs[0].text.split("　", 1)
            texts = dict(zip(labels[1:-1], (cell.text for cell in prose), strict=True))
            said = {"担当課": first.paragraphs[1].text} | texts | dict(_said(chosen))
            section = headings[2].rpartition("　")[0]
            yield Item(number, title, (headings.get(1, ""), section), [said])


def _tables(content: bytes) -> Iterator[Item]:
    """Yield the items of 縦型: a heading and a table of label and text for each reply."""
    found: list[Item] = []
    headings: dict[int, str] = {}
    for block in Document(io.BytesIO(content)).iter_inner_content():
        if isinstance(block, Paragraph):
            if _style(block).startswith("Heading"):
                level = int(_style(block)[-1])
                headings = {n: text for n, text in headings.items() if n < level}
                headings[level] = block.text
            elif _style(block) == "取組":
                number, title = block.text.split("\t", 1)
                found.append(Item(number, title, tuple(headings.values()), []))
        elif found:
            found[-1].answers.append({row.cells[0].text: row.cells[1].text for row in block.rows})
    yield from found


_READERS = {"門真型": _blocks, "一覧型": _rows, "縦型": _tables}


def _style(paragraph: Paragraph) -> str:
    assert paragraph.style
    return str(paragraph.style.name)


def _cells(table: Table) -> Iterator[_Cell]:
    """Yield each cell once, also one that is as wide as several columns."""
    for row in table.rows:
        yield from {id(cell._tc): cell for cell in row.cells}.values()


def _said(cell: _Cell) -> Iterator[tuple[str, str]]:
    """Yield label and text of what stands in a cell; what is no answer is 回答状況."""
    head, *rest = [p for p in cell.paragraphs if p.text or len(cell.paragraphs) == 1]
    if _style(cell.paragraphs[-1]) == "取組の見出し":
        return
    if _style(head) == "表の見出し" and not rest:
        yield "担当課", head.text
        return
    if _style(head) == "表の見出し":
        yield head.text.removeprefix("■"), "\n".join(p.text for p in rest)
        return
    for paragraph in (p for p in cell.paragraphs if p.text):
        label, mark, text = paragraph.text.removeprefix("■").partition("　")
        yield (label, text) if paragraph.text.startswith("■") else ("回答状況", label + mark + text)


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
