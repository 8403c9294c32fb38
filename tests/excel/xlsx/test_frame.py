"""What stands beside the rows is read as openpyxl reads it, or not at all."""

from __future__ import annotations

import random

import pytest

from tests.excel.xlsx.mutations import SNIPPETS
from tests.excel.xlsx.readings import read_by_both
from tests.excel.xlsx.test_reader import MAIN, book

ROWS = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c><c r="C1"><v>3</v></c></row>'
MERGES = '<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>'
ELSEWHERE = f'<x:mergeCells xmlns:x="{MAIN}"><x:mergeCell ref="B1:C1"/></x:mergeCells>'
RANGE = 'conditionalFormatting sqref="A1:B9"'
RULE = f"<{RANGE}><cfRule><formula>A1=1</formula></cfRule></conditionalFormatting>"
FOOTER = "<headerFooter><oddFooter>&amp;L福祉課</oddFooter></headerFooter>"
BESIDE = f'<autoFilter ref="A4:J37"/>{MERGES}{RULE}{FOOTER}'

AFTER = {
    "as usual": BESIDE,
    "no merges": RULE + FOOTER,
    "an empty list": "<mergeCells/>",
    "merges in other marks": MERGES.replace('"', "'"),
    "merges with blanks between": MERGES.replace("><", "> <"),
    "one cell": MERGES.replace("A1:B1", "A1"),
    "no block": MERGES.replace("A1:B1", "B1:A1"),
    "no cell": MERGES.replace("A1:B1", ""),
    "twice": MERGES * 2,
    "twice, by another prefix": MERGES + ELSEWHERE,
    "by another prefix": ELSEWHERE,
    "of another namespace": f'<extLst xmlns="urn:x">{MERGES}</extLst>',
    "of another namespace, and none": f'<extLst xmlns="urn:x">{MERGES}</extLst>'
    f'<x:mergeCells xmlns:x="{MAIN}"/>',
    "of another namespace, and by another prefix": f'<extLst xmlns="urn:x">{MERGES}</extLst>'
    + ELSEWHERE,
    "elsewhere": f"<extLst>{MERGES}</extLst>",
    "alone": '<mergeCell ref="A1:B1"/>',
    "in a list": f"<mergeCells>{MERGES}</mergeCells>",
    "a filter at work": '<autoFilter ref="A1:B2"><filterColumn colId="0"/></autoFilter>' + MERGES,
    "a range that ends a text": '<x y=" ref="/><x y="" z=" A1"/>',
    "a range twice": BESIDE.replace('ref="A4:J37"', 'ref="A4:J37" ref="A4:J38"'),
    "a range in quotes": BESIDE.replace('ref="A4:J37"', 'y="ref="A4:J37"'),
    "a footer without an end": BESIDE.replace("</oddFooter>", ""),
    "a footer that breaks off": BESIDE.replace("福祉課", "&福祉課"),
    "a footer XML forbids": BESIDE.replace("福祉課", "\x01"),
    "a footer of no letter": BESIDE.replace("福祉課", "\uffff"),
    "a footer that ends what was never begun": BESIDE.replace("福祉課", "]]>"),
    "a footer with an end of its own": BESIDE.replace("福祉課", "</oddFooter><oddFooter>"),
    "a formula in numbers": BESIDE.replace("A1=1", "&#65;1=1"),
    "a formula under another name": BESIDE.replace("</formula>", "</formula1>"),
}


@pytest.mark.parametrize("name", AFTER)
def test_a_frame_is_read_as_openpyxl_reads_it(name: str) -> None:
    ours, by_openpyxl = read_by_both(book(ROWS, AFTER[name]))
    assert ours == by_openpyxl


def test_letters_out_of_place_change_no_frame_silently() -> None:
    chance = random.Random(20260401)
    for _ in range(100):
        at = chance.randrange(len(BESIDE))
        put = chance.choice([*SNIPPETS, b'"', b"mergeCell", b'ref="A1"', b"</", b"&", b"Footer>"])
        end = at + chance.choice([0, 0, 1, 4])
        after = BESIDE[:at] + put.decode("utf-8", "replace") + BESIDE[end:]
        ours, by_openpyxl = read_by_both(book(ROWS, after))
        assert by_openpyxl in (ours, None), after
