"""Comments and text boxes are found wherever the relationships of a workbook lead."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment

from workflow.excel.xlsx.comments import read_comments
from workflow.excel.xlsx.package import Package
from workflow.model.raw import RawRemark, RemarkKind

SHEET_RELATIONS = "xl/worksheets/_rels/sheet1.xml.rels"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
THREADS = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
THREADED = """<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">
<threadedComment ref="B2" id="{1}"><text>新しいコメント</text></threadedComment>
<threadedComment ref="B2" id="{2}" parentId="{1}"><text>返信</text></threadedComment>
</ThreadedComments>"""
DRAWING = """<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:twoCellAnchor>
<xdr:from><xdr:col>2</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>6</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>
<xdr:sp><xdr:txBody><a:p><a:r><a:t>図形の</a:t></a:r><a:r><a:t>文字</a:t></a:r></a:p><a:p><a:r><a:t>二行目</a:t></a:r></a:p>
</xdr:txBody></xdr:sp></xdr:twoCellAnchor></xdr:wsDr>"""


def workbook(comments: dict[str, str]) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "表"
    for reference, text in comments.items():
        sheet[reference].comment = Comment(text, "担当者")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_part(content: bytes, part: str, text: str, kind: str) -> bytes:
    """Return the workbook with one more part related to its sheet."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    empty = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b"</Relationships>"
    )
    relation = f'<Relationship Id="rX{len(parts)}" Type="{kind}" Target="../{part[3:]}"/>'
    relations = parts.get(SHEET_RELATIONS, empty).replace(
        b"</Relationships>", relation.encode() + b"</Relationships>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, old in (parts | {SHEET_RELATIONS: relations, part: text.encode()}).items():
            archive.writestr(name, old)
    return stream.getvalue()


def remarks_in(content: bytes) -> tuple[RawRemark, ...]:
    return read_comments(Package(content)).remarks


def test_a_plain_workbook_has_none() -> None:
    assert remarks_in(workbook({})) == ()


def test_old_comments_keep_author_and_place() -> None:
    found = remarks_in(workbook({"B2": "ここは未定です。\n後日", "C3": "別"}))
    assert found == (
        RawRemark("表", "B2", "ここは未定です。\n後日", "担当者", RemarkKind.COMMENT),
        RawRemark("表", "C3", "別", "担当者", RemarkKind.COMMENT),
    )


def test_a_threaded_comment_replaces_the_old_one_that_stands_for_it() -> None:
    old = workbook({"B2": "[Threaded comment]", "C3": "古いコメント"})
    content = with_part(old, "xl/threadedComments/threadedComment1.xml", THREADED, THREADS)
    texts = [(remark.cell, remark.text) for remark in remarks_in(content)]
    assert texts == [("B2", "新しいコメント"), ("B2", "返信"), ("C3", "古いコメント")]


def test_a_text_box_is_read_with_the_cell_it_stands_on() -> None:
    content = with_part(workbook({}), "xl/drawings/drawing9.xml", DRAWING, f"{OFFICE}/drawing")
    assert remarks_in(content) == (
        RawRemark("表", "C7", "図形の文字\n二行目", "", RemarkKind.SHAPE),
    )


@pytest.mark.parametrize("text", ["<!DOCTYPE x><x/>", "<x"])
def test_a_part_that_is_no_honest_xml_is_reported(text: str) -> None:
    content = with_part(workbook({}), "xl/drawings/drawing9.xml", text, f"{OFFICE}/drawing")
    assert read_comments(Package(content)).unread == ("表",)
