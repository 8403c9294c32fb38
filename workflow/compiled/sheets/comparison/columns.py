"""The columns of 前年度比較: what each shows of a line, and how it is marked. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from functools import partial

from workflow.compiled.indicators import INDICATOR_SHEET
from workflow.compiled.merging.entries import AnswerStatus
from workflow.compiled.years.changes import Change, ComparedField, FieldChange, change_of_all
from workflow.compiled.years.comparison import Comparison, Line
from workflow.compiled.years.pairing import LineKind
from workflow.model.fields.base import Field
from workflow.model.known_values import is_of_known_value
from workflow.model.plan import Plan
from workflow.model.years import era_year
from workflow.python.dataclass import dataclass
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL

REMARK_LABEL = "備考"
KIND_LABEL = "区分"
_NO_VALUE = "―"
_FORMER_WIDTH, _CHANGE_WIDTH, _INDICATOR_WIDTH = 16.0, 6.0, 14.0
_ARROWS = {Change.RAISED: "↑", Change.LOWERED: "↓"}


class Mark(Enum):
    """How a cell stands out; every mark reads without colour too."""

    NONE = "none"
    QUIET = "quiet"
    KIND = "kind"
    LINK = "link"
    CHANGED = "changed"
    RAISED = "raised"
    LOWERED = "lowered"


_MARKS = {
    Change.CHANGED: Mark.CHANGED,
    Change.RAISED: Mark.RAISED,
    Change.LOWERED: Mark.LOWERED,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell shows; a number is one, whatever its text."""

    text: str
    mark: Mark = Mark.NONE
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class ComparisonColumn:
    """One column: its label, its width in full-width characters and what it shows of a line."""

    label: str
    width: float
    cell: Callable[[Line], Cell]


def comparison_columns(comparison: Comparison, plan: Plan) -> tuple[ComparisonColumn, ...]:
    """Return the columns: ratings first, prose behind, and last what nobody asks any more.

    A comparison without a last year has none.
    """
    if comparison.last_year is None:
        return ()
    then, now = f"（{era_year(comparison.last_year)}）", f"（{era_year(comparison.year)}）"
    numbered = sorted(enumerate(comparison.fields), key=lambda n: _rank(n[1].field))
    return (
        ComparisonColumn(KIND_LABEL, 4.5, _kind),
        ComparisonColumn(ID_LABEL, 5, _id),
        ComparisonColumn(plan.levels[-1], 12, lambda line: Cell(line.title)),
        ComparisonColumn(DEPARTMENT_LABEL + then, 7, lambda x: _or_none(x.department_before)),
        ComparisonColumn(DEPARTMENT_LABEL + now, 7, lambda x: _or_none(x.department_after)),
        ComparisonColumn(REMARK_LABEL, 8, lambda line: Cell("\n".join(line.remarks))),
        *_indicator_columns(comparison, then, now),
        *(c for n, field in numbered for c in _field_columns(field, n, then, now)),
        *(
            ComparisonColumn(label + then, _FORMER_WIDTH, partial(_former, n))
            for n, label in enumerate(comparison.former_labels)
        ),
    )


def _rank(field: Field) -> int:
    if field.is_prose:
        return 2
    return 0 if field.is_rating else 1


def _kind(line: Line) -> Cell:
    continued = line.kind is LineKind.CONTINUED
    return Cell(line.kind.value, Mark.NONE if continued else Mark.KIND)


def _id(line: Line) -> Cell:
    return Cell(line.item, Mark.NONE if line.entry is None else Mark.LINK)


def _or_none(text: str) -> Cell:
    return Cell(text) if text else Cell(_NO_VALUE, Mark.QUIET)


def _field_columns(
    compared: ComparedField, index: int, then: str, now: str
) -> Iterator[ComparisonColumn]:
    label = compared.field.heading
    width = compared.field.comparison_width
    label_before = compared.label_before or label
    yield ComparisonColumn(label_before + then, width, partial(_before, compared, index))
    yield ComparisonColumn(label + now, width, partial(_after, index))
    yield ComparisonColumn(f"{label}の変化", _CHANGE_WIDTH, partial(_change, index))


