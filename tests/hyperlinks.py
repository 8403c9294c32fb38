"""The links of a workbook as they are stored: where each leads, whoever wrote them."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

from openpyxl import Workbook
from openpyxl.utils import coordinate_to_tuple

from workflow.returned.readers.openpyxl import open_exactly

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PLACE = re.compile(r"'((?:[^']|'')+)'!([A-Z]+\d+)(?::[A-Z]+\d+)?")


@dataclass(frozen=True, slots=True)
class Hyperlink:
    """One link: the cell it is on, the file it leads to ("" for its own) and the place there."""

    sheet: str
    cell: str
    file: str
    place: str


def hyperlinks(content: bytes) -> Iterator[Hyperlink]:
    """Yield every link of a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [sheet.title for sheet in open_exactly(content).worksheets]
        for number, name in enumerate(names, start=1):
            part = f"xl/worksheets/sheet{number}.xml"
            targets = _targets(archive, f"xl/worksheets/_rels/sheet{number}.xml.rels")
            for link in ElementTree.fromstring(archive.read(part)).iter(f"{_MAIN}hyperlink"):
                file = targets.get(link.get(_ID, ""), "")
                yield Hyperlink(name, link.get("ref", ""), file, link.get("location", ""))


def dead_links(path: Path) -> list[Hyperlink]:
    """Return the links that lead to no sheet, cell or file."""
    books = {path: open_exactly(path.read_bytes())}
    return [link for link in hyperlinks(path.read_bytes()) if not _leads(path, link, books)]


def _leads(path: Path, link: Hyperlink, books: dict[Path, Workbook]) -> bool:
    target = path.parent / unquote(link.file) if link.file else path
    if not target.is_file():
        return False
    if not link.place:
        return True
    match = _PLACE.fullmatch(link.place)
    if match is None:
        return False
    book = books.setdefault(target, open_exactly(target.read_bytes()))
    sheet = match[1].replace("''", "'")
    return sheet in book.sheetnames and _holds(book, sheet, match[2])


def _holds(book: Workbook, sheet: str, cell: str) -> bool:
    row, column = coordinate_to_tuple(cell)
    return bool(row <= book[sheet].max_row and column <= book[sheet].max_column)


def _targets(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    if part not in archive.namelist():
        return {}
    relations = ElementTree.parse(io.BytesIO(archive.read(part))).getroot()
    return {
        relation.get("Id", ""): posixpath.join(relation.get("Target", ""))
        for relation in relations
        if relation.get("Type", "").endswith("/hyperlink")
    }
