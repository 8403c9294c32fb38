"""Which row of last year's ledger belongs to which department and item of this year. Pure.

Every row and every assignment is in at least one pair, so that a comparison loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import groupby

from workflow.compiled.merging.entries import Entry
from workflow.compiled.years.past import Row, is_answered, says_why_nothing
from workflow.model.plan import JOINT_SEPARATOR, Department, Plan, PreviousAnswers
from workflow.python.dataclass import dataclass
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL

# Which of today's departments a ledger's 担当課 speaks of, also after a reorganisation. Pure.


@dataclass(frozen=True, slots=True)
class NamedDepartment:
    """One name as a ledger wrote it, and the codes of the departments that answer to it today."""

    name: str
    codes: frozenset[str]


class KnownNames:
    """Whom a plan's departments are known as, today and before; each text is read once."""

    def __init__(self, plan: Plan) -> None:
        self._codes = _known_names(plan)
        self._read: dict[str, tuple[NamedDepartment, ...]] = {}

    def named(self, text: str) -> tuple[NamedDepartment, ...]:
        """Return the departments of a ledger's 担当課: one name, or several joined.

        A name may hold the separator itself, so the whole text is tried first, then the longest
        run.
        """
        if text not in self._read:
            self._read[text] = tuple(self._departments(text.split(JOINT_SEPARATOR)))
        return self._read[text]

    def _departments(self, parts: list[str]) -> Iterator[NamedDepartment]:
        while parts:
            runs = range(len(parts), 1, -1)
            length = next((n for n in runs if _joined(parts[:n]) in self._codes), 1)
            name = _joined(parts[:length])
            yield NamedDepartment(name, self._codes.get(name, frozenset()))
            parts = parts[length:]


def _joined(parts: list[str]) -> str:
    return JOINT_SEPARATOR.join(parts)


def _known_names(plan: Plan) -> Mapping[str, frozenset[str]]:
    """Return who answers to a name; after a department was split these are several."""
    known: dict[str, frozenset[str]] = {}
    for department in plan.departments:
        for name in (department.name, *department.formerly):
            known[name] = known.get(name, frozenset()) | {department.code}
    return known


_MOVED = "担当課が替わりました。"
_PARTLY_MOVED = "担当課の一部が替わりました。"
_JOINED = "この課が担当に加わりました。"
_LEFT = "この課は担当を外れました。"


class LineKind(StrEnum):
    """What became of an item since last year; a department that only changed its name continues."""

    CONTINUED = "継続"
    MOVED = "担当替え"
    NEW = "新規"
    ENDED = "終了"


@dataclass(frozen=True, slots=True)
class Pair:
    """A row of last year and the index of an entry of this year; either may be missing."""

    kind: LineKind
    row: Row | None
    entry: int | None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _OldRow:
    row: Row
    named: tuple[NamedDepartment, ...]

    @property
    def codes(self) -> frozenset[str]:
        return frozenset().union(*(n.codes for n in self.named))


Numbered = tuple[int, Entry]
"""An entry with its index in the ledger."""


def pairs(plan: Plan, entries: Sequence[Entry], rows: Sequence[Row]) -> Iterator[Pair]:
    """Yield this year's entries in their order, then what ended, in last year's order."""
    names = KnownNames(plan)
    old: dict[str, list[_OldRow]] = {}
    for row in rows:
        named = names.named(row[DEPARTMENT_LABEL])
        old.setdefault(row[ID_LABEL], []).append(_OldRow(row, named))
    for item, group in groupby(enumerate(entries), key=lambda e: e[1].item.id):
        yield from _item_pairs(list(group), old.pop(item, []))
    for ended in old.values():
        yield from (Pair(LineKind.ENDED, o.row, None) for o in ended)


def _item_pairs(entries: list[Numbered], old: list[_OldRow]) -> Iterator[Pair]:
    asked = {d.code for _, entry in entries for d in entry.assignment.departments}
    other_rows = [o for o in old if not o.codes & asked]
    # The one row of an item is its own, whoever answered it: items move between departments.
    moved = other_rows if len(old) == 1 else []
    then = frozenset().union(*(o.codes for o in old))
    rows = _rows_by_code(old)
    for index, entry in entries:
        own = sorted({n for code in _codes(entry) for n in rows.get(code, ())})
        if own:
            yield from (_kept(old[n], index, entry, asked, then) for n in own)
        elif moved:
            yield from (Pair(LineKind.MOVED, o.row, index, (_MOVED,)) for o in moved)
        elif old:
            yield Pair(LineKind.MOVED, None, index, (_JOINED,))
        else:
            yield Pair(LineKind.NEW, None, index)
    if not moved:
        yield from (Pair(LineKind.MOVED, o.row, None, (_LEFT,)) for o in other_rows)


def _rows_by_code(old: Sequence[_OldRow]) -> dict[str, list[int]]:
    """Return the indexes of the rows each department answered."""
    found: dict[str, list[int]] = {}
    for index, row in enumerate(old):
        for code in row.codes:
            found.setdefault(code, []).append(index)
    return found


def _kept(old: _OldRow, index: int, entry: Entry, asked: set[str], then: frozenset[str]) -> Pair:
    """Pair a row with an entry that shares a department.

    Whether others came or went is asked of the whole item, then being whose it was: its
    departments may have answered together last year and each for itself now.
    """
    someone_left = any(not named.codes & asked for named in old.named)
    changed = someone_left or not _codes(entry) <= then
    renamed = tuple(_renamings(old.named, entry.assignment.departments))
    if changed:
        return Pair(LineKind.MOVED, old.row, index, (_PARTLY_MOVED, *renamed))
    return Pair(LineKind.CONTINUED, old.row, index, renamed)


def _renamings(
    named: Iterable[NamedDepartment], departments: Sequence[Department]
) -> Iterator[str]:
    for then in named:
        today = [d.name for d in departments if d.code in then.codes]
        if today and then.name not in today:
            yield f"課名が変わりました（{then.name}→{'、'.join(today)}）。"


def _codes(entry: Entry) -> frozenset[str]:
    return frozenset(d.code for d in entry.assignment.departments)


# Last year's answers, from the ledger compiled then: what this year's templates show above.


def previous_answers(plan: Plan, last_year: Iterable[Row]) -> PreviousAnswers:
    """Return what each department of the plan answered, by item and label.

    Items are matched by id, departments by name or a former name; a ledger row that names only
    other departments is taken when it is the item's one row, since items move between them.
    """
    names = KnownNames(plan)
    rows: dict[str, list[Row]] = {}
    own: dict[tuple[str, str], Row] = {}
    shown = (row for row in last_year if is_answered(row) or says_why_nothing(row, plan.form))
    for row in shown:
        rows.setdefault(row[ID_LABEL], []).append(row)
        for code in (code for n in names.named(row[DEPARTMENT_LABEL]) for code in n.codes):
            own.setdefault((row[ID_LABEL], code), row)
    found: dict[tuple[str, str], Row] = {}
    for item in plan.items:
        for code in item.asked:
            answered = own.get((item.id, code)) or _only(rows.get(item.id, []))
            if answered is not None:
                found[item.id, code] = answered
    return found


def _only(rows: Sequence[Row]) -> Row | None:
    return rows[0] if len(rows) == 1 else None
