"""Which of a department's returns is the newer one, by what shows it. Pure.

A hand-back that came back is newer than the returns it was made from, always. What one collect
found is newer than what an earlier collect had found. Between the others the times decide, the one
a workbook says it was saved at and the one of the file, where they are possible and neither says
the opposite. Names show nothing. Where nothing shows it, neither is the newer one, and nobody may
choose between them silently. Of two saved within nine hours one only seems to be the newer.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, time, timedelta

from workflow.compiled.recorded import Collects
from workflow.model.returns import Return
from workflow.model.years import JST
from workflow.python.dataclass import dataclass
from workflow.templates.register import FormNumber, Register

NOT_YET_COLLECTED = sys.maxsize
"""The number of this collect, which stands behind every one that is recorded."""

_AT_ONCE = timedelta(minutes=10)
"""Files that came closer together may have been copied in one go, in any order."""
_LOCAL_AS_UTC = timedelta(hours=9)
"""How much later a time seems that a program stored as UTC and took from a clock in Japan."""

Older = Mapping[str, AbstractSet[str]]
"""File → the files that are certainly older: a strict partial order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What shows how old a return is.

    Made_from are the beginnings of the digests of the returns a hand-back was made from. Collected
    is the number of the collect that found its content first, in whatever file, and met that of the
    one that found this file. Saved are the moments at which it may have
    been saved last, none where that is not known; is_misdated says that all of them lie before
    the form was issued, so that some clock was wrong.
    """

    file: str
    digest: str
    received: datetime
    made_from: tuple[str, ...] = ()
    collected: int = NOT_YET_COLLECTED
    met: int = NOT_YET_COLLECTED
    saved: tuple[datetime, ...] = ()
    is_misdated: bool = False


def evidence_of(returned: Return, register: Register, collects: Collects) -> Evidence:
    """Return what shows how old a return is."""
    number = FormNumber.parse(returned.number)
    issue = register.find(number) if number else None
    saved = possible_savings(returned.modified, returned.received)
    is_misdated = False
    if issue and saved:
        # Who answers on the day of issue does not answer before it.
        first_moment = datetime.combine(issue.issued_at.astimezone(JST).date(), time(), JST)
        if returned.modified == first_moment:  # as the template says: whoever saved it did not
            saved = ()
        since_issued = tuple(moment for moment in saved if moment >= first_moment)
        saved, is_misdated = since_issued or saved, bool(saved) and not since_issued
    return Evidence(
        file=returned.file,
        digest=returned.sha256,
        received=returned.received,
        made_from=returned.made_from,
        collected=collects.contents.get(returned.sha256, NOT_YET_COLLECTED),
        met=collects.files.get((returned.file, returned.sha256), NOT_YET_COLLECTED),
        saved=saved,
        is_misdated=is_misdated,
    )


def possible_savings(stored: datetime | None, received: datetime) -> tuple[datetime, ...]:
    """Return when a workbook may have been saved: as it says or nine hours before, if not later.

    Excel stores UTC. LibreOffice stores the local time as if it were UTC, and nothing in the file
    tells the two apart.

    >>> came = datetime(2024, 5, 10, 17, tzinfo=JST)
    >>> [f"{m:%d %H}" for m in possible_savings(datetime(2024, 5, 10, 15, tzinfo=JST), came)]
    ['10 15', '10 06']
    >>> [f"{m:%d %H}" for m in possible_savings(datetime(2024, 5, 11, 0, tzinfo=JST), came)]
    ['10 15']
    >>> possible_savings(datetime(2024, 5, 13, 0, tzinfo=JST), came)
    ()
    """
    if stored is None:
        return ()
    readings = (stored, stored - _LOCAL_AS_UTC)
    return tuple(moment for moment in readings if moment <= received + _AT_ONCE)


def older_files(found: Sequence[Evidence]) -> Older:
    """Return, for each file, the files that are certainly older."""
    certain = _strict(_edges(found, _was_made_from))
    return _extended(certain, _edges(found, _is_shown_older))


def seemingly_older_files(found: Sequence[Evidence], certain: Older) -> Older:
    """Return, for each file, also those that are older if no time is the local one of another."""
    return _extended(certain, _edges(found, _seems_older))


def is_sent_after(copy: Evidence, newer: Iterable[Evidence]) -> bool:
    """Whether a copy of an old file came after some files, not only lies beside them by now."""
    return all(
        _came_before(other, copy) or (other.met < copy.met and other.received < copy.received)
        for other in newer
    )


_Edges = dict[str, set[str]]


def _extended(certain: Older, shown: _Edges) -> Older:
    """Return an order with weaker edges as well, as far as they contradict nothing."""
    by_all = _strict({file: certain[file] | older for file, older in shown.items()})
    return {file: certain[file] | by_all[file] for file in certain}


def _edges(found: Sequence[Evidence], is_older: Callable[[Evidence, Evidence], bool]) -> _Edges:
    return {
        one.file: {other.file for other in found if other is not one and is_older(other, one)}
        for one in found
    }


def _strict(edges: Mapping[str, AbstractSet[str]]) -> _Edges:
    """Return what follows from some edges, without those that contradict each other.

    What is reached from each file is one number with a bit a file: one may send a thousand.
    """
    bits = {file: 1 << index for index, file in enumerate(edges)}
    bits_of_older = {file: sum(bits[other] for other in older) for file, older in edges.items()}
    for through, bit in bits.items():
        for file, older in bits_of_older.items():
            if older & bit:
                bits_of_older[file] = older | bits_of_older[through]
    return {
        file: {o for o in bits if older & bits[o] and not bits_of_older[o] & bits[file]}
        for file, older in bits_of_older.items()
    }


def _was_made_from(older: Evidence, newer: Evidence) -> bool:
    return any(older.digest.startswith(beginning) for beginning in newer.made_from)


def _is_shown_older(older: Evidence, newer: Evidence) -> bool:
    """Whether collects and times show it; what came later may still be an old draft."""
    came, came_otherwise = _came_before(older, newer), _came_before(newer, older)
    if older.collected != newer.collected:
        is_old_draft = came_otherwise and _saved_before(newer, older)
        return older.collected < newer.collected and not is_old_draft
    if _saved_before(older, newer):
        return not came_otherwise
    return came and not _seems_saved_before(newer, older)


def _saved_before(older: Evidence, newer: Evidence) -> bool:
    """Whether one was saved before the other; of two clocks of which one was wrong none tells."""
    if not newer.saved or older.is_misdated is not newer.is_misdated:
        return False
    return max(older.saved, default=older.received) < min(newer.saved)


def _seems_older(older: Evidence, newer: Evidence) -> bool:
    is_one_collect = older.collected == newer.collected
    return is_one_collect and _seems_saved_before(older, newer) and not _came_before(newer, older)


def _seems_saved_before(older: Evidence, newer: Evidence) -> bool:
    """Whether the times say so as they stand, though one may be the local time of another."""
    is_known = older.saved and newer.saved and older.is_misdated is newer.is_misdated
    return bool(is_known) and max(older.saved) < max(newer.saved)


def _came_before(older: Evidence, newer: Evidence) -> bool:
    return older.received + _AT_ONCE < newer.received
