"""The 様式番号 in the footers of the city's sheets, where no mark gives it a place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workflow.excel.xlsx.xml import MAIN
from workflow.templates.layout import NUMBER_LABEL
from workflow.templates.own.package.sheet import SheetTree

if TYPE_CHECKING:
    from lxml.etree import _Element

_FOOTERS = (
    ("oddFooter", ""),
    ("evenFooter", "differentOddEven"),
    ("firstFooter", "differentFirst"),
)
_SECTION = re.compile("(?<!&)(?:&&)*&[LCR]")
_FOOTER_ORDER = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")


def write_number(tree: SheetTree, form_number: str) -> None:
    """Write the 様式番号 into every footer a sheet shows, beside what the city has there."""
    around = tree.child("headerFooter")
    number = f"{NUMBER_LABEL} {form_number}".replace("&", "&&")
    for tag, needs in _FOOTERS:
        if needs and around.get(needs) not in ("1", "true"):
            continue
        found = around.find(f"{MAIN}{tag}")
        if found is None:
            found = around.makeelement(f"{MAIN}{tag}", {})
            behind = [c for c in around if _footer_rank(c) < _footer_rank(found)]
            around.insert(len(behind), found)
        found.text = _with_number(found.text or "", number)


def _footer_rank(element: _Element) -> int:
    return _FOOTER_ORDER.index(str(element.tag).rpartition("}")[2])


def _with_number(text: str, number: str) -> str:
    """Return a footer with the 様式番号 in the first of its three parts that is free.

    >>> _with_number("&C&P / &N", "様式番号 1")
    '&L様式番号 1&C&P / &N'
    >>> _with_number("&L左&C中&R右", "様式番号 1")
    '&L左&C中&R右　様式番号 1'
    """
    if text and not text.startswith(("&L", "&C", "&R")):
        text = f"&C{text}"
    used = {found[0][-1] for found in _SECTION.finditer(text)}
    if "L" not in used:
        return f"&L{number}{text}"
    if "R" not in used:
        return f"{text}&R{number}"
    return f"{text}　{number}"
