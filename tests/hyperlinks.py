"""The links of a workbook as they are stored: where each leads, whoever wrote them."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

from openpyxl.utils import coordinate_to_tuple

from workflow.returned.readers.openpyxl import open_exactly

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PLACE = re.compile(r"'((?:[^']|'')+)'!([A-Z]+\d+)(?::[A-Z]+\d+)?")

Size = tuple[int, int]
"""Rows and columns."""


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
    sizes = cache(_sizes)  # thousands of links lead to few files
    return [link for link in hyperlinks(path.read_bytes()) if not _leads(path, link, sizes)]


def _leads(path: Path, link: Hyperlink, sizes: Callable[[Path], Mapping[str, Size]]) -> bool:
    target = path.parent / unquote(link.file) if link.file else path
    if not target.is_file():
        return False
    if not link.place:
        return True
    match = _PLACE.fullmatch(link.place)
    if match is None:
        return False
    row, column = coordinate_to_tuple(match[2])
    rows, columns = sizes(target).get(match[1].replace("''", "'"), (0, 0))
    return row <= rows and column <= columns


def _sizes(path: Path) -> Mapping[str, Size]:
    """Return how many rows and columns each sheet of a workbook has."""
    sheets = open_exactly(path.read_bytes()).worksheets
    return {sheet.title: (sheet.max_row, sheet.max_column) for sheet in sheets}


def _targets(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    if part not in archive.namelist():
        return {}
    relations = ElementTree.parse(io.BytesIO(archive.read(part))).getroot()
    return {
        relation.get("Id", ""): posixpath.join(relation.get("Target", ""))
        for relation in relations
        if relation.get("Type", "").endswith("/hyperlink")
    }
