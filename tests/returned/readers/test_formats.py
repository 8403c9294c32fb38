"""The formats departments save in: each read by its content, to the same texts."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.city import City, full_texts
from tests.fillers.libreoffice import run_jobs
from tests.programs import needs_libreoffice
from tests.returned.readers.binary_books import xlsb, xlsb_with_short_texts
from workflow.excel.xlsx.strict import as_transitional
from workflow.model.catalogue import Code
from workflow.model.limits import Limits
from workflow.model.raw import Area, CellKind, RawBook, RawCell, RemarkKind
from workflow.model.returns import Answer, Outcome, Return
from workflow.returned.context import Context
from workflow.returned.inbox import single
from workflow.returned.intake.refusal import RefusedError
from workflow.returned.judge import judge
from workflow.returned.open import Opened, open_received
from workflow.returned.readers.calamine import read_xlsb
from workflow.returned.readers.ods import read_ods

PROSE = "　一行目  二つ空き\n三行目\n\n①〜 _x000D_ と書く。"


def opened(folder: Path, name: str, content: bytes) -> Opened | Return:
    (folder / name).write_bytes(content)
    (found,) = open_received(single(folder / name))
    return found


def codes(read: Return) -> list[str]:
    return [finding.code.name for finding in read.findings]


def refusal(found: Opened | Return) -> tuple[str, list[str]]:
    assert isinstance(found, Return)
    return found.outcome.value, codes(found)


def kind_and_text(cell: RawCell) -> tuple[CellKind, str]:
    return cell.kind, cell.text


# --- a whole return, saved in other formats

FILTERS = {
    "回答.xls": "MS Excel 97",
    "回答.ods": "calc8",
    "回答.xlsm": "Calc MS Excel 2007 VBA XML",
    "回答.xltx": "Calc MS Excel 2007 XML Template",
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Context]:
    """Return a folder with one return as each format LibreOffice saves, and what judges it."""
    city = City.with_sample_plan(tmp_path_factory.mktemp("city"))
    register = city.generate().register
    source = city.send_back("GAKKO", full_texts(city.plan, 取組状況=PROSE), "回答.xlsx")
    run_jobs(
        [
            {"do": "save as", "source": str(source), "target": str(source.with_name(name))}
            | {"filter": kind}
            for name, kind in FILTERS.items()
        ]
    )
    return source.parent, Context(city.plan, {2023: register}, 2023)


def answers(read: Return) -> list[tuple[str, object]]:
    return [(answer.item, answer.values) for answer in read.answers]


@needs_libreoffice
@pytest.mark.parametrize(
    ("name", "noticed"),
    [
        ("回答.xls", {"FILE_VALUES_ONLY"}),
        ("回答.ods", set()),
        ("回答.xlsm", set()),
        ("回答.xltx", set()),
    ],
)
def test_a_return_says_the_same_in_every_format(
    saved: tuple[Path, Context], name: str, noticed: set[str]
) -> None:
    folder, context = saved
    (original,) = judge(single(folder / "回答.xlsx"), context)
    (read,) = judge(single(folder / name), context)
    assert len(original.answers) > 0
    assert _progress(original.answers[0]) == PROSE
    assert (read.outcome, read.department) == (Outcome.ACCEPTED, "GAKKO")
    assert answers(read) == answers(original)
    assert {code for code in codes(read) if code.startswith("FILE_")} == noticed
    assert read.modified is not None


def _progress(answer: Answer) -> object:
    return next(iter(answer.values.values()))


@needs_libreoffice
def test_a_wrong_extension_is_noticed_and_does_not_matter(
    saved: tuple[Path, Context], tmp_path: Path
) -> None:
    folder, context = saved
    (tmp_path / "回答.xlsx").write_bytes((folder / "回答.xls").read_bytes())
    (read,) = judge(single(tmp_path / "回答.xlsx"), context)
    assert (read.outcome, len(read.answers)) == (Outcome.ACCEPTED, 2)
    noticed = {f.code: f.details for f in read.findings}
    assert noticed[Code.FILE_WRONG_EXTENSION]["extension"] == ".xlsx"
    assert noticed[Code.FILE_WRONG_EXTENSION]["right"] == ".xls"


@pytest.mark.parametrize(
    ("name", "noticed"),
    [
        ("回答.xlsx", []),
        ("回答.XLTM", []),
        ("回答.xls", ["FILE_WRONG_EXTENSION"]),
        ("回答.zip", ["FILE_WRONG_EXTENSION"]),
        ("回答", ["FILE_WRONG_EXTENSION"]),
    ],
)
def test_an_xlsx_is_read_under_any_name(tmp_path: Path, name: str, noticed: list[str]) -> None:
    found = opened(tmp_path, name, saved_book(Workbook()))
    assert isinstance(found, Opened)
    assert codes(found.read) == noticed


def saved_book(workbook: Workbook) -> bytes:
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


# --- strict Open XML

STRICT = "http://purl.oclc.org/ooxml/"


def strict_book() -> bytes:
    """Return a workbook as Excel saves it in strict Open XML, with an ISO date."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet["A1"] = "整理番号"
    sheet["B2"] = f'<a xmlns="{STRICT}spreadsheetml/main"> と書く。'
    sheet["B3"] = "日付"
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved_book(workbook))) as plain,
        zipfile.ZipFile(target, "w") as strict,
    ):
        for name in plain.namelist():
            text = plain.read(name).decode()
            text = re.sub(
                r"http://schemas\.openxmlformats\.org/(\w+)/2006/(main|relationships|\w+-\w+|\w+)",
                lambda found: found[0] if found[1] == "package" else _strict_address(found),
                text,
            )
            if "sheet1.xml" in name:
                text = re.sub(
                    r'<c r="B3"[^>]*>.*?</c>',
                    '<c r="B3" t="d"><v>2024-05-01T00:00:00</v></c>',
                    text,
                )
            strict.writestr(name, text)
    return target.getvalue()


