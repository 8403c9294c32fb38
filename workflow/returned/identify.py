"""Whose form a workbook is, by its stamps in order of trust; a file's name is never asked."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from types import MappingProxyType

from workflow.model.catalogue import Code
from workflow.model.cells import folded, folded_id
from workflow.model.findings import Finding, Location
from workflow.model.plan import Plan
from workflow.model.raw import RawBook, RawSheet
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern
from workflow.templates.layout import (
    CORRECTION_FIRST_COLUMN,
    CORRECTION_SHEET,
    CORRECTION_TABLE_ROW,
    DIGEST_DIGITS,
    ID_LABEL,
    MADE_FROM_LABEL,
    MADE_FROM_PROPERTY,
    NUMBER_LABEL,
    NUMBER_NAME,
    NUMBER_PROPERTY,
)
from workflow.templates.register import FormNumber, Issue, Register

_SEEN_ROWS = 20
_LONGEST_STAMP = 120
_STAMP = lazy_pattern(rf"{NUMBER_LABEL}\s*[：:]?\s*(.*)")
_WHOLE_FILE = Location()
_BEGINNING = re.compile(f"[0-9a-f]{{{DIGEST_DIGITS}}}")


@dataclass(frozen=True, slots=True)
class Identity:
    """The issue a workbook answers, if it can be told, and what was noticed on the way."""

    number: FormNumber | None
    issue: Issue | None
    findings: tuple[Finding, ...] = ()


def stamps(book: RawBook) -> tuple[FormNumber, ...]:
    """Return the distinct form numbers a workbook carries, the most trusted first."""
    return _numbers(chain(_hidden(book), *map(_shown, book.sheets)))


def parts_by_form(
    book: RawBook,
    entry_sheets: Sequence[RawSheet],
    own: Mapping[int, Sequence[FormNumber]] = MappingProxyType({}),
) -> Mapping[FormNumber, RawBook]:
    """Return the workbooks that one was put together from, when its sheets are different forms.

    Nothing unless every entry sheet shows one number alone, each of a department of its own, and no
    other number is anywhere. Hidden stamps, and sheets without a number, are of the form the hidden
    stamps name, or else of the first. Own are the numbers of the sheets that are the city's own
    form, by their identity.
    """
    shown = {
        id(sheet): {*(own.get(id(sheet), ()) if own else _numbers(_shown(sheet)))}
        for sheet in book.sheets
    }
    hidden = _numbers(_hidden(book))
    forms = [form for sheet in entry_sheets for form in shown[id(sheet)]]
    owners = {(form.department, form.round): form for form in forms}
    everywhere = set[FormNumber]().union(hidden, *shown.values())
    is_clear = len(forms) == len(entry_sheets) and everywhere == {*owners.values()}
    if len(owners) == 1 or not is_clear or any(len(found) > 1 for found in shown.values()):
        return {}
    main = next(iter(hidden), forms[0])
    parts: dict[FormNumber, list[RawSheet]] = {form: [] for form in dict.fromkeys((main, *forms))}
    for sheet in book.sheets:
        parts[next(iter(shown[id(sheet)]), main)].append(sheet)
    return {form: _part(book, sheets, form == main) for form, sheets in parts.items()}


def _part(book: RawBook, sheets: Sequence[RawSheet], is_main: bool) -> RawBook:
    names = {sheet.name for sheet in sheets}
    return replace(
        book,
        sheets=tuple(sheets),
        properties=book.properties if is_main else {},
        names=book.names if is_main else {},
        remarks=tuple(remark for remark in book.remarks if remark.sheet in names),
        unread=tuple(sheet for sheet in book.unread if sheet in names or not sheet),
    )


def hidden_stamps(book: RawBook) -> tuple[FormNumber, ...]:
    """Return the numbers that a workbook carries where nobody sees them."""
    return _numbers(_hidden(book))


def shown_numbers(sheet: RawSheet) -> tuple[FormNumber, ...]:
    """Return the numbers that a sheet of ours shows."""
    return _numbers(_shown(sheet))


def _hidden(book: RawBook) -> tuple[str, str]:
    """Return what stands where a workbook keeps its number hidden."""
    return book.properties.get(NUMBER_PROPERTY, ""), book.names.get(NUMBER_NAME, "")


def _numbers(texts: Iterable[str]) -> tuple[FormNumber, ...]:
    """Return the distinct form numbers among some texts, in their order."""
    return tuple(dict.fromkeys(filter(None, map(FormNumber.parse, texts))))


def _shown(sheet: RawSheet) -> Iterator[str]:
    """Yield what stands where a sheet shows its number: behind 様式番号, above its table.

    Answers quote numbers too, of last year's form or of a contract; none of them is a stamp.
    """
    labelled = sorted(
        (at, cell.text)
        for at, cell in sheet.cells.items()
        if at[0] <= _SEEN_ROWS
        and len(cell.text) <= _LONGEST_STAMP
        and NUMBER_LABEL in cell.text
        and cell.text.lstrip().startswith(NUMBER_LABEL)
    )
    for (row, column), text in labelled:
        match = _STAMP.fullmatch(text.strip())
        if match and not _has_table_by(sheet, row):
            yield match[1] or _next_text(sheet, row, column)


def _has_table_by(sheet: RawSheet, last: int) -> bool:
    """Whether the table begins in some row or above it."""
    return any(
        row <= last and len(cell.text) <= _LONGEST_STAMP and folded(cell.text) == ID_LABEL
        for (row, _), cell in sheet.cells.items()
    )


def _next_text(sheet: RawSheet, row: int, column: int) -> str:
    """Return what stands right of a cell, blank cells passed over."""
    behind = ((at, cell.text) for (r, at), cell in sheet.cells.items() if r == row and at > column)
    return min(behind, default=(0, ""))[1]


def made_from(book: RawBook) -> tuple[str, ...]:
    """Return the beginnings of the digests of the returns that a hand-back was made from."""
    texts = [book.properties.get(MADE_FROM_PROPERTY, "")]
    for sheet in book.sheets:
        if sheet.name == CORRECTION_SHEET:
            shown = sheet.cells.get((CORRECTION_TABLE_ROW - 1, CORRECTION_FIRST_COLUMN))
            # The label ends with a colon, whatever the tool that issued it called the digests.
            texts.append(shown.text.rpartition(MADE_FROM_LABEL[-1])[2] if shown else "")
    words = (word for text in texts for word in text.split())
    return tuple(dict.fromkeys(word for word in words if _BEGINNING.fullmatch(word)))


def identify(
    found: tuple[FormNumber, ...],
    ids: Collection[str],
    plan: Plan,
    register: Register,
) -> Identity:
    """Return the identity of a workbook from its stamps, or else from the ids of its rows."""
    if len(found) > 1:
        finding = Finding(Code.FORM_CONFLICT, _WHOLE_FILE, {"numbers": tuple(map(str, found))})
        return Identity(found[0], None, (finding,))
    if not found:
        return _identify_by_ids(ids, register)
    number = found[0]
    # A city whose code was put right after issuing still knows the forms that it issued.
    if number.municipality != plan.municipality.code and register.find(number) is None:
        finding = Finding(Code.FORM_OTHER_CITY, _WHOLE_FILE, {"found": number.municipality})
        return Identity(number, None, (finding,))
    if number.year != register.year:
        details = {"found": number.year, "expected": register.year}
        finding = Finding(Code.FORM_OTHER_YEAR, _WHOLE_FILE, details)
        return Identity(number, None, (finding,))
    return _identify_by_number(number, ids, register)


def _identify_by_number(number: FormNumber, ids: Collection[str], register: Register) -> Identity:
    issue = register.find(number)
    if issue is None:
        finding = Finding(Code.FORM_UNKNOWN, _WHOLE_FILE, {"number": str(number)})
        return Identity(number, None, (finding,))
    other = _owner_of_rows(issue, ids, register)
    if other is not None:
        finding = Finding(
            Code.FORM_OTHER_DEPARTMENT,
            _WHOLE_FILE,
            {"stamped": issue.department_name, "department": other.department_name},
        )
        return Identity(number, None, (finding,))
    latest = register.latest(number.department)
    if latest and latest.number != number and not latest.asks_as(issue):
        finding = Finding(
            Code.FORM_OLD_ISSUE, _WHOLE_FILE, {"found": str(number), "current": str(latest.number)}
        )
        return Identity(number, issue, (finding,))
    return Identity(number, issue)


def _identify_by_ids(ids: Collection[str], register: Register) -> Identity:
    wanted = {folded_id(text) for text in ids}
    shares = [(_share(issue, count, wanted), issue) for issue, count in register.sharing(ids)]
    best = max((share for share, _ in shares), default=0)
    matching = [issue for share, issue in shares if share == best]
    if not matching:
        return Identity(None, None)
    if len(matching) > 1:
        names = tuple(issue.department_name for issue in matching)
        finding = Finding(Code.FORM_UNCERTAIN, _WHOLE_FILE, {"departments": names})
        return Identity(None, None, (finding,))
    (issue,) = matching
    finding = Finding(Code.FORM_STAMP_LOST, _WHOLE_FILE, {"department": issue.department_name})
    return Identity(issue.number, issue, (finding,))


def _owner_of_rows(issue: Issue, ids: Collection[str], register: Register) -> Issue | None:
    """Return whose rows these are when none is of the stamped issue, but some of another one."""
    wanted = frozenset(ids)
    if any(item.id in wanted for item in issue.items) or _ids(issue) & {*map(folded_id, wanted)}:
        return None
    most = max(register.sharing(wanted), key=lambda shared: shared[1], default=None)
    return most and most[0]


def _ids(issue: Issue) -> set[str]:
    return {folded_id(item.id) for item in issue.items}


def _share(issue: Issue, common: int, wanted: set[str]) -> float:
    """Return the share of ids in common, from 0 to 1."""
    return common / len(_ids(issue) | wanted)
