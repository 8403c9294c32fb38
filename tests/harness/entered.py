"""What a person sees in a file that came back, read by nothing the product reads with.

The parts of a package are taken apart here, .xls by xlrd, .xlsb by pyxlsb and by its records. A
page is a sheet: its cells, and the texts beside them.
"""

from __future__ import annotations

import contextlib
import email
import email.policy
import hashlib
import html
import io
import math
import posixpath
import re
import string
import struct
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msoffcrypto
import olefile
import pyxlsb
import pyzipper
import xlrd
from lxml import etree

from workflow.model.cells import decoded, plain_number

Place = tuple[int, int]
_MOST_REPEATED = 1000
_LETTERS = string.ascii_letters
_LAST_DAY = 2_958_465
_EPOCHS = (datetime(1899, 12, 30), datetime(1904, 1, 1))
_OF_1900 = datetime(1899, 12, 31)
"""What the first 59 days count from: Excel knows a 29 February 1900."""

_DAYS_OF_1900 = 60
_LINES = ("p", "h")
_FIELDS = {"page-number", "page-count", "sheet-name", "date", "time", "title", "file-name"}
_CODES = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|\d+|[A-Za-z])')
_SHAPES = (0xEC, 0x5D, 0x1B6, 0x1C)
_TXO, _CONTINUE, _BOUNDSHEET, _HEADERS = 0x1B6, 0x3C, 0x85, (0x14, 0x15)
_COMMENT_TEXT, _HEADER_TEXTS = 637, 479
_PLAIN = re.compile(r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?")
_MAIN = ("http://schemas.openxmlformats.org/", "http://purl.oclc.org/ooxml/")
_BODY, _ATTACHED, _ATTACHED_NAME = (
    f"__substg1.0_{tag}" for tag in ("1000001F", "37010102", "3707001F")
)
"""What a mail of Outlook keeps its text, and the bytes and the name of an attached file, in."""

_OLE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Held:
    """What a cell holds, and what else it may be called: a number may be a day."""

    text: str
    also: tuple[str, ...] = ()


@dataclass
class Page:
    """A sheet of a workbook."""

    name: str
    cells: dict[Place, Held] = field(default_factory=dict)
    beside: list[str] = field(default_factory=list)
    computed: set[Place] = field(default_factory=set)


@dataclass(frozen=True)
class Paper:
    """One file, or one inside of another; a mail has a page that is its text."""

    sha256: str
    pages: Sequence[Page]


def papers_in(name: str, content: bytes, passwords: Sequence[str] = ()) -> Iterator[Paper]:
    """Yield every workbook and mail in a file; nothing of one that is broken."""
    with contextlib.suppress(Exception):
        yield from _papers(name, content, passwords)


def _papers(name: str, content: bytes, passwords: Sequence[str]) -> Iterator[Paper]:
    sha256 = hashlib.sha256(content).hexdigest()
    if content.startswith(b"PK"):
        yield from _in_zip(name, content, passwords, sha256)
    elif content.startswith(_OLE):
        yield from _in_ole(name, content, passwords, sha256)
    elif b"urn:oasis:names:tc:opendocument:xmlns:office" in content[:2000]:
        yield Paper(sha256, list(_open_document(content, content)))
    elif name.casefold().endswith(".eml"):
        yield from _in_mail(content, passwords, sha256)


def seen(text: str) -> str:
    """Return a text as people see it: white space and what shows nothing aside."""
    shown = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf"))
    return "".join(shown.replace("\u2800", "").replace("\u3164", "").split())


def _held(text: str) -> Held | None:
    text = unicodedata.normalize("NFC", text)
    return Held(text) if seen(text) else None


def _number(stored: float) -> Held:
    also = []
    if 0 < stored <= _LAST_DAY:
        epochs = (*_EPOCHS, _OF_1900) if stored < _DAYS_OF_1900 else _EPOCHS
        also = [(day + timedelta(days=stored)).isoformat()[:10] for day in epochs]
    if 0 <= stored < 1:
        also.append(str((datetime.min + timedelta(days=stored)).time()))
    return Held(plain_number(Decimal(f"{stored:.15g}")), tuple(also))


def _of_value(value: object) -> Held | None:
    """Return what a reader's value is; error values and truth values are nobody's words."""
    if isinstance(value, str):
        return _held(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value)
    return None


# --- what holds other files


def _in_zip(name: str, content: bytes, passwords: Sequence[str], sha256: str) -> Iterator[Paper]:
    with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
        parts = {i.filename.replace("\\", "/").casefold(): i for i in archive.infolist()}
        if parts.keys() & {"content.xml", "[content_types].xml", "xl/workbook.xml"}:
            yield Paper(sha256, list(_package(content)))
            return
        for info in archive.infolist():
            inner = _member(archive, info, passwords)
            yield from papers_in(info.filename, inner, passwords)


def _member(archive: Any, info: Any, passwords: Sequence[str]) -> bytes:  # noqa: ANN401
    for password in (None, *passwords):
        try:
            stored: bytes = archive.read(info, password and password.encode())
        except (RuntimeError, zipfile.BadZipFile, NotImplementedError):
            continue
        return stored
    return b""


def _in_ole(name: str, content: bytes, passwords: Sequence[str], sha256: str) -> Iterator[Paper]:
    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        parts = {"/".join(path) for path in ole.listdir()}
        if "EncryptedPackage" in parts:
            yield Paper(sha256, [p for one in _opened(content, passwords) for p in one.pages])
        elif "__properties_version1.0" in parts:
            bodies = [text.decode("utf-16-le") for _, text in _streams(ole, _BODY)]
            yield Paper(sha256, [Page("", beside=bodies)])
            names = dict(_streams(ole, _ATTACHED_NAME))
            for folder, stored in _streams(ole, _ATTACHED):
                named = names.get(folder, b"").decode("utf-16-le")
                yield from papers_in(named, stored, passwords)
        elif parts & {"Workbook", "Book"}:
            stream = ole.openstream("Workbook" if "Workbook" in parts else "Book").read()
            yield Paper(sha256, list(_binary_pages(stream)))


def _streams(ole: olefile.OleFileIO, name: str) -> Iterator[tuple[tuple[str, ...], bytes]]:
    """Yield what a property of a mail and of every mail within it holds, with its folder."""
    for path in ole.listdir():
        if path[-1] == name:
            yield tuple(path[:-1]), ole.openstream(path).read()


def _opened(content: bytes, passwords: Sequence[str]) -> Iterator[Paper]:
    for password in (*passwords, "VelvetSweatshop"):
        opened = io.BytesIO()
        try:
            office = msoffcrypto.OfficeFile(io.BytesIO(content))
            office.load_key(password=password)
            office.decrypt(opened)
        except Exception:  # of another password
            continue
        if opened.getvalue().startswith(b"PK"):
            yield from papers_in("", opened.getvalue())
            return


def _in_mail(content: bytes, passwords: Sequence[str], sha256: str) -> Iterator[Paper]:
    message = email.message_from_bytes(content, policy=email.policy.default)
    texts = []
    for part in message.walk():
        if part.get_content_maintype() == "text" and not part.get_filename():
            text = part.get_content().replace("\ufffd", "\n")
            is_page = part.get_content_subtype() == "html"
            texts.append(re.sub(r"<style.*?</style>|<[^>]*>", " ", text) if is_page else text)
        elif part.get_filename():
            attached = part.get_payload(decode=True)
            if isinstance(attached, bytes):
                yield from papers_in(str(part.get_filename()), attached, passwords)
    yield Paper(sha256, [Page("", beside=texts)])


# --- packages


@dataclass(frozen=True)
class _Parts:
    """The parts of a package by their names in small letters."""

    archive: zipfile.ZipFile
    names: Mapping[str, str]

    def read(self, part: str) -> bytes:
        return self.archive.read(self.names[part])

    def tree(self, part: str) -> etree._Element:
        return _tree(self.read(part))

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the kind and the target of each relationship of a part that leads to another."""
        folder, name = posixpath.split(part)
        listed = f"{folder}/_rels/{name}.rels".lstrip("/")
        if listed not in self.names:
            return {}
        found = {}
        for relation in self.tree(listed):
            target = relation.get("Target", "").replace("\\", "/").casefold()
            at = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            if at in self.names:
                found[relation.get("Id", "")] = (relation.get("Type", "").rpartition("/")[2], at)
        return found


def _tree(stored: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=True,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    tree = etree.fromstring(stored, parser)
    return etree.Element("nothing") if tree is None else tree


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _all(element: etree._Element, name: str) -> Iterator[etree._Element]:
    yield from element.iter(f"{{*}}{name}")


def _attribute(element: etree._Element, name: str) -> str:
    return next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == name), "")


def _package(content: bytes) -> Iterator[Page]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = {n.replace("\\", "/").casefold(): n for n in archive.namelist()}
        parts = _Parts(archive, names)
        if "content.xml" in names:
            styles = parts.read("styles.xml") if "styles.xml" in names else b""
            yield from _open_document(parts.read("content.xml"), styles)
            return
        roots = [at for kind, at in parts.related("").values() if kind == "officeDocument"]
        book = next(iter(roots), "xl/workbook.xml")
        related = parts.related(book)
        if book.endswith(".bin"):
            yield from _binary_package(content, parts, book)
            return
        shared = [at for kind, at in related.values() if kind == "sharedStrings"]
        texts = [_runs(si) for at in shared for si in _all(parts.tree(at), "si")]
        for sheet in _all(parts.tree(book), "sheet"):
            kind, at = related.get(_attribute(sheet, "id"), ("", ""))
            if kind == "worksheet":
                page = Page(sheet.get("name", ""))
                tree = parts.tree(at)
                hidden = _under_merged(tree)
                cells = _cells(tree, texts, page.computed)
                page.cells.update((place, held) for place, held in cells if not hidden(place))
                page.beside += [*_beside(parts, at), *_headers(tree)]
                yield page


def _runs(element: etree._Element) -> str:
    """Return the text in the runs of an element, without furigana."""
    texts = (e for e in element.iter("{*}t") if _local(e.getparent()) != "rPh")
    return "".join(decoded(text.text or "") for text in texts)


def _cells(
    sheet: etree._Element, texts: Sequence[str], computed: set[Place]
) -> Iterator[tuple[Place, Held]]:
    if not str(sheet.tag).startswith(tuple(f"{{{name}" for name in _MAIN)):
        return
    row = 0
    for line in _all(sheet, "row"):
        row = int(line.get("r") or row + 1)
        column = 0
        for cell in (e for e in line if e.tag == line.tag[:-3] + "c"):
            reference = cell.get("r", "").replace("$", "")
            column = _column(reference) or column + 1
            row = int(reference.lstrip(_LETTERS) or row)
            held = _cell(cell, texts)
            if held:
                yield (row, column), held
            if any(_local(e) == "f" for e in cell):
                computed.add((row, column))


def _under_merged(sheet: etree._Element) -> Callable[[Place], bool]:
    """Return whether a cell lies under a merged one: there nobody sees or writes anything."""
    corners = [e.get("ref", "").partition(":")[::2] for e in _all(sheet, "mergeCell")]
    areas = [(_place(first), _place(last or first)) for first, last in corners]
    return lambda at: any(
        one != at and one[0] <= at[0] <= other[0] and one[1] <= at[1] <= other[1]
        for one, other in areas
    )


def _place(reference: str) -> Place:
    return int(reference.lstrip(_LETTERS) or 0), _column(reference)


def _column(reference: str) -> int:
    number = 0
    for letter in reference:
        if letter.isalpha():
            number = number * 26 + ord(letter.upper()) - 64
    return number


def _cell(cell: etree._Element, texts: Sequence[str]) -> Held | None:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _held("".join(_runs(e) for e in cell if _local(e) == "is"))
    value = "".join(e.text or "" for e in cell if _local(e) == "v").strip()
    match kind:
        case "s":
            return _held(texts[int(value)]) if value.isdecimal() else None
        case "str":
            return _held(decoded(value))
        case "d":
            return _held(value[:10])
        case "n" if _PLAIN.fullmatch(value) and math.isfinite(float(value)):
            return _number(float(value))
        case "n":
            return _held(value)
    return None


def _beside(parts: _Parts, sheet: str) -> Iterator[str]:
    related = list(parts.related(sheet).values())
    trees = [parts.tree(at) for kind, at in related if kind == "threadedComment"]
    threads = [thread for tree in trees for thread in _all(tree, "threadedComment")]
    yield from ("".join(text.itertext()) for e in threads for text in _all(e, "text"))
    threaded = {thread.get("ref") for thread in threads}
    for kind, at in related:
        if kind == "comments" and at.endswith(".xml"):
            notes = (e for e in _all(parts.tree(at), "comment") if e.get("ref") not in threaded)
            yield from map(_runs, notes)
        elif kind == "comments":
            yield from _texts_of_records(parts.read(at))
        elif kind == "drawing":
            yield from _drawn(parts, at)
        elif kind == "vmlDrawing":
            yield from _old_boxes(parts.read(at).decode("utf-8", "replace"))


def _old_boxes(vml: str) -> Iterator[str]:
    """Yield the texts of boxes kept in the old way: pieces of web pages, often not XML."""
    for shape in re.findall(r"<v:shape .*?</v:shape>", vml, re.DOTALL):
        for box in re.findall(r"<v:textbox\b.*?</v:textbox>", shape, re.DOTALL):
            if 'ObjectType="Note"' not in shape:
                yield html.unescape(re.sub("<[^>]*>", "\n", box))


def _drawn(parts: _Parts, drawing: str) -> Iterator[str]:
    tree = parts.tree(drawing)
    for fallback in list(_all(tree, "Fallback")):
        fallback.getparent().remove(fallback)
    trees = [tree]
    trees += [parts.tree(at) for k, at in parts.related(drawing).values() if k == "diagramData"]
    for one in trees:
        yield from (_runs(paragraph) for paragraph in _all(one, "p"))


def _headers(sheet: etree._Element) -> Iterator[str]:
    for element in (e for part in _all(sheet, "headerFooter") for e in part):
        yield from _words(element.text or "")


def _words(header: str) -> Iterator[str]:
    """Yield what somebody wrote in a header; page numbers and the like are computed."""
    texts = (text.replace("&&", "&").strip() for text in _CODES.split(decoded(header)))
    return (text for text in texts if any(map(str.isalnum, text)))


# --- binary workbooks


def _binary_package(content: bytes, parts: _Parts, book: str) -> Iterator[Page]:
    targets = [at for kind, at in parts.related(book).values() if kind == "worksheet"]
    with pyxlsb.open_workbook(io.BytesIO(content)) as opened:
        for number, name in enumerate(opened.sheets, start=1):
            page = Page(name)
            with opened.get_sheet(number) as sheet:
                cells = [cell for row in sheet.rows(sparse=True) for cell in row]
            found = (((c.r + 1, c.c + 1), _of_value(c.v)) for c in cells)
            page.cells.update((place, held) for place, held in found if held)
            page.beside += _beside(parts, targets[number - 1])
            for kind, data in _records(parts.read(targets[number - 1])):
                if kind == _HEADER_TEXTS:
                    page.beside += [word for text in _wide_texts(data[2:]) for word in _words(text)]
            yield page


def _records(stored: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a binary part, each with its number."""
    at = 0
    while at < len(stored):
        kind, at = _variable(stored, at, 2)
        size, at = _variable(stored, at, 4)
        yield kind, stored[at : at + size]
        at += size


def _variable(stored: bytes, at: int, most: int) -> tuple[int, int]:
    number = 0
    for place in range(most):
        byte = stored[at + place]
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            break
    return number, at + place + 1


def _texts_of_records(stored: bytes) -> Iterator[str]:
    for kind, data in _records(stored):
        if kind == _COMMENT_TEXT:
            yield from list(_wide_texts(data[1:]))[:1]


def _wide_texts(data: bytes) -> Iterator[str]:
    at = 0
    while at + 4 <= len(data):
        (size,) = struct.unpack_from("<I", data, at)
        at += 4
        if size != 0xFFFFFFFF:
            yield data[at : at + 2 * size].decode("utf-16-le", "replace")
            at += 2 * size


def _binary_pages(stream: bytes) -> Iterator[Page]:
    bare = _without_shapes(stream)
    with xlrd.open_workbook(file_contents=bare, logfile=io.StringIO()) as book:
        pages = [Page(sheet.name) for sheet in book.sheets()]
        for page, sheet in zip(pages, book.sheets(), strict=True):
            for row in range(sheet.nrows):
                for column, cell in enumerate(sheet.row(row)):
                    is_word = cell.ctype in (xlrd.XL_CELL_TEXT, xlrd.XL_CELL_NUMBER)
                    is_word = is_word or cell.ctype == xlrd.XL_CELL_DATE
                    held = _of_value(cell.value) if is_word else None
                    if held:
                        page.cells[row + 1, column + 1] = held
    # Which sheet a box stands on does not matter: what is beside the cells is looked for by text.
    pages[0].beside += _boxes(stream)
    yield from pages


def _without_shapes(stream: bytes) -> bytes:
    """Return a stream in which xlrd finds no shapes: it trips over damaged ones."""
    bare = bytearray(stream)
    at = 0
    while at + 4 <= len(bare):
        kind, size = struct.unpack_from("<HH", bare, at)
        if kind in _SHAPES:
            struct.pack_into("<H", bare, at, 0x0FFF)
        at += 4 + size
    return bytes(bare)


def _boxes(stream: bytes) -> Iterator[str]:
    """Yield the texts of shapes and comments, headers and footers, of the records of an .xls."""
    records = []
    at = 0
    while at + 4 <= len(stored := stream):
        kind, size = struct.unpack_from("<HH", stored, at)
        records.append((kind, stored[at + 4 : at + 4 + size]))
        at += 4 + size
    for number, (kind, data) in enumerate(records):
        if kind == _TXO and struct.unpack_from("<H", data, 10)[0]:
            length = struct.unpack_from("<H", data, 10)[0]
            text = ""
            for following, more in records[number + 1 :]:
                if following != _CONTINUE or len(text) >= length:
                    break
                text += more[1:].decode("utf-16-le" if more[0] & 1 else "latin-1", "replace")
            yield text[:length]
        elif kind in _HEADERS and len(data) > 3:
            yield from _words(data[3:].decode("utf-16-le" if data[2] & 1 else "latin-1"))


# --- OpenDocument


def _open_document(content: bytes, styles: bytes) -> Iterator[Page]:
    tree = _tree(content)
    masters = _master_pages(_tree(styles)) if styles else {}
    named = {_attribute(e, "name"): _attribute(e, "master-page-name") for e in _all(tree, "style")}
    for book in _all(tree, "spreadsheet"):
        for table in (e for e in book if _local(e) == "table"):
            page = Page(_attribute(table, "name"))
            row = 1
            for line in (e for e in _all(table, "table-row") if _owner(e) is table):
                times = int(_attribute(line, "number-rows-repeated") or 1)
                found = list(_open_cells(line))
                if found:
                    for again in range(min(times, _MOST_REPEATED)):
                        page.cells |= {(row + again, column): held for column, held in found}
                row += times
            page.beside += _open_beside(table)
            page.beside += masters.get(named.get(_attribute(table, "style-name"), ""), [])
            yield page


def _owner(row: etree._Element) -> etree._Element:
    return next(e for e in row.iterancestors() if _local(e) == "table")


def _open_cells(line: etree._Element) -> Iterator[tuple[int, Held]]:
    column = 1
    for cell in line:
        if _local(cell) in ("table-cell", "covered-table-cell"):
            times = int(_attribute(cell, "number-columns-repeated") or 1)
            held = _open_cell(cell)
            if held:
                yield from ((column + n, held) for n in range(min(times, _MOST_REPEATED)))
            column += times


def _open_cell(cell: etree._Element) -> Held | None:
    kind = _attribute(cell, "value-type")
    if kind in ("float", "percentage", "currency"):
        return _number(float(_attribute(cell, "value")))
    if kind == "date":
        return _held(_attribute(cell, "date-value")[:10])
    if kind == "boolean":
        return None
    return _held("\n".join(_open_text(e) for e in cell if _local(e) in _LINES))


def _open_text(element: etree._Element) -> str:
    """Return the text of a paragraph; blanks and breaks are elements of their own."""
    match _local(element):
        case "s":
            own = " " * int(_attribute(element, "c") or 1)
        case "tab":
            own = "\t"
        case "line-break":
            own = "\n"
        case name if name in _FIELDS or name == "annotation":
            return ""
        case _:
            own = element.text or ""
    return own + "".join(_open_text(child) + (child.tail or "") for child in element)


def _open_beside(table: etree._Element) -> Iterator[str]:
    for element in table.iter():
        is_drawn = "xmlns:drawing" in str(element.tag)
        if _local(element) == "annotation" or is_drawn:
            yield from (_open_text(p) for p in _all(element, "p"))


def _master_pages(styles: etree._Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for master in _all(styles, "master-page"):
        edges = (e for e in master if _local(e).startswith(("header", "footer")))
        used = (e for e in edges if _attribute(e, "display") != "false")
        texts = [_open_text(p) for edge in used for p in _all(edge, "p")]
        found[_attribute(master, "name")] = [t for t in texts if any(map(str.isalnum, t))]
    return found


@lru_cache(maxsize=4000)
def pages_of(content: bytes) -> tuple[Page, ...]:
    """Return the pages of a workbook of ours, which is looked at again and again."""
    return tuple(page for paper in papers_in("", content) for page in paper.pages)
