"""The parts of an Office Open XML workbook, found through their relationships, not their names."""

from __future__ import annotations

import io
import math
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from copy import copy
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from workflow.excel.xlsx.references import area_of, cell_index
from workflow.excel.xlsx.xml import MAIN, parsed
from workflow.model.raw import CELL_NAME_PREFIX, Area, NamedAreas
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from lxml.etree import _Element

_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ONE_CELL = lazy_pattern(r"(?:'((?:[^']|'')+)'|([^'!]+))!(\$?[A-Z]{1,3}\$?[0-9]{1,7})")
_BLOCK = lazy_pattern(
    r"(?:'((?:[^']|'')+)'|([^'!,]+))!(\$?[A-Z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Z]{1,3}\$?[0-9]{1,7})?)"
)
_WITHOUT_CELLS = frozenset({"chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"})
_SMALL = 10_000  # bytes: what is longer is looked at anew each time, so nobody fills the memory
_HEADER = struct.Struct("<4s2xHH16xHH")  # magic, flags, method and the lengths of name and extra
_MAGIC = b"PK\x03\x04"
_COMPOUND_FILE = bytes.fromhex("D0CF11E0A1B11AE1")
_MARKS = 0x80E  # how hard it was packed, sizes behind it, names in UTF-8: none changes the bytes
_MOST_AT_ONCE = 50_000_000
_PIECE = 100_000
_STEP = 4096  # packed bytes at a time: few of them can swell to very many


def is_compound_file(content: bytes) -> bool:
    """Whether some bytes are a compound file (OLE): an .xls, a locked workbook, a .msg."""
    return content.startswith(_COMPOUND_FILE)


