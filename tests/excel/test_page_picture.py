"""Pages of a workbook as pictures: what is on which page, drawn as the workbook says."""

from __future__ import annotations

import io
from collections.abc import Callable

import xlsxwriter
from lxml import etree
from xlsxwriter.worksheet import Worksheet

from tests.city import City
from workflow.excel.page_picture import PagePicture, page_pictures

_SVG = "{http://www.w3.org/2000/svg}"


def pictures(write: Callable[[xlsxwriter.Workbook, Worksheet], None]) -> tuple[PagePicture, ...]:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet("様式")
        sheet.set_paper(9)
        write(book, sheet)
    return page_pictures(stream.getvalue())


def texts(picture: PagePicture) -> list[str]:
    return [t.text or "" for t in etree.fromstring(picture.svg).iter(f"{_SVG}text")]


def test_pages_end_where_the_workbook_says_and_repeat_its_headings() -> None:
    def write(book: xlsxwriter.Workbook, sheet: Worksheet) -> None:
        sheet.repeat_rows(0)
        sheet.set_h_pagebreaks([2])
        for row in range(4):
            sheet.write_string(row, 0, f"{row}行")
        sheet.write_string(3, 30, "右の遠く")

    found = pictures(write)
    assert [(p.number, p.count) for p in found] == [(n, 8) for n in range(1, 9)]
    assert texts(found[0]) == ["0行", "1行"]
    assert texts(found[1]) == ["0行", "2行", "3行"]
    assert texts(found[-1]) == ["右の遠く"]
    assert found[1].texts == ("0行", "2行", "3行")


def test_a_cell_is_drawn_as_it_is() -> None:
    def write(book: xlsxwriter.Workbook, sheet: Worksheet) -> None:
        look = {"bg_color": "#1F4E79", "font_color": "#FFFFFF", "bold": True, "border": 1}
        sheet.merge_range(0, 0, 1, 2, "<b>&\"'</b>", book.add_format(look))
        sheet.set_column(4, 4, None, None, {"hidden": True})
        sheet.write_string(0, 4, "隠した列")
        sheet.set_column(5, 5, 10)
        sheet.write_string(
            0, 5, "長い文章は折り返します。" * 3, book.add_format({"text_wrap": True})
        )
        sheet.write_formula(1, 5, "=1+1", None, 2)

    (page,) = pictures(write)
    root = etree.fromstring(page.svg)
    fill = next(r for r in root.iter(f"{_SVG}rect") if r.get("fill") == "#1F4E79")
    first = next(root.iter(f"{_SVG}text"))
    assert first.text == "<b>&\"'</b>"
    assert (first.get("fill"), first.get("font-weight")) == ("#FFFFFF", "bold")
    assert float(fill.get("width", 0)) > 3 * 45
    assert float(fill.get("height", 0)) > 30
    assert "隠した列" not in "".join(texts(page))
    assert len(texts(page)) > 5  # the long text stands on several lines
    assert "2" in texts(page)


def test_the_form_of_a_department(city: City) -> None:
    city.generate()
    found = page_pictures(city.template("CHIIKI").read_bytes())
    assert [p.sheet for p in found] == ["記入要領", "進捗状況", "進捗状況"]
    drawn = "".join(texts(found[1]))
    assert "中学校区単位の" in drawn
    assert "取組状況" in drawn