def plain_parts(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(n) for n in archive.namelist() if "Types" not in n)


def _strict_address(found: re.Match[str]) -> str:
    first, *rest = found[2].split("-")
    return STRICT + found[1] + "/" + first + "".join(word.title() for word in rest)


def test_strict_open_xml_is_read_like_any_other(tmp_path: Path) -> None:
    content = strict_book()
    assert b"schemas.openxmlformats.org/spreadsheetml" not in plain_parts(content)
    found = opened(tmp_path, "回答.xlsx", content)
    assert isinstance(found, Opened)
    assert codes(found.read) == []
    cells = found.book.sheets[0].cells
    assert cells[1, 1].text == "整理番号"
    assert cells[2, 2].text == f'<a xmlns="{STRICT}spreadsheetml/main"> と書く。'
    assert (cells[3, 2].kind, cells[3, 2].moment) == (CellKind.DATE, datetime(2024, 5, 1))


def test_only_tags_are_rewritten() -> None:
    def rewritten(text: str) -> str:
        source = io.BytesIO()
        with zipfile.ZipFile(source, "w") as archive:
            archive.writestr("x.xml", text)
            archive.writestr("x.bin", text)
        with zipfile.ZipFile(io.BytesIO(as_transitional(source.getvalue()))) as archive:
            assert archive.read("x.bin").decode() == text
            return archive.read("x.xml").decode()

    written = f'<t Type="{STRICT}officeDocument/relationships/extendedProperties">{STRICT}x</t>'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/"
    assert rewritten(written) == (
        f'<t Type="{office}relationships/extended-properties">{STRICT}x</t>'
    )


# --- .xlsb


def test_an_xlsb_is_read_as_values(tmp_path: Path) -> None:
    cells: dict[tuple[int, int], str | float] = {
        (0, 0): "整理番号",
        (4, 2): PROSE,
        (4, 3): 1.5,
        (5, 3): 5.0,
    }
    found = opened(tmp_path, "回答.xlsb", xlsb("進捗状況", cells))
    assert isinstance(found, Opened)
    assert codes(found.read) == ["FILE_VALUES_ONLY"]
    (sheet,) = found.book.sheets
    assert (sheet.name, len(sheet.cells)) == ("進捗状況", 4)
    assert sheet.cells[5, 3] == RawCell(CellKind.TEXT, PROSE)
    assert sheet.cells[5, 4] == RawCell(CellKind.NUMBER, "1.5", number=Decimal("1.5"))
    assert sheet.cells[6, 4].text == "5"


def test_an_xlsb_whose_cells_would_be_lost_silently_is_refused(tmp_path: Path) -> None:
    content = xlsb_with_short_texts("進捗状況", {(0, 0): "整理番号"})
    found = opened(tmp_path, "回答.xlsb", content)
    assert refusal(found) == ("unreadable", ["FILE_OTHER_FORMAT"])


