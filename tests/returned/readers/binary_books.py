"""Minimal .xlsb workbooks, built record by record (MS-XLSB): no program at hand writes them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

Cells = Mapping[tuple[int, int], str | float | bytes]
"""0-based row and column → value; bytes are the code of an error value."""

_ERROR = 3
_ROW, _LOGICAL, _REAL, _TEXT, _SHARED_TEXT, _SHORT_TEXT = 0, 4, 5, 6, 7, 17
_TEXTS_BEGIN, _TEXTS_END, _SHARED = 159, 160, 19
_SHEET_BEGIN, _SHEET_END, _DATA_BEGIN, _DATA_END, _DIMENSION = 129, 130, 145, 146, 148
_BOOK_BEGIN, _BOOK_END, _SHEETS_BEGIN, _SHEETS_END, _SHEET = 131, 132, 143, 144, 156
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="bin" '
    'ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)


def xlsb(name: str, cells: Cells, text_record: int = _TEXT) -> bytes:
    """Return a workbook with one sheet."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _relations(("officeDocument", "xl/workbook.bin")))
        archive.writestr("xl/workbook.bin", _book(name))
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            _relations(
                ("worksheet", "worksheets/sheet1.bin"), ("sharedStrings", "sharedStrings.bin")
            ),
        )
        archive.writestr("xl/sharedStrings.bin", _shared_texts(cells))
        archive.writestr("xl/worksheets/sheet1.bin", _sheet(cells, text_record))
    return stream.getvalue()


def xlsb_with_shared_texts(name: str, cells: Cells) -> bytes:
    """Return a workbook whose cells point at their texts, as Excel writes it."""
    return xlsb(name, cells, _SHARED_TEXT)


def xlsb_with_short_texts(name: str, cells: Cells) -> bytes:
    """Return a workbook whose texts are in the records calamine does not know."""
    return xlsb(name, cells, _SHORT_TEXT)


def _relations(*related: tuple[str, str]) -> str:
    listed = (
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(related, start=1)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{"".join(listed)}</Relationships>'


def _texts(cells: Cells) -> list[str]:
    return sorted({value for value in cells.values() if isinstance(value, str)})


def _shared_texts(cells: Cells) -> bytes:
    texts = _texts(cells)
    count = struct.pack("<II", len(texts), len(texts))
    shared = ((_SHARED, b"\0" + _wide(text)) for text in texts)
    return _written((_TEXTS_BEGIN, count), *shared, (_TEXTS_END, b""))


def _book(name: str) -> bytes:
    sheet = struct.pack("<II", 0, 1) + _wide("rId1") + _wide(name)
    records = ((_BOOK_BEGIN, b""), (_SHEETS_BEGIN, b""), (_SHEET, sheet))
    return _written(*records, (_SHEETS_END, b""), (_BOOK_END, b""))


def _sheet(cells: Cells, text_record: int) -> bytes:
    rows = sorted({row for row, _ in cells})
    columns = sorted({column for _, column in cells})
    dimension = struct.pack("<IIII", rows[0], rows[-1], columns[0], columns[-1])
    records = [(_SHEET_BEGIN, b""), (_DIMENSION, dimension), (_DATA_BEGIN, b"")]
    for row in rows:
        records.append((_ROW, struct.pack("<I", row) + bytes(13)))
        for (_, column), value in sorted(c for c in cells.items() if c[0][0] == row):
            head = struct.pack("<II", column, 0)
            if isinstance(value, str) and text_record == _SHARED_TEXT:
                records.append((text_record, head + struct.pack("<I", _texts(cells).index(value))))
            elif isinstance(value, bytes):
                records.append((_ERROR, head + value))
            elif isinstance(value, bool):
                records.append((_LOGICAL, head + bytes([value])))
            elif isinstance(value, str):
                records.append((text_record, head + _wide(value)))
            else:
                records.append((_REAL, head + struct.pack("<d", value)))
    return _written(*records, (_DATA_END, b""), (_SHEET_END, b""))


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def _written(*records: tuple[int, bytes]) -> bytes:
    return b"".join(_number(kind) + _number(len(data)) + data for kind, data in records)


def _number(value: int) -> bytes:
    low = bytes([value & 0x7F | (0x80 if value > 0x7F else 0)])
    return low + _number(value >> 7) if value > 0x7F else low


def with_remarks(book: bytes, comment: str, author: str, box: str, header: str) -> bytes:
    """Add a comment on A1, a text box at B3 and a header to the sheet of a workbook."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(stream, "w") as archive:
        for name in old.namelist():
            stored = old.read(name)
            if name == "xl/worksheets/sheet1.bin":
                stored = stored.removesuffix(_written((_SHEET_END, b"")))
                texts = [_wide(header), *[struct.pack("<I", 0xFFFFFFFF)] * 5]
                stored += _written((_HEADER_BEGIN, b"\0\0" + b"".join(texts)), (_HEADER_END, b""))
                stored += _written((_SHEET_END, b""))
            archive.writestr(name, stored)
        archive.writestr(
            "xl/worksheets/_rels/sheet1.bin.rels",
            _relations(("comments", "../comments1.bin"), ("drawing", "../drawings/drawing1.xml")),
        )
        archive.writestr("xl/comments1.bin", _comments(comment, author))
        archive.writestr("xl/drawings/drawing1.xml", _DRAWING.format(box))
    return stream.getvalue()


def _comments(text: str, author: str) -> bytes:
    return _written(
        (_COMMENTS_BEGIN, b""),
        (_AUTHORS_BEGIN, b""),
        (_AUTHOR, _wide(author)),
        (_AUTHORS_END, b""),
        (_LIST_BEGIN, b""),
        (_COMMENT_BEGIN, bytes(4 + 16 + 16)),
        (_COMMENT_TEXT, b"\0" + _wide(text)),
        (_COMMENT_END, b""),
        (_LIST_END, b""),
        (_COMMENTS_END, b""),
    )


_HEADER_BEGIN, _HEADER_END = 479, 480
_COMMENTS_BEGIN, _COMMENTS_END, _AUTHORS_BEGIN, _AUTHORS_END = 628, 629, 630, 631
_AUTHOR, _LIST_BEGIN, _LIST_END, _COMMENT_BEGIN, _COMMENT_END, _COMMENT_TEXT = (
    632, 633, 634, 635, 636, 637,
)  # fmt: skip
_DRAWING = (
    '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:oneCellAnchor>'
    "<xdr:from><xdr:col>1</xdr:col><xdr:row>2</xdr:row></xdr:from><xdr:sp><xdr:txBody>"
    "<a:p><a:r><a:t>{}</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:oneCellAnchor></xdr:wsDr>"
)
