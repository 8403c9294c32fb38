"""Shown is taken: what a number format shows is what a field takes, or there is a finding.

Two oracles know nothing of our reading of formats. The first never reads a format: it is made from
parts, and the text from the same parts with Python's own formatting. The second is LibreOffice.
"""

from __future__ import annotations

import io
import random
import zipfile
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fillers.libreoffice import run_jobs
from tests.programs import needs_libreoffice
from workflow.excel.workbook import new_workbook
from workflow.excel.xlsx.reader import read_xlsx
from workflow.excel.xlsx.shown_numbers import NumberFormat
from workflow.model.fields.number import NumberField
from workflow.model.raw import RawCell

TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
UNITS = ("千円", "円", "%", "人", "")
PREFIXES = {"": "", '"¥"': "¥", "[$¥-411]": "¥", '"約"': "約", "[Red]": "", "_ ": ""}
SUFFIXES = {"": "", '"千円"': "千円", '"億円"': "億円", '"円"': "円", '"人"': "人", "\\ ": ""}
COUNTED = ("人",)


@dataclass(frozen=True)
class Made:
    """A format made from parts."""

    digits: str
    places: int
    scale: int
    percent: bool
    prefix: str
    suffix: str
    negative: str

    @property
    def code(self) -> str:
        """The format's code."""
        places = "." + "0" * self.places if self.places else ""
        section = f"{self.digits}{places}{',' * self.scale}{'%' if self.percent else ''}"
        section = f"{self.prefix}{section}{self.suffix}"
        return {
            "": section,
            "-": f"{section};-{section}",
            "△": f"{section};△{section}",
            "()": f"{section};({section})",
            "red": f"{section};[Red]{section}",
        }[self.negative]

    def text(self, number: Decimal) -> str:
        """Return what it shows, made with no format code."""
        scaled = abs(number) * (100 if self.percent else 1) / Decimal(1000) ** self.scale
        rounded = scaled.quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_UP)
        grouped = f"{rounded:,f}" if "," in self.digits else f"{rounded:f}"
        whole, point, decimals = grouped.partition(".")
        shown = whole.rjust(len(self.digits.replace("#,##", "")), "0") + point + decimals
        shown = PREFIXES[self.prefix] + shown + ("%" if self.percent else "")
        shown += SUFFIXES[self.suffix]
        if number >= 0:
            return shown
        if self.negative == "()":
            return f"({shown})"
        return {"": "-", "-": "-", "△": "△", "red": "-"}[self.negative] + shown


def amount(text: str, unit: str) -> Decimal | None:
    """Return the amount a person reads in a field of some unit, None where it is of another."""
    plain = text.replace(",", "").strip()
    sign = -1 if plain[:1] in ("-", "△", "(") else 1
    plain = plain.strip("-△()")
    if unit == "円":
        plain = plain.removeprefix("¥")
    for word in (unit,) if unit else COUNTED:
        plain = plain.removesuffix(word)
    return sign * Decimal(plain) if plain.replace(".", "", 1).isdecimal() else None


made = st.builds(
    Made,
    digits=st.sampled_from(["0", "#,##0", "000"]),
    places=st.integers(0, 3),
    scale=st.integers(0, 2),
    percent=st.booleans(),
    prefix=st.sampled_from(list(PREFIXES)),
    suffix=st.sampled_from(list(SUFFIXES)),
    negative=st.sampled_from(["", "-", "△", "()", "red"]),
)
numbers = st.decimals(-(10**9), 10**9, places=4) | st.integers(-(10**6), 10**6).map(Decimal)


def stored(number: Decimal, code: str) -> RawCell:
    """Return the cell of a workbook with a number under a format."""
    return cells([(number, code)])[0]


def cells(written: list[tuple[Decimal, str]]) -> list[RawCell]:
    """Return the cells of a workbook with numbers under formats."""
    (sheet,) = read_xlsx(workbook(written)).sheets
    return [sheet.cells[row, 1] for row in range(1, len(written) + 1)]


def workbook(written: list[tuple[Decimal, str]]) -> bytes:
    stream = io.BytesIO()
    book = new_workbook(stream, 10)
    sheet = book.add_worksheet()
    sheet.set_column(0, 0, 60)
    for row, (number, code) in enumerate(written):
        sheet.write_number(row, 0, float(number), book.add_format({"num_format": code}))
    book.close()
    return stream.getvalue()


