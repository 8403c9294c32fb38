"""What a sheet says beside its rows, remembered from the return before but for what differs.

Of one template for many departments only ranges, formulas and footers differ, and where cells are
merged. XML allows any of these letters where they stand, so whether the rest is in order does not
hang on them: they are left out of what is remembered, and merged cells are read by themselves.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from workflow.excel.xlsx.frame import Frame, Merges, frame_of
from workflow.excel.xlsx.remembering import remembered
from workflow.excel.xlsx.xml_parts import MAIN, is_plain, parsed

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MERGE = r'<mergeCell ref="([A-Z]++[0-9]++(?::[A-Z]++[0-9]++)?)" ?/>'
_LISTED = re.compile(rf'(?: count="[0-9]*+")?>(?:{_MERGE})*+', re.ASCII)
_REFERENCE = re.compile(_MERGE, re.ASCII)
_ONE_MERGE = "<mergeCells><mergeCell ref='A1'/></mergeCells>"
"""Where merged cells are listed: it shows whether they count there. Its marks keep it as it is."""

_TEXT = r"(?:[^<&\]\x00-\x08\x0b-\x1f\ufffe\uffff]++|&(?:amp|lt|gt|quot|apos);)*+"
_DIFFERING = (
    (re.compile(r'ref="[A-Z0-9: ]*+"', re.ASCII), 'ref=""'),
    (re.compile(rf"formula>{_TEXT}</"), "formula></"),
    (re.compile(rf"formula1>{_TEXT}</"), "formula1></"),
    (re.compile(rf"Footer>{_TEXT}</"), "Footer></"),
)
_MOST = 100_000  # letters: a template has some ten thousand


def plain_frame(before: str, after: str) -> Frame | None:
    """Return a sheet without its rows; None when rows could stand elsewhere, or mean another.

    Given is its XML, without declaration and rows: up to where they stand and from there on.
    ValueError for a merged cell that is no block of cells.
    """
    left, opening, rest = after.partition("<mergeCells")
    listed, closing, right = rest.partition("</mergeCells>")
    merges = _merges(listed) if closing else None
    beside = f"{before}{left}{_ONE_MERGE if closing else ''}{right}"
    has_others = beside.count("mergeCells") > (2 if closing else 0)
    if has_others or (opening and merges is None):
        return _frame(f"{before}{after}")
    for differing, left_out in _DIFFERING:
        beside = differing.sub(left_out, beside)
    frame = _frame(beside)
    if frame is None or merges is None or not frame.merges.areas:
        return frame
    return Frame(merges, frame.filtered)


@remembered(times=64, most=_MOST)
def _merges(listed: str) -> Merges | None:
    """Return a list of merged cells; None of one in another spelling."""
    return Merges.of(_REFERENCE.findall(listed)) if _LISTED.fullmatch(listed) else None


@remembered(times=64, most=_MOST)
def _frame(xml: str) -> Frame | None:
    """Return a sheet without its rows, as an XML tree shows it."""
    part = xml.encode()
    if not is_plain(part):
        return None
    sheet = parsed(part)
    is_usual = sheet.tag == f"{MAIN}worksheet" and _is_usual(sheet)
    return frame_of(sheet) if is_usual else None


def _is_usual(frame: Element) -> bool:
    """Whether rows and merges lie where they must, and nowhere else."""
    count = Counter(element.tag for element in frame.iter())
    merges = frame.findall(f"{MAIN}mergeCells")
    merged = sum(len(block.findall(f"{MAIN}mergeCell")) for block in merges)
    return (
        count[f"{MAIN}sheetData"] == len(frame.findall(f"{MAIN}sheetData")) == 1
        and count[f"{MAIN}row"] == count[f"{MAIN}c"] == 0
        and count[f"{MAIN}mergeCells"] == len(merges) <= 1
        and count[f"{MAIN}mergeCell"] == merged
    )
