"""What a person sees in an .xlsb and an .xls: cells by pyxlsb and xlrd, the rest by records."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import pyxlsb
import xlrd

from tests.harness.entered.packages import Parts, beside_cells, header_words
from tests.harness.entered.pages import Page, of_value
from tests.harness.entered.records import records_in, wide_texts

_SHAPES = (0xEC, 0x5D, 0x1B6, 0x1C)
_TXO, _CONTINUE, _HEADERS = 0x1B6, 0x3C, (0x14, 0x15)
_HEADER_TEXTS = 479


def xlsb_pages(content: bytes, parts: Parts, book: str) -> Iterator[Page]:
    targets = [at for kind, at in parts.related(book).values() if kind == "worksheet"]
    with pyxlsb.open_workbook(io.BytesIO(content)) as opened:
        for number, name in enumerate(opened.sheets, start=1):
            page = Page(name)
            with opened.get_sheet(number) as sheet:
                cells = [cell for row in sheet.rows(sparse=True) for cell in row]
            found = (((c.r + 1, c.c + 1), of_value(c.v)) for c in cells)
            page.cells.update((place, held) for place, held in found if held)
            page.beside += beside_cells(parts, targets[number - 1])
            for kind, data in records_in(parts.read(targets[number - 1])):
                if kind == _HEADER_TEXTS:
                    page.beside += [
                        word for text in wide_texts(data[2:]) for word in header_words(text)
                    ]
            yield page


def xls_pages(stream: bytes) -> Iterator[Page]:
    without_shapes = _without_shapes(stream)
    with xlrd.open_workbook(file_contents=without_shapes, logfile=io.StringIO()) as book:
        pages = [Page(sheet.name) for sheet in book.sheets()]
        for page, sheet in zip(pages, book.sheets(), strict=True):
            for row in range(sheet.nrows):
                for column, cell in enumerate(sheet.row(row)):
                    is_word = cell.ctype in (xlrd.XL_CELL_TEXT, xlrd.XL_CELL_NUMBER)
                    is_word = is_word or cell.ctype == xlrd.XL_CELL_DATE
                    held = of_value(cell.value) if is_word else None
                    if held:
                        page.cells[row + 1, column + 1] = held
    # Which sheet a box stands on does not matter: what is beside the cells is looked for by text.
    pages[0].beside += _boxes(stream)
    yield from pages


def _without_shapes(stream: bytes) -> bytes:
    """Return a stream in which xlrd finds no shapes: it trips over damaged ones."""
    patched = bytearray(stream)
    at = 0
    while at + 4 <= len(patched):
        kind, size = struct.unpack_from("<HH", patched, at)
        if kind in _SHAPES:
            struct.pack_into("<H", patched, at, 0x0FFF)
        at += 4 + size
    return bytes(patched)


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
            yield from header_words(data[3:].decode("utf-16-le" if data[2] & 1 else "latin-1"))