def is_container(content: bytes) -> bool:
    """Whether some bytes begin as every workbook does but a flat one: a zip or a compound file."""
    return content.startswith(_MAGIC) or is_compound_file(content)


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a part leads: the last word of the relation's type says how."""

    id: str
    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One sheet as the workbook lists it, and the part it is stored in."""

    name: str
    kind: str
    part: str
    is_hidden: bool = False

    @property
    def holds_cells(self) -> bool:
        """Whether it is made of cells: not one chart, dialog, or macro of Excel 4."""
        return self.kind not in _WITHOUT_CELLS


@dataclass(frozen=True, slots=True)
class NamedCell:
    """A name that stands for one cell of the workbook."""

    name: str
    sheet: str
    place: tuple[int, int]


@dataclass(frozen=True, slots=True)
class WorkbookPart:
    """What the part says; sheets are names with the relations that lead to them."""

    is_workbook: bool
    since_1904: bool
    sheets: tuple[tuple[str, str], ...]
    named: tuple[NamedCell, ...]
    named_areas: NamedAreas
    hidden: frozenset[str] = frozenset()


class Package:
    """A workbook as parts in a zip in memory, each inflated and checked once.

    Parts are known by their folded names: Excel tells none apart by case or by its slashes. Sheets
    longer than longest are never held whole, but read in pieces, and checked while they are.
    """

    def __init__(self, content: bytes, longest: float = math.inf) -> None:
        self._longest = longest
        self.content = content
        self.archive = zipfile.ZipFile(io.BytesIO(content))
        stored = self.archive.infolist()
        self.folded_names = folded_names(tuple(part.orig_filename for part in stored))
        self.parts: Mapping[str, zipfile.ZipInfo] = dict(
            zip(self.folded_names, stored, strict=True)
        )
        self._read: dict[str, bytes] = {}
        self._relations: dict[str, tuple[Relation, ...]] = {}

    @cached_property
    def book(self) -> str:
        """The part of the workbook itself."""
        return self.related("officeDocument") or "xl/workbook.xml"

    @cached_property
    def workbook(self) -> WorkbookPart:
        """What the part of the workbook itself says."""
        stored = self.read(self.book)
        return (_known_workbook_part if len(stored) <= _SMALL else workbook_part)(stored)

    @cached_property
    def sheets(self) -> tuple[SheetPart, ...]:
        """The sheets in the order of the workbook; one whose part is missing is none."""
        targets = {relation.id: relation for relation in self.relations(self.book)}
        listed = [(name, targets.get(relation)) for name, relation in self.workbook.sheets]
        hidden = self.workbook.hidden
        return tuple(
            SheetPart(name, to.kind, to.target, name in hidden) for name, to in listed if to
        )

    @cached_property
    def in_pieces(self) -> frozenset[str]:
        """The parts that are not held whole."""
        if self._longest == math.inf:
            return frozenset()
        sheets = (sheet.part for sheet in self.sheets if sheet.holds_cells)
        return frozenset(s for s in sheets if self.parts[s].file_size > self._longest)

    @property
    def whole_parts(self) -> Mapping[str, zipfile.ZipInfo]:
        """All others."""
        return {name: part for name, part in self.parts.items() if name not in self.in_pieces}

    @cached_property
    def lost(self) -> tuple[str, ...]:
        """The names of the sheets that the workbook lists and does not hold."""
        found = {sheet.name for sheet in self.sheets}
        return tuple(name for name, _ in self.workbook.sheets if name not in found)

    def relations(self, part: str = "") -> tuple[Relation, ...]:
        """Return where a part leads inside the package; without a part, where the package does."""
        if part not in self._relations:
            listed = self._listed_relations(part)
            self._relations[part] = tuple(r for r in listed if r.target in self.parts)
        return self._relations[part]

    def related(self, kind: str, part: str = "") -> str:
        """Return the first part a part leads to in some way; blank when there is none."""
        return next((r.target for r in self.relations(part) if r.kind == kind), "")

    def read(self, part: str) -> bytes:
        """Return the bytes of a part. BadZipFile when they are not those that were packed."""
        if part not in self._read:
            self._read[part] = inflated(self.content, self.archive, self.parts[part])
        return self._read[part]

    def pieces(self, part: str) -> Iterator[bytes]:
        """Yield the bytes of a part. BadZipFile when they are not those that were packed."""
        return _pieces_of(self.archive, self.parts[part], _PIECE)

    def tree(self, part: str) -> _Element:
        """Return an XML part."""
        return parsed(self.read(part))

    def gone(self, part: str) -> frozenset[str]:
        """Return how a part is related to parts that the package does not hold."""
        listed = self._listed_relations(part)
        return frozenset(r.kind for r in listed if r.target not in self.parts)

    def _listed_relations(self, part: str) -> tuple[Relation, ...]:
        folder, name = posixpath.split(part)
        listed = posixpath.join(folder, "_rels", f"{name}.rels")
        if listed not in self.parts:
            return ()
        stored = self.read(listed)
        return (_known_inside if len(stored) <= _SMALL else _inside)(stored, folder)


def _inside(part: bytes, folder: str) -> tuple[Relation, ...]:
    """Return where the relations listed for a part lead inside the package, were it there.

    ValueError when one id leads to two parts: programs differ in which they take.
    """
    found = tuple(
        Relation(
            element.get("Id", ""),
            element.get("Type", "").rpartition("/")[2],
            _folded(posixpath.join("/", folder, element.get("Target", ""))),
        )
        for element in parsed(part)
        if element.get("TargetMode") != "External"
    )
    if len({relation.id for relation in found}) < len(set(found)):
        raise ValueError("two relations of one id")
    return found


_known_inside = lru_cache(maxsize=64)(_inside)
"""Workbooks saved by one program list the same relations to the byte, sheet by sheet."""


@lru_cache(maxsize=1)
def package_in(content: bytes) -> Package:
    """Return the parts of a workbook; whoever asks again for the last one inflates nothing."""
    return Package(content)


def workbook_part(part: bytes) -> WorkbookPart:
    """Return what a workbook says of itself. Whatever this raises says it is broken."""
    book = parsed(part)
    properties = book.find(f"{MAIN}workbookPr")
    return WorkbookPart(
        is_workbook=book.tag == f"{MAIN}workbook",
        since_1904=properties is not None and is_true(properties.get("date1904")),
        sheets=tuple(
            (element.get("name", ""), element.get(_ID, "")) for element in book.iter(f"{MAIN}sheet")
        ),
        named=tuple(_named(book)),
        named_areas=_named_areas(book),
        hidden=frozenset(
            element.get("name", "")
            for element in book.iter(f"{MAIN}sheet")
            if element.get("state", "visible") != "visible"
        ),
    )


_known_workbook_part = lru_cache(maxsize=64)(workbook_part)
"""Forms of as many items have it the same to the byte, until somebody saves them."""


def is_true(stored: str | None) -> bool:
    """Whether an attribute says yes."""
    return stored in ("1", "true", "on")


def _named(book: _Element) -> Iterator[NamedCell]:
    for element in book.iterfind(f"{MAIN}definedNames/{MAIN}definedName"):
        match = _ONE_CELL.fullmatch(element.text or "")
        if match and element.get("localSheetId") is None:
            sheet = (match[1] or match[2]).replace("''", "'")
            yield NamedCell(element.get("name", ""), sheet, cell_index(match[3]))


def _named_areas(book: _Element) -> NamedAreas:
    """Return the blocks that names of ours stand for, those of one sheet among them."""
    found: dict[str, list[tuple[str, Area]]] = {}
    for element in book.iterfind(f"{MAIN}definedNames/{MAIN}definedName"):
        name = element.get("name", "").casefold()
        if name.startswith(CELL_NAME_PREFIX):
            blocks = _BLOCK.finditer(element.text or "")
            found.setdefault(name, []).extend(map(_block, blocks))
    return {name: tuple(dict.fromkeys(blocks)) for name, blocks in found.items()}


def _block(match: re.Match[str]) -> tuple[str, Area]:
    sheet = (match[1] or match[2]).replace("''", "'")
    return sheet, area_of(match[3].replace("$", ""))


@lru_cache(maxsize=64)
def folded_names(stored: tuple[str, ...]) -> tuple[str, ...]:
    """Return each part's name as some reader takes it: by case, cut at a NUL, by its slashes.

    A program gives the parts the same names in every workbook, so what was found is kept.
    """
    return tuple(map(_folded, stored))


def _folded(name: str) -> str:
    return posixpath.normpath(name.split("\0")[0].replace("\\", "/")).lstrip("/").casefold()


def inflated(content: bytes, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """Return a part whose length and checksum are as the zip says. BadZipFile for any other.

    No more is ever inflated than the zip says, whatever was packed.
    """
    stored = _inflated_at_once(content, part)
    return _inflated_in_steps(archive, part) if stored is None else stored


def _inflated_in_steps(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    return b"".join(_pieces_of(archive, part, _STEP))


def _pieces_of(archive: zipfile.ZipFile, part: zipfile.ZipInfo, size: int) -> Iterator[bytes]:
    longer = copy(part)  # by one byte: zipfile cuts off silently what a part has beyond its length
    longer.file_size += 1
    left = part.file_size
    with archive.open(longer) as stream:
        while piece := stream.read(size):
            left -= len(piece)
            yield piece
    if left:
        raise zipfile.BadZipFile(f"{part.filename} is not as long as the zip says")


def _inflated_at_once(content: bytes, part: zipfile.ZipInfo) -> bytes | None:
    """Return a part packed as usual; None leaves it to zipfile.

    zipfile takes ten times as long to look at a small part as zlib to inflate it.
    """
    is_within = part.header_offset + _HEADER.size <= len(content)
    if not is_within or not 0 < part.file_size <= _MOST_AT_ONCE:
        return None
    magic, flags, method, name, extra = _HEADER.unpack_from(content, part.header_offset)
    start = part.header_offset + _HEADER.size
    named = content[start : start + name]
    is_usual = (magic, flags & ~_MARKS, method) == (_MAGIC, 0, zipfile.ZIP_DEFLATED)
    if not is_usual or (flags, method) != (part.flag_bits, part.compress_type):
        return None
    if named != part.orig_filename.encode("ascii", "replace"):
        return None
    start += name + extra
    packed = content[start : start + part.compress_size]
    return _decompressed(packed, part.file_size, part.CRC)


def _decompressed(packed: bytes, size: int, checksum: int) -> bytes | None:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        stored = stream.decompress(packed, size)
        is_whole = len(stored) == size and not stream.decompress(stream.unconsumed_tail, 1)
    except zlib.error:
        return None
    return stored if is_whole and zlib.crc32(stored) == checksum else None
