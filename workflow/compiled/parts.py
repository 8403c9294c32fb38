"""A ledger of more rows than a sheet of Excel holds, divided over several workbooks. Pure.

It is cut where the plan is: by its levels from the top, then by department, and only a department
that is too large in itself is cut by rows. Neighbours that fit together share a workbook.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import count

from workflow.compiled.merging.entries import Entry
from workflow.model.plan import Plan
from workflow.model.rounds.declared import Period
from workflow.python.dataclass import dataclass
from workflow.python.lazy_sequence import Repeated
from workflow.storage.workspace import ledger_name, safe_name

_LONGEST_NAME = 40

Key = Callable[[int], str]
"""What a ledger is cut by: what an entry belongs to, given its index."""


@dataclass(frozen=True, slots=True)
class Part:
    """One workbook of a divided ledger: its rows as indexes into the ledger, in its order."""

    number: int
    file: str
    first: str
    last: str
    entries: Sequence[int]

    @property
    def label(self) -> str:
        """What it holds, in the words of the plan."""
        return self.first if self.first == self.last else f"{self.first}〜{self.last}"


@dataclass(frozen=True, slots=True)
class _Piece:
    first: str
    last: str
    entries: array[int]


def divided(plan: Plan, period: Period, entries: Sequence[Entry], most: int) -> tuple[Part, ...]:
    """Return the parts of a ledger, none of which has more rows than the most."""
    pieces = _cut(range(len(entries)), _keys(plan, entries), most)
    digits = max(2, len(str(len(pieces))))
    return tuple(_part(period, f"{n:0{digits}}", piece) for n, piece in enumerate(pieces, start=1))


def _part(period: Period, number: str, piece: _Piece) -> Part:
    part = Part(int(number), "", piece.first, piece.last, array("I", sorted(piece.entries)))
    name = safe_name(part.label, _LONGEST_NAME)
    file = f"{ledger_name(period)}_{number}_{name}.xlsx"
    return Part(part.number, file, part.first, part.last, part.entries)


def _keys(plan: Plan, entries: Sequence[Entry]) -> tuple[Key, ...]:
    """Return the keys, each entry looked at once: very many lie on disk."""
    paths, owners = Repeated[tuple[str, ...]](), Repeated[str]()
    for entry in entries:
        paths.add(entry.item.path)
        owners.add(entry.assignment.department_label)
    return (*(partial(_level, paths, n) for n in range(len(plan.levels) - 1)), owners.thing)


def _level(paths: Sequence[tuple[str, ...]], depth: int, entry: int) -> str:
    return paths[entry][depth]


def _cut(indexes: Sequence[int], keys: Sequence[Key], most: int) -> list[_Piece]:
    if not keys:
        starts = zip(count(1), range(0, len(indexes), most), strict=False)
        return [_Piece(str(n), str(n), array("I", indexes[at : at + most])) for n, at in starts]
    groups: dict[str, array[int]] = {}
    for index in indexes:
        groups.setdefault(keys[0](index), array("I")).append(index)
    pieces: list[_Piece] = []
    for label, members in groups.items():
        if len(members) <= most:
            pieces.append(_Piece(label, label, members))
        else:
            pieces += (
                _Piece(f"{label} {piece.first}", f"{label} {piece.last}", piece.entries)
                for piece in _cut(members, keys[1:], most)
            )
    return _packed(pieces, most)


def _packed(pieces: Iterable[_Piece], most: int) -> list[_Piece]:
    """Return the pieces, each joined to the one before where both fit into one workbook."""
    packed: list[_Piece] = []
    for piece in pieces:
        if packed and len(packed[-1].entries) + len(piece.entries) <= most:
            before = packed.pop()
            before.entries.extend(piece.entries)
            piece = _Piece(before.first, piece.last, before.entries)
        packed.append(piece)
    return packed
