"""What a reader finds in the report, by programs that know nothing of how it was written."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import lxml.html
from docx import Document
from docx.table import _Cell, _Row
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
    """Yield the items of 門真型: a table for each section, some rows for each item."""
    for table in Document(io.BytesIO(content)).tables:
        first, *rows = [list(_own_cells(row)) for row in table.rows]
        head = [p for p in first[0].paragraphs if _style(p) in ("注", "節の見出し")]
        if not head or _style(head[-1]) != "節の見出し":
            continue
        sections = tuple(p.text.split("　", 1)[1] for p in head)
        for item in _grouped(rows):
            owner, titles = item[0][0].paragraphs, item[0][1].paragraphs
            number, departments = (p.text for p in owner)
            (title,) = [p.text for p in titles if _style(p) == "取組の見出し"]
            above = tuple(p.text for p in titles if _style(p) == "注")
            yield Item(number, title, (*sections, *above), _replies(item[1:], departments))


def _own_cells(row: _Row) -> Iterator[_Cell]:
    """Yield the cells of a row itself: one that goes down from above is blank."""
    yield from (_Cell(cell, row.table) for cell in row._tr.tc_lst)


def _grouped(rows: list[list[_Cell]]) -> list[list[list[_Cell]]]:
    """Return the rows of each item: it begins where somebody is named beside it."""
    items: list[list[list[_Cell]]] = []
    for cells in rows:
        if cells[0].text:
            items.append([])
        items[-1].append(cells)
    return items


def _replies(rows: list[list[_Cell]], departments: str) -> Answers:
    """Return what each reply says; a row without text ends it."""
    replies: Answers = [{"担当課": departments}]
    labels: list[str] = []
    for _, *cells in rows:
        texts = [cell.text for cell in cells]
        if not any(texts):
            replies.append({"担当課": departments})
        elif all(_style(cell.paragraphs[0]) == "表の見出し" for cell in cells):
            labels = [text.removeprefix("■") for text in texts if text.startswith("■")]
            replies[-1] |= {} if labels else {"担当課": texts[0]}
        elif labels:
            replies[-1] |= dict(zip(labels, texts, strict=True))
            labels = []
        else:
            replies[-1] |= {label: text for cell in cells for label, text in _labelled_texts(cell)}
    return replies[:-1]


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
            values = {"担当課": first.paragraphs[1].text} | texts | dict(_labelled_texts(chosen))
            section = headings[2].rpartition("　")[0]
            yield Item(number, title, (headings.get(1, ""), section), [values])


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


def _labelled_texts(cell: _Cell) -> Iterator[tuple[str, str]]:
    """Yield label and text of what stands in a cell; what is no answer is 回答状況."""
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
