"""When a cell of plan.xlsx is yellow or red, as Excel's formulas. Pure.

They say of a cell what the reader will say of it, as far as a formula can: what it reads without a
question has no colour. Where a formula cannot tell, the cell has none either, and `plan` tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workflow.model.fields.declarations import PlanColumn
from workflow.plan.book.written_once import DITTO
from workflow.plan.written.named_departments import ABOVE, BETWEEN

_CHARACTERS = {"\n": "CHAR(10)", "\r": "CHAR(13)", "\t": "CHAR(9)"}


def wrong_kind(cell: str, column: PlanColumn) -> str:
    """Return whether a cell that asks for text holds what cannot be read as one.

    A number is read as one sees it, but Excel makes a date of 1-2.
    """
    number = f"ISNUMBER({cell})"
    if column.kind.takes_numbers:
        number = f'AND({number},LEFT(CELL("format",{cell}),1)="D")'
    return f"=OR(ISERROR({cell}),ISLOGICAL({cell}),{number})"


def other_word(cell: str, words: Iterable[str]) -> str:
    """Return whether a cell holds none of some words, in either width."""
    others = ",".join(f'ASC({cell})<>ASC("{word}")' for word in words)
    return f'=AND({cell}<>"",{others})'


def repeated(cell: str, area: str) -> str:
    """Return whether a cell says what another one of its column says."""
    return f'=IF({cell}="",FALSE,SUMPRODUCT(--({area}&""={cell}&""))>1)'


def unknown(cell: str, *known: str) -> str:
    """Return whether a cell holds none of what some areas hold."""
    found = "+".join(f"SUMPRODUCT(--({names}={cell}))" for names in known)
    return f'=AND({cell}<>"",{found}=0)'


def unknown_department(cell: str, known: Sequence[str]) -> str:
    """Return whether a cell names more than departments known by some areas and what parts them.

    The name of a 部 may stand before that of a department; then it is enough that one is known.
    """
    plain = _even(cell)
    known_length = "+".join(
        f'SUMPRODUCT(LEN({plain})-LEN(SUBSTITUTE({plain},{_even(names)},"")))' for names in known
    )
    names_above = ",".join(f'ISNUMBER(FIND("{word}",{cell}))' for word in ABOVE)
    more = _without(plain, (*BETWEEN, *sorted(DITTO)))
    needed = f"IF(OR({names_above}),1,LEN({more}))"
    return f'=IF({cell}="",FALSE,{known_length}<{needed})'


def _even(text: str) -> str:
    """Return a text or an area in one width and case, without blanks and line breaks."""
    return _without(f"UPPER(ASC({text}))", (" ", "\n"))


def _without(text: str, parts: Iterable[str]) -> str:
    for part in parts:
        found = _CHARACTERS.get(part) or '"' + part.replace('"', '""') + '"'
        text = f'SUBSTITUTE({text},{found},"")'
    return text


def missing(cell: str, row: str, headings: str) -> str:
    """Return whether a needed cell is blank in a row that says something besides headings.

    A row of headings alone stands above the entries it is the heading of.
    """
    says_more = f"COUNTA({row})>COUNTA({headings})" if headings else f"COUNTA({row})>0"
    return f'=AND({cell}="",{says_more})'


def missing_heading(row: str, headings: str, column: str, first: int, last: int) -> str:
    """Return whether a heading is blank, and none above it holds for its row as well.

    Headings are written once where none stands twice in a row; what stands above and below a blank
    one alike holds for it too, and so does one in a row of its own, without 整理番号 in
    column A. The row is that of the first entry.
    """
    cell = f"${column}{first}"
    above, below = f"${column}${first}:{cell}", f"${column}{first + 1}:${column}${last}"
    upper = f"${column}${first}:${column}${last - 1}"
    lower = f"${column}${first + 1}:${column}${last}"
    says_again = f'SUMPRODUCT(--({upper}={lower}),--({upper}<>""))>0'
    last_above = f'LOOKUP(2,1/({above}<>""),{above})'
    next_below = f'INDEX({below},MATCH(1,INDEX(--({below}<>""),0),0))'
    in_own_row = f'IFERROR(LOOKUP(2,1/({above}<>""),--($A${first}:$A{first}="")),0)=1'
    is_open = f"IFERROR({last_above}<>{next_below},TRUE)"
    is_open = f"IF({in_own_row},FALSE,IF({says_again},{is_open},FALSE))"
    blank = missing(cell, row, headings).removeprefix("=")
    return f"=IF({blank},IF(COUNTA({above})=0,TRUE,{is_open}),FALSE)"