@given(made, numbers, st.sampled_from(UNITS))
@example(Made("0", 0, 0, True, "", "", ""), Decimal("0.95"), "%")
@example(Made("0", 0, 0, False, "", '"億円"', ""), Decimal(12), "千円")
@example(Made("#,##0", 0, 1, False, "", "", ""), Decimal(1234567), "千円")
@example(Made("#,##0", 0, 1, False, "", "", ""), Decimal(1234567), "人")
@example(Made("#,##0", 0, 0, False, "[$¥-411]", "", ""), Decimal(1234), "千円")
def test_what_is_taken_without_a_question_is_what_is_shown(
    form: Made, number: Decimal, unit: str
) -> None:
    field = NumberField(key="n", label="数", unit=unit)
    cell = stored(number, form.code)
    parsed = field.parse_cell(cell)
    codes = [found.code.name for found in parsed.violations]
    if "VALUE_SHOWN_UNCLEAR" in codes:
        assert parsed.value is None
    elif form.code != field.cell_rules.number_format:  # as issued: what was typed counts
        assert parsed.value == amount(form.text(number), unit)
        assert codes == ([] if parsed.value == cell.number else ["VALUE_SHOWN_OTHERWISE"])


@given(made, numbers)
def test_a_number_is_shown_as_its_format_was_made(form: Made, number: Decimal) -> None:
    shown = NumberFormat(form.code).shown(number)
    expected = form.text(number)
    if shown is None:
        assert Decimal(expected.replace(",", "")) == number
    else:
        assert shown.replace(" ", "") == expected


SECTIONS = [
    *("0", "0.0", "#,##0", "#,##0.00", "0%", "0.0%", "#,##0,", "#,##0.0,", "#,##0.00,,", "000000"),
    *('0"億円"', '#,##0"千円"', "0.0#", "#,###", "0.00E+00", "000-0000", '"No."0', "[$¥-411]#,##0"),
    *("#,##0_ ", "(#,##0)", "△#,##0", ";;", "?,??0", "0.???", '0"."00', "#,##0\\ ", "0.00%"),
    *(
        "[Red]#,##0",
        "[<1000]0;#,##0,",
        '[>=1000]0,"千円";0"円"',
        '[=1]"○";[=2]"△";"×"',
        '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ',
    ),
]
CHANCE = random.Random(20240501)
VALUES = [
    *map(Decimal, ("0", "1", "2", "-1", "0.5", "0.95", "12", "999.995", "1234.5", "-1234.567")),
    *map(Decimal, ("1234567", "-1234567", "0.0005", "20240501", "1000000000", "99999.5")),
]
COMBINED = [
    (number, code)
    for code in [*SECTIONS, *(";".join(CHANCE.sample(SECTIONS[:10], 3)) for _ in range(20))]
    for number in VALUES
    if number >= 0 or "000]" not in code  # whether a condition takes the sign, programs disagree
]


@needs_libreoffice
def test_a_number_is_shown_as_libreoffice_shows_it(tmp_path: Path) -> None:
    source, target = tmp_path / "shown.xlsx", tmp_path / "shown.ods"
    source.write_bytes(workbook(COMBINED))
    job = {"do": "save as", "source": str(source), "target": str(target), "filter": "calc8"}
    run_jobs([job])
    shown = shown_in(target)[: len(COMBINED)]
    differing = [
        (code, str(number), theirs, ours.shown)
        for (number, code), theirs, ours in zip(COMBINED, shown, cells(COMBINED), strict=True)
        if plainly(theirs) != plainly(ours.shown if not ours.is_unseen else "")
    ]
    assert differing == []


def shown_in(path: Path) -> list[str]:
    """Return what LibreOffice shows in the first column, which it stores beside each value."""
    with zipfile.ZipFile(path) as archive:
        content = ElementTree.fromstring(archive.read("content.xml"))
    shown = []
    for row in content.iter(f"{{{TABLE}}}table-row"):
        text = "".join("".join(p.itertext()) for p in row.iter(f"{{{TEXT}}}p"))
        shown += [text] * int(row.get(f"{{{TABLE}}}number-rows-repeated", "1"))
    return shown


def plainly(text: str) -> str | Decimal:
    """Return a text without blanks and commas of thousands; a number alone as a number."""
    plain = "".join(text.split()).replace(",", "")
    return Decimal(plain) if plain.replace(".", "", 1).removeprefix("-").isdecimal() else plain


@pytest.mark.parametrize(
    ("code", "text", "shown"),
    [
        ('@"様"', "門真", "門真様"),
        (";;;", "門真", ""),
        ('0;-0;0;"（"@"）"', "門真", "（門真）"),
        ("@", "門真", "門真"),
        ("0%", "門真", "門真"),
        ('_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', "門真", " 門真 "),
    ],
)
def test_a_text_is_shown_by_the_last_section(code: str, text: str, shown: str) -> None:
    used = NumberFormat(code)
    assert used.text_of(text) == shown
    assert used.changes_texts is (shown.strip() != text)
