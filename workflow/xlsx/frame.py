"""What a sheet says beside its rows: merged cells, and whether a filter is at work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from workflow.raw import Area, RawCell, RawSheet
from workflow.xlsx.package import MAIN
from workflow.xlsx.references import area_of, hidden_under

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CORNERS = attrgetter("top", "left", "bottom", "right")  # as areas are ordered, but compiled


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands beside the rows; of a merged cell only its first cell is shown.

    Hidden are the places under the small ones; wide are those with very many.
    """

    merged: tuple[Area, ...]
    hidden: frozenset[tuple[int, int]]
    wide: tuple[Area, ...]
    filtered: bool

    def around(
        self, name: str, cells: dict[tuple[int, int], RawCell], hidden_rows: Iterable[int] = ()
    ) -> RawSheet:
        """Return the sheet with some cells; those that lie under a merged cell are dropped."""
        for place in self.hidden & cells.keys():
            del cells[place]
        for area in self.wide:
            first = (area.top, area.left)
            for place in [p for p in cells if area.holds(*p) and p != first]:
                del cells[place]
        return RawSheet(
            name=name,
            cells=cells,
            merged=self.merged,
            hidden_rows=frozenset(hidden_rows),
            filtered=self.filtered,
        )


def frame_of(sheet: Element) -> Frame:
    """Return the frame of a sheet. ValueError for a merged cell that is no block of cells."""
    references = [merge.get("ref", "") for merge in sheet.iter(f"{MAIN}mergeCell")]
    hidden = {reference: hidden_under(reference) for reference in references}
    return Frame(
        merged=tuple(sorted({*map(area_of, references)}, key=_CORNERS)),
        hidden=frozenset(place for places in hidden.values() for place in places or ()),
        wide=tuple(area_of(reference) for reference, places in hidden.items() if places is None),
        filtered=sheet.find(f"{MAIN}autoFilter/{MAIN}filterColumn") is not None,
    )