def _indicator_columns(comparison: Comparison, then: str, now: str) -> Iterator[ComparisonColumn]:
    """Yield what the indicators of an item came to; nothing in a plan that has none."""
    if comparison.indicators:
        labels = (INDICATOR_SHEET + then, INDICATOR_SHEET + now, f"{INDICATOR_SHEET}の変化")
        for n, label in enumerate(labels):
            yield ComparisonColumn(label, _INDICATOR_WIDTH, partial(_indicator_cell, comparison, n))


def _indicator_cell(comparison: Comparison, index: int, line: Line) -> Cell:
    return _indicator_cells(comparison, line)[index]


def _indicator_cells(comparison: Comparison, line: Line) -> tuple[Cell, Cell, Cell]:
    """Return last year, this year and what changed, a line each indicator."""
    changes = comparison.indicators_of(line)
    if not changes:
        none = Cell(_NO_VALUE, Mark.QUIET)
        return none, none, none
    change = change_of_all(changes)
    several = len(changes) > 1
    moved = "\n".join(
        (f"{one.id}：" if several else "") + one.moved + _ARROWS.get(one.change, "")
        for one in changes
    )
    return (
        Cell("\n".join(one.before for one in changes)),
        Cell("\n".join(one.after for one in changes)),
        Cell(moved, _MARKS.get(change, Mark.QUIET)),
    )


def _before(compared: ComparedField, index: int, line: Line) -> Cell:
    asked = line.status_before if compared.label_before else ""
    return _value(line, index, asked, line.changes[index].before, Mark.NONE)


def _after(index: int, line: Line) -> Cell:
    changed = line.changes[index]
    return _value(line, index, line.status_after, changed.after, _mark(changed))


def _former(index: int, line: Line) -> Cell:
    return _answer(line.status_before, Cell(line.former[index]))


def _value(line: Line, index: int, status: str, text: str, mark: Mark) -> Cell:
    field = line.changes[index].field
    is_number = field.is_number
    if is_of_known_value(field.key):
        return Cell(text, mark, is_number) if text else Cell(_NO_VALUE, Mark.QUIET)
    return _answer(status, Cell(text, mark, is_number))


def _answer(status: str, cell: Cell) -> Cell:
    """Return the cell of an answer, or of why there is none, or the word for there being none."""
    is_reason = status == AnswerStatus.NOTHING and bool(cell.text)
    if status in (AnswerStatus.ANSWERED, AnswerStatus.BROUGHT_IN) or is_reason:
        return cell
    return Cell(f"（{status}）" if status else _NO_VALUE, Mark.QUIET)


def _change(index: int, line: Line) -> Cell:
    changed = line.changes[index]
    mark = _mark(changed)
    text = changed.change.value + _ARROWS.get(changed.change, "")
    return Cell(text, Mark.QUIET if mark is Mark.NONE else mark)


def heading_of(line: Line) -> str:
    """Return what heads the block of an item on paper: what it is, whose, and what to know."""
    owners = dict.fromkeys(filter(None, (line.department_before, line.department_after)))
    facts = (line.kind.value, line.item, line.title, "→".join(owners), *line.remarks)
    return "　".join(fact for fact in facts if fact)


def compared_cells(line: Line, comparison: Comparison) -> Iterator[tuple[Cell, ...]]:
    """Yield for each field of an item its heading, last year, this year, and what changed."""
    numbered = sorted(enumerate(comparison.fields), key=lambda n: _rank(n[1].field))
    if comparison.indicators_of(line):
        yield Cell(INDICATOR_SHEET), *_indicator_cells(comparison, line)
    for index, compared in numbered:
        cells = (_before(compared, index, line), _after(index, line), _change(index, line))
        yield Cell(compared.field.heading), *cells
    for index, label in enumerate(comparison.former_labels):
        yield Cell(label), _former(index, line), Cell(""), Cell("")


def _mark(changed: FieldChange) -> Mark:
    """Return how a change stands out; prose is new every year, so that says nothing."""
    return Mark.NONE if changed.field.is_prose else _MARKS.get(changed.change, Mark.NONE)