def test_a_far_away_cell_is_seen_before_the_reader_lays_out_a_grid(tmp_path: Path) -> None:
    content = xlsb("進捗状況", {(0, 0): "a", (1048575, 16383): "z"})
    found = opened(tmp_path, "回答.xlsb", content)
    assert refusal(found) == ("unreadable", ["FILE_TOO_LARGE"])


def test_a_grid_far_from_the_corner_is_not_laid_out_either() -> None:
    content = xlsb("進捗状況", {(50, 50): "a"})
    assert read_xlsb(content).sheets[0].cells[51, 51].text == "a"
    with pytest.raises(RefusedError):
        read_xlsb(content, Limits(grid_cells=100))


@pytest.mark.parametrize("at", range(0, 400, 20))
def test_a_damaged_xlsb_is_unreadable_or_whole(tmp_path: Path, at: int) -> None:
    whole = xlsb("進捗状況", {(0, 0): "整理番号"})
    found = opened(tmp_path, "a.xlsb", whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
    if isinstance(found, Opened):
        assert [s.cells[1, 1].text for s in found.book.sheets] == ["整理番号"]
    else:
        assert found.outcome is Outcome.UNREADABLE


# --- .ods

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_SPACES = "".join(
    f' xmlns:{name}="{_ODF}{name.replace("draw", "drawing")}:1.0"'
    for name in ("office", "table", "text", "draw", "meta")
)
_SPACES += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
_SPACES += ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
_META = (
    '<meta:user-defined meta:name="様式番号">272230-2023-A-1</meta:user-defined>'
    "<dc:date>2024-05-10T17:00:00.123456789</dc:date>"
)


def ods(rows: str, names: str = "", manifest: str = "") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr(
            "meta.xml", f"<office:document-meta{_SPACES}>{_META}</office:document-meta>"
        )
        archive.writestr(
            "content.xml",
            f'<office:document-content{_SPACES}><table:table table:name="進捗 状況">{rows}'
            f"</table:table>{names}</office:document-content>",
        )
    return stream.getvalue()


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def cell(content: str, attributes: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {attributes}>{content}</table:table-cell>"


def blanks(columns: int) -> str:
    return f'<table:table-cell table:number-columns-repeated="{columns}"/>'


def read(rows: str, names: str = "") -> RawBook:
    return read_ods(ods(rows, names))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<text:p>一</text:p><text:p/><text:p>三</text:p>", "一\n\n三"),
        ("<text:p>一<text:line-break/>二</text:p>", "一\n二"),
        ('<text:p><text:s text:c="3"/>一<text:s/>二<text:tab/>三 </text:p>', "   一 二\t三 "),
        ("<text:p><text:span>太字</text:span>と<text:a>先</text:a>だ</text:p>", "太字と先だ"),
        (
            "<text:p><text:ruby><text:ruby-base>門真</text:ruby-base>"
            "<text:ruby-text>かどま</text:ruby-text></text:ruby>市</text:p>",
            "門真市",
        ),
        ("<text:p>一\n   二  三</text:p>", "一 二  三"),
        ("<text:p>_x000D_</text:p>", "_x000D_"),
    ],
)
def test_an_ods_text_is_read_as_it_shows(content: str, text: str) -> None:
    (sheet,) = read(row(cell(content))).sheets
    assert sheet.cells == {(1, 1): RawCell(CellKind.TEXT, text)}


@pytest.mark.parametrize(
    ("attributes", "content", "kind", "text"),
    [
        ('office:value-type="float" office:value="1.50"', "<text:p>1.5</text:p>", "数値", "1.50"),
        (
            'office:value-type="percentage" office:value="0.5"',
            "<text:p>50%</text:p>",
            "数値",
            "0.5",
        ),
        ('office:value-type="boolean" office:boolean-value="true"', "", "論理値", "TRUE"),
        ('office:value-type="date" office:date-value="2024-05-01"', "", "日付", "2024-05-01"),
        (
            'office:value-type="date" office:date-value="2024-05-01T09:30:00"',
            "",
            "日付",
            "2024-05-01 09:30:00",
        ),
        ('office:value-type="date" office:date-value="12024-05-01"', "", "日付", "12024-05-01"),
        (
            'office:value-type="time" office:time-value="PT9H"',
            "<text:p>9:00</text:p>",
            "日付",
            "9:00",
        ),
        (
            'office:value-type="string" calcext:value-type="error"',
            "<text:p>#N/A</text:p>",
            "エラー値",
            "#N/A",
        ),
        (
            'table:formula="of:=TRUE()" office:value-type="float" office:value="1"',
            "",
            "論理値",
            "TRUE",
        ),
        (
            'office:value-type="float" office:value="434.99999999999994"',
            "<text:p>435</text:p>",
            "数値",
            "435",
        ),
        (
            'office:value-type="string" office:string-value="二  つ"',
            "<text:p>二  つ</text:p>",
            "文字",
            "二  つ",
        ),
    ],
)
def test_an_ods_cell_keeps_its_kind(attributes: str, content: str, kind: str, text: str) -> None:
    (sheet,) = read(row(cell(content, attributes))).sheets
    assert kind_and_text(sheet.cells[1, 1]) == (CellKind(kind), text)


def test_an_ods_formula_keeps_its_result() -> None:
    formula = 'table:formula="of:=[.A1]+1" office:value-type="float" office:value="2"'
    (sheet,) = read(row(cell("<text:p>2</text:p>", formula))).sheets
    found = sheet.cells[1, 1]
    assert kind_and_text(found) == (CellKind.FORMULA, "=[.A1]+1")
    assert found.cached is not None
    assert kind_and_text(found.cached) == (CellKind.NUMBER, "2")


def test_an_ods_row_lies_where_it_shows() -> None:
    text = cell("<text:p>x</text:p>")
    rows = (
        row(blanks(3), text, attributes='table:number-rows-repeated="2"')
        + row(blanks(16384), attributes='table:number-rows-repeated="1000"')
        + row(blanks(1), cell("<text:p>y</text:p>"), attributes='table:visibility="collapse"')
        + row(text, attributes='table:visibility="filter"')
        + row(blanks(16384), attributes='table:number-rows-repeated="1047573"')
    )
    (sheet,) = read(rows).sheets
    assert sheet.name == "進捗 状況"
    assert {place: c.text for place, c in sheet.cells.items()} == {
        (1, 4): "x",
        (2, 4): "x",
        (1003, 2): "y",
        (1004, 1): "x",
    }
    assert (sheet.hidden_rows, sheet.filtered) == (frozenset({1003, 1004}), True)


def test_an_ods_merge_comment_and_shape_are_kept() -> None:
    rows = row(
        cell(
            "<office:annotation><dc:creator>係長</dc:creator><text:p>確認</text:p>"
            "<text:p>済</text:p></office:annotation><text:p>x</text:p>",
            'office:value-type="string" table:number-columns-spanned="2"'
            ' table:number-rows-spanned="3"',
        ),
        cell("<draw:custom-shape><text:p>図形</text:p></draw:custom-shape>", ""),
    )
    book = read(rows)
    assert book.sheets[0].merged == (Area(1, 1, 3, 2),)
    assert book.sheets[0].cells == {(1, 1): RawCell(CellKind.TEXT, "x")}
    assert [(r.cell, r.text, r.author, r.kind is RemarkKind.SHAPE) for r in book.remarks] == [
        ("A1", "確認\n済", "係長", False),
        ("B1", "図形", "", True),
    ]


def test_an_ods_carries_its_stamps_and_its_time() -> None:
    names = (
        '<table:named-range table:name="番号" table:cell-range-address="$\'進捗 状況\'.$A$1"/>'
        '<table:named-range table:name="無" table:cell-range-address="$#REF!.$A$1"/>'
    )
    book = read(row(cell("<text:p>272230-2023-A-1</text:p>")), names)
    assert book.properties == {"様式番号": "272230-2023-A-1"}
    assert book.names == {"番号": "272230-2023-A-1"}
    assert book.modified is not None
    assert book.modified.isoformat() == "2024-05-10T17:00:00.123456+09:00"


LOCKED = """<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<m:file-entry m:full-path="content.xml"><m:encryption-data>
<m:algorithm m:algorithm-name="Blowfish CFB"/></m:encryption-data></m:file-entry></m:manifest>"""


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (
            ods(row(cell("<text:p>x</text:p>"), attributes='table:number-rows-repeated="9999999"')),
            "FILE_TOO_LARGE",
        ),
        (ods("", manifest=LOCKED), "FILE_UNKNOWN_LOCK"),
        (ods("", manifest="<m><manifest:encryption-data/></m>"), "FILE_BROKEN"),
        (ods("<table:table-row>"), "FILE_BROKEN"),
        (ods('</table:table>&a;<table:table table:name="b">'), "FILE_BROKEN"),
    ],
)
def test_an_ods_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, code: str) -> None:
    assert refusal(opened(tmp_path, "回答.ods", content)) == ("unreadable", [code])
